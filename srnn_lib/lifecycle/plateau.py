"""Where gradient descent is stuck: does one death and one birth help it on?

A run is on a plateau if its loss hardly changes any more. From there it goes on twice, with the same batches: as it is,
and after its least efficient neuron has made room for a child of the most efficient one.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import nan

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks, randomness, store
from srnn_lib.data import Images
from srnn_lib.lifecycle import campaign, descent, moments, protocol, renewal, stacks, turnover
from srnn_lib.lifecycle.campaign import Course
from srnn_lib.lifecycle.protocol import Plan
from srnn_lib.lifecycle.stacks import Stack

KINDS = ("plain", "step")
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
            checks.count(name, getattr(self, name))


def table(plans: Iterable[Plan], images: Images, trial: Trial | None = None) -> pd.DataFrame:
    """What plain training and one round of death and replication do to runs on a plateau; trains what is not trained.

    Args:
        plans: Of courses of plain training; those runs that go on to the last epoch are looked at.
        images: Train part: examples and labels.
        trial: What counts as a plateau, and what is tried there; default as in the registry.

    Returns:
        Two rows per run that goes on from its plateau, one for any other: net, run, slope (of the loss, per epoch of
        the paper), error (its standard error), kind ("plain", "step", or "none" if the run does not go on), and
        change (of the mean cross-entropy of all training images from before the step to the end; NaN for "none").
    """
    rows = []
    for plan in plans:
        found = _kept(plan, images, trial or Trial())
        for run, (slope, error) in enumerate(zip(found["slope"].tolist(), found["error"].tolist(), strict=True)):
            changes = [(kind, found[kind][run].item()) for kind in KINDS]
            going = [pair for pair in changes if pair[1] == pair[1]] or [("none", nan)]
            rows += [(renewal.name(plan), run, slope, error, *pair) for pair in going]
    return pd.DataFrame(rows, columns=["net", "run", "slope", "error", "kind", "change"])


def _kept(plan: Plan, images: Images, trial: Trial) -> dict[str, Tensor]:
    settings = {**campaign.settings(plan, images), "trial": asdict(trial)}
    return store.kept("plateau", settings, lambda: _tried(plan, images, trial), [__name__])


def _tried(plan: Plan, images: Images, trial: Trial) -> dict[str, Tensor]:
    """Slopes of all runs, and both changes of those that go on; NaN for the others."""
    course = campaign.run(plan, images)
    last = course.losses[-max(trial.span // plan.pace, 1) :, : course.stack.runs]
    slope, error = (each / plan.pace for each in slopes(last))
    chosen = (slope.abs() < trial.bound).nonzero()[: trial.most, 0]
    found = {"slope": slope, "error": error} | {kind: torch.full_like(slope, torch.nan) for kind in KINDS}
    if len(chosen):
        changes = _changes(plan, images, course, chosen, trial.epochs // plan.pace)
        for kind, change in zip(KINDS, changes, strict=True):
            found[kind][chosen] = change
    return found


def slopes(losses: Float[Tensor, "T R"]) -> tuple[Float[Tensor, " R"], Float[Tensor, " R"]]:
    """Slope of a straight line through the losses of each run, per epoch, and its standard error.

    The error takes what is left of different epochs as independent.

    Raises:
        BadInput: Fewer than three epochs.
    """
    if len(losses) < 3:
        raise checks.refuse("number of epochs", len(losses), "3 or more, to fit a line with an error")
    time = torch.arange(len(losses), dtype=losses.dtype) - (len(losses) - 1) / 2
    square, apart = time.square().sum(), losses - losses.mean(0)
    slope = time @ apart / square
    left = apart - time[:, None] * slope
    return slope, (left.square().sum(0) / (len(losses) - 2) / square).sqrt()


def _changes(
    plan: Plan, images: Images, course: Course, chosen: Int[Tensor, " k"], epochs: int
) -> list[Float[Tensor, " k"]]:
    """ΔH of the chosen runs by plain training, and by a step and then the same."""
    inputs, labels = protocol.prepared(images.train, plan.scaling, images.train), images.train_labels
    changed = step(course.stack, inputs, randomness.keyed(plan.seed, "plateau", course.epoch))
    before = stacks.losses(course.stack.select(chosen), inputs, labels)[0]
    changes = []
    for stack in (course.stack, changed):
        trainer = descent.Descent(stack.select(chosen), inputs, labels, plan.rule, plan.seed)
        for number in range(course.epoch, course.epoch + epochs):
            trainer.epoch(number)
        changes.append(stacks.losses(trainer.stack, inputs, labels)[0] - before)
    return changes


def step(stack: Stack, inputs: Float[Tensor, "n in"], generator: torch.Generator) -> Stack:
    """One round of A1-B1 that replaces one neuron of the first hidden layer of each run, the least efficient one.

    Raises:
        BadInput: A layer of a single neuron.
    """
    units = stack.widths[1]
    if units < 2:
        raise checks.refuse("units of layer 1", units, "2 or more: one to go, and another to have a child")
    rule = turnover.Rule(EVERYONE, cap=min(1.5 / units, 0.5))
    return turnover.turn_over(stack, moments.measure(stack, inputs, covariance=()), rule, generator)[0]
