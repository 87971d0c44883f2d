"""Many runs of one feed-forward network as one tensor per layer: drawing them and using them.

A stack holds R runs of a network with linear outputs; weights are `(R, out, in)`, biases `(R, out)`. States keep the
examples on the last axis, `(R, units, n)`, so that the first layer of all runs is one wide matrix product.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.activations import function
from srnn_lib.randomness import DTYPES

INITS = ("glorot", "fan-in", "kaiming", "normal")
NETS = {"N1": (784, 5, 20, 10), "N2": (784, 10, 10, 10), "N3": (784, 20, 5, 10), "N4": (784, 100, 5, 10)}
"""The networks of BI §5, by name."""
CHUNK = 2_000


@dataclass(frozen=True)
class Stack:
    """R runs of one network.

    Attributes:
        weights: One tensor per layer.
        biases: One tensor per layer.
        activation: Of the hidden layers: "linear", or an elementwise function of torch or of torch.nn.functional by
            its name, such as "tanh", "relu", "gelu".
    """

    weights: tuple[Float[Tensor, "R _out _in"], ...]
    biases: tuple[Float[Tensor, "R _out"], ...]
    activation: str = "tanh"

    def __post_init__(self) -> None:
        function(self.activation)
        shapes = [(*bias.shape, width) for bias, width in zip(self.biases, self.widths[:-1], strict=True)]
        if [tuple(weight.shape) for weight in self.weights] != shapes or len({len(bias) for bias in self.biases}) != 1:
            wanted = "one (runs, out, in) per layer, each fitting the next"
            raise checks.bad_input("shapes of the layers", shapes, wanted)

    @property
    def runs(self) -> int:
        """R."""
        return len(self.biases[0])

    @property
    def widths(self) -> tuple[int, ...]:
        """Units per layer, the inputs first."""
        return (self.weights[0].shape[2], *(bias.shape[1] for bias in self.biases))

    def select(self, runs: int | slice | Sequence[int] | Int[Tensor, " k"]) -> "Stack":
        """One of the runs, or some in the order given; a run may come twice."""
        kept = slice(runs, runs + 1) if isinstance(runs, int) else runs
        return self.convert(lambda tensor: tensor[kept])

    def convert(self, change: Callable[[Tensor], Tensor]) -> "Stack":
        """The stack with `change` applied to every tensor of it."""
        weights, biases = (tuple(change(tensor) for tensor in group) for group in (self.weights, self.biases))
        return replace(self, weights=weights, biases=biases)

    def require_layer(self, name: int) -> int:
        """`name` if it counts a hidden layer, the first being 1.

        Raises:
            BadInput: No such hidden layer.
        """
        if checks.integer("layer", name) < len(self.weights):
            return name
        raise checks.bad_input("layer", name, f"1 to {len(self.weights) - 1}, the hidden layers")

    def units(self, layer: int) -> int:
        """Width of a hidden layer, the first being 1.

        Raises:
            BadInput: No such hidden layer.
        """
        return self.widths[self.require_layer(layer)]

    def require_neurons(self, neurons: Int[Tensor, " R"], layer: int, name: str = "neurons") -> Int[Tensor, " R"]:
        """`neurons` if it names one unit of that hidden layer for every run.

        Raises:
            BadInput: Another shape, or a unit that is not there.
        """
        units = self.units(layer)
        if neurons.shape != (self.runs,) or not 0 <= int(neurons.min()) <= int(neurons.max()) < units:
            raise checks.bad_input(name, neurons.tolist(), f"one per run, 0 to {units - 1}")
        return neurons


def random_stack(
    widths: Sequence[int] | str,
    runs: int,
    generator: torch.Generator,
    *,
    init: str = "glorot",
    activation: str = "tanh",
    dtype: str = "float32",
) -> Stack:
    """Draw R random networks.

    Args:
        widths: Units per layer, the inputs first; or a name of `NETS`.
        runs: R, 1 or more. A run's draws do not depend on R.
        generator: Source of the draws.
        init: "glorot" (uniform, limit sqrt(6 / (in + out))), "kaiming" (normal, variance 2 / in), "normal" (normal,
            variance 1 / in), all with biases 0; or "fan-in" (uniform, limit 1 / sqrt(in), biases too: torch's default).
        activation: Of the hidden layers.
        dtype: "float32" or "float64". The draws are the same in both.

    Source: BI leaves the initialisation open.
    """
    if isinstance(widths, str):
        widths = NETS[checks.choice("widths", widths, NETS)]
    if len(widths) < 2:
        raise checks.bad_input("widths", widths, "two or more")
    for width in widths:
        checks.integer("width", width)
    checks.integer("runs", runs)
    checks.choice("init", init, INITS)
    kind = DTYPES[checks.choice("dtype", dtype, DTYPES)]
    layers = [draw_layer(fan_in, out, runs, generator, init) for fan_in, out in pairwise(widths)]
    weights, biases = (tuple(tensor.to(kind) for tensor in group) for group in zip(*layers, strict=True))
    return Stack(weights, biases, activation)


def draw_layer(
    fan_in: int, out: int, runs: int, generator: torch.Generator, init: str
) -> tuple[Float[Tensor, "R out in"], Float[Tensor, "R out"]]:
    """Weights and biases of one layer, float64, drawn as `random_stack` says."""
    bias = torch.zeros(runs, out, dtype=torch.float64)
    if init in ("kaiming", "normal"):
        return randomness.normal(generator, runs, out, fan_in) * math.sqrt((1 + (init == "kaiming")) / fan_in), bias
    weights = randomness.kernel(generator, runs, out, fan_in, init)
    if init == "fan-in":
        limit = 1 / math.sqrt(fan_in)
        bias = randomness.uniform(generator, runs, out, low=-limit, high=limit)
    return weights, bias


def product(rows: Float[Tensor, "m k"], others: Float[Tensor, "n k"]) -> Float[Tensor, "m n"]:
    """`rows @ others.T`.

    In float32 on a CPU this asks oneDNN, whose kernels use the processor's widest registers whoever made it (on one
    such processor 200 instead of 90 GFLOP/s). Torch has no public way to ask; where it has no private one either, and
    for all other numbers, this is torch's own product.
    """
    if rows.device.type == "cpu" and rows.dtype == torch.float32 and (by_onednn := _by_onednn()):
        return by_onednn(rows, others, None, "none", [], "")
    return rows @ others.T


@cache
def _by_onednn() -> Callable[..., Tensor] | None:
    """Torch's private operator for a product by oneDNN, if it has it and it answers as it is asked here."""
    try:
        found, one = torch.ops.mkldnn._linear_pointwise, torch.ones(1, 1)
        return found if torch.equal(found(one, one, None, "none", [], ""), one) else None
    except (AttributeError, RuntimeError, TypeError):
        return None


def activate(values: Tensor, activation: str) -> Tensor:
    """The activation of every value.

    In float32 on a CPU, tanh x is 2 σ(2x) − 1: to within 2e-7 the same, and several times as fast as the libraries'
    own, of which one is slow on this processor and the other on that.
    """
    if activation == "tanh" and values.dtype == torch.float32 and values.device.type == "cpu":
        return torch.sigmoid(2 * values).mul_(2).sub_(1)
    return function(activation)(values)


def activation_grad(activation: str, values: Tensor, outputs: Tensor | None = None) -> Tensor:
    """Derivative of the activation at `values`; `outputs` are the activations there, if they are at hand."""
    if activation == "linear":
        return torch.ones_like(values)
    if activation == "tanh":
        return 1 - (values.tanh() if outputs is None else outputs).square()
    if activation == "relu":
        return (values > 0).to(values.dtype)
    with torch.enable_grad():
        leaf = values.detach().requires_grad_()
        return torch.autograd.grad(function(activation)(leaf).sum(), leaf)[0]


def activations(stack: Stack, inputs: Float[Tensor, "n in"]) -> list[Float[Tensor, "R _units n"]]:
    """Activations of every layer but the inputs; the last are the linear outputs."""
    if inputs.ndim != 2 or inputs.shape[1] != stack.widths[0]:
        raise checks.bad_input("shape of the inputs", tuple(inputs.shape), f"(examples, {stack.widths[0]})")
    first = stack.weights[0]
    values = product(first.flatten(0, 1), inputs.to(first.dtype)).view(*first.shape[:2], -1)
    values += stack.biases[0][..., None]
    if len(stack.weights) > 1:
        values = activate(values, stack.activation)
    return [values, *activations_above(stack, values, 1)[1]]


def activations_above(
    stack: Stack, values: Float[Tensor, "R units n"], layer: int
) -> tuple[list[Float[Tensor, "R _next n"]], list[Float[Tensor, "R _next n"]]]:
    """What the layers above `layer` receive if its outputs are `values`, and what they give on, the outputs last."""
    sums, outputs = [], [values]
    for place in range(layer, len(stack.weights)):
        sums.append(torch.baddbmm(stack.biases[place][..., None], stack.weights[place], outputs[-1]))
        last = place == len(stack.weights) - 1
        outputs.append(sums[-1] if last else activate(sums[-1], stack.activation))
    return sums, outputs[1:]


def forward(stack: Stack, inputs: Float[Tensor, "n in"]) -> Float[Tensor, "R n out"]:
    """Outputs of every run for every example."""
    return activations(stack, inputs)[-1].transpose(1, 2)


def mean_loss(stack: Stack, inputs: Float[Tensor, "n in"], labels: Int[Tensor, " n"]) -> Float[Tensor, " R"]:
    """Mean cross-entropy of every run, a chunk of examples at a time, summed in float64."""
    return _means(stack, inputs, labels, (cross_entropy,))[0]


def loss_and_accuracy(
    stack: Stack, inputs: Float[Tensor, "n in"], labels: Int[Tensor, " n"]
) -> tuple[Float[Tensor, " R"], Float[Tensor, " R"]]:
    """`mean_loss` and the share of examples that `right_answers` finds, of every run."""
    loss, right = _means(stack, inputs, labels, (cross_entropy, right_answers))
    return loss, right


def _means(
    stack: Stack, inputs: Tensor, labels: Tensor, measures: Sequence[Callable[[Tensor, Tensor], Tensor]]
) -> Float[Tensor, "measures R"]:
    """Means over the examples of what each measure makes of outputs and labels."""
    total = torch.zeros(len(measures), stack.runs, dtype=torch.float64, device=stack.biases[0].device)
    for some, wanted in zip(inputs.split(CHUNK), labels.split(CHUNK), strict=True):
        outputs = activations(stack, some)[-1]
        for row, measure in zip(total, measures, strict=True):
            row += measure(outputs, wanted).sum(1, dtype=torch.float64)
    return total / len(labels)


def cross_entropy(outputs: Float[Tensor, "R out n"], labels: Int[Tensor, " n"]) -> Float[Tensor, "R n"]:
    """Cross-entropy of every run for every example, from its linear outputs."""
    return torch.logsumexp(outputs, 1) - _of_class(outputs, labels)


def right_answers(outputs: Float[Tensor, "R out n"], labels: Int[Tensor, " n"]) -> Bool[Tensor, "R n"]:
    """Where the largest output is that of the label, as `argmax` has it, which takes many times as long."""
    largest = outputs == outputs.amax(1, keepdim=True)
    if largest.count_nonzero() != largest[:, 0].numel():  # equal outputs, of which one counts, or no numbers
        return outputs.argmax(1) == labels
    return _of_class(largest, labels)


def _of_class(values: Shaped[Tensor, "R out n"], labels: Int[Tensor, " n"]) -> Shaped[Tensor, "R n"]:
    return values.gather(1, labels.expand(len(values), 1, -1))[:, 0]


def select_units(stack: Stack, units: Int[Tensor, "R kept"], layer: int) -> Stack:
    """The runs with those units of a hidden layer alone, each in the order given."""
    runs = torch.arange(stack.runs)[:, None]
    weights, biases = list(stack.weights), list(stack.biases)
    weights[layer - 1], biases[layer - 1] = weights[layer - 1][runs, units], biases[layer - 1][runs, units]
    weights[layer] = weights[layer].mT[runs, units].mT.contiguous()
    return replace(stack, weights=tuple(weights), biases=tuple(biases))
