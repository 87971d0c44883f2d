"""Activation functions by name: one meaning of "tanh" for particles, organisms and ordinary networks."""

from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from srnn_lib import checks


def function(name: str) -> Callable[[Tensor], Tensor]:
    """The elementwise function of that name: "linear", or one of torch or of torch.nn.functional.

    Raises:
        BadInput: Neither "linear" nor a function of torch that keeps shapes.
    """
    found = _found(str(name))
    if found is None:
        raise checks.refuse("activation", name, "linear, or an elementwise function of torch", "such as 'tanh'")
    return found


@cache
def _found(name: str) -> Callable[[Tensor], Tensor] | None:
    if name == "linear":
        return _linear
    found = getattr(torch, name, None) or getattr(F, name, None)
    try:
        return found if found(torch.zeros(2, 3)).shape == (2, 3) else None
    except Exception:  # whatever a wrong name calls, it is no activation
        return None


def _linear(values: Tensor) -> Tensor:
    return values
