"""How much a neuron matters by measures from outside the paper, to compare its efficiencies with.

Two families: the size of a neuron's weights, which needs no data, and the first-order change of the loss when the
neuron's output is replaced by a constant, which needs labels and a backward pass.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.lifecycle.stacks import CHUNK, Stack, above, slope, states

SIDES = ("incoming", "outgoing")


def magnitude(stack: Stack, layer: int = 1, side: str = "incoming") -> Float[Tensor, "R units"]:
    """Sum of the sizes of the weights into every neuron, or out of it; biases do not count.

    Source: Li et al. (2017) for "incoming", there of a filter; He et al. (2014) for "outgoing" (their output norm).
    """
    checks.choice("side", side, SIDES)
    if side == "incoming":
        return stack.weights[stack.layer(layer) - 1].double().abs().sum(2)
    return stack.weights[stack.layer(layer)].double().abs().sum(1)


def taylor(
    stack: Stack,
    inputs: Float[Tensor, "n in"],
    labels: Int[Tensor, " n"],
    layer: int = 1,
    about: Float[Tensor, "R units"] | None = None,
) -> Float[Tensor, "R units"]:
    """Mean over examples of the squared first-order change of the loss when a neuron's output becomes a constant.

    That is ⟨((x_k − c_k) ∂H/∂x_k)²⟩ with the cross-entropy H of one example.

    Args:
        stack: R runs.
        inputs: Examples.
        labels: Their classes.
        layer: Hidden layer, the first is 1.
        about: c, the constant that stands in for each neuron; None: 0, as when the neuron is cut out.

    Source: Molchanov et al. (2019), with gates on the outputs of a layer; there c = 0.
    """
    total = torch.zeros(stack.runs, stack.widths[stack.layer(layer)], dtype=torch.float64)
    for some, wanted in zip(inputs.split(CHUNK), labels.split(CHUNK), strict=True):
        total += _squares(stack, states(stack, some)[layer - 1], wanted, layer, about)
    return total / len(labels)


def taylor_at(
    stack: Stack,
    values: Float[Tensor, "R units n"],
    labels: Int[Tensor, " n"],
    layer: int = 1,
    about: Float[Tensor, "R units"] | None = None,
) -> Float[Tensor, "R units"]:
    """`taylor` where the outputs of the layer, `values`, are at hand."""
    total = torch.zeros(values.shape[:2], dtype=torch.float64)
    for some, wanted in zip(values.split(CHUNK, 2), labels.split(CHUNK), strict=True):
        total += _squares(stack, some, wanted, layer, about)
    return total / len(labels)


def _squares(stack: Stack, values: Tensor, labels: Tensor, layer: int, about: Tensor | None) -> Tensor:
    """Sums over examples of the squared terms."""
    moved = values if about is None else values - about[..., None].to(values.dtype)
    return (moved * gradients(stack, values, labels, layer)).square().sum(2, dtype=torch.float64)


def gradients(
    stack: Stack, values: Float[Tensor, "R units n"], labels: Int[Tensor, " n"], layer: int
) -> Float[Tensor, "R units n"]:
    """Derivative of each example's cross-entropy by each output of a hidden layer, written out backwards."""
    sums, outputs = above(stack, values, layer)
    errors = torch.softmax(outputs[-1], 1)
    errors[:, labels, torch.arange(len(labels))] -= 1
    for place in range(len(sums) - 1, 0, -1):
        errors = stack.weights[layer + place].mT @ errors
        errors = errors * slope(stack.activation, sums[place - 1], outputs[place - 1])
    return stack.weights[layer].mT @ errors
