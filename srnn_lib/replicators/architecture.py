"""What a net is made of: layer widths, activation, the order of its weights, and where each weight lives."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks
from srnn_lib.activations import function

ACTIVATIONS = ("linear", "tanh", "relu", "sigmoid")
ORDERS = ("target", "source")
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
        checks.choice("order", self.order, ORDERS)
        if not isinstance(self.widths, tuple) or len(self.widths) < 2:
            raise checks.refuse("widths", self.widths, "a tuple of widths, at least an input and an output width")
        for width in self.widths:
            checks.count("width", width)

    @cached_property
    def matrices(self) -> tuple[Matrix, ...]:
        """The weight matrices in the order of the flat vector: input to output, each kernel before its recurrence."""
        found = []
        for layer, (columns, rows) in enumerate(zip(self.widths, self.widths[1:], strict=False)):
            found.append(Matrix(layer, rows, columns, recurrent=False))
            if self.recurrent:
                found.append(Matrix(layer, rows, rows, recurrent=True))
        return tuple(found)

    @cached_property
    def weight_count(self) -> int:
        """W, the number of weights of one net."""
        return sum(m.rows * m.columns for m in self.matrices)

    def split(self, flat: Float[Tensor, "W ..."]) -> list[Float[Tensor, "rows columns ..."]]:
        """Views of the weight matrices, target cell by source cell, of weights with the weight axis first."""
        if len(flat) != self.weight_count:
            raise checks.refuse("number of weights", len(flat), f"{self.weight_count}, that of this architecture")
        parts = flat.split([m.rows * m.columns for m in self.matrices])
        if self.order == "source":
            return [
                p.unflatten(0, (m.columns, m.rows)).transpose(0, 1) for p, m in zip(parts, self.matrices, strict=True)
            ]
        return [p.unflatten(0, (m.rows, m.columns)) for p, m in zip(parts, self.matrices, strict=True)]

    def join(self, matrices: list[Float[Tensor, "rows columns ..."]]) -> Float[Tensor, "W ..."]:
        """Inverse of `split`: the flat vectors, weight axis first."""
        if self.order == "source":
            matrices = [matrix.transpose(0, 1) for matrix in matrices]
        return torch.cat([matrix.flatten(0, 1) for matrix in matrices])

    def layers(self, weights: Float[Tensor, "N W"]) -> list[Float[Tensor, "N out in"]]:
        """The weight matrices of every net, nets first."""
        return [matrix.movedim(-1, 0) for matrix in self.split(weights.T)]

    def forward(self, weights: Float[Tensor, "N W"], inputs: Float[Tensor, "N B in"]) -> Float[Tensor, "N B out"]:
        """Outputs of N nets, each on its own B inputs; recurrent nets read B as time.

        Source: SR §2.1, with the state before the first time step at zero.
        """
        layers = self.layers(weights)
        activations = [function(self.activation)] * (len(self.widths) - 1)
        if self.linear_output:
            activations[-1] = function("linear")
        signal = inputs
        if not self.recurrent:
            for matrix, activate in zip(layers, activations, strict=True):
                signal = activate(signal @ matrix.mT)
            return signal
        for kernel, feedback, activate in zip(layers[::2], layers[1::2], activations, strict=True):
            signal = _unroll(signal @ kernel.mT, feedback, activate)
        return signal

    def effective(self, weights: Float[Tensor, "N W"]) -> Float[Tensor, "N out in"]:
        """The one matrix W_L … W_1 to which each linear net comes down; for one output, its effective row.

        Raises:
            BadInput: The nets are not linear, or recurrent.
        """
        if self.activation != "linear" or self.recurrent:
            kind = "recurrent" if self.recurrent else self.activation
            raise checks.refuse("architecture", kind, "linear ones without feedback")
        matrices = self.split(weights.T)  # with the nets on the last axis, where many small products are one large one
        product = reduce(lambda right, left: (left[:, :, None] * right[None]).sum(1), matrices)
        return product.movedim(-1, 0)

    def positions(self, codes: str = "layer") -> Float[Tensor, "W 3"]:
        """The code (l, c, p) of every weight: its layer, the cell it leads into, its place among that cell's weights.

        Args:
            codes: "layer" (each index divided by the largest one of its layer, so in [0, 1]: the paper's wording and
                the authors' code of 2021), "keras" (the same with the roles of c and p exchanged, 2019), "raw" (the
                integers; the head of the authors' `journal` branch), "global" (each column divided by its largest
                value, organism networks), "norm" (each column divided by its Euclidean norm, organisms before 2022).

        Returns:
            float64, one row per weight in flat order.

        Source: SR §2.2, Reduction 1; authors' code as named.
        """
        checks.choice("codes", codes, POSITION_CODES)
        raw = torch.cat([_indices(m, self.order) for m in self.matrices]).double()
        if codes == "raw":
            return raw
        if codes == "norm":
            return raw / raw.norm(dim=0).clamp(min=1e-300)
        if codes == "global":
            return raw / raw.amax(dim=0).clamp(min=1.0)
        sizes = torch.cat([torch.tensor([[m.rows, m.columns]]).expand(m.rows * m.columns, 2) for m in self.matrices])
        largest = torch.cat([torch.full((len(raw), 1), raw[:, 0].max()), sizes - 1.0], dim=1)
        scaled = raw / largest.clamp(min=1.0)
        return scaled[:, [0, 2, 1]] if codes == "keras" else scaled


def _indices(matrix: Matrix, order: str) -> Tensor:
    """Layer, target cell and source cell of each weight of one matrix, in flat order."""
    grid = torch.cartesian_prod(torch.arange(matrix.rows), torch.arange(matrix.columns)).reshape(-1, 2)
    if order == "source":
        grid = grid.reshape(matrix.rows, matrix.columns, 2).transpose(0, 1).reshape(-1, 2)
    return torch.cat([torch.full((len(grid), 1), matrix.layer), grid], dim=1)


def _unroll(drive: Tensor, feedback: Tensor, activate: Callable[[Tensor], Tensor]) -> Tensor:
    """Run one recurrent layer over time: h_t = f(drive_t + feedback h_{t-1})."""
    state, states = torch.zeros_like(drive[:, 0]), []
    for step in drive.unbind(dim=1):
        state = activate(step + (feedback * state[:, None, :]).sum(-1))
        states.append(state)
    return torch.stack(states, dim=1)
