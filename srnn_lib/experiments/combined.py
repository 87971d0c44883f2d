"""The combined algorithm at work: what its trainings lose and gain, and which neurons every round replaces.

Tables hold the paper's epochs, however many of them one epoch of a plan stands for.
"""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks
from srnn_lib.experiments.checkpoints import Training, TrainingState, run_together, tidy
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import turnover

CUTOFF = 0.005
"""The paper's ε."""
CUTOFFS = (0.0005, 0.05, 0.5)
"""Others, to compare it with."""
RIVALS = ("none", "random", "fresh")
"""Other ways to fill the places of the dead, see `turnover.TurnoverRule`."""
SMALL = ("N1", "N2", "N3")
COMPARED_UNTIL = 5_000
"""Of the paper's epochs: how long Fig. 5 compares."""


def trials(
    course: Callable[..., Plan], cutoffs: Sequence[float] = CUTOFFS, rivals: Sequence[str] = RIVALS, runs: int = 10
) -> list[Plan]:
    """The courses to compare: each net without and with the algorithm, and N4 with its parts changed.

    `course` makes the plan of a net from its name, a cutoff (none for plain training) and other values of a `Plan`, as
    `plans.paper_plan` does. With another cutoff or rival, N4 has only the first `runs` of those that it has else.

    Source: BI §5.2; the last two sets of courses are not in the paper.
    """
    small = [course(name, **given) for name in SMALL for given in ({}, {"cutoff": CUTOFF})]
    wide = [course("N4", cutoff=cutoff) for cutoff in (0.0, CUTOFF)]
    swept = [course("N4", cutoff=cutoff, runs=runs) for cutoff in cutoffs]
    rules = [turnover.TurnoverRule(CUTOFF, parents=rival) for rival in rivals]
    return [*small, *wide, *swept, *(course("N4", cutoff=CUTOFF, runs=runs, renewal=rule) for rule in rules)]


def loss_table(trainings: Iterable[Training], until: int | None = None, every: int = 10) -> pd.DataFrame:
    """What runs lose on their way; trainings are done together, as far as is wanted and no further.

    `until` (None: the end) and `every` count the paper's epochs; `every` is a multiple of every plan's `pace`.

    Returns:
        One row per training, `every` epochs, and run: net, cutoff (0 for plain training), parents, epoch, run, and
        loss, the mean cross-entropy that these epochs met.
    """
    some = list(trainings)
    ends = [None if until is None else until // training.plan.pace for training in some]
    found = zip(some, run_together(some, ends), ends, strict=True)
    return pd.concat([_losses(each.plan, state.losses[:end], every) for each, state, end in found], ignore_index=True)


def _losses(plan: Plan, met: Float[Tensor, "epochs R"], every: int) -> pd.DataFrame:
    step, left = divmod(checks.integer("every", every), plan.pace)
    if left or not step:
        raise checks.bad_input("every", every, f"a multiple of {plan.pace}, the paper's epochs in one of these")
    met = met[: len(met) // step * step].unflatten(0, (-1, step)).mean(1)
    times = range(every, every * len(met) + 1, every)
    return _labelled(plan, tidy({"loss": met.float()}, epoch=times, run=range(plan.runs)).dropna())


def round_table(trainings: Iterable[Training]) -> pd.DataFrame:
    """What rounds replace; plain trainings are passed over, others done together if they are not yet.

    Returns:
        One row per neuron that was replaced, and one for a round that replaced none of a run's: net, cutoff, parents,
        epoch, run, share (of that run's layer that this round replaced), before, and after: the local efficiency of
        the neuron before, and of that in its place before the next round. NaN where there is none.
    """
    some = [training for training in trainings if training.plan.renewal]
    turned = [_rounds(each.plan, state) for each, state in zip(some, run_together(some), strict=True)]
    return pd.concat(turned, ignore_index=True)


def _rounds(plan: Plan, state: TrainingState) -> pd.DataFrame:
    later = torch.cat([state.worth[1:], torch.full_like(state.worth[:1], torch.nan)])
    none = ~state.dead.any(2) & ~state.worth.isnan().any(2)
    nothing = torch.full((int(none.sum()),), torch.nan, dtype=torch.float64)
    place = torch.cat([state.dead.nonzero()[:, :2], none.nonzero()])
    shares = state.dead.double().mean(2)
    frame = pd.DataFrame(
        {
            "epoch": plan.pace * plan.period * (place[:, 0] + 1),
            "run": place[:, 1],
            "share": shares[place[:, 0], place[:, 1]],
            "before": torch.cat([state.worth[state.dead], nothing]),
            "after": torch.cat([later[state.dead], nothing]),
        }
    )
    return _labelled(plan, frame.sort_values(["epoch", "run"], kind="stable"))


def _labelled(plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    rule = plan.renewal or turnover.TurnoverRule(0.0)
    for place, (column, value) in enumerate({"net": plan.net, "cutoff": rule.cutoff, "parents": rule.parents}.items()):
        frame.insert(place, column, value)
    return frame


def curves(table: pd.DataFrame, net: str = "N4", cutoff: float = CUTOFF, parents: str = "efficient") -> pd.DataFrame:
    """Losses of one course of the table, one row per epoch and one column per run."""
    chosen = (table["net"] == net) & (table["cutoff"] == cutoff) & (table["parents"] == parents)
    return table[chosen].pivot(index="epoch", columns="run", values="loss")


def gain(
    table: pd.DataFrame, net: str = "N4", cutoff: float = CUTOFF, parents: str = "efficient", relative: bool = False
) -> pd.DataFrame:
    """How much less the runs of a course lose than the same runs in plain training, `(epoch, run)`.

    If `relative`, over the loss in plain training.
    """
    plain, course = curves(table, net, 0.0).align(curves(table, net, cutoff, parents), join="inner")
    return (plain - course) / (plain if relative else 1)
