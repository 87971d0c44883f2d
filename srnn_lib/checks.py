"""Bad input, said in one line: the name, the value, what is allowed, and the nearest valid name.

Every public function of the library checks its arguments through these few functions, so that a reader
meets the same sentence wherever a value is wrong.
"""

import difflib
import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

LARGEST = 2**63 - 1
"""The largest whole number that a tensor holds."""


class BadInput(ValueError):
    """A value outside its range. The message is one line that says what is allowed."""


def bad_input(name: str, value: Any, allowed: str, hint: str = "") -> BadInput:
    """The error for `value`; `allowed` completes the sentence "allowed: …". Long values are shortened to fit a line."""
    try:
        shown = " ".join(repr(value).split())
    except ValueError:  # Python writes no number of more than some thousand digits
        shown = "a number of very many digits"
    shown = shown if len(shown) <= 80 else f"{shown[:78]} …"
    return BadInput(f"{name} is {shown}; allowed: {allowed}" + (f"; {hint}" if hint else ""))


def choice(name: str, value: Any, allowed: Iterable[str]) -> str:
    """Return `value` if it is one of the `allowed` names, else raise `BadInput` naming the nearest one."""
    names = list(allowed)
    if isinstance(value, str) and value in names:
        return value
    near = difflib.get_close_matches(str(value), names, n=1, cutoff=0.4)
    raise bad_input(name, value, ", ".join(names), f"did you mean {near[0]!r}?" if near else "")


def integer(name: str, value: Any, at_least: int = 1, at_most: int = LARGEST) -> int:
    """Return `value` if it is a whole number in `[at_least, at_most]`, else raise `BadInput`."""
    if isinstance(value, Integral) and not isinstance(value, bool) and at_least <= int(value) <= at_most:
        return int(value)
    raise bad_input(name, value, f"a whole number, {at_least} or more" + f", at most {at_most}" * _is_huge(value))


def number(name: str, value: Any, at_least: float = -math.inf, at_most: float = math.inf) -> float:
    """Return `value` if it is a finite number in `[at_least, at_most]`, else raise `BadInput`."""
    if _is_finite(value) and at_least <= value <= at_most:
        return float(value)
    bounds = [f"{at_least:g} or more"] * (at_least > -math.inf) + [f"at most {at_most:g}"] * (at_most < math.inf)
    raise bad_input(name, value, ", ".join(["a finite number", *bounds]))


def positive(name: str, value: Any) -> float:
    """Return `value` if it is a finite number above zero, else raise `BadInput`."""
    if _is_finite(value) and float(value) > 0:
        return float(value)
    raise bad_input(name, value, "a finite number above 0")


def _is_finite(value: Any) -> bool:
    """Whether a value is a real number that a float can hold."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def _is_huge(value: Any) -> bool:
    return isinstance(value, Integral) and int(value) > LARGEST


def device(name: Any) -> str:
    """Return `name` if torch has a device of that name here that holds numbers, else raise `BadInput`."""
    import torch  # the book's own commands do without

    try:
        torch.zeros(1, device=str(name)).item()
    except (RuntimeError, AssertionError, ValueError) as error:
        raise bad_input("device", name, "one of torch that this machine has, such as cpu or cuda") from error
    return str(name)


def fraction(name: str, value: Any) -> float:
    """Return `value` if it is a number in [0, 1], else raise `BadInput`."""
    return number(name, value, 0.0, 1.0)


def momentum(name: str, value: Any) -> float:
    """Return `value` if it is a number in [0, 1), else raise `BadInput`."""
    if number(name, value, 0.0, 1.0) == 1.0:
        raise bad_input(name, value, "0 or more, below 1")
    return float(value)
