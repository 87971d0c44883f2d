"""Parts of populations, with the results of the whole: few nets at a time bound the memory, finished ones are left out.

Vector instructions take what stands at the end of a tensor one by one, and may round it otherwise than the rest. So a
part is a multiple of `ALIGNED` nets, and only the end of a population is at the end of a part: then every net receives
the same bits in any part.
"""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from srnn_lib import checks

ALIGNED = 64
"""Nets in a block that no part divides: several times the widest vector of a processor."""

NUMBERS_AT_ONCE = {"cpu": 2**19, "cuda": 2**26}
"""Numbers in the largest tensor made on the way, by device: what near memories hold, or a launch is worth."""


def slices(nets: int, each: int, device: str = "cpu") -> list[slice]:
    """The parts of `nets` nets of which each fills `each` numbers in the largest tensor that is made on the way."""
    at_once = max(1, NUMBERS_AT_ONCE.get(device, 2**26) // each // ALIGNED) * ALIGNED
    return [slice(first, first + at_once) for first in range(0, max(nets, 1), at_once)]


def in_parts(make: Callable[..., Tensor], each: int, *populations: Float[Tensor, "_N W"]) -> Shaped[Tensor, "N ..."]:
    """What `make` makes of populations, part by part; one net beside many goes with each of these.

    Raises:
        BadInput: Populations of different sizes.
    """
    sizes = {len(given) for given in populations}
    if len(sizes - {1}) > 1:
        raise checks.bad_input("numbers of nets", sorted(sizes), "the same in both, or 1 in one of them")
    parts = slices(max(sizes), each, populations[0].device.type)
    if len(parts) == 1:
        return make(*populations)
    return torch.cat([make(*(given if len(given) == 1 else given[part] for given in populations)) for part in parts])


def aligned(wanted: Bool[Tensor, " N"]) -> Int[Tensor, " n"]:
    """Numbers of the wanted nets, and of others that complete their blocks; the end of the population comes last.

    None at all where no net is wanted.
    """
    if not wanted.any():
        return wanted.nonzero()[:, 0]
    end = len(wanted) - len(wanted) % ALIGNED
    among, others = (choice[:end].nonzero()[:, 0] for choice in (wanted, ~wanted))
    return torch.cat([among, others[: -len(among) % ALIGNED], torch.arange(end, len(wanted), device=wanted.device)])


def moved(before: Float[Tensor, "N W"], after: Float[Tensor, "N W"]) -> Bool[Tensor, " N"]:
    """Which nets are not the same to the last bit, the sign of a zero included; a NaN never is."""
    return ((before != after) | (before.signbit() != after.signbit())).any(dim=1)
