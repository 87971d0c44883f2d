"""Numbers as every processor gives them: measured digits end where rounding begins, or other sums would print others.

A number or an `Estimate` goes in and comes out; what is not a number stays that.
"""

import math
from collections.abc import Callable

from srnn_lib.claimbook.estimates import Estimate

Found = float | Estimate


def digits(found: Found, several: int = 2, ends: int | None = None) -> Found:
    """A number with that many significant digits; an estimate likewise, with so many at the ends of its interval."""
    return _mapped(found, lambda value: float(f"{value:.{several}g}"), lambda end: float(f"{end:.{ends or several}g}"))


def to_steps(found: Found, step: float) -> Found:
    """A number, or an estimate and its interval, rounded to multiples of `step`."""
    places = max(0, 3 - math.floor(math.log10(step)))  # enough for the step's own digits

    def rounded(value: float) -> float:
        return value if not math.isfinite(value) else round(round(value / step) * step, places) + 0.0

    return _mapped(found, rounded, rounded)


def power_above(value: float, least: float, lead: float = 1.0) -> float:
    """The value rounded up to `lead` times a power of ten, and no less than `least`, which is the first of these."""
    if math.isnan(value) or value == math.inf:
        return value
    return lead * 10.0 ** math.ceil(math.log10(max(float(value), least) / lead) - 1e-9)


def _mapped(found: Found, value: Callable[[float], float], end: Callable[[float], float]) -> Found:
    if isinstance(found, Estimate):
        return Estimate(value(found.value), end(found.low), end(found.high), found.n)
    return value(float(found))
