"""Estimates and their intervals, against formulas written out here."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from srnn_lib.claimbook import estimates
from srnn_lib.claimbook.estimates import NOTHING, Estimate


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_share_has_wilsons_interval(hits):
    n, p, z = len(hits), sum(hits) / len(hits), 1.959963984540054
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    found = estimates.share(hits)
    assert (found.value, found.n) == (p, n)
    assert [found.low, found.high] == pytest.approx([centre - half, centre + half], abs=1e-12)


def test_share_counts_every_axis():
    assert estimates.share(np.eye(4, dtype=bool)).n == 16
    assert estimates.share(np.eye(4, dtype=bool)).value == 0.25


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 1, 0.0, 0.975),
        (0, 10, 0.0, 3.0850),
        (0, 100_000, 0.0, 3.6888),
        (10, 10, 6.9150, 10.0),
        (3, 10, 0.6674, 6.5245),
    ],
)
def test_counts_have_the_exact_binomial_interval(hits, n, low, high):
    found = estimates.count(hits, n)
    assert (found.value, found.n) == (hits, n)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-3)


def test_a_count_among_none_is_nothing():
    assert estimates.count(0, 0) is NOTHING


@pytest.mark.parametrize("of", [estimates.share, estimates.mean, estimates.median])
def test_nothing_gives_no_number(of):
    found = of([])
    assert found.n == 0
    assert all(map(math.isnan, (found.value, found.low, found.high)))


@pytest.mark.parametrize("of", [estimates.mean, estimates.median])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_one_value_without_a_number_spoils_the_estimate(of, bad):
    assert of([1.0, bad, 2.0]) is NOTHING


@pytest.mark.parametrize("n", [2, 5, 30])
def test_the_mean_has_students_interval(n):
    values = np.random.default_rng(0).normal(5.0, 1.0, n)
    found = estimates.mean(values)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.value, found.n) == (values.mean(), n)
    assert [found.low, found.high] == pytest.approx([low, high])


@pytest.mark.parametrize("n", [6, 7, 10, 25, 50, 101])
def test_the_ends_of_a_median_are_two_of_the_values_and_as_close_as_they_may_be(n):
    values = np.random.default_rng(n).permutation(np.arange(1.0, n + 1))
    found = estimates.median(values)
    assert (found.value, found.low) == (np.median(values), n + 1 - found.high)
    outside = 2 * stats.binom.cdf(found.low - 1, n, 0.5)  # the true median is beyond the k-th value from an end
    assert outside <= 0.05 < 2 * stats.binom.cdf(found.low, n, 0.5)


TRIES = 1500
DRAWN = {
    "normal": (lambda rng, shape: rng.normal(size=shape), 0.0, 0.0),
    "uniform": (lambda rng, shape: rng.random(shape), 0.5, 0.5),
    "exponential": (lambda rng, shape: rng.exponential(size=shape), 1.0, math.log(2)),
}


def coverage(of, kind, n, truth):
    """How often an interval has the truth inside."""
    draw = DRAWN[kind][0]
    found = [of(values) for values in draw(np.random.default_rng(n), (TRIES, n))]
    return np.mean([each.low <= truth <= each.high for each in found])


@pytest.mark.parametrize(
    ("kind", "n", "least"),
    [
        *(("normal", n, 0.935) for n in (2, 3, 5, 10, 25)),
        ("uniform", 5, 0.9), ("uniform", 10, 0.92), ("exponential", 5, 0.85), ("exponential", 25, 0.9),
    ],
)  # fmt: skip
def test_intervals_of_means_cover_what_they_say(kind, n, least):
    assert least <= coverage(estimates.mean, kind, n, DRAWN[kind][1]) <= 0.97


@pytest.mark.parametrize(
    ("kind", "n", "least"),
    [
        *((kind, n, 0.94) for kind in DRAWN for n in (6, 10, 25)),
        *(("normal", n, 0.935) for n in (2, 3, 5)), ("uniform", 5, 0.9), ("exponential", 5, 0.9),
    ],
)  # fmt: skip
def test_intervals_of_medians_cover_what_they_say(kind, n, least):
    assert coverage(estimates.median, kind, n, DRAWN[kind][2]) >= least


@pytest.mark.parametrize(("n", "share"), [(5, 0.5), (10, 0.5), (25, 0.1), (50, 0.02)])
def test_intervals_of_shares_and_counts_cover_what_they_say(n, share):
    chances = stats.binom.pmf(np.arange(n + 1), n, share)
    found = [estimates.share([True] * hits + [False] * (n - hits)) for hits in range(n + 1)]
    assert sum(p for p, each in zip(chances, found, strict=True) if each.low <= share <= each.high) > 0.91
    found = [estimates.count(hits, n) for hits in range(n + 1)]
    assert sum(p for p, each in zip(chances, found, strict=True) if each.low <= n * share <= each.high) >= 0.95


@pytest.mark.parametrize(("n", "least"), [(5, 0.87), (13, 0.92), (50, 0.93)])
def test_a_bootstrap_between_the_edges_covers_as_students_interval_does(n, least):
    rng, low_high = np.random.default_rng(n), estimates.edges(n)
    values = rng.normal(size=(400, n))
    draws = np.stack([row[rng.integers(0, n, (2000, n))].mean(1) for row in values])
    low, high = np.quantile(draws, low_high, axis=1)
    assert least <= np.mean((low <= 0) & (high >= 0)) <= 0.98


@pytest.mark.parametrize(
    "hits",
    [[math.nan, 1.0], ["a", "b"], [0.5], [2, 0], [None, True], [True, "no"], np.array([1.0, np.nan]), [1j], [-1]],
)
def test_a_share_of_what_is_no_truth_value_is_refused(hits, refused):
    with refused("hits is", "true and false values alone"):
        estimates.share(hits)
    with refused("less is", "true and false values alone"):
        estimates.fisher([True], hits)


def test_a_share_takes_truth_values_of_every_kind():
    for hits in ([True, False], [1, 0], [1.0, 0.0], np.array([True, False], object), torch.tensor([True, False])):
        assert estimates.share(hits).value == 0.5


@pytest.mark.parametrize(
    ("hits", "n", "word"),
    [
        (3, 2, "hits is 3; allowed: at most the 2 tries"), (-1, 2, "hits"), (0.5, 2, "hits"), (True, 2, "hits"),
        (math.nan, 2, "hits"), ("1", 2, "hits"), (1, -2, "n is -2"), (1, 2.5, "n is 2.5"), (0, None, "n is None"),
        (torch.tensor(1.5), 2, "hits"),
    ],
)  # fmt: skip
def test_what_is_no_count_is_refused(hits, n, word, refused):
    with refused(word):
        estimates.count(hits, n)


def test_a_count_may_come_in_a_tensor():
    assert estimates.count(torch.tensor(3), np.int64(10)) == estimates.count(3, 10)


def test_values_without_spread_have_no_interval():
    assert estimates.mean([3.0]) == Estimate(3.0, 3.0, 3.0, 1)
    assert estimates.median([2.0, 2.0, 2.0]) == Estimate(2.0, 2.0, 2.0, 3)


def test_the_smallest_and_the_largest_estimate_are_found_with_their_intervals():
    found = [estimates.share([True] * hits + [False] * (10 - hits)) for hits in (5, 2, 8)]
    assert estimates.smallest(found) is found[1]
    assert estimates.largest(iter(found)) is found[2]


@pytest.mark.parametrize("choose", [estimates.smallest, estimates.largest])
def test_there_is_no_extreme_of_nothing_nor_of_what_was_not_measured(choose):
    assert choose([]) is estimates.NOTHING
    one = estimates.exact(0.5)
    for several in ([one, estimates.NOTHING], [estimates.NOTHING, one]):
        assert choose(several) is estimates.NOTHING


def test_fisher_is_one_sided():
    many, few = [True] * 8 + [False] * 2, [True] * 1 + [False] * 9
    # P(8 or more of the 9 true values fall on the first ten), hypergeometric.
    expected = sum(math.comb(10, k) * math.comb(10, 9 - k) for k in (8, 9)) / math.comb(20, 9)
    assert estimates.fisher(many, few) == pytest.approx(expected)
    assert estimates.fisher(few, many) > 0.99


def test_fisher_of_nothing_is_not_significant():
    assert not estimates.fisher([], []) < 0.01


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.5612, 0.4911, 0.6293, 200), "0.56 [0.49, 0.63]"),
        (estimates.exact(0.0), "0"),
        (estimates.exact(12_345.0), "12345"),
        (estimates.exact(1.5e6), "1.5e+06"),
        (estimates.exact(1.23456e-8), "1.23e-08"),
    ],
)
def test_text_is_rounded(estimate, text):
    assert str(estimate) == text
