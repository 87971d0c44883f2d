"""A measured quantity with its uncertainty: shares, means, medians, counts.

Intervals are 95 % intervals: Wilson's for shares, the exact binomial one for counts, a percentile bootstrap over nets
for means and medians.
An estimate over nothing is NaN, and a NaN never passes a criterion (see `srnn_lib.book.claims`).
"""

import math
from dataclasses import dataclass

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


def exact(value: float, n: int = 1) -> Estimate:
    """A quantity without sampling error: a maximum over the run, a count of weights, an algebraic result."""
    return Estimate(float(value), float(value), float(value), n)


def share(hits: ArrayLike) -> Estimate:
    """Share of true values in `hits` (any shape) with Wilson's interval."""
    hits = np.asarray(hits, dtype=bool).ravel()
    if hits.size == 0:
        return NOTHING
    found = stats.binomtest(int(hits.sum()), hits.size)
    interval = found.proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(float(hits.mean()), float(interval.low), float(interval.high), hits.size)


def count(hits: int, n: int) -> Estimate:
    """Number of `hits` among `n` tries, with the counts that the exact binomial interval of their share allows.

    Zero hits still have an upper end: about 3.7, whatever `n` is.
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


def fisher(more: ArrayLike, less: ArrayLike) -> float:
    """One-sided p-value of Fisher's exact test that a true value is no more frequent in `more` than in `less`."""
    counts = [[int(hits.sum()), int((~hits).sum())] for hits in (np.asarray(more, bool), np.asarray(less, bool))]
    return float(stats.fisher_exact(counts, alternative="greater").pvalue)


def _bootstrap(values: ArrayLike, statistic, seed: int) -> Estimate:
    values = np.asarray(values, dtype=float).ravel()
    if values.size == 0 or not np.isfinite(values).all():
        return NOTHING
    centre = float(statistic(values))
    if values.size == 1 or np.ptp(values) == 0:
        return exact(centre, values.size)
    found = stats.bootstrap(
        (values,), statistic, confidence_level=CONFIDENCE, n_resamples=1000, method="percentile",
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    interval = found.confidence_interval
    return Estimate(centre, float(interval.low), float(interval.high), values.size)
