"""The combined algorithm from other starts, and with other parents: to what does the gain belong?

The setting of all long runs was chosen for the neurons that it leaves idle. Here N4 is trained without and with the
algorithm from settings that are as customary. From its own setting, parents are drawn from all that live, or are the
least efficient of these: "random" of `combined.RIVALS` draws from the better half alone.
"""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from srnn_lib.experiments import combined
from srnn_lib.experiments.checkpoints import Training, run_together
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import turnover

STARTS = (("unit", "glorot"), ("standard", "fan-in"))
"""Scaling of the pixels, and how first weights are drawn."""
OTHER_PARENTS = ("survivors", "least")
"""Of the children, from the setting of `combined.trials`, whose first networks these are."""


def start_trials(course: Callable[..., Plan], starts: Sequence[tuple[str, str]] = STARTS, runs: int = 5) -> list[Plan]:
    """N4 from each start, without and with the algorithm, and from its own one with other parents.

    `course` is as in `combined.trials`.
    """
    begun = [
        course("N4", cutoff=cutoff, runs=runs, scaling=scaling, init=init)
        for scaling, init in starts
        for cutoff in (0.0, combined.CUTOFF)
    ]
    rules = [turnover.TurnoverRule(combined.CUTOFF, parents=parents) for parents in OTHER_PARENTS]
    return begun + [course("N4", cutoff=rule.cutoff, runs=runs, renewal=rule) for rule in rules]


def start_table(trainings: Iterable[Training], until: int | None = None, every: int = 10) -> pd.DataFrame:
    """`combined.loss_table` with the start of each row's training: scaling and init, before its columns."""
    some = list(trainings)
    run_together(some, [None if until is None else until // each.plan.pace for each in some])
    frames = []
    for each in some:
        frame = combined.loss_table([each], until, every)
        frame.insert(0, "scaling", each.plan.scaling)
        frame.insert(1, "init", each.plan.init)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
