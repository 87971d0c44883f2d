"""Estimates and their intervals, against formulas written out here."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(("of", "centre"), [(estimates.mean, np.mean), (estimates.median, np.median)])
def test_bootstrap_is_repeatable_and_holds_the_centre(of, centre):
    values = np.random.default_rng(0).normal(5.0, 1.0, 101)
    found = of(values)
    assert found == of(values)
    assert found.value == centre(values)
    assert found.low < found.value < found.high
    assert found.n == 101


def test_the_seed_decides_the_bootstrap():
    values = np.random.default_rng(0).normal(5.0, 1.0, 101)
    assert estimates.mean(values) != estimates.mean(values, seed=1)


def test_interval_of_the_mean_is_about_four_standard_errors_wide():
    values = np.random.default_rng(1).normal(0.0, 1.0, 400)
    found = estimates.mean(values)
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


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
