"""Where gradient descent is stuck: does one death and one birth help it on?

A run is on a plateau if its loss hardly changes any more. From there it goes on twice, with the same batches: as it is,
and after its least efficient neuron has made room for a child of the most efficient one.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from math import nan

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.experiments.checkpoints import Training, TrainingState
from srnn_lib.neurons import moments, stacks, turnover
from srnn_lib.neurons.stacks import Stack
from srnn_lib.randomness import keyed

CONTINUATIONS = ("plain", "step")
EVERYONE = torch.finfo(torch.float64).max
"""A cutoff that every neuron is below."""


@dataclass(frozen=True)
class Trial:
    """What counts as a plateau, and what is tried there.

    Attributes:
        bound: Largest change of the loss per epoch of the paper.
        span: Of the paper's epochs at the end of the course, over which that change is fitted.
        epochs: Of the paper's, that a run goes on.
        most: Runs of a net that do so.
    """

    bound: float = 1e-6
    span: int = 1_000
    epochs: int = 500
    most: int = 20

    def __post_init__(self) -> None:
        checks.positive("bound", self.bound)
        for name in ("span", "epochs", "most"):
            checks.integer(name, getattr(self, name))


def plateau_table(trainings: Iterable[Training], trial: Trial | None = None) -> pd.DataFrame:
    """What plain training and one round of death and replication do to runs on a plateau.

    Trainings are plain, and done first if they are not; those runs that go on to the last epoch are looked at.
    The default trial is the registry's.

    Returns:
        Two rows per run that goes on from its plateau, one for any other: net, run, slope (of the loss, per epoch of
        the paper), error (its standard error), kind ("plain", "step", or "none" if the run does not go on), and
        change (of the mean cross-entropy of all training images from before the step to the end; NaN for "none").
    """
    trial, rows = trial or Trial(), []
    for training in trainings:
        found = training.cached("plateau", partial(_tried, training, trial), [__name__], trial=asdict(trial))
        for run, (slope, error) in enumerate(zip(found["slope"].tolist(), found["error"].tolist(), strict=True)):
            changes = [(kind, found[kind][run].item()) for kind in CONTINUATIONS]
            going = [pair for pair in changes if pair[1] == pair[1]] or [("none", nan)]
            rows += [(training.plan.net, run, slope, error, *pair) for pair in going]
    return pd.DataFrame(rows, columns=["net", "run", "slope", "error", "kind", "change"])


def _tried(training: Training, trial: Trial) -> dict[str, Tensor]:
    """Slopes of all runs, and both changes of those that go on; NaN for the others."""
    state, pace = training.run(), training.plan.pace
    last = state.losses[-max(trial.span // pace, 1) :, : state.stack.runs]
    slope, error = (each / pace for each in loss_slopes(last))
    chosen = (slope.abs() < trial.bound).nonzero()[: trial.most, 0]
    found = {"slope": slope, "error": error} | {kind: torch.full_like(slope, torch.nan) for kind in CONTINUATIONS}
    if len(chosen):
        changes = _changes(training, state, chosen, trial.epochs // pace)
        for kind, change in zip(CONTINUATIONS, changes, strict=True):
            found[kind][chosen] = change
    return found


def loss_slopes(losses: Float[Tensor, "T R"]) -> tuple[Float[Tensor, " R"], Float[Tensor, " R"]]:
    """Slope of a straight line through the losses of each run, per epoch, and its standard error.

    The error takes what is left of different epochs as independent.

    Raises:
        BadInput: Fewer than three epochs.
    """
    if len(losses) < 3:
        raise checks.bad_input("number of epochs", len(losses), "3 or more, to fit a line with an error")
    time = torch.arange(len(losses), dtype=losses.dtype) - (len(losses) - 1) / 2
    square, apart = time.square().sum(), losses - losses.mean(0)
    slope = time @ apart / square
    left = apart - time[:, None] * slope
    return slope, (left.square().sum(0) / (len(losses) - 2) / square).sqrt()


def _changes(
    training: Training, state: TrainingState, chosen: Int[Tensor, " k"], epochs: int
) -> list[Float[Tensor, " k"]]:
    """ΔH of the chosen runs by plain training, and by a step and then the same."""
    inputs, labels = training.inputs, training.labels
    changed = step(state.stack, inputs, keyed(training.plan.seed, "plateau", state.epoch))
    before = stacks.mean_loss(state.stack.select(chosen), inputs, labels)
    changes = []
    for stack in (state.stack, changed):
        trainer = training.trainer(stack.select(chosen))
        for number in range(state.epoch, state.epoch + epochs):
            trainer.epoch(number)
        changes.append(stacks.mean_loss(trainer.stack, inputs, labels) - before)
    return changes


def step(stack: Stack, inputs: Float[Tensor, "n in"], generator: torch.Generator) -> Stack:
    """One round of A1-B1 that replaces one neuron of the first hidden layer of each run, the least efficient one.

    Raises:
        BadInput: A layer of a single neuron.
    """
    units = stack.widths[1]
    if units < 2:
        raise checks.bad_input("units of layer 1", units, "2 or more: one to go, and another to have a child")
    rule = turnover.TurnoverRule(EVERYONE, cap=min(1.5 / units, 0.5))
    return turnover.turn_over(stack, moments.measure(stack, inputs, covariance=()), rule, generator)[0]
