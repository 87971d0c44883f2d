"""A measured quantity with its uncertainty: shares, means, medians, counts.

Intervals are 95 % intervals: Wilson's for shares, the exact binomial one for counts, Student's for means, that of order
statistics for medians. None of them draws random numbers. One value says nothing of its own uncertainty: then, the ends
are NaN. An estimate over nothing is NaN, and a NaN never passes a criterion (see `claimbook.judge`).
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import SupportsFloat, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from srnn_lib import checks

CONFIDENCE = 0.95
FEWEST = 5
"""Values that an interval of their median needs."""


@dataclass(frozen=True)
class Estimate:
    """A value, the low and high end of its 95 % interval, and the number of observations behind it."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return self.shown()

    def shown(self, more: int = 0) -> str:
        """The value and its interval in a few significant digits, or in so many more."""
        if self.low == self.value == self.high or (math.isnan(self.low) and math.isnan(self.high)):
            return _short(self.value, 3 + more)
        value, low, high = (_short(each, 2 + more) for each in (self.value, self.low, self.high))
        return f"{value} [{low}, {high}]"


def _short(value: float, digits: int) -> str:
    """Few significant digits, but whole numbers below a million without an exponent."""
    return f"{value:.0f}" if 10**digits <= abs(value) < 1e6 else f"{value:.{digits}g}"


NOTHING = Estimate(math.nan, math.nan, math.nan, 0)


def exact(value: SupportsFloat, n: int = 1) -> Estimate:
    """A quantity without sampling error: a maximum over the run, a count of weights, an algebraic result."""
    return Estimate(float(value), float(value), float(value), n)


def share(hits: ArrayLike) -> Estimate:
    """Share of true values in `hits` (any shape) with Wilson's interval.

    Raises:
        BadInput: One of them is neither true nor false (nor 1 nor 0).
    """
    found = _truths("hits", hits)
    if found.size == 0:
        return NOTHING
    interval = stats.binomtest(int(found.sum()), found.size).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(float(found.mean()), float(interval.low), float(interval.high), found.size)


def count(hits: SupportsInt, n: SupportsInt) -> Estimate:
    """Number of `hits` among `n` tries, with the counts that the exact binomial interval of their share allows.

    Zero hits still have an upper end: 0.975 after one try, 3.1 after ten, and towards 3.7 after many.

    Raises:
        BadInput: One of them is no count, or there are more hits than tries.
    """
    found, tries = _whole("hits", hits), _whole("n", n)
    if found > tries:
        raise checks.bad_input("hits", found, f"at most the {tries} tries")
    if tries == 0:
        return NOTHING
    interval = stats.binomtest(found, tries).proportion_ci(CONFIDENCE, method="exact")
    return Estimate(float(found), float(interval.low) * tries, float(interval.high) * tries, tries)


def mean(values: ArrayLike) -> Estimate:
    """Mean of `values` with Student's interval, which is exact for normal values and cautious for few of them."""
    given = _numbers(values)
    if given.size < 2 or np.ptp(given) == 0:
        return _without_spread(given)
    found = stats.ttest_1samp(given, 0.0).confidence_interval(CONFIDENCE)
    return Estimate(float(given.mean()), float(found.low), float(found.high), given.size)


def mean_share(shares: ArrayLike) -> Estimate:
    """Mean of shares, one of each independent unit, with Student's interval as far as shares go, from 0 to 1.

    Raises:
        BadInput: One of them is below 0 or above 1.
    """
    found = mean(shares)
    given = _numbers(shares)
    if given.size and not 0 <= given.min() <= given.max() <= 1:
        raise checks.bad_input("shares", f"{given.min():g} to {given.max():g}", "from 0 to 1")
    return Estimate(found.value, max(found.low, 0.0), min(found.high, 1.0), found.n)


def median(values: ArrayLike) -> Estimate:
    """Median of `values` with the interval between two of them, which holds for any distribution.

    The widest that five values can have, from the smallest to the largest, holds the median in 94 of 100 samples. Fewer
    have none.
    """
    given = np.sort(_numbers(values))
    if given.size < 2 or np.ptp(given) == 0:
        return _without_spread(given)
    outside = max(int(stats.binom.ppf((1 - CONFIDENCE) / 2, given.size, 0.5)) - 1, 0)
    low, high = (given[outside], given[-1 - outside]) if given.size >= FEWEST else (math.nan, math.nan)
    return Estimate(float(np.median(given)), float(low), float(high), given.size)


def edges(units: int) -> tuple[float, float]:
    """The quantiles of bootstrapped values that bound their interval, for draws among so many independent units.

    Those of the plain percentile bootstrap are too near for few units: draws vary by a factor of sqrt(1 - 1 / units)
    too little, and have the tails of a normal distribution. They are widened as Student's interval is. NaN for one.

    Source: Hesterberg (2015), What teachers should know about the bootstrap, §3.4.
    """
    if units < 2:
        return math.nan, math.nan
    reach = math.sqrt(units / (units - 1)) * stats.t.ppf((1 + CONFIDENCE) / 2, units - 1)
    return float(stats.norm.cdf(-reach)), float(stats.norm.cdf(reach))


def bootstrapped(value: float, draws: ArrayLike, units: int) -> Estimate:
    """A value with the interval of what bootstrap draws among so many units gave; those that are NaN do not count."""
    found = np.asarray(draws, dtype=float)
    if units < 2 or np.isnan(found).all():
        return Estimate(float(value), math.nan, math.nan, units)
    low, high = np.nanquantile(found, edges(units))
    return Estimate(float(value), float(low), float(high), units)


def smallest(found: Iterable[Estimate]) -> Estimate:
    """The smallest of several quantities; nothing where there is none, or where one of them is nothing.

    Its interval goes from the smallest low end to the smallest high end: it lies above a bound if all of theirs do, and
    below if one does.
    """
    return _extreme(min, found)


def largest(found: Iterable[Estimate]) -> Estimate:
    """The largest of several quantities, as `smallest` with all signs turned."""
    return _extreme(max, found)


def _extreme(choose: Callable[..., float], found: Iterable[Estimate]) -> Estimate:
    given = list(found)
    if not given or any(math.isnan(each.value) for each in given):
        return NOTHING
    value, low, high = (
        choose(ends) if not any(map(math.isnan, ends)) else math.nan
        for ends in zip(*((each.value, each.low, each.high) for each in given), strict=True)
    )
    return Estimate(value, low, high, min(each.n for each in given))


def fisher(more: ArrayLike, less: ArrayLike) -> float:
    """One-sided p-value of Fisher's exact test that a true value is no more frequent in `more` than in `less`."""
    groups = _truths("more", more), _truths("less", less)
    counts = [[int(hits.sum()), int((~hits).sum())] for hits in groups]
    return float(stats.fisher_exact(counts, alternative="greater").pvalue)


def _numbers(values: ArrayLike) -> NDArray[np.float64]:
    """The values in one row; none of them if one is no finite number."""
    given = np.asarray(values, dtype=float).ravel()
    return given if np.isfinite(given).all() else given[:0]


def _without_spread(given: NDArray[np.float64]) -> Estimate:
    """Of no value, of one, or of several equal ones."""
    if given.size == 0:
        return NOTHING
    return exact(given[0], given.size) if given.size > 1 else Estimate(float(given[0]), math.nan, math.nan, 1)


def _truths(name: str, hits: ArrayLike) -> NDArray[np.bool_]:
    """Truth values in one row."""
    given = np.asarray(hits).ravel()
    if given.dtype == object:
        known = all(isinstance(each, bool | np.bool_) for each in given)
    else:
        known = given.dtype == bool or (given.dtype.kind in "iuf" and bool(np.isin(given, (0, 1)).all()))
    if not known:
        shown = next((each for each in given if isinstance(each, str) or each not in (0, 1)), given.dtype)
        raise checks.bad_input(name, shown, "true and false values alone")
    return given.astype(bool)


def _whole(name: str, value: SupportsInt) -> int:
    """A count, from whatever holds one number."""
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    return checks.integer(name, number, at_least=0)
