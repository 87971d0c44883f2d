"""What a net is made of: layer widths, activation, the order of its weights, and where each weight lives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from srnn_lib import checks
from srnn_lib.activations import function

ACTIVATIONS = ("linear", "tanh", "relu", "sigmoid")
WEIGHT_ORDERS = ("target", "source")
POSITION_CODES = ("layer", "keras", "raw", "global", "norm")


class Matrix(NamedTuple):
    """One weight matrix: its layer, its shape, and whether it feeds a layer's past back into it."""

    layer: int
    rows: int
    columns: int
    recurrent: bool


@dataclass(frozen=True)
class Architecture:
    """Widths of the layers from input to output, one activation after every layer, and no biases.

    Attributes:
        widths: Cells per layer, input first. The paper's nets have two hidden layers of two cells.
        activation: One of `ACTIVATIONS`, applied after every layer.
        linear_output: Whether the last layer is spared the activation.
        recurrent: Whether each layer also has a square matrix on its own previous output.
        order: Which index runs slowest in the flat weight vector: the "target" cell (PyTorch's order, the default)
            or the "source" cell (the order of the authors' Keras code of 2019).

    Source: SR §2.1 and §3 (widths, no bias); authors' `master` and `journal` branches (orders).
    """

    widths: tuple[int, ...] = (4, 2, 2, 1)
    activation: str = "linear"
    recurrent: bool = False
    order: str = "target"
    linear_output: bool = False

    def __post_init__(self) -> None:
        checks.choice("activation", self.activation, ACTIVATIONS)
        checks.choice("order", self.order, WEIGHT_ORDERS)
        if not isinstance(self.widths, tuple) or len(self.widths) < 2:
            raise checks.bad_input("widths", self.widths, "a tuple of widths, at least an input and an output width")
        for width in self.widths:
            checks.integer("width", width)

    @cached_property
    def matrices(self) -> tuple[Matrix, ...]:
        """The weight matrices in the order of the flat vector, input to output, each kernel before its recurrence."""
        return tuple(
            Matrix(layer, rows, rows if recurrent else columns, recurrent)
            for layer, (columns, rows) in enumerate(pairwise(self.widths))
            for recurrent in ((False, True) if self.recurrent else (False,))
        )

    @cached_property
    def weight_count(self) -> int:
        """W, the number of weights of one net."""
        return sum(m.rows * m.columns for m in self.matrices)

    def split(self, weights: Shaped[Tensor, "N W"]) -> list[Shaped[Tensor, "_rows _columns N"]]:
        """Views of the weight matrices, target cell by source cell, with the nets on the last axis.

        So many small products are one large one, over rows of nets; `join` is the way back.
        """
        if weights.shape[-1] != self.weight_count:
            wanted = f"{self.weight_count}, that of this architecture"
            raise checks.bad_input("number of weights", weights.shape[-1], wanted)
        parts = zip(weights.T.split([m.rows * m.columns for m in self.matrices]), self.matrices, strict=True)
        if self.order == "source":
            return [part.unflatten(0, (m.columns, m.rows)).transpose(0, 1) for part, m in parts]
        return [part.unflatten(0, (m.rows, m.columns)) for part, m in parts]

    def join(self, matrices: Sequence[Shaped[Tensor, "_rows _columns N"]]) -> Shaped[Tensor, "N W"]:
        """Inverse of `split`: flat vectors, which lie in memory as `nets_adjacent` has them."""
        if self.order == "source":
            matrices = [matrix.transpose(0, 1) for matrix in matrices]
        return torch.cat([matrix.flatten(0, 1) for matrix in matrices]).T

    def layers(self, weights: Shaped[Tensor, "N W"]) -> list[Shaped[Tensor, "N _out _in"]]:
        """The weight matrices of every net, nets first."""
        return [matrix.movedim(-1, 0) for matrix in self.split(weights)]

    def forward(self, weights: Float[Tensor, "#N W"], inputs: Float[Tensor, "#N B in"]) -> Float[Tensor, "_N B out"]:
        """Outputs of N nets, each on its own B inputs; recurrent nets read B as time.

        Source: SR §2.1, with the state before the first time step at zero.
        """
        layers, signal = iter(self.layers(weights)), inputs
        activations = [function(self.activation)] * (len(self.widths) - 1)
        if self.linear_output:
            activations[-1] = function("linear")
        for activate in activations:
            signal = signal @ next(layers).mT
            signal = _unroll(signal, next(layers), activate) if self.recurrent else activate(signal)
        return signal

    def effective_row(self, net: Float[Tensor, " W"]) -> Float[Tensor, " in"]:
        """The effective row of one linear net with one output, as a function to differentiate.

        Raises:
            BadInput: The net is not linear, or recurrent, or has several outputs.
        """
        if self.widths[-1] != 1:
            raise checks.bad_input("number of outputs", self.widths[-1], "1: other nets have no effective row")
        return self.effective(net[None])[0, 0]

    def effective(self, weights: Float[Tensor, "N W"]) -> Float[Tensor, "N out in"]:
        """The one matrix W_L … W_1 to which each linear net comes down; for one output, its effective row.

        Raises:
            BadInput: The nets are not linear, or recurrent.
        """
        if self.activation != "linear" or self.recurrent:
            kind = "recurrent" if self.recurrent else self.activation
            raise checks.bad_input("architecture", kind, "linear ones without feedback")
        return reduce(lambda right, left: (left[:, :, None] * right[None]).sum(1), self.split(weights)).movedim(-1, 0)

    def positions(self, codes: str = "layer") -> Float[Tensor, "W 3"]:
        """The code (l, c, p) of every weight: its layer, the cell it leads into, its place among that cell's weights.

        One row per weight in flat order, float64. `codes` is "layer" (each index divided by the largest one of its
        layer, so in [0, 1]: the paper's wording and the authors' code of 2021), "keras" (the same with the roles of c
        and p exchanged, 2019), "raw" (the integers; the head of the authors' `journal` branch), "global" (each column
        divided by its largest value, organism networks) or "norm" (by its Euclidean norm, organisms before 2022).

        Source: SR §2.2, Reduction 1; authors' code as named.
        """
        checks.choice("codes", codes, POSITION_CODES)
        axes = [(torch.tensor([m.layer]), torch.arange(m.rows), torch.arange(m.columns)) for m in self.matrices]
        raw = self.join([torch.cartesian_prod(*axis).view(len(axis[1]), -1, 3) for axis in axes]).T.double()
        if codes == "raw":
            return raw
        if codes == "norm":
            return raw / raw.norm(dim=0).clamp(min=1e-300)
        if codes == "global":
            return raw / raw.amax(dim=0).clamp(min=1.0)
        sizes = [(len(self.widths) - 1, m.rows, m.columns) for m in self.matrices for _ in range(m.rows * m.columns)]
        scaled = raw / (torch.tensor(sizes) - 1).clamp(min=1)
        return scaled[:, [0, 2, 1]] if codes == "keras" else scaled


def nets_adjacent(weights: Float[Tensor, "N W"]) -> Float[Tensor, "N W"]:
    """The same weights with the nets next to each other in memory: closed forms work on rows of nets."""
    return weights.T.contiguous().T


def _unroll(drive: Tensor, feedback: Tensor, activate: Callable[[Tensor], Tensor]) -> Tensor:
    """Run one recurrent layer over time: h_t = f(drive_t + feedback h_{t-1})."""
    state, states = torch.zeros_like(drive[:, 0]), []
    for step in drive.unbind(dim=1):
        state = activate(step + (feedback * state[:, None, :]).sum(-1))
        states.append(state)
    return torch.stack(states, dim=1)
