"""Ordinary networks of an organism's shape, trained the same way: what organisms are compared with."""

from dataclasses import asdict, dataclass
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from srnn_lib import checks, randomness, store
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Task


@dataclass(frozen=True)
class Lesson:
    """What was recorded of the training of S ordinary networks over E epochs.

    Attributes:
        weights: `(S, N)`, at the end, in the order of an organism's gains.
        task_loss: `(E + 1, S)`, on the test set, the start included.
        score: `(E + 1, S)`, on the test set.
    """

    weights: Float[Tensor, "S N"]
    task_loss: Float[Tensor, "E+1 S"]
    score: Float[Tensor, "E+1 S"]


def initialise(
    organism: Organism, seeds: int, generator: torch.Generator, dtype: torch.dtype = torch.float32
) -> Float[Tensor, "S N"]:
    """Xavier-uniform weights of `seeds` ordinary networks of this shape."""
    checks.count("seeds", seeds)
    drawn = [randomness.kernel(generator, seeds, *shape).flatten(1) for shape in organism.shapes]
    return torch.cat(drawn, dim=1).to(dtype)


def train(
    organism: Organism,
    weights: Float[Tensor, "S N"],
    task: Task,
    epochs: int,
    generator: torch.Generator,
    learning_rate: float = 0.004,
    momentum: float = 0.9,
    keep: Tensor | None = None,
) -> Lesson:
    """Train ordinary networks of an organism's shape by gradient descent with momentum.

    Args:
        organism: Shape, activation and residual connections.
        weights: At the start.
        task: Loss, batches, test set.
        epochs: Over the task's batches.
        generator: Source of the batches.
        learning_rate: Positive.
        momentum: In [0, 1].
        keep: Mask `(S, N)` of the weights there are; the others stay zero.
    """
    checks.positive("learning_rate", learning_rate)
    checks.fraction("momentum", momentum)
    checks.count("epochs", epochs, at_least=0)
    mask = torch.ones_like(weights) if keep is None else keep.to(weights)
    weights, velocity = weights * mask, torch.zeros_like(weights)
    seen = [_examined(organism, weights, task)]
    for _ in tqdm(range(epochs), desc="epochs", disable=None):
        for inputs, targets in task.epoch(len(weights), generator, weights.dtype):
            leaf = weights.detach().requires_grad_()
            loss = task.loss(organism.forward(leaf, inputs), targets).sum()
            velocity = momentum * velocity + torch.autograd.grad(loss, leaf)[0] * mask
            weights = weights.sub(velocity, alpha=learning_rate)
        seen.append(_examined(organism, weights, task))
    return Lesson(weights, *(torch.stack(values) for values in zip(*seen, strict=True)))


def kept(organism: Organism, task: Task, seeds: int, epochs: int, seed: int) -> Lesson:
    """The lesson of `seeds` fresh ordinary networks, from the run store, on the batches that organisms get there.

    The generator of `training.kept` draws an organism's particles first; here it draws them too, and the networks'
    weights come from a generator of their own, so that both see the same batches in the same order.
    """

    def make() -> store.Tensors:
        generator = torch.Generator().manual_seed(seed)
        organism.populate(seeds, generator)
        start = initialise(organism, seeds, torch.Generator().manual_seed(seed + 1))
        return vars(train(organism, start, task, epochs, generator))

    settings = {
        "organism": asdict(organism), "task": task.settings, "seeds": seeds, "epochs": epochs, "seed": seed,
    }  # fmt: skip
    return Lesson(**store.kept("ordinary", settings, make, [__name__]))


def _examined(organism: Organism, weights: Tensor, task: Task) -> tuple[Tensor, Tensor]:
    loss, score = task.examine(partial(organism.forward, weights), weights.dtype)
    return loss, score.to(weights.dtype)
