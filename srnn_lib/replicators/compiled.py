"""Steps of training by compiled kernels: from reductions and tensors to what `kernels` takes, and back."""

import warnings
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import randomness
from srnn_lib.replicators.architecture import ACTIVATIONS, Architecture, nets_adjacent
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Reduction, Weightwise

PRECISIONS = (torch.float32, torch.float64)
KEYS_AT_ONCE = 2**18
"""Random keys that are drawn and sorted at a time: what the nearer memories hold."""


def takes(weights: Tensor) -> bool:
    """Whether such nets can be trained by the kernels: float32 or float64, on the CPU, where numba works."""
    return weights.device.type == "cpu" and weights.dtype in PRECISIONS and works()


@cache
def works() -> bool:
    """Whether numba compiles on this machine. If it does not, a warning says so, once."""
    nets = torch.zeros(1, Weightwise().architecture.weight_count)
    try:
        try:
            advance(Weightwise(), nets, rate=0.1)
        except Exception:  # what an older version of this library left on disk may be unreadable
            _forget()
            advance(Weightwise(), nets, rate=0.1)
    except Exception as error:  # whatever a broken installation raises, the plain engines do without it
        line = str(error).strip().partition("\n")[0] or type(error).__name__
        warnings.warn(f"numba does not work here ({line}): training is slower, and otherwise the same", stacklevel=2)
        return False
    return True


def _forget() -> None:
    """Remove the compiled code that is kept beside its source."""
    for path in Path(__file__).parent.glob("__pycache__/kernels.*.nb[ci]"):
        path.unlink(missing_ok=True)


def orders(
    generator: torch.Generator, nets: int, pairs: int, places: Int[Tensor, " n"] | None = None
) -> Int[Tensor, "_N B"]:
    """One uniformly random order of the pairs per net: those of `randomness.permutations`, sooner.

    With `places`, the orders of these nets alone, as they are among all `nets`.
    """
    if not works():
        drawn = randomness.permutations(generator, nets, pairs)
        return drawn if places is None else drawn[places]
    if places is not None:
        return _sorted(randomness.uniform(generator, nets, pairs)[places])
    child, found = randomness.spawn(generator), torch.empty(nets, pairs, dtype=torch.int64)
    for part in found.split(max(1, KEYS_AT_ONCE // max(1, pairs))):
        part.copy_(_sorted(torch.rand(part.shape, generator=child, dtype=torch.float64)))
    return found


def _sorted(keys: Tensor) -> Tensor:
    return torch.from_numpy(_kernels().sorting(keys.numpy()))


def advance(
    reduction: Reduction,
    weights: Float[Tensor, "N W"],
    velocity: Float[Tensor, "N W"] | None = None,
    *,
    teacher: Float[Tensor, "N W"] | None = None,
    orders: Int[Tensor, "steps N B"] | None = None,
    rate: float,
    momentum: float = 0.0,
    done: int = 0,
    reset_every: int | None = None,
    steps: int = 1,
) -> tuple[Float[Tensor, "N W"], Float[Tensor, "N W"] | None]:
    """Weights and velocity after `steps` steps of training on `teacher`, or of the nets on themselves.

    Without momentum there is no velocity.

    The rule is that of `engines.UpdateRule`, with inputs and targets as constants: by single pairs in these orders, or
    on the full batch without any. `done` counts the steps before, of which the resets of the velocity go on.
    Nothing is checked here, and what lies outside an array is looked up all the same: `engines.Trainer` checks first.
    """
    kernels, now = _kernels(), _rows(weights).copy()
    at_rest = np.zeros((len(now), now.shape[1] if momentum else 0), now.dtype)
    moving = at_rest if velocity is None else _rows(velocity).copy()
    read = np.empty((len(now), 0), now.dtype) if teacher is None else _rows(teacher.to(weights))
    given = np.empty((0, 0, 0), np.int64) if orders is None else orders.contiguous().numpy()
    rates = kernels.Rates(now.dtype.type(rate), now.dtype.type(momentum), reset_every or 0)
    kernels.take_steps(kernels.Nets(now, moving, read, given), _layout(reduction, weights.dtype), rates, done, steps)
    return torch.from_numpy(now).T, torch.from_numpy(moving).T if momentum else None


def _rows(nets: Tensor) -> np.ndarray:
    """A row per weight, with the nets next to each other."""
    return nets_adjacent(nets.detach()).T.numpy()


@cache
def _kernels() -> ModuleType:
    """The compiled code. Numba takes half a second to import, which is spared those who train nothing."""
    from srnn_lib.replicators import kernels

    return kernels


@cache
def _layout(reduction: Reduction, dtype: torch.dtype) -> tuple:
    """What the kernels want to know of a reduction, a `kernels.Layout`."""
    kernels = _kernels()
    architecture = reduction.architecture
    kinds = {Weightwise: kernels.WEIGHTWISE, Aggregating: kernels.AGGREGATING, Recurrent: kernels.RECURRENT}
    activations = [ACTIVATIONS.index(architecture.activation)] * (len(architecture.widths) - 1)
    if architecture.linear_output:
        activations[-1] = ACTIVATIONS.index("linear")
    positions = reduction.positions if isinstance(reduction, Weightwise) else torch.empty(0, 0)
    return kernels.Layout(
        kind=kinds[type(reduction)],
        closed=isinstance(reduction, Weightwise) and not any(activations),
        places=_places(architecture),
        widths=np.array(architecture.widths),
        starts=np.cumsum([0, *architecture.widths]),
        activations=np.array(activations),
        positions=positions.to(dtype).numpy(),
        edges=np.cumsum([0, *getattr(reduction, "sizes", ())]),
        largest=getattr(reduction, "aggregate", "mean") == "max",
    )


def _places(architecture: Architecture) -> np.ndarray:
    """Where each matrix has its entries in the flat weights, in the corner of a square that holds any of them."""
    flat = torch.arange(architecture.weight_count)[None]
    places = np.zeros((len(architecture.matrices), max(architecture.widths), max(architecture.widths)), np.int64)
    for square, matrix in zip(places, architecture.split(flat), strict=True):
        rows, columns, _ = matrix.shape
        square[:rows, :columns] = matrix[..., 0]
    return places
