"""The plain version: one torch module per net, Python loops over weights, `torch.optim.SGD`, nothing batched.

The tests hold the library equal to it, and the benchmarks measure the library against it. It takes a reduction of the
library only as a description (widths, activation, order, codes, aggregate) and computes everything on its own.
"""

import math
from itertools import pairwise

import torch
from torch import nn

from srnn_lib.replicators.reductions import Aggregating, Reduction, Weightwise

ACTIVATIONS = {"linear": nn.Identity(), "tanh": nn.Tanh(), "relu": nn.ReLU(), "sigmoid": nn.Sigmoid()}


class Net(nn.Module):
    """One net with its reduction; `values` are its weights as a flat list."""

    def __init__(self, reduction: Reduction, values: torch.Tensor) -> None:
        super().__init__()
        self.reduction, self.architecture, self.dtype = reduction, reduction.architecture, values.dtype
        ends = list(pairwise(self.architecture.widths))
        self.kernels = nn.ModuleList(nn.Linear(i, o, bias=False, dtype=self.dtype) for i, o in ends)
        self.feedbacks = nn.ModuleList(nn.Linear(o, o, bias=False, dtype=self.dtype) for _, o in ends)
        self.places = list(self._places())
        self.codes = torch.tensor(position_codes(reduction), dtype=self.dtype)
        self.write(values.tolist())

    def _places(self):
        """Matrix, row and column of every weight, in flat order."""
        for kernel, feedback in zip(self.kernels, self.feedbacks, strict=True):
            for matrix in [kernel, feedback] if self.architecture.recurrent else [kernel]:
                rows, columns = matrix.weight.shape
                if self.architecture.order == "target":
                    yield from ((matrix.weight, row, column) for row in range(rows) for column in range(columns))
                else:
                    yield from ((matrix.weight, row, column) for column in range(columns) for row in range(rows))

    def read(self) -> list[float]:
        """All weights, in flat order."""
        return [matrix[row, column].item() for matrix, row, column in self.places]

    def write(self, values: list[float]) -> None:
        """Overwrite all weights."""
        with torch.no_grad():
            for (matrix, row, column), value in zip(self.places, values, strict=True):
                matrix[row, column] = value

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """Outputs for a batch of inputs; for a recurrent net, for a sequence of them."""
        for kernel, feedback in zip(self.kernels, self.feedbacks, strict=True):
            plain = self.architecture.linear_output and kernel is self.kernels[-1]
            activate = ACTIVATIONS["linear" if plain else self.architecture.activation]
            if not self.architecture.recurrent:
                signal = activate(kernel(signal))
                continue
            state, states = torch.zeros(kernel.out_features, dtype=self.dtype), []
            for moment in signal:
                state = activate(kernel(moment) + feedback(state))
                states.append(state)
            signal = torch.stack(states)
        return signal

    def pairs(self, values: list[float]) -> tuple[torch.Tensor, torch.Tensor]:
        """Training inputs and targets made of a net with these weights."""
        pieces = torch.tensor(reduce(self.reduction, values), dtype=self.dtype)
        if isinstance(self.reduction, Weightwise):
            return torch.cat([pieces, self.codes], dim=1), pieces
        return pieces, pieces

    def applied_to(self, values: list[float]) -> list[float]:
        """This net applied to a net with these weights."""
        with torch.no_grad():
            answers = self(self.pairs(values)[0]).tolist()
        if not isinstance(self.reduction, Aggregating):
            return [answer for (answer,) in answers]
        return [answer for answer, part in zip(answers[0], parts(self.reduction, values), strict=True) for _ in part]

    def train_on(self, values: list[float], optimiser: torch.optim.Optimizer, order: list[int] | None = None) -> None:
        """One step of training: on the full batch, or on single pairs in this order."""
        inputs, targets = self.pairs(values)
        for batch in [slice(None)] if order is None else [[index] for index in order]:
            optimiser.zero_grad()
            nn.functional.mse_loss(self(inputs[batch]), targets[batch]).backward()
            optimiser.step()

    def outcome(self, epsilon: float, bracket: str) -> str:
        """The class of the net, asked in the order of the paper."""
        values = self.read()
        once = self.applied_to(values)
        made = Net(self.reduction, self.tensor(once))
        twice = self.applied_to(once) if bracket == "right" else made.applied_to(values)
        if not all(math.isfinite(value) for value in values):
            return "divergent"
        if all(abs(value) < epsilon for value in values):
            return "zero"
        if all(abs(new - old) < epsilon for new, old in zip(once, values, strict=True)):
            return "fixpoint"
        if all(abs(new - old) < epsilon for new, old in zip(twice, values, strict=True)):
            return "second order"
        return "other"

    def tensor(self, values: list[float]) -> torch.Tensor:
        """A flat list as a tensor of this net's precision."""
        return torch.tensor(values, dtype=self.dtype)


def reduce(reduction: Reduction, values: list[float]) -> list[list[float]]:
    """What a net reads of these weights, positions aside: one row per answer."""
    if not isinstance(reduction, Aggregating):
        return [[value] for value in values]
    combine = max if reduction.aggregate == "max" else lambda part: sum(part) / len(part)
    return [[combine(part) for part in parts(reduction, values)]]


def parts(reduction: Aggregating, values: list[float]) -> list[list[float]]:
    """Consecutive sub-lists of equal length, the remainder with the last."""
    count = reduction.architecture.widths[0]
    size = len(values) // count
    cuts = [*range(0, size * count, size), len(values)]
    return [values[start:end] for start, end in pairwise(cuts)]


def position_codes(reduction: Reduction) -> list[list[float]]:
    """Layer, cell and place of every weight of a weightwise net, under the codes of its reduction."""
    if not isinstance(reduction, Weightwise):
        return []
    widths, order = reduction.architecture.widths, reduction.architecture.order
    found = []
    for layer, (sources, targets) in enumerate(pairwise(widths)):
        cells = [(layer, target, source) for target in range(targets) for source in range(sources)]
        if order == "source":
            cells.sort(key=lambda cell: (cell[2], cell[1]))
        found += [(cell, (len(widths) - 2, targets - 1, sources - 1)) for cell in cells]
    columns = list(zip(*(cell for cell, _ in found), strict=True))
    largest = [max(column) for column in columns]
    lengths = [math.hypot(*column) for column in columns]
    per_layer = [[index / max(most, 1) for index, most in zip(cell, mosts, strict=True)] for cell, mosts in found]
    return {
        "raw": [list(cell) for cell, _ in found],
        "layer": per_layer,
        "keras": [[layer, source, target] for layer, target, source in per_layer],
        "global": [[index / max(most, 1) for index, most in zip(cell, largest, strict=True)] for cell, _ in found],
        "norm": [[index / (length or 1) for index, length in zip(cell, lengths, strict=True)] for cell, _ in found],
    }[reduction.codes]


def nets(reduction: Reduction, weights: torch.Tensor) -> list[Net]:
    """A population as a list of modules."""
    return [Net(reduction, row) for row in weights]


def population(modules: list[Net]) -> torch.Tensor:
    """A list of modules as a population."""
    return torch.stack([module.tensor(module.read()) for module in modules])


def optimisers(modules: list[Net], learning_rate: float, momentum: float = 0.0) -> list[torch.optim.Optimizer]:
    """One SGD per net, over the matrices that its architecture has."""
    return [
        torch.optim.SGD({id(m): m for m, _, _ in module.places}.values(), learning_rate, momentum) for module in modules
    ]
