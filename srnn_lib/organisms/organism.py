"""Organism networks: networks whose every weight is a small net, a particle, that also learns to replicate itself.

An organism's particles are one tensor `weights` of shape `(S, N, W)`: S organisms of one shape, N particles each, in
the order of a network's weights: layer by layer, target cell by source cell. A linear particle that is reached through
its task input alone multiplies by one number, its gain, so an organism of linear particles is exactly the ordinary
network of its gains. `forward` uses that; `forward_particles` asks the particles themselves.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from itertools import accumulate
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn.utils import skip_init

from srnn_lib import checks
from srnn_lib.activations import function
from srnn_lib.replicators import population
from srnn_lib.replicators.architecture import Architecture, nets_adjacent
from srnn_lib.replicators.reductions import Weightwise
from srnn_lib.saving import load_tensors, save_tensors

_MODULES = {"gelu": nn.GELU, "tanh": nn.Tanh, "relu": nn.ReLU}
HIDDEN_ACTIVATIONS = ("linear", *_MODULES)
RESIDUALS = ("none", "each", "pairs")
HELD_AT_ONCE = 2**26
"""Numbers that are held at once while organisms answer: what bounds their memory."""


@dataclass(frozen=True)
class Organism:
    """The shape of an organism network.

    Attributes:
        widths: Cells per layer, input first, at least one hidden layer.
        particle: Architecture of every particle: five inputs (value, layer, cell, place, task) and one output.
        activation: After every hidden layer of the organism: "linear" (none), "gelu", "tanh", "relu".
        residual: "none" (the paper's text), "each" (every layer between two hidden layers adds its input to its
            output) or "pairs" (the same over two such layers at a time); both from the authors' code.
        codes: Position codes of the particles' weights (`architecture.POSITION_CODES`).

    Source: ON Definition 7 and Fig. 1; authors' `swarm` branch for codes and residuals.
    """

    widths: tuple[int, ...] = (2, 3, 3, 1)
    particle: Architecture = field(default_factory=lambda: Architecture((5, 3, 3, 1)))
    activation: str = "linear"
    residual: str = "none"
    codes: str = "global"

    def __post_init__(self) -> None:
        checks.choice("activation", self.activation, HIDDEN_ACTIVATIONS)
        checks.choice("residual", self.residual, RESIDUALS)
        if not isinstance(self.widths, tuple) or len(self.widths) < 3:
            raise checks.bad_input("widths", self.widths, "input, one hidden layer or more, output")
        Architecture(self.widths)
        if self.particle.widths[0] != 5:
            raise checks.bad_input("particle", self.particle.widths, "five inputs: value, layer, cell, place, task")
        if self.residual != "none" and len(set(self.widths[1:-1])) > 1:
            raise checks.bad_input("residual", self.residual, "none where the hidden layers have different widths")
        Weightwise(self.particle, self.codes)

    @cached_property
    def replication(self) -> Weightwise:
        """Replicative application, in which the task input reads 0 (ON Definition 6)."""
        return Weightwise(self.particle, self.codes)

    @cached_property
    def _network(self) -> Architecture:
        """How the weights of the ordinary network lie; its activation and residual connections are not in it."""
        return Architecture(self.widths)

    @cached_property
    def shapes(self) -> list[tuple[int, int]]:
        """Target and source cells of every layer of weights."""
        return [(m.rows, m.columns) for m in self._network.matrices]

    @property
    def particles(self) -> int:
        """N, the number of particles, one per weight of the ordinary network."""
        return self._network.weight_count

    @cached_property
    def cells(self) -> Int[Tensor, "N 3"]:
        """Layer of weights, target cell and source cell of every particle."""
        return self._network.positions("raw").long()

    def populate(
        self, seeds: int, generator: torch.Generator, init: str = "glorot", dtype: str = "float32"
    ) -> Float[Tensor, "S N W"]:
        """Fresh particles of `seeds` organisms, drawn as `population.initialise` draws nets."""
        nets = checks.integer("seeds", seeds) * self.particles
        return self.stacked(population.initialise(self.particle, nets, generator, init=init, dtype=dtype))

    def stacked(self, nets: Float[Tensor, "nets W"]) -> Float[Tensor, "S N W"]:
        """Particles in a row, seed by seed, as organisms; in memory they lie as the closed form wants them."""
        return nets_adjacent(nets).unflatten(0, (-1, self.particles))

    def nets(self, weights: Float[Tensor, "S N W"]) -> Float[Tensor, "nets W"]:
        """All particles of all organisms in a row, seed by seed; the way back is `stacked`."""
        return weights.flatten(0, 1)

    def gains(self, weights: Float[Tensor, "S N W"]) -> Float[Tensor, "S N"]:
        """What each particle multiplies by: its output for the input (0, 0, 0, 0, 1).

        Raises:
            BadInput: Particles that are not linear have no gain.

        Source: ON §IV-B (weight re-substitution).
        """
        if self.particle.activation != "linear":
            raise checks.bad_input("architecture", self.particle.activation, "linear ones without feedback")
        return self._reached(self.particle.split(self.nets(weights)))[-1][0].unflatten(0, weights.shape[:2])

    def pulled(self, weights: Float[Tensor, "S N W"], pull: Float[Tensor, "S N"]) -> Float[Tensor, "S N W"]:
        """The gradient on the particles' weights, given a loss's derivative by each particle's gain."""
        first, *later = matrices = self.particle.split(self.nets(weights))
        owed = [pull.reshape(1, -1)]
        for matrix in reversed(later):
            owed.insert(0, (matrix * owed[0][:, None]).sum(0))
        inner = zip(owed[1:], self._reached(matrices), strict=False)
        entry = torch.zeros_like(first)
        entry[:, 4] = owed[0]
        return self.particle.join([entry, *(row[:, None] * column for row, column in inner)]).unflatten(0, pull.shape)

    def _reached(self, matrices: list[Float[Tensor, "_rows _columns nets"]]) -> list[Float[Tensor, "_cells nets"]]:
        """What reaches each layer of the particles' cells behind the inputs if these are (0, 0, 0, 0, 1)."""
        first, *later = matrices
        return list(accumulate(later, lambda column, matrix: (matrix * column).sum(1), initial=first[:, 4]))

    def matrices(self, gains: Shaped[Tensor, "S N"]) -> list[Shaped[Tensor, "S _out _in"]]:
        """The weight matrices of the ordinary networks with these weights."""
        return self._network.layers(gains)

    def forward(self, gains: Float[Tensor, "S N"], inputs: Float[Tensor, "*S B in"]) -> Float[Tensor, "S B out"]:
        """Outputs of S organisms through their gains, on inputs `(S, B, in)`, or `(B, in)` for all.

        Source: ON Definition 7, for linear particles.
        """
        return self.through([partial(mapped, matrix) for matrix in self.matrices(gains)], inputs)

    def forward_particles(
        self, weights: Float[Tensor, "S N W"], inputs: Float[Tensor, "*S B in"]
    ) -> Float[Tensor, "S B out"]:
        """Outputs of S organisms through every particle: the definition itself, for any activation inside.

        Source: ON Definitions 6 and 7.
        """
        parts = weights.split([rows * columns for rows, columns in self.shapes], dim=1)
        layers = [partial(_asked, self.particle, p.unflatten(1, s)) for p, s in zip(parts, self.shapes, strict=True)]
        return self.through(layers, inputs.expand(len(weights), *inputs.shape[-2:]))

    def through(
        self, layers: Sequence[Callable[[Tensor], Tensor]], inputs: Float[Tensor, "*#S B in"]
    ) -> Float[Tensor, "*#S B out"]:
        """The signal through all layers, with activations and residual connections after the hidden ones.

        Each of `layers` makes a signal of a signal. Inside, that is `(*S, cells, B)`, so that products and activations
        run over contiguous memory.
        """
        if inputs.shape[-1] != self.widths[0]:
            raise checks.bad_input("width of the inputs", inputs.shape[-1], f"{self.widths[0]}, that of the organism")
        *hidden, last = layers
        activate = function(self.activation)
        signal = kept = activate(hidden[0](inputs.mT))
        for index, layer in enumerate(hidden[1:], start=1):
            signal = activate(layer(signal))
            if self.adds(index):
                signal = kept = signal + kept
        return last(signal).mT

    def adds(self, layer: int) -> bool:
        """Whether a residual connection ends behind this hidden layer, counted from 0."""
        return layer > 0 and (self.residual == "each" or (self.residual == "pairs" and layer % 2 == 0))

    def portion(self, batch: int) -> int:
        """How many organisms may answer at once to so many inputs, so that memory stays bounded."""
        each = 2 * sum(self.widths[1:])
        if self.particle.activation != "linear":
            each = 2 * self.particles * sum(self.particle.widths)
        return max(1, HELD_AT_ONCE // (each * batch))

    def module(self, gains: Float[Tensor, " N"]) -> nn.Sequential:
        """The ordinary network of these gains, in plain torch: linear layers without biases, and activations.

        Raises:
            BadInput: Residual connections, which a plain sequence of layers does not have.

        Source: ON §IV-B.
        """
        if self.residual != "none":
            raise checks.bad_input("residual", self.residual, "none, for an ordinary sequence of layers")
        layers: list[nn.Module] = []
        for matrix in self.matrices(gains.detach()[None]):
            linear = skip_init(nn.Linear, matrix.shape[2], matrix.shape[1], bias=False, dtype=gains.dtype)
            linear.weight = nn.Parameter(matrix[0].clone())
            layers += [linear, *([_MODULES[self.activation]()] if self.activation != "linear" else [])]
        return nn.Sequential(*(layers if self.activation == "linear" else layers[:-1]))


def mapped(matrix: Float[Tensor, "S out in"], signal: Float[Tensor, "*S in B"]) -> Float[Tensor, "S out B"]:
    """One layer of S ordinary networks; a signal that all share passes as one wide product."""
    if signal.ndim == 3:
        return matrix @ signal
    return (matrix.flatten(0, 1) @ signal).unflatten(0, matrix.shape[:2])


def _asked(
    particle: Architecture, weights: Float[Tensor, "*S out in W"], signal: Float[Tensor, "*S in B"]
) -> Float[Tensor, "S out B"]:
    """One layer of S organisms: each cell sums what its particles answer to (0, 0, 0, 0, x)."""
    seeds, rows, columns, _ = weights.shape
    task = signal[:, None].expand(-1, rows, -1, -1)[..., None]
    answers = particle.forward(weights.flatten(0, 2), F.pad(task, (4, 0)).flatten(0, 2))
    return answers.reshape(seeds, rows, columns, -1).sum(2)


def save_organisms(path: str | Path, organism: Organism, weights: Float[Tensor, "S N W"]) -> None:
    """Write organisms to a safetensors file with their shape in its header.

    Raises:
        BadInput: The weights do not fit the shape.
    """
    _require_fit(organism, weights)
    save_tensors(path, {"weights": weights}, asdict(organism))


def load_organisms(path: str | Path) -> tuple[Organism, Float[Tensor, "S N W"]]:
    """Read organisms written by `save_organisms`.

    Raises:
        BadInput: The file is missing, damaged, or holds no organisms.
    """
    remedy = "write one with organism.save_organisms"
    tensors, fields = load_tensors(path, "organism file", remedy)
    try:
        particle = Architecture(**{**fields["particle"], "widths": tuple(fields["particle"]["widths"])})
        organism = Organism(**{**fields, "widths": tuple(fields["widths"]), "particle": particle})
        weights = tensors["weights"]
        _require_fit(organism, weights)
    except (KeyError, TypeError, checks.BadInput) as error:
        raise checks.bad_input("organism file", Path(path).name, "organisms", remedy) from error
    return organism, organism.stacked(organism.nets(weights))


def _require_fit(organism: Organism, weights: Tensor) -> None:
    wanted = (organism.particles, organism.particle.weight_count)
    if weights.ndim != 3 or weights.shape[1:] != wanted:
        allowed = f"(seeds, {wanted[0]}, {wanted[1]}) for this organism"
        raise checks.bad_input("shape of the weights", tuple(weights.shape), allowed)
