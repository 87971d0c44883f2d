"""Ordinary networks of an organism's shape, trained the same way: what organisms are compared with."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from srnn_lib import checks, randomness
from srnn_lib.organisms.backpropagation import differentiated
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Task


@dataclass(frozen=True)
class OrdinaryHistory:
    """What was recorded of the training of S ordinary networks over E epochs.

    Attributes:
        weights: `(S, N)`, at the end, in the order of an organism's gains.
        task_loss: `(E + 1, S)`, on the test set, the start included.
        score: `(E + 1, S)`, on the test set.
    """

    weights: Float[Tensor, "S N"]
    task_loss: Float[Tensor, "_E_and_start S"]
    score: Float[Tensor, "_E_and_start S"]


def random_weights(
    organism: Organism, seeds: int, generator: torch.Generator, dtype: torch.dtype = torch.float32
) -> Float[Tensor, "S N"]:
    """Xavier-uniform weights of `seeds` ordinary networks of this shape."""
    checks.integer("seeds", seeds)
    drawn = [randomness.kernel(generator, seeds, *shape).flatten(1) for shape in organism.shapes]
    return torch.cat(drawn, dim=1).to(dtype)


def train_ordinary(
    organism: Organism,
    weights: Float[Tensor, "S N"],
    task: Task,
    *,
    epochs: int,
    generator: torch.Generator,
    learning_rate: float = 0.004,
    momentum: float = 0.9,
    keep: Tensor | None = None,
) -> OrdinaryHistory:
    """Train ordinary networks of an organism's shape by gradient descent with momentum in [0, 1).

    `keep` is a mask `(S, N)` of the weights there are; the others stay zero.

    Raises:
        BadInput: A number out of range.
    """
    checks.positive("learning_rate", learning_rate)
    checks.momentum("momentum", momentum)
    checks.integer("epochs", epochs, at_least=0)
    mask = torch.ones_like(weights) if keep is None else keep.to(weights)
    weights, velocity = weights * mask, torch.zeros_like(weights)
    seen = [task.examine(organism.forward, weights, organism.portion)]
    for _ in tqdm(range(epochs), desc="epochs", disable=None):
        for inputs, targets in task.epoch(len(weights), generator, weights.dtype):
            gradient = differentiated(organism, weights, task, inputs, targets)[2]
            velocity.mul_(momentum).add_(gradient * mask)
            weights.sub_(velocity, alpha=learning_rate)
        seen.append(task.examine(organism.forward, weights, organism.portion))
    loss, score = (torch.stack(values) for values in zip(*seen, strict=True))
    return OrdinaryHistory(weights, loss, score.to(weights))
