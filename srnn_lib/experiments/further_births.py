"""Ways to add a neuron that the text of the paper names or allows, beside the five of its figure.

Exact halves (4.6), random bits (4.10), and a B4 whose weights have the distribution of the trained weights of their
layers: "the same distribution as other weights" can mean that as well as the distribution of the first ones.
"""

from collections.abc import Iterable, Sequence
from functools import partial

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.claimbook import store
from srnn_lib.experiments import replication as experiment
from srnn_lib.experiments.checkpoints import Training, run_together, tidy
from srnn_lib.neurons import replication, sgd, stacks
from srnn_lib.neurons.stacks import Stack

TWINS: tuple[experiment.Way, ...] = (("half", "most"), ("bit", "most"))
ALIKE = "B4 alike"
"""The name of the random neuron with the distribution of the trained weights."""


def further_table(
    trainings: Iterable[Training], epoch: int | None = None, after: Sequence[int] = experiment.AFTER
) -> pd.DataFrame:
    """`replication_table` for these ways: the same trainings, batches, and columns.

    Raises:
        BadInput: Trainings that see other batches than the first one.
    """
    some = list(trainings)
    twins = experiment.replication_table(some, epoch, after, ways=TWINS)
    found = _alike(some, [max(each.plan.snapshots) if epoch is None else epoch for each in some], after)
    return pd.concat([twins, *found], ignore_index=True)


def with_alike(stack: Stack, generator: torch.Generator) -> Stack:
    """B4 for trained runs: a further neuron of the first hidden layer, each weight drawn from those of its layer.

    Draws are with replacement, from the same run: incoming weights from the layer's incoming ones, the bias from its
    biases, outgoing weights from its outgoing ones.

    Source: BI §5.2, B4 ("drawn from the same distribution as other weights").
    """
    larger = replication.add_random(stack, generator)
    larger.weights[0][:, -1] = _drawn(stack.weights[0], generator, stack.widths[0])
    larger.biases[0][:, -1:] = _drawn(stack.biases[0], generator, 1)
    larger.weights[1][..., -1] = _drawn(stack.weights[1], generator, stack.widths[2])
    return larger


def _drawn(values: Float[Tensor, "R ..."], generator: torch.Generator, count: int) -> Float[Tensor, "R count"]:
    """So many of a run's values, with replacement."""
    pool = values.flatten(1)
    places = randomness.uniform(generator, len(pool), count) * pool.shape[1]
    return pool.gather(1, places.long())


def _alike(trainings: Sequence[Training], births: Sequence[int], after: Sequence[int]) -> list[pd.DataFrame]:
    """Rows of the random neuron, one frame per training; all go on side by side, unless the run store has them."""
    made: list[store.Tensors] = []

    def make(place: int) -> store.Tensors:
        if not made:
            made.extend(_grown_on(trainings, births, after))
        return made[place]

    frames = []
    for place, (training, birth) in enumerate(zip(trainings, births, strict=True)):
        asked = {"epoch": birth, "after": list(after)}
        found = training.cached("alike", partial(make, place), [__name__], **asked)
        nothing = torch.full_like(found["change"], torch.nan)
        values = {"change": found["change"], "correlation": nothing, "cosine": nothing}
        axes = {"net": [training.plan.net], "algorithm": [ALIKE], "parent": [""], "after": after}
        frames.append(tidy(values, **axes, run=range(training.plan.runs)))
    return frames


def _grown_on(trainings: Sequence[Training], births: Sequence[int], after: Sequence[int]) -> list[store.Tensors]:
    """The change of the loss, `(times, R)`, of every training."""
    if len({(each.stream, birth) for each, birth in zip(trainings, births, strict=True)}) > 1:
        raise checks.bad_input("trainings", [each.plan.net for each in trainings], "those that see the same batches")
    run_together([each for each, birth in zip(trainings, births, strict=True) if birth not in each.snapshots()])
    old = [each.snapshot(birth) for each, birth in zip(trainings, births, strict=True)]
    pace, inputs, labels = trainings[0].plan.pace, trainings[0].inputs, trainings[0].labels
    drawn = [
        with_alike(stack, randomness.keyed(each.plan.seed, "offspring alike", 0))
        for stack, each in zip(old, trainings, strict=True)
    ]
    first = trainings[0].trainer(drawn[0])
    trainers, rows = [first.beside(stack) for stack in drawn], []
    for done in range(after[-1] // pace + 1):
        if done * pace in after:
            rows.append([stacks.mean_loss(each.stack, inputs, labels) for each in trainers])
        if done * pace < after[-1]:
            sgd.epoch_of_all(trainers, births[0] + done)
    before = [stacks.mean_loss(stack, inputs, labels) for stack in old]
    return [{"change": torch.stack(each) - start} for each, start in zip(zip(*rows, strict=True), before, strict=True)]
