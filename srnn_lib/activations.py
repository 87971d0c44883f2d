"""Activation functions by name: one meaning of "tanh" for particles, organisms and ordinary networks."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from srnn_lib import checks


def function(name: str) -> Callable[[Tensor], Tensor]:
    """The elementwise function of that name: "linear", or one of torch or of torch.nn.functional.

    Raises:
        BadInput: Neither "linear" nor a function of torch that gives one number for one, and leaves its input alone.
    """
    found = _found(str(name))
    if found is None:
        raise checks.bad_input("activation", name, "linear, or an elementwise function of torch", "such as 'tanh'")
    return found


@cache
def _found(name: str) -> Callable[[Tensor], Tensor] | None:
    if name == "linear":
        return torch.positive
    probe = torch.linspace(-2, 2, 6).view(2, 3)
    with suppress(Exception), torch.random.fork_rng(devices=[]):  # whatever a wrong name calls, it is no activation
        found = getattr(torch, name, None) or getattr(F, name)
        one_by_one = torch.stack([found(value.clone()) for value in probe.flatten()]).view(2, 3)
        torch.testing.assert_close(found(given := probe.clone()), one_by_one)
        return found if torch.equal(given, probe) else None
    return None
