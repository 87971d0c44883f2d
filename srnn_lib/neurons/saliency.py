"""How much a neuron matters by measures from outside the paper, to compare its efficiencies with.

Two families: the size of a neuron's weights, which needs no data, and the first-order change of the loss when the
neuron's output is replaced by a constant, which needs labels and a backward pass.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.neurons.stacks import CHUNK, Stack, activation_grad, activations_above

SIDES = ("incoming", "outgoing")


def magnitude(stack: Stack, layer: int = 1, side: str = "incoming") -> Float[Tensor, "R units"]:
    """Sum of the sizes of the weights into every neuron, or out of it; biases do not count.

    Source: Li et al. (2017) for "incoming", there of a filter; He et al. (2014) for "outgoing" (their output norm).
    """
    checks.choice("side", side, SIDES)
    into = side == "incoming"
    return stack.weights[stack.require_layer(layer) - into].double().abs().sum(2 if into else 1)


def taylor(
    stack: Stack,
    values: Float[Tensor, "R units n"],
    labels: Int[Tensor, " n"],
    layer: int = 1,
    about: Float[Tensor, "R units"] | None = None,
) -> Float[Tensor, "R units"]:
    """Mean over examples of the squared first-order change of the loss when a neuron's output becomes a constant.

    That is ⟨((x_k − c_k) ∂H/∂x_k)²⟩ with the cross-entropy H of one example, where x are the `values`, the outputs of
    the layer as `activations` gives them, and c is `about`; None: 0, as when the neuron is cut out.

    Source: Molchanov et al. (2019), with gates on the outputs of a layer; there c = 0.
    """
    stack.require_layer(layer)
    total = torch.zeros(values.shape[:2], dtype=torch.float64)
    for some, wanted in zip(values.split(CHUNK, 2), labels.split(CHUNK), strict=True):
        moved = some if about is None else some - about[..., None].to(some.dtype)
        total += (moved * gradients(stack, some, wanted, layer)).square().sum(2, dtype=torch.float64)
    return total / len(labels)


def gradients(
    stack: Stack, values: Float[Tensor, "R units n"], labels: Int[Tensor, " n"], layer: int
) -> Float[Tensor, "R units n"]:
    """Derivative of each example's cross-entropy by each output of a hidden layer, written out backwards."""
    sums, outputs = activations_above(stack, values, layer)
    errors = torch.softmax(outputs[-1], 1)
    errors[:, labels, torch.arange(len(labels))] -= 1
    for place in range(len(sums) - 1, 0, -1):
        errors = stack.weights[layer + place].mT @ errors
        errors = errors * activation_grad(stack.activation, sums[place - 1], outputs[place - 1])
    return stack.weights[layer].mT @ errors
