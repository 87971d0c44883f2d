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


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50))
def test_a_mean_of_shares_has_an_interval_of_shares(shares):
    found, plain = estimates.mean_share(shares), estimates.mean(shares)
    assert (found.value, found.n) == (plain.value, plain.n)
    assert [found.low, found.high] == [max(0, plain.low), min(1, plain.high)]


def test_one_share_says_nothing_of_its_interval():
    assert math.isnan(estimates.mean_share([0.5]).low) and math.isnan(estimates.mean_share([0.5]).high)
    assert math.isnan(estimates.mean_share([]).value)


@pytest.mark.parametrize("shares", [[0.5, 1.01], [-0.1, 0.3]])
def test_what_is_no_share_has_no_mean_share(shares, refused):
    with refused("shares is", "from 0 to 1"):
        estimates.mean_share(shares)


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


def test_the_interval_of_the_mean_is_students():
    values = np.random.default_rng(0).normal(5.0, 1.0, 12)
    found, half = estimates.mean(values), 2.200985 * values.std(ddof=1) / math.sqrt(12)
    assert (found.value, found.n) == (pytest.approx(values.mean()), 12)
    assert [found.low, found.high] == pytest.approx([found.value - half, found.value + half], rel=1e-6)


@pytest.mark.parametrize(("n", "outside"), [(5, 0), (6, 0), (8, 0), (9, 1), (12, 2), (50, 17), (100, 39)])
def test_the_interval_of_the_median_leaves_out_as_many_values_on_both_sides_as_it_may(n, outside):
    values = np.random.default_rng(0).permutation(n) ** 2.0
    found = estimates.median(values)
    assert (found.value, found.n) == (np.median(values), n)
    assert (found.low, found.high) == (outside**2, (n - 1 - outside) ** 2)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_median_of_very_few_has_no_interval(n):
    found = estimates.median(range(n))
    assert (found.value, found.n) == ((n - 1) / 2, n)
    assert math.isnan(found.low) and math.isnan(found.high)


def normal(generator, size):
    return generator.normal(size=size), 0.0, 0.0


def skewed(generator, size):
    return generator.exponential(size=size), 1.0, math.log(2)


COVERAGE = {
    # least share of samples whose interval holds the true value: of the mean, of the median, of the bootstrapped mean
    (5, normal): (0.935, 0.92, 0.89), (10, normal): (0.935, 0.935, 0.935), (40, normal): (0.935, 0.935, 0.935),
    (5, skewed): (0.86, 0.92, 0.84), (10, skewed): (0.88, 0.935, 0.88), (40, skewed): (0.91, 0.935, 0.91),
}  # fmt: skip


@pytest.mark.parametrize(("n", "kind"), COVERAGE, ids=lambda each: getattr(each, "__name__", str(each)))
def test_intervals_hold_the_true_value_as_often_as_they_say(n, kind):
    generator = np.random.default_rng(n)
    samples, *true = kind(generator, (2000, n))
    resampled = (sample[generator.integers(0, n, (1000, n))].mean(1) for sample in samples)
    boots = [estimates.bootstrapped(sample.mean(), draws, n) for sample, draws in zip(samples, resampled, strict=True)]
    found = [list(map(estimates.mean, samples)), list(map(estimates.median, samples)), boots]
    held = [
        np.mean([each.low <= value <= each.high for each in some])
        for some, value in zip(found, (*true, true[0]), strict=True)
    ]
    assert (np.array(held) >= COVERAGE[n, kind]).all(), held
    assert max(held) <= 0.995


@pytest.mark.parametrize("n", [10, 200, 2000])
def test_shares_hold_the_true_value_as_often_as_they_say(n):
    generator = np.random.default_rng(n)
    rates = generator.uniform(0.02, 0.98, 1000)
    found = [(estimates.share(generator.random(n) < rate), rate) for rate in rates]
    assert 0.935 <= np.mean([each.low <= rate <= each.high for each, rate in found]) <= 0.975


@pytest.mark.parametrize(("n", "rate"), [(5, 0.5), (10, 0.5), (25, 0.1), (50, 0.02)])
def test_shares_and_counts_of_few_hold_the_true_value_as_often_as_they_say(n, rate):
    chances = stats.binom.pmf(np.arange(n + 1), n, rate)
    shares = [estimates.share([True] * hits + [False] * (n - hits)) for hits in range(n + 1)]
    counts = [estimates.count(hits, n) for hits in range(n + 1)]
    for found, true, least in ((shares, rate, 0.91), (counts, n * rate, 0.95)):
        assert sum(p for p, each in zip(chances, found, strict=True) if each.low <= true <= each.high) >= least


def test_draws_among_few_units_are_widened_and_those_among_many_are_not():
    assert estimates.edges(5) == pytest.approx((0.00096, 0.99904), abs=1e-5)
    assert estimates.edges(10**6) == pytest.approx((0.025, 0.975), abs=1e-5)
    assert all(map(math.isnan, estimates.edges(1)))
    assert estimates.bootstrapped(1.0, [1.0, math.nan, 3.0], 50).high == pytest.approx(3.0, abs=0.1)
    for nothing in (estimates.bootstrapped(1.0, [1.0, 2.0], 1), estimates.bootstrapped(1.0, [math.nan], 9)):
        assert nothing.value == 1.0 and math.isnan(nothing.low) and math.isnan(nothing.high)


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
    assert estimates.mean([3.0, 3.0]) == Estimate(3.0, 3.0, 3.0, 2)
    assert estimates.median([2.0, 2.0, 2.0]) == Estimate(2.0, 2.0, 2.0, 3)


@pytest.mark.parametrize("of", [estimates.mean, estimates.median])
def test_one_value_says_nothing_of_its_own_uncertainty(of):
    found = of([3.0])
    assert (found.value, found.n, str(found)) == (3.0, 1, "3")
    assert math.isnan(found.low) and math.isnan(found.high)


def test_extremes_of_several_quantities_have_the_extremes_of_their_intervals():
    found = [Estimate(0.5, 0.2, 0.6, 10), Estimate(0.4, 0.3, 0.9, 8), Estimate(0.7, 0.1, 0.8, 9)]
    assert estimates.smallest(iter(found)) == Estimate(0.4, 0.1, 0.6, 8)
    assert estimates.largest(found) == Estimate(0.7, 0.3, 0.9, 8)
    assert estimates.smallest(found[:1]) == found[0]
    vague = estimates.smallest([*found, estimates.mean([0.3])])
    assert (vague.value, vague.n) == (0.3, 1) and math.isnan(vague.low) and math.isnan(vague.high)


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
