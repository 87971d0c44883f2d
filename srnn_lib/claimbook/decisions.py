"""What decides: a quantity beside its bounds, and the word that follows from several of these.

A check holds if the whole interval of what was measured lies inside the bounds, fails if it lies outside, and is else
undecided. Core checks are the paper's sentence and decide the claim; side checks are remarks.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from srnn_lib.claimbook.estimates import Estimate
from srnn_lib.claimbook.registry import Bounds, accepts, interval

RESULTS = {"holds": "✓", "fails": "✗", "undecided": "≈", "nothing": "○"}
"""What can come out of a check."""
NUMBER = re.compile(r"-?\d[\d.]*(?:e[-+]\d+)?|-?inf|nan")
MOST_DIGITS = 4
"""So many more digits than usual are tried to tell a number from a bound."""
MOST_TIMES = 1_000
"""So many times the observations there are is the most that is named as what would decide."""


@dataclass(frozen=True)
class Check:
    """One quantity beside the bounds that held where it was measured.

    Attributes:
        name: Of the registry.
        label: What was measured, in words.
        bounds: What was wanted.
        found: What was measured.
        side: Whether it is a remark, and decides nothing.
    """

    name: str
    label: str
    bounds: Bounds
    found: Estimate
    side: bool = False

    @property
    def empty(self) -> bool:
        """Whether there was nothing to measure."""
        return self.found.n == 0 or math.isnan(self.found.value)

    @property
    def result(self) -> str:
        """One of `RESULTS`."""
        if self.empty:
            return "nothing"
        low, high = self._ends
        if accepts(self.bounds, low) and accepts(self.bounds, high):
            return "holds"
        lowest, highest = interval(self.bounds)
        start, end = max(low, lowest), min(high, highest)
        apart = start > end or (start == end and not accepts(self.bounds, start))
        return "fails" if apart else "undecided"

    @property
    def _ends(self) -> tuple[float, float]:
        """Of the interval. What has to be exactly so speaks of what was observed; an unknown end may lie anywhere."""
        if "equals" in self.bounds:
            return self.found.value, self.found.value
        low, value, high = self.found.low, self.found.value, self.found.high
        return -math.inf if math.isnan(low) else min(low, value), math.inf if math.isnan(high) else max(value, high)

    @property
    def measured(self) -> str:
        """Value, interval and number of observations, rounded."""
        if self.empty:
            return "nothing measured"
        return f"{self._shown}, n = {self.found.n}" if self.found.n > 1 else self._shown

    @property
    def _shown(self) -> str:
        """Value and interval, in as many digits as it takes to see on which side of a bound each of them lies."""
        exact = [accepts(self.bounds, end) for end in (self.found.value, self.found.low, self.found.high)]
        texts = [self.found.shown(more) for more in range(MOST_DIGITS)]
        sides = [[accepts(self.bounds, float(number)) for number in NUMBER.findall(text)] for text in texts]
        return next((text for text, seen in zip(texts, sides, strict=True) if seen == exact[: len(seen)]), texts[0])

    @property
    def said(self) -> str:
        """The result in words, whether it is a remark, and how many observations would decide what is undecided."""
        more = self._deciding if self.result == "undecided" else ""
        return {"nothing": "nothing to decide"}.get(self.result, self.result) + more + " (remark)" * self.side

    @property
    def _deciding(self) -> str:
        """How many observations would do if the value stayed, as intervals narrow with the root of their number."""
        value, (low, high) = self.found.value, self._ends
        bound = min((end for end in interval(self.bounds) if low <= end <= high), key=lambda end: abs(value - end))
        reach = value - low if bound < value else high - value
        if bound == value or not math.isfinite(reach):
            return ""
        times = (reach / (value - bound)) ** 2
        if times > MOST_TIMES:
            return f"; not even {MOST_TIMES:,} times as many observations would decide"
        needed = max(_rounded_up(self.found.n * times), self.found.n + 1)
        return f"; about {needed:,} observations would decide"


def decide(found: Sequence[Check]) -> str:
    """The verdict that follows from these checks, of which the core ones decide.

    All hold: reproduced; all fail: not reproduced; some hold and some fail: partly; else undecided. Without any check
    it is not testable; as long as nothing at all was measured, open.
    """
    core = {check.result for check in found if not check.side}
    if not core:
        return "not testable"
    if {"holds", "fails"} <= core:
        return "partly"
    alone = {"holds": "reproduced", "fails": "not reproduced", "nothing": "open"}
    return alone.get(core.pop(), "undecided") if len(core) == 1 else "undecided"


def _rounded_up(number: float) -> int:
    """The next number with two digits and zeros."""
    unit = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return math.ceil(number / unit - 1e-9) * unit  # less what rounding may have added
