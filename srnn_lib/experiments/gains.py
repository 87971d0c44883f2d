"""The size of the first weights, which the paper leaves open: trainings from smaller and from larger ones.

The table asks for the numbers of BI-32 again. It is apart from that of `calibration`, by which the settings were chosen
before anybody had thought of this.
"""

from collections.abc import Iterable, Sequence
from functools import partial

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks
from srnn_lib.data import Images
from srnn_lib.experiments import calibration
from srnn_lib.experiments.checkpoints import Say, Training
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import moments, sgd, turnover
from srnn_lib.neurons.stacks import Stack
from srnn_lib.randomness import keyed

GAINS = (0.25, 0.5)
"""Factors on the first weights and biases."""


def trained_from(training: Training, gains: Sequence[float], epochs: int) -> list[Stack]:
    """The runs of a plan after so many epochs of plain training, from first weights times each factor."""
    trainers = _begun(training, gains)
    for epoch in range(checks.integer("epochs", epochs)):
        sgd.epoch_of_all(trainers, epoch)
    return [trainer.stack for trainer in trainers]


def gain_table(
    images: Images, gains: Sequence[float] = GAINS, runs: int = 12, rounds: int = 2, say: Say | None = None
) -> pd.DataFrame:
    """Share of N4's neurons replaced in each round of the combined algorithm, for every size of the first weights.

    All else is as calibrated. A round is 500 of the paper's epochs; images are 28 × 28.

    Returns:
        One row per gain, run and round: gain, run, epoch (the paper's), share, and loss, the mean cross-entropy met in
        the last epoch before the round.
    """
    training = Training(calibration.trial("unit", "fan-in", "weights", runs, rounds), images)
    plan, trainers, rows = training.plan, _begun(training, gains), []
    for end in range(plan.period, plan.epochs + 1, plan.period):
        for epoch in range(end - plan.period, end):
            losses = sgd.epoch_of_all(trainers, epoch)
        for gain, trainer, met in zip(gains, trainers, losses, strict=True):
            shares = _turned(trainer, training.inputs, plan, end)
            both = zip(shares.tolist(), met.tolist(), strict=True)
            rows += [(gain, run, plan.pace * end, *pair) for run, pair in enumerate(both)]
        if say:
            say(f"epoch {plan.pace * end}")
    return pd.DataFrame(rows, columns=["gain", "run", "epoch", "share", "loss"])


def _begun(training: Training, gains: Iterable[float]) -> list[sgd.SGD]:
    """Trainers beside each other, one per factor."""
    start = training.plan.start()
    factors = [checks.positive("gain", gain) for gain in gains]
    trainer = training.trainer(start)
    return [trainer.beside(start.convert(partial(torch.mul, other=factor))) for factor in factors]


def _turned(trainer: sgd.SGD, inputs: Tensor, plan: Plan, epoch: int) -> Float[Tensor, " R"]:
    """A round, as a training of the plan has it; the share of each run that it replaced."""
    stack, rule = trainer.stack, plan.renewal or turnover.TurnoverRule()
    found = moments.measure(stack, inputs, covariance=())
    trainer.stack, dead, _ = turnover.turn_over(stack, found, rule, keyed(plan.seed, "turnover", epoch), plan.init)
    return dead.double().mean(1)
