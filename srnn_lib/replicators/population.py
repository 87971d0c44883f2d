"""Many nets of one architecture as one tensor: drawing them, cloning them with noise, keeping them on disk.

A population is a tensor `weights` of shape `(N, W)`, nets first. Selecting nets is indexing; seeds, trials and noise
levels are more nets.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import safetensors.torch
import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.files import write_whole
from srnn_lib.replicators.architecture import Architecture

DTYPES = {"float32": torch.float32, "float64": torch.float64}
INITIALISATIONS = ("glorot", "fan-in")
ORTHOGONAL = ("svd", "haar")
NOISE_FORMS = ("uniform", "per-clone", "constant", "normal")


def initialise(
    architecture: Architecture,
    nets: int,
    generator: torch.Generator,
    init: str = "glorot",
    recurrence: str = "svd",
    dtype: str = "float32",
) -> Float[Tensor, "N W"]:
    """Draw a population of random nets.

    Args:
        architecture: Of every net.
        nets: N, 1 or more.
        generator: Source of the draws.
        init: "glorot" (uniform, limit sqrt(6 / (fan in + fan out)); Keras' default, 2019) or "fan-in" (uniform, limit
            1 / sqrt(fan in); PyTorch's default, 2021).
        recurrence: How the orthogonal matrices of recurrent nets are drawn. "svd": the left singular vectors of a
            normal matrix, as the Keras of 2019 did; by the habits of LAPACK these are reflections for every 2 × 2
            matrix. "haar": uniform over all orthogonal matrices, as today's libraries do.
        dtype: "float32" or "float64". The draws are the same in both.

    Raises:
        BadInput: A count below 1 or an unknown name.

    Source: SR leaves the initialisation open; authors' `master` (2019) and `journal` (2021) branches.
    """
    checks.count("nets", nets)
    checks.choice("init", init, INITIALISATIONS)
    checks.choice("recurrence", recurrence, ORTHOGONAL)
    number_type = DTYPES[checks.choice("dtype", dtype, DTYPES)]
    drawn = [
        _orthogonal(generator, nets, m.rows, recurrence)
        if m.recurrent
        else randomness.kernel(generator, nets, m.rows, m.columns, init)
        for m in architecture.matrices
    ]
    return architecture.join([matrix.movedim(0, -1) for matrix in drawn]).T.contiguous().to(number_type)


def _orthogonal(generator: torch.Generator, nets: int, size: int, recurrence: str) -> Tensor:
    """Random orthogonal matrices: singular vectors, or QR with the signs fixed."""
    drawn = randomness.normal(generator, nets, size, size)
    if recurrence == "svd":
        return torch.linalg.svd(drawn).U
    q, r = torch.linalg.qr(drawn)
    return q * r.diagonal(dim1=1, dim2=2).sign()[:, None, :]


def identity(architecture: Architecture, dtype: str = "float32", sign: float = 1.0) -> Float[Tensor, "1 W"]:
    """The hand-made fixpoint of weightwise application: the leftmost weight of every layer is 1, all others 0.

    Args:
        architecture: A feed-forward one.
        dtype: "float32" or "float64".
        sign: Value of the first of those ones; -1 gives the hand-made fixpoint of second order, which maps every
            weight to its negative.

    Source: SR §3.1 (the net written as a script I).
    """
    if architecture.recurrent:
        raise checks.refuse("architecture", "recurrent", "feed-forward architectures")
    if sign not in (1.0, -1.0):
        raise checks.refuse("sign", sign, "1 or -1")
    net = torch.zeros(architecture.weight_count, 1, dtype=DTYPES[checks.choice("dtype", dtype, DTYPES)])
    for layer, matrix in enumerate(architecture.split(net)):
        matrix[0, 0] = sign if layer == 0 else 1.0
    return net.T.contiguous()


def clone_with_noise(
    parents: Float[Tensor, "N W"],
    levels: Sequence[float],
    trials: int,
    generator: torch.Generator,
    form: str = "uniform",
) -> Float[Tensor, "levels N trials W"]:
    """Noisy clones of every parent: child = parent + level · z, at every level, `trials` times.

    Args:
        parents: Weights of the parents.
        levels: Largest noise per weight, positive numbers; with "normal", its standard deviation.
        trials: Children per parent and level, 1 or more.
        generator: Source of the draws.
        form: "uniform" (z uniform in [-1, 1] per weight), "per-clone" (the same times one uniform [0, 1] factor per
            child), "constant" (a random sign per weight times one uniform [0, 1] factor per child), "normal" (z
            standard normal per weight).

    Raises:
        BadInput: A level that is not above 0, a count below 1, or an unknown form.

    Source: SR note 4 ("uniform"); authors' `journal` branch from and until June 2021 ("per-clone", "constant"); ON
        §IV-A ("normal").
    """
    checks.choice("form", form, NOISE_FORMS)
    checks.count("trials", trials)
    if not isinstance(levels, Sequence):
        raise checks.refuse("noise levels", levels, "a list of numbers above 0")
    scale = torch.tensor([checks.positive("noise level", level) for level in levels], dtype=torch.float64)
    nets, width = parents.shape
    z = _noise(generator, (nets, len(levels), trials, width), form)
    noise = (z.transpose(0, 1) * scale[:, None, None, None]).to(parents.dtype)
    return parents[None, :, None, :] + noise


def _noise(generator: torch.Generator, shape: tuple[int, int, int, int], form: str) -> Tensor:
    """The draws `z` of every weight of every child, before they are scaled to a level."""
    if form == "normal":
        return randomness.normal(generator, *shape)
    z = randomness.uniform(generator, *shape, low=-1.0)
    if form == "constant":
        z = torch.where(z < 0, -1.0, 1.0)
    return z if form == "uniform" else z * randomness.uniform(generator, *shape[:3], 1)


def save(path: str | Path, architecture: Architecture, weights: Float[Tensor, "N W"]) -> None:
    """Write a population to a safetensors file; a file that is already there is replaced in one move.

    Raises:
        BadInput: The weights do not fit the architecture.
    """
    _require_fit(architecture, weights)
    written = {"architecture": json.dumps(asdict(architecture))}
    write_whole(Path(path), safetensors.torch.save({"weights": weights.contiguous()}, written))


def load(path: str | Path) -> tuple[Architecture, Float[Tensor, "N W"]]:
    """Read a population written by `save`.

    Raises:
        BadInput: The file is missing, damaged, or not a population; the line says which.
    """
    path = Path(path)
    if not path.is_file():
        raise checks.refuse("population file", path.name, "an existing file", "save one with population.save")
    try:
        with safe_open(path, framework="pt") as file:
            fields = json.loads((file.metadata() or {})["architecture"])
            weights = file.get_tensor("weights")
        architecture = Architecture(**{**fields, "widths": tuple(fields["widths"])})
        _require_fit(architecture, weights)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        wanted = "a file written by population.save"
        raise checks.refuse("population file", path.name, wanted, "delete it and save it again") from error
    return architecture, weights


def _require_fit(architecture: Architecture, weights: Tensor) -> None:
    if weights.ndim != 2 or weights.shape[1] != architecture.weight_count:
        allowed = f"(nets, {architecture.weight_count}) for this architecture"
        raise checks.refuse("shape of the weights", tuple(weights.shape), allowed)
