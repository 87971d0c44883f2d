"""The derivative of a task's loss by an organism's gains, layer by layer, without a graph.

An organism of linear particles is the ordinary network of its gains, so its derivatives are those of any network:
what the outputs owe is carried back through the layers, and each matrix owes the product of that and of what reached
it. The products are autograd's, in its order, so that on the CPU the results have its bits; tests hold the two equal.
"""

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib.organisms.organism import Organism, mapped
from srnn_lib.organisms.tasks import Task

_BACK: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "linear": lambda owed, _: owed,
    "gelu": torch.ops.aten.gelu_backward,
    "tanh": lambda owed, total: torch.ops.aten.tanh_backward(owed, total.tanh()),
    "relu": lambda owed, total: torch.ops.aten.threshold_backward(owed, total, 0),
}
"""For every activation: from what is owed to its values, and from what it was applied to, to what is owed to that."""


def differentiated(
    organism: Organism, gains: Float[Tensor, "S N"], task: Task, inputs: Tensor, targets: Tensor
) -> tuple[Float[Tensor, "S B out"], Float[Tensor, " S"], Float[Tensor, "S N"]]:
    """Outputs and loss of S organisms on a batch, and the loss's derivative by each gain."""
    passed: list[tuple[Tensor, Tensor]] = []

    def noted(matrix: Tensor, signal: Tensor) -> Tensor:
        passed.append((signal, mapped(matrix, signal)))
        return passed[-1][1]

    matrices = organism.matrices(gains)
    outputs = organism.through([partial(noted, matrix) for matrix in matrices], inputs)
    loss, slope = task.graded(outputs, targets)
    return outputs, loss, _carried_back(organism, matrices, passed, slope.mT)


def _carried_back(
    organism: Organism, matrices: list[Tensor], passed: list[tuple[Tensor, Tensor]], owed: Tensor
) -> Tensor:
    """The derivatives by all weights, from what the outputs owe; `passed` is what every layer received and made of it.

    `kept` is what a residual connection owes to the signal that it adds.
    """
    found, kept = [_joint(owed, passed[-1][0])], None
    for layer in range(len(matrices) - 2, -1, -1):
        owed = matrices[layer + 1].mT @ owed
        if kept is not None and (layer == 0 or organism.adds(layer)):
            owed = owed + kept
        if organism.adds(layer):
            kept = owed
        owed = _BACK[organism.activation](owed, passed[layer][1])
        found.append(_joint(owed, passed[layer][0]))
    return torch.cat([each.flatten(1) for each in reversed(found)], dim=1)


def _joint(owed: Float[Tensor, "S out B"], signal: Float[Tensor, "*S in B"]) -> Float[Tensor, "S out in"]:
    """What a matrix owes; a signal that all organisms share makes one wide product of it."""
    if signal.ndim == 3:
        return owed @ signal.mT
    return (owed.flatten(0, 1) @ signal.mT).unflatten(0, owed.shape[:2])
