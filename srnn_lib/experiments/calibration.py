"""The settings that the paper leaves open, tried against the one number it gives about them.

BI-32: at a cutoff of 0.005, about 30 % of the neurons of N4 are replaced after 500 epochs, about 15 % after 1,000, and
fewer later. Nothing else is looked at to choose.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import product

import pandas as pd

from srnn_lib import checks
from srnn_lib.data import Images
from srnn_lib.experiments import plans
from srnn_lib.experiments.checkpoints import Say, Training
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import stacks

GRID = (*product(plans.SCALINGS, stacks.INITS, ("weights",)), ("unit", "fan-in", "all"))
"""Scaling of the pixels, initialisation, and what L2 covers; the last was tried where the others came nearest."""


def calibration_table(
    images: Images, grid: Iterable[tuple[str, str, str]] = GRID, runs: int = 3, rounds: int = 2, say: Say | None = None
) -> pd.DataFrame:
    """Share of neurons replaced in each round of the combined algorithm, for every setting, at the scaled level.

    There are `runs` networks per setting. A round is 500 of the paper's epochs; images are 28 × 28.

    Returns:
        One row per setting, run and round: scaling, init, decay, run, epoch (the paper's), share, and loss, the mean
        cross-entropy met in the last epoch before the round.
    """
    rows = []
    for scaling, init, decay in grid:
        plan = trial(scaling, init, decay, runs, rounds)
        state = Training(plan, images).run()
        shares = state.dead.double().mean(2)
        losses = state.losses[plan.period - 1 :: plan.period]
        for place, (share, loss) in enumerate(zip(shares.tolist(), losses.tolist(), strict=True), start=1):
            for run, pair in enumerate(zip(share, loss, strict=True)):
                rows.append((scaling, init, decay, run, 500 * place, *pair))
        if say:
            say(f"{scaling}, {init}, {decay}: " + ", ".join(f"{share:.3f}" for share in shares.mean(1).tolist()))
    return pd.DataFrame(rows, columns=["scaling", "init", "decay", "run", "epoch", "share", "loss"])


def trial(scaling: str, init: str, decay: str, runs: int, rounds: int) -> Plan:
    """The plan of one setting."""
    plan = plans.paper_plan("N4", cutoff=0.005, runs=runs, init=init, scaling=scaling, snapshots=())
    return replace(plan, epochs=checks.integer("rounds", rounds) * plan.period, rule=replace(plan.rule, decay=decay))


def overlay_table(images: Images, name: str = "N1", runs: int = 5, epochs: int = 500) -> pd.DataFrame:
    """Loss of the same networks at the paper's learning rate, and at ten times that with a tenth of the epochs.

    Returns:
        One row per level, run and ten of the paper's epochs: level, run, epoch (the paper's), loss (mean cross-entropy
        met during those ten epochs).
    """
    rows = []
    for level, factor in plans.PACES.items():
        plan = plans.paper_plan(name, level, runs=runs, epochs=epochs // factor, snapshots=(), fewer=None)
        met = Training(plan, images).run().losses.view(-1, 10 // factor, runs).mean(1)
        for place, losses in enumerate(met.tolist(), start=1):
            rows += [(level, run, 10 * place, loss) for run, loss in enumerate(losses)]
    return pd.DataFrame(rows, columns=["level", "run", "epoch", "loss"])
