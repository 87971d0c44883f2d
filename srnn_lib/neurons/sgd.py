"""Stochastic gradient descent on the cross-entropy, for all runs of a stack at once and without a graph.

All runs see the same batches. The order of epoch e is drawn from the seed and e alone, so that a training continued
from the end of any epoch goes on, bit by bit, as if it had never stopped. Trainers of other stacks that see the same
batches can go on beside each other (`SGD.beside`, `epoch_of_all`): a batch is then put together once for all of them,
and each ends with the bits that it would have alone.

On a GPU an update is a few dozen small kernels, and starting them takes longer than they do. There it is recorded once
as a CUDA graph, and then started as a whole.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.neurons import sparse_inputs
from srnn_lib.neurons.stacks import Stack, activate, activation_grad
from srnn_lib.randomness import keyed

DECAYS = ("weights", "all")
RECORDED = ("tanh", "linear", "relu")
"""Activations whose slopes need no graph of autograd, which a recording may not make."""


@dataclass(frozen=True)
class SGDRule:
    """How one batch changes the parameters: `p ← p − learning_rate · (∂⟨H⟩/∂p + weight_decay · p)`.

    Attributes:
        learning_rate: γ, positive.
        batch: Examples per update; those that do not fill a batch are left out of their epoch.
        weight_decay: L2 parameter, 0 or more.
        decay: What it acts on, "weights" or "all" (biases too).

    Source: BI (2.6–2.7), §5; what L2 covers is not said there.
    """

    learning_rate: float = 0.001
    batch: int = 600
    weight_decay: float = 0.001
    decay: str = "weights"

    def __post_init__(self) -> None:
        checks.positive("learning_rate", self.learning_rate)
        checks.integer("batch", self.batch)
        checks.number("weight_decay", self.weight_decay, at_least=0)
        checks.choice("decay", self.decay, DECAYS)


def order(seed: int, epoch: int, examples: int) -> Int[Tensor, " n"]:
    """The order of the examples in one epoch: random, and a function of its arguments alone."""
    return torch.randperm(examples, generator=keyed(seed, "order", epoch))


class SGD:
    """Trains a copy of a stack, epoch by epoch.

    The first layer of all runs is one wide layer. Inputs that are 0 in every example (in MNIST, 67 of 784) are left
    out: their weights only decay, which is done once per epoch. The order of the examples comes from the seed. Which
    inputs are `rare` (see `SparseInputs`) changes speed and rounding only, and so does how many runs there are; whether
    updates are `recorded`, which they are on a GPU alone, changes speed only.
    """

    def __init__(
        self,
        stack: Stack,
        inputs: Float[Tensor, "n in"],
        labels: Int[Tensor, " n"],
        *,
        rule: SGDRule,
        seed: int,
        rare: float = sparse_inputs.RARE,
        recorded: bool = True,
    ) -> None:
        if inputs.ndim != 2 or inputs.shape[1] != stack.widths[0]:
            raise checks.bad_input("shape of the inputs", tuple(inputs.shape), f"(examples, {stack.widths[0]})")
        if len(inputs) < rule.batch or len(labels) != len(inputs):
            raise checks.bad_input("number of examples", (len(inputs), len(labels)), f"equal, {rule.batch} or more")
        if not 0 <= int(labels.min()) <= int(labels.max()) < stack.widths[-1]:
            raise checks.bad_input("labels", (int(labels.min()), int(labels.max())), f"0 to {stack.widths[-1] - 1}")
        self.rule, self.seed = rule, checks.integer("seed", seed, at_least=0)
        weight = stack.weights[0]
        self._inputs = sparse_inputs.SparseInputs(inputs.to(weight), rare)
        self._wanted = torch.eye(stack.widths[-1])[:, labels.cpu()].to(weight)
        self._recorded = recorded and weight.is_cuda
        self._seen = self._inputs.room(rule.batch), self._wanted.new_empty(len(self._wanted), rule.batch)
        self.stack = stack

    @property
    def stack(self) -> Stack:
        """The runs as they are now, in tensors of their own."""
        weight, bias = (each.unflatten(0, (self._runs, -1)) for each in self._inputs.joined(self._first, self._unused))
        weights, biases = ([each.clone() for each in group] for group in (self._weights, self._biases))
        return Stack((weight, *weights), (bias, *(each[..., 0] for each in biases)), self._activation)

    @stack.setter
    def stack(self, stack: Stack) -> None:
        """Go on with these runs; there may be fewer or more of them, and their hidden layers may have other widths."""
        (weight, *weights), (bias, *biases) = stack.weights, stack.biases
        self._activation, self._runs = stack.activation, stack.runs
        self._first = self._inputs.split(weight.flatten(0, 1), bias.flatten())
        self._unused = weight.flatten(0, 1)[:, ~self._inputs.live]
        self._weights, self._biases = [w.clone() for w in weights], [b[..., None].clone() for b in biases]
        places = [(self._runs, width, self.rule.batch) for width in stack.widths[1:]]
        self._sums, self._errors = ([weight.new_empty(place) for place in places] for _ in range(2))
        self._again: Callable[[], Tensor] | None = None

    def beside(self, stack: Stack) -> "SGD":
        """A trainer of other runs, which may have other hidden layers, on the same examples, batches and rule.

        Raises:
            BadInput: Other inputs or outputs.
        """
        if (stack.widths[0], stack.widths[-1]) != (len(self._inputs.live), len(self._wanted)):
            wanted = f"{len(self._inputs.live)} inputs and {len(self._wanted)} outputs"
            raise checks.bad_input("widths beside a trainer", stack.widths, wanted)
        other = copy(self)
        other.stack = stack.convert(lambda tensor: tensor.to(self._wanted))
        return other

    def epoch(self, number: int) -> Float[Tensor, " R"]:
        """One pass over the examples in the order of epoch `number`; the mean loss of each run, met on the way.

        The loss is the cross-entropy alone, without the L2 term, each batch before its own update.
        """
        return epoch_of_all([self], number)[0]

    def see(self, places: Int[Tensor, " B"]) -> tuple[sparse_inputs.SparseBatch, Tensor]:
        """Put the examples at those places where updates look for them."""
        room, wanted = self._seen
        torch.index_select(self._wanted, 1, places, out=wanted)
        return self._inputs.batch(places, room), wanted

    def step(self, inputs: sparse_inputs.SparseBatch, wanted: Float[Tensor, "out B"]) -> Float[Tensor, " R"]:
        """One update by what was seen last; the mean loss of each run before."""
        if self._again:
            return self._again()
        losses = self._update(inputs, wanted)
        if self._recorded and self._activation in RECORDED:
            self._again = _recorded(lambda: self._update(inputs, wanted))
        return losses

    def _update(self, inputs: sparse_inputs.SparseBatch, wanted: Tensor) -> Tensor:
        """Change every parameter by one batch; the mean loss of each run before."""
        step, keep = self.rule.learning_rate / self.rule.batch, 1 - self.rule.learning_rate * self.rule.weight_decay
        found = self._forward(inputs)
        errors = torch.softmax(self._sums[-1], 1, out=self._errors[-1])
        losses = (errors * wanted).sum(1).clamp_(min=torch.finfo(errors.dtype).tiny).log_().mean(1)
        errors.sub_(wanted)
        for layer in range(len(found), 0, -1):
            weight, bias = self._weights[layer - 1], self._biases[layer - 1]
            below = torch.bmm(weight.transpose(1, 2), errors, out=self._errors[layer - 1])
            weight.baddbmm_(errors, found[layer - 1].transpose(1, 2), beta=keep, alpha=-step)
            bias.mul_(keep if self.rule.decay == "all" else 1).sub_(errors.sum(2, True), alpha=step)
            if self._activation == "tanh":
                errors = torch.ops.aten.tanh_backward.grad_input(below, found[layer - 1], grad_input=below)
            else:
                errors = below.mul_(activation_grad(self._activation, self._sums[layer - 1], found[layer - 1]))
        self._first.descend(errors.flatten(0, 1), inputs, step, keep, self.rule.decay == "all")
        return -losses

    def _forward(self, inputs: sparse_inputs.SparseBatch) -> list[Tensor]:
        """Outputs of the hidden layers; leaves the weighted sums."""
        self._sums[0] = self._first.sums(inputs).view_as(self._sums[0])
        found = []
        for layer, (weight, bias) in enumerate(zip(self._weights, self._biases, strict=True)):
            found.append(activate(self._sums[layer], self._activation))
            torch.baddbmm(bias, weight, found[-1], out=self._sums[layer + 1])
        return found


def _recorded(update: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """The same kernels on the same memory as `update`, which has run before, started by one call; nothing runs yet."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        found = update()

    def again() -> Tensor:
        graph.replay()
        return found

    return again


def epoch_of_all(trainers: Sequence[SGD], number: int) -> list[Float[Tensor, " _R"]]:
    """`SGD.epoch` of trainers that came about beside each other (`SGD.beside`); each batch is put together once."""
    first = trainers[0]
    rule, wanted = first.rule, first._wanted
    places = order(first.seed, number, wanted.shape[1]).to(wanted.device)
    batches = places.split(rule.batch)[: len(places) // rule.batch]
    totals = [torch.zeros(each._runs, dtype=torch.float64, device=places.device) for each in trainers]
    for batch in batches:
        seen = first.see(batch)
        for trainer, total in zip(trainers, totals, strict=True):
            total += trainer.step(*seen)
    for trainer in trainers:
        trainer._unused *= (1 - rule.learning_rate * rule.weight_decay) ** len(batches)
    return [total / len(batches) for total in totals]
