"""A measured quantity with its uncertainty: shares, means, medians, counts.

Intervals are 95 % intervals: Wilson's for shares, the exact binomial one for counts, a percentile bootstrap over nets
for means and medians.
An estimate over nothing is NaN, and a NaN never passes a criterion (see `claimbook.judge`).
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A value, the low and high end of its 95 % interval, and the number of observations behind it."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if self.low == self.value == self.high:
            return _short(self.value, 3)
        return f"{_short(self.value)} [{_short(self.low)}, {_short(self.high)}]"


def _short(value: float, digits: int = 2) -> str:
    """Few significant digits, but whole numbers below a million without an exponent."""
    return f"{value:.0f}" if 10**digits <= abs(value) < 1e6 else f"{value:.{digits}g}"


NOTHING = Estimate(math.nan, math.nan, math.nan, 0)


def exact(value: SupportsFloat, n: int = 1) -> Estimate:
    """A quantity without sampling error: a maximum over the run, a count of weights, an algebraic result."""
    return Estimate(float(value), float(value), float(value), n)


def share(hits: ArrayLike) -> Estimate:
    """Share of true values in `hits` (any shape) with Wilson's interval."""
    hits = np.asarray(hits, dtype=bool).ravel()
    if hits.size == 0:
        return NOTHING
    interval = stats.binomtest(int(hits.sum()), hits.size).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(float(hits.mean()), float(interval.low), float(interval.high), hits.size)


def count(hits: int, n: int) -> Estimate:
    """Number of `hits` among `n` tries, with the counts that the exact binomial interval of their share allows.

    Zero hits still have an upper end: 0.975 after one try, 3.1 after ten, and towards 3.7 after many.
    """
    if n == 0:
        return NOTHING
    interval = stats.binomtest(int(hits), n).proportion_ci(CONFIDENCE, method="exact")
    return Estimate(float(hits), float(interval.low) * n, float(interval.high) * n, n)


def mean(values: ArrayLike, seed: int = 0) -> Estimate:
    """Mean of `values` with a bootstrap interval over the values."""
    return _bootstrap(values, np.mean, seed)


def median(values: ArrayLike, seed: int = 0) -> Estimate:
    """Median of `values` with a bootstrap interval over the values."""
    return _bootstrap(values, np.median, seed)


def smallest(found: Iterable[Estimate]) -> Estimate:
    """The estimate with the smallest value; nothing where there is none, or where one of them is nothing."""
    return _extreme(min, found)


def largest(found: Iterable[Estimate]) -> Estimate:
    """The estimate with the largest value; nothing where there is none, or where one of them is nothing."""
    return _extreme(max, found)


def _extreme(choose: Callable[..., Estimate], found: Iterable[Estimate]) -> Estimate:
    given = list(found)
    if any(math.isnan(each.value) for each in given):
        return NOTHING
    return choose(given, key=lambda each: each.value, default=NOTHING)


def fisher(more: ArrayLike, less: ArrayLike) -> float:
    """One-sided p-value of Fisher's exact test that a true value is no more frequent in `more` than in `less`."""
    counts = [[int(hits.sum()), int((~hits).sum())] for hits in (np.asarray(more, bool), np.asarray(less, bool))]
    return float(stats.fisher_exact(counts, alternative="greater").pvalue)


def _bootstrap(values: ArrayLike, statistic: Callable[..., Any], seed: int) -> Estimate:
    given = np.asarray(values, dtype=float).ravel()
    if given.size == 0 or not np.isfinite(given).all():
        return NOTHING
    centre = float(statistic(given))
    if given.size == 1 or np.ptp(given) == 0:
        return exact(centre, given.size)
    settings = {"confidence_level": CONFIDENCE, "n_resamples": 1000, "method": "percentile"}
    found = stats.bootstrap((given,), statistic, **settings, rng=np.random.default_rng(seed)).confidence_interval
    return Estimate(centre, float(found.low), float(found.high), given.size)
