"""One step of training, for a whole population: two ways to the gradient, one update.

`Autograd` differentiates any net. `Linear` uses that a linear net is a product of matrices: the gradient of every
matrix is an outer product of a row (what the outputs owe to this layer) and a column (what reaches this layer).
Both give the gradient of each net's own mean squared error; tests hold them equal.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.reductions import Recurrent, Reduction, Weightwise

BATCHES = ("single", "full")
ENGINES = ("auto", "linear", "autograd")


@dataclass(frozen=True)
class Rule:
    """How one step of training changes the weights: plain SGD on the mean squared error.

    Attributes:
        learning_rate: Positive.
        batch: "single" (one update per training pair, in a fresh random order, on pairs fixed before the step:
            Keras' `fit` with batch size 1) or "full" (one update on the mean over all pairs).
        momentum: In [0, 1).
        reset_every: Steps after which the momentum is forgotten; None keeps it.
        detach: Whether inputs and targets are taken as constants. Not detaching lets the gradient also move the
            targets, which drives nets to zero; it needs the full batch.

    Source: SR §2.3; the values are those of the presets (`srnn_lib.replicators.presets`).
    """

    learning_rate: float = 0.01
    batch: str = "single"
    momentum: float = 0.0
    reset_every: int | None = None
    detach: bool = True

    def __post_init__(self) -> None:
        checks.positive("learning_rate", self.learning_rate)
        checks.choice("batch", self.batch, BATCHES)
        if checks.fraction("momentum", self.momentum) == 1.0:
            raise checks.refuse("momentum", self.momentum, "0 or more, below 1")
        if self.reset_every is not None:
            checks.count("reset_every", self.reset_every)
        if not self.detach and self.batch == "single":
            raise checks.refuse("detach", self.detach, "True with batch 'single'", "or use batch 'full'")


class Engine(ABC):
    """A way to the gradient of each net's mean squared error."""

    @abstractmethod
    def on_net(self, reduction: Reduction, weights: Tensor, other: Tensor, detach: bool = True) -> Float[Tensor, "N W"]:
        """Gradient of training `weights` on all training pairs of `other`."""

    @abstractmethod
    def on_pair(self, reduction: Reduction, weights: Tensor, inputs: Tensor, targets: Tensor) -> Float[Tensor, "N W"]:
        """Gradient on one training pair per net, `(N, in)` and `(N, out)`."""


class Autograd(Engine):
    """Any reduction, any activation."""

    def on_net(self, reduction: Reduction, weights: Tensor, other: Tensor, detach: bool = True) -> Float[Tensor, "N W"]:
        """Gradient on all pairs; with `detach=False` and `other` the nets themselves, also through the pairs."""
        leaf = weights.detach().requires_grad_()
        inputs, targets = reduction.training_pairs(leaf if other is weights and not detach else other)
        return self._differentiate(reduction, leaf, inputs, targets)

    def on_pair(self, reduction: Reduction, weights: Tensor, inputs: Tensor, targets: Tensor) -> Float[Tensor, "N W"]:
        """Gradient on one pair per net."""
        return self._differentiate(reduction, weights.detach().requires_grad_(), inputs[:, None], targets[:, None])

    def _differentiate(self, reduction: Reduction, leaf: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
        error = reduction.architecture.forward(leaf, inputs) - targets
        return torch.autograd.grad(error.square().mean(dim=(1, 2)).sum(), leaf)[0]


class Linear(Engine):
    """Exact closed form for linear feed-forward nets, computed with the nets on the last axis."""

    def on_net(self, reduction: Reduction, weights: Tensor, other: Tensor, detach: bool = True) -> Float[Tensor, "N W"]:
        """Gradient on all pairs; a weightwise net needs only its one effective row `e = W_L … W_1`."""
        if not detach:
            raise checks.refuse("engine", "linear", "autograd where inputs and targets are not detached")
        if not isinstance(reduction, Weightwise):
            inputs, targets = reduction.training_pairs(other)
            return self.on_pair(reduction, weights, inputs[:, 0], targets[:, 0])
        matrices, values = reduction.architecture.split(weights.T), other.T
        places = reduction.positions.to(values)
        rows = _rows(matrices, torch.ones_like(values[:1]))
        effective = rows[0]
        error = torch.addcmul(places @ effective[1:], values, effective[0] - 1)
        pull = torch.cat([(values * error).sum(0, keepdim=True), places.T @ error]) * (2 / len(values))
        return _outer(reduction.architecture, rows, _columns(matrices, pull))

    def on_pair(self, reduction: Reduction, weights: Tensor, inputs: Tensor, targets: Tensor) -> Float[Tensor, "N W"]:
        """Gradient on one pair per net: forward columns, then backward rows."""
        matrices = reduction.architecture.split(weights.T)
        columns = _columns(matrices, inputs.T)
        owed = (columns[-1] - targets.T) * (2 / targets.shape[1])
        return _outer(reduction.architecture, _rows(matrices, owed), columns)

    def on_output(
        self, architecture: Architecture, weights: Tensor, inputs: Float[Tensor, "*N in"], pull: Float[Tensor, "N out"]
    ) -> Float[Tensor, "N W"]:
        """Gradient of `pull · output` on the given inputs; `pull` is the derivative of some loss by the outputs."""
        matrices = architecture.split(weights.T)
        columns = _columns(matrices, inputs.expand(len(weights), -1).T)
        return _outer(architecture, _rows(matrices, pull.T), columns)


def _rows(matrices: list[Tensor], row: Tensor) -> list[Tensor]:
    """`row` carried back through the matrices; entry k is what the outputs owe to the cells of layer k."""
    rows = [row]
    for matrix in reversed(matrices):
        rows.insert(0, (matrix * rows[0][:, None]).sum(0))
    return rows


def _columns(matrices: list[Tensor], column: Tensor) -> list[Tensor]:
    """`column` carried forward through the matrices; entry k is what reaches the cells of layer k."""
    columns = [column]
    for matrix in matrices:
        columns.append((matrix * columns[-1]).sum(1))
    return columns


def _outer(architecture: Architecture, rows: list[Tensor], columns: list[Tensor]) -> Tensor:
    """The gradient of every matrix, joined to flat vectors, nets first."""
    grads = [row[:, None] * column for row, column in zip(rows[1:], columns, strict=False)]
    return architecture.join(grads).T


def laid_out(weights: Float[Tensor, "N W"]) -> Float[Tensor, "N W"]:
    """The same weights with the nets next to each other in memory: the closed form works on rows of nets."""
    return weights.T.contiguous().T


def choose(reduction: Reduction, name: str = "auto") -> Engine:
    """The engine of that name; "auto" is the closed form wherever it is exact.

    Raises:
        BadInput: An unknown name, or "linear" for a net that is not linear and feed-forward.
    """
    checks.choice("engine", name, ENGINES)
    exact = reduction.architecture.activation == "linear" and not isinstance(reduction, Recurrent)
    if name == "linear" and not exact:
        raise checks.refuse("engine", name, "autograd or auto for recurrent or non-linear nets")
    return Linear() if exact and name != "autograd" else Autograd()


@dataclass
class Trainer:
    """Applies a rule step by step. It carries the momentum, so one trainer belongs to one population.

    Attributes:
        reduction: Makes the training pairs.
        rule: Learning rate, batch, momentum.
        generator: Source of the order of the pairs; needed where `rule.batch` is "single".
        engine: One of `ENGINES`.
    """

    reduction: Reduction
    rule: Rule
    generator: torch.Generator | None = None
    engine: str = "auto"

    def __post_init__(self) -> None:
        self._gradients = choose(self.reduction, self.engine if self.rule.detach else "autograd")
        self._velocity: Tensor | float = 0.0
        self._steps = 0
        self._in_sequence = self.rule.batch == "single" and self.reduction.samples > 1
        if self._in_sequence and self.generator is None:
            raise checks.refuse("generator", None, "a torch.Generator where the batch is 'single'")

    def step(
        self,
        weights: Float[Tensor, "N W"],
        other: Float[Tensor, "N W"] | None = None,
        order: Int[Tensor, "N B"] | None = None,
    ) -> Float[Tensor, "N W"]:
        """The weights after one step of training.

        Args:
            weights: Before the step; not changed.
            other: The nets trained on; None for the nets themselves.
            order: In which each net meets its B training pairs where `rule.batch` is "single"; drawn if None.

        Source: SR §2.3, Definition 4 (self-training); `other` is the "learn" interaction of SR §5.
        """
        if self.rule.reset_every and self._steps % self.rule.reset_every == 0:
            self._velocity = 0.0
        self._steps += 1
        teacher = weights if other is None else other
        if not self._in_sequence:
            return self._update(weights, self._gradients.on_net(self.reduction, weights, teacher, self.rule.detach))
        for inputs, targets in self._pairs(teacher, order):
            weights = self._update(weights, self._gradients.on_pair(self.reduction, weights, inputs, targets))
        return weights

    def _update(self, weights: Tensor, gradient: Tensor) -> Tensor:
        if self.rule.momentum:
            gradient = self._velocity = self.rule.momentum * self._velocity + gradient
        return weights.sub(gradient, alpha=self.rule.learning_rate)

    def _pairs(self, teacher: Tensor, order: Tensor | None) -> zip:
        """The training pairs of this step, one per net at a time, each net in its own order."""
        inputs, targets = self.reduction.training_pairs(teacher)
        if order is None:
            order = randomness.permutations(self.generator, *inputs.shape[:2])
        order = order.to(inputs.device)[..., None]
        return zip(
            *(pieces.gather(1, order.expand_as(pieces)).transpose(0, 1).contiguous() for pieces in (inputs, targets)),
            strict=True,
        )
