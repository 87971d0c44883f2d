"""Intervals over independent units."""

import numpy as np

from srnn_lib.claimbook import estimates
from srnn_lib.experiments.resampling import resampled


def drawn(size, seed=1, mean=0.0):
    return np.random.default_rng(seed).normal(mean, 1.0, size)


def test_the_interval_of_a_mean_is_that_of_the_estimates():
    values = drawn(200)
    ours, theirs = resampled(np.mean, values), estimates.mean(values)
    assert ours.value == theirs.value
    np.testing.assert_allclose([ours.low, ours.high], [theirs.low, theirs.high], atol=0.03)


def test_a_difference_between_equal_groups_has_zero_inside_in_nineteen_of_twenty():
    def covers(seed):
        found = resampled(lambda a, b: a.mean() - b.mean(), drawn(30, 2 * seed), drawn(40, 2 * seed + 1))
        return found.low <= 0 <= found.high

    assert 0.9 <= np.mean([covers(seed) for seed in range(100)]) <= 1


def test_pairs_are_drawn_together():
    starts = drawn(50)
    found = resampled(lambda a, b: (b - a).mean(), starts, starts + 1, paired=True)
    np.testing.assert_allclose([found.low, found.value, found.high], 1.0)


def test_units_lie_along_the_first_axis():
    found = resampled(np.mean, np.repeat(drawn(20)[:, None], 100, 1))
    assert found.n == 20
    assert found.high - found.low > 0.4


def test_nothing_comes_of_nothing():
    assert resampled(np.mean, []) == estimates.NOTHING
    assert resampled(np.mean, [np.nan, 1.0]) == estimates.NOTHING


def test_the_same_seed_gives_the_same_interval():
    assert resampled(np.median, drawn(20)) == resampled(np.median, drawn(20))
