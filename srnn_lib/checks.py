"""Bad input, said in one line: the name, the value, what is allowed, and the nearest valid name.

Every public function of the library checks its arguments through these few functions, so that a reader
meets the same sentence wherever a value is wrong.
"""

import difflib
import math
import textwrap
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any


class BadInput(ValueError):
    """A value outside its range. The message is one line that says what is allowed."""


def bad_input(name: str, value: Any, allowed: str, hint: str = "") -> BadInput:
    """The error for `value`; `allowed` completes the sentence "allowed: …". Long values are shortened to fit a line."""
    shown = textwrap.shorten(repr(value), 80, placeholder=" …")
    return BadInput(f"{name} is {shown}; allowed: {allowed}" + (f"; {hint}" if hint else ""))


def choice(name: str, value: Any, allowed: Iterable[str]) -> str:
    """Return `value` if it is one of the `allowed` names, else raise `BadInput` naming the nearest one."""
    names = list(allowed)
    if isinstance(value, str) and value in names:
        return value
    near = difflib.get_close_matches(str(value), names, n=1, cutoff=0.4)
    raise bad_input(name, value, ", ".join(names), f"did you mean {near[0]!r}?" if near else "")


def integer(name: str, value: Any, at_least: int = 1) -> int:
    """Return `value` if it is a whole number of at least `at_least`, else raise `BadInput`."""
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= at_least:
        return int(value)
    raise bad_input(name, value, f"a whole number, {at_least} or more")


def number(name: str, value: Any, at_least: float = -math.inf, at_most: float = math.inf) -> float:
    """Return `value` if it is a finite number in `[at_least, at_most]`, else raise `BadInput`."""
    real = isinstance(value, Real) and not isinstance(value, bool)
    if real and math.isfinite(value) and at_least <= value <= at_most:
        return float(value)
    bounds = [f"{at_least:g} or more"] * (at_least > -math.inf) + [f"at most {at_most:g}"] * (at_most < math.inf)
    raise bad_input(name, value, ", ".join(["a finite number", *bounds]))


def positive(name: str, value: Any) -> float:
    """Return `value` if it is a finite number above zero, else raise `BadInput`."""
    real = isinstance(value, Real) and not isinstance(value, bool)
    if real and math.isfinite(value) and value > 0:
        return float(value)
    raise bad_input(name, value, "a finite number above 0")


def fraction(name: str, value: Any) -> float:
    """Return `value` if it is a number in [0, 1], else raise `BadInput`."""
    return number(name, value, 0.0, 1.0)


def momentum(name: str, value: Any) -> float:
    """Return `value` if it is a number in [0, 1), else raise `BadInput`."""
    if number(name, value, 0.0, 1.0) == 1.0:
        raise bad_input(name, value, "0 or more, below 1")
    return float(value)
