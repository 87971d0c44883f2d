"""Many nets of one architecture as one tensor: drawing them, cloning them with noise, keeping them on disk.

A population is a tensor `weights` of shape `(N, W)`, nets first. Selecting nets is indexing; seeds, trials and noise
levels are more nets.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.randomness import DTYPES
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.saving import load_tensors, save_tensors

INITIALISATIONS = ("glorot", "fan-in")
ORTHOGONAL = ("svd", "haar")
NOISE_FORMS = ("uniform", "per-clone", "constant", "normal")


def initialise(
    architecture: Architecture,
    nets: int,
    generator: torch.Generator,
    *,
    init: str = "glorot",
    recurrence: str = "svd",
    dtype: str = "float32",
    device: str = "cpu",
) -> Float[Tensor, "N W"]:
    """Draw a population of random nets, in "float32" or "float64"; the draws are the same in both, and on every device.

    `init` is "glorot" (uniform, limit sqrt(6 / (fan in + fan out)); Keras' default, 2019) or "fan-in" (uniform, limit
    1 / sqrt(fan in); PyTorch's default, 2021). `recurrence` is how the orthogonal matrices of recurrent nets are drawn:
    "svd" (the left singular vectors of a normal matrix, as the Keras of 2019 did; by the habits of LAPACK these are
    reflections for every 2 × 2 matrix) or "haar" (uniform over all orthogonal matrices, as today's libraries do).

    Raises:
        BadInput: A count below 1 or an unknown name.

    Source: SR leaves the initialisation open; authors' `master` (2019) and `journal` (2021) branches.
    """
    checks.integer("nets", nets)
    checks.device(device)
    checks.choice("init", init, INITIALISATIONS)
    checks.choice("recurrence", recurrence, ORTHOGONAL)
    number_type = DTYPES[checks.choice("dtype", dtype, DTYPES)]
    drawn = [
        _orthogonal(generator, nets, m.rows, recurrence)
        if m.recurrent
        else randomness.kernel(generator, nets, m.rows, m.columns, init)
        for m in architecture.matrices
    ]
    return architecture.join([matrix.movedim(0, -1) for matrix in drawn]).contiguous().to(device, number_type)


def _orthogonal(generator: torch.Generator, nets: int, size: int, recurrence: str) -> Tensor:
    """Random orthogonal matrices: singular vectors, or QR with the signs fixed."""
    drawn = randomness.normal(generator, nets, size, size)
    if recurrence == "svd":
        return torch.linalg.svd(drawn).U
    q, r = torch.linalg.qr(drawn)
    return q * r.diagonal(dim1=1, dim2=2).sign()[:, None, :]


def identity(architecture: Architecture, dtype: str = "float32", sign: float = 1.0) -> Float[Tensor, "1 W"]:
    """The hand-made fixpoint of weightwise application: the leftmost weight of every layer is 1, all others 0.

    `sign` is the value of the first of those ones; -1 gives the hand-made fixpoint of second order, which maps every
    weight to its negative.

    Raises:
        BadInput: A recurrent architecture, another sign, or an unknown name.

    Source: SR §3.1 (the net written as a script I).
    """
    if architecture.recurrent:
        raise checks.bad_input("architecture", "recurrent", "feed-forward architectures")
    if sign not in (1.0, -1.0):
        raise checks.bad_input("sign", sign, "1 or -1")
    net = torch.zeros(1, architecture.weight_count, dtype=DTYPES[checks.choice("dtype", dtype, DTYPES)])
    for layer, matrix in enumerate(architecture.split(net)):
        matrix[0, 0] = 1.0 if layer else sign
    return net


def clone_with_noise(
    parents: Float[Tensor, "N W"],
    levels: Sequence[float],
    trials: int,
    generator: torch.Generator,
    form: str = "uniform",
) -> Float[Tensor, "levels N trials W"]:
    """Noisy clones of every parent: child = parent + level · z, at every level, `trials` times.

    A level is the largest noise per weight, or its standard deviation with "normal". `form` is "uniform" (z uniform in
    [-1, 1] per weight), "per-clone" (the same times one uniform [0, 1] factor per child), "constant" (a random sign per
    weight times one uniform [0, 1] factor per child) or "normal" (z standard normal per weight).

    Raises:
        BadInput: A level that is not above 0, a count below 1, or an unknown form.

    Source: SR note 4 ("uniform"); authors' `journal` branch from and until June 2021 ("per-clone", "constant"); ON
        §IV-A ("normal").
    """
    checks.choice("form", form, NOISE_FORMS)
    checks.integer("trials", trials)
    if not isinstance(levels, Sequence):
        raise checks.bad_input("noise levels", levels, "a list of numbers above 0")
    scale = torch.tensor([checks.positive("noise level", level) for level in levels], dtype=torch.float64)
    nets, width = parents.shape
    z = _noise(generator, (nets, len(levels), trials, width), form)
    noise = (z.transpose(0, 1) * scale[:, None, None, None]).to(parents)
    return parents[None, :, None, :] + noise


def _noise(generator: torch.Generator, shape: tuple[int, int, int, int], form: str) -> Tensor:
    """The draws `z` of every weight of every child, before they are scaled to a level."""
    if form == "normal":
        return randomness.normal(generator, *shape)
    z = randomness.uniform(generator, *shape, low=-1.0)
    if form == "constant":
        z = torch.where(z < 0, -1.0, 1.0)
    return z if form == "uniform" else z * randomness.uniform(generator, *shape[:3], 1)


def save_population(path: str | Path, architecture: Architecture, weights: Float[Tensor, "N W"]) -> None:
    """Write a population to a safetensors file; a file that is already there is replaced in one move.

    Raises:
        BadInput: The weights do not fit the architecture.
    """
    _require_fit(architecture, weights)
    save_tensors(path, {"weights": weights}, asdict(architecture))


def load_population(path: str | Path) -> tuple[Architecture, Float[Tensor, "N W"]]:
    """Read a population written by `save_population`.

    Raises:
        BadInput: The file is missing, damaged, or not a population; the line says which.
    """
    remedy = "write one with population.save_population"
    tensors, fields = load_tensors(path, "population file", remedy)
    try:
        architecture = Architecture(**{**fields, "widths": tuple(fields["widths"])})
        _require_fit(architecture, tensors["weights"])
    except (KeyError, TypeError, checks.BadInput) as error:
        raise checks.bad_input("population file", Path(path).name, "a population", remedy) from error
    return architecture, tensors["weights"]


def _require_fit(architecture: Architecture, weights: Tensor) -> None:
    if weights.ndim != 2 or weights.shape[1] != architecture.weight_count:
        allowed = f"(nets, {architecture.weight_count}) for this architecture"
        raise checks.bad_input("shape of the weights", tuple(weights.shape), allowed)
