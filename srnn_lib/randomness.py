"""Random draws that do not depend on who else is drawing.

Every draw of the library takes a `torch.Generator`. Each call spends exactly one number of it, as the seed of a
child generator, and the child fills float64 values net by net. Hence net `i` receives the same numbers however many
nets stand beside it, whatever the precision the values are used in, and later calls are not shifted by the size of
earlier ones.
"""

import hashlib
import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks

DTYPES = {"float32": torch.float32, "float64": torch.float64}
"""The precisions in which values are used, by name."""


def seeded(seed: int) -> torch.Generator:
    """A generator on the CPU that begins with this seed, at most 2⁶⁴ − 1."""
    return torch.Generator().manual_seed(checks.integer("seed", seed, at_least=0, at_most=2**64 - 1))


def spawn(generator: torch.Generator) -> torch.Generator:
    """A child generator on the CPU, seeded by one draw from `generator`."""
    seed = torch.randint(2**62, (), generator=generator, device=generator.device)
    return seeded(int(seed))


def keyed(seed: int, purpose: str, number: int) -> torch.Generator:
    """A generator that depends on these three alone, so that no draw shifts another."""
    digest = hashlib.blake2b(f"{seed}/{purpose}/{number}".encode(), digest_size=7).digest()
    return seeded(int.from_bytes(digest, "big"))


def uniform(
    generator: torch.Generator, nets: int, *shape: int, low: float = 0.0, high: float = 1.0
) -> Float[Tensor, "N ..."]:
    """Uniform float64 draws in `[low, high)`, shape `(nets, *shape)`."""
    for size in (nets, *shape):
        checks.integer("number of draws", size, at_least=0)
    draws = torch.rand(nets, *shape, generator=spawn(generator), dtype=torch.float64)
    return low + (high - low) * draws


def kernel(
    generator: torch.Generator, nets: int, rows: int, columns: int, init: str = "glorot"
) -> Float[Tensor, "N rows columns"]:
    """Weights of one layer from `columns` cells to `rows` as it is usually started, uniform float64 draws.

    The limit is sqrt(6 / (rows + columns)) for "glorot", or 1 / sqrt(columns) for "fan-in", torch's default.
    """
    checks.choice("init", init, ("glorot", "fan-in"))
    limit = 1 / math.sqrt(columns if init == "fan-in" else (rows + columns) / 6)
    return uniform(generator, nets, rows, columns, low=-limit, high=limit)


def normal(generator: torch.Generator, nets: int, *shape: int) -> Float[Tensor, "N ..."]:
    """Standard normal float64 draws, shape `(nets, *shape)`.

    By the inverse distribution function: `torch.randn` fills in blocks, so its last values depend on the total size.
    """
    return torch.special.ndtri(uniform(generator, nets, *shape).clamp(2.0**-54, 1 - 2.0**-53))


def permutations(generator: torch.Generator, nets: int, length: int) -> Int[Tensor, "N length"]:
    """One uniformly random order of `length` items per net."""
    return uniform(generator, nets, length).argsort(dim=1)
