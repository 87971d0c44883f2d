"""The combined algorithm at work: what its courses lose and gain, and which neurons every round replaces.

Tables hold the paper's epochs, however many of them one epoch of a course stands for.
"""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd
import torch

from srnn_lib import checks
from srnn_lib.data import Images
from srnn_lib.lifecycle import campaign, stacks, turnover
from srnn_lib.lifecycle.campaign import Course
from srnn_lib.lifecycle.protocol import Plan

CUTOFF = 0.005
"""The paper's ε."""
CUTOFFS = (0.0005, 0.05, 0.5)
"""Others, to compare it with."""
RIVALS = ("none", "random", "fresh")
"""Other ways to fill the places of the dead, see `turnover.Rule`."""
SMALL = ("N1", "N2", "N3")


def trials(
    course: Callable[..., Plan],
    cutoffs: Sequence[float] = CUTOFFS,
    rivals: Sequence[str] = RIVALS,
    runs: int = 10,
) -> list[Plan]:
    """The courses to compare: each net without and with the algorithm, and N4 with its parts changed.

    Args:
        course: Makes the plan of a net from its name, a cutoff (none for plain training) and other values of a
            `Plan`, as `protocol.plan` does.
        cutoffs: For N4, beside 0 and `CUTOFF`.
        rivals: For N4, beside "efficient" parents.
        runs: Of N4 with another cutoff or rival: the first of those that it has else.

    Source: BI §5.2; the last two sets of courses are not in the paper.
    """
    small = [course(name, **given) for name in SMALL for given in ({}, {"cutoff": CUTOFF})]
    wide = [course("N4", cutoff=cutoff) for cutoff in (0.0, CUTOFF)]
    swept = [course("N4", cutoff=cutoff, runs=runs) for cutoff in cutoffs]
    rules = [turnover.Rule(CUTOFF, parents=rival) for rival in rivals]
    return [*small, *wide, *swept, *(course("N4", cutoff=CUTOFF, runs=runs, renewal=rule) for rule in rules)]


def name(plan: Plan) -> str:
    """Name of the net, or its widths if it has none."""
    names = {widths: name for name, widths in stacks.NETS.items()}
    return names.get(plan.widths, "-".join(map(str, plan.widths)))


def losses(plans: Iterable[Plan], images: Images, until: int | None = None, every: int = 10) -> pd.DataFrame:
    """What the runs of some courses lose on their way; trains what is not trained yet.

    Args:
        plans: Of the courses.
        images: Train part: examples and labels.
        until: Last of the paper's epochs that is wanted; default all. Courses are trained no further than this.
        every: The paper's epochs per row, a multiple of every plan's `pace`.

    Returns:
        One row per course, `every` epochs, and run: net, cutoff (0 for plain training), parents, epoch, run, and
        loss, the mean cross-entropy that these epochs met.
    """
    return pd.concat([_losses(plan, images, until, every) for plan in plans], ignore_index=True)


def _losses(plan: Plan, images: Images, until: int | None, every: int) -> pd.DataFrame:
    step, left = divmod(checks.count("every", every), plan.pace)
    if left or not step:
        raise checks.refuse("every", every, f"a multiple of {plan.pace}, the paper's epochs in one of these")
    end = plan.epochs if until is None else min(until // plan.pace, plan.epochs)
    met = campaign.run(plan, images, until=end).losses[:end]
    met = met[: len(met) // step * step].unflatten(0, (-1, step)).mean(1)
    frame = pd.DataFrame(
        {
            "epoch": every * torch.arange(1, len(met) + 1).repeat_interleave(plan.runs),
            "run": torch.arange(plan.runs).repeat(len(met)),
            "loss": met.flatten().float(),
        }
    )
    return _labelled(plan, frame.dropna())


def rounds(plans: Iterable[Plan], images: Images) -> pd.DataFrame:
    """What the rounds of some courses replace; trains what is not trained yet, and passes over plain training.

    Returns:
        One row per neuron that was replaced, and one for a round that replaced none of a run's: net, cutoff, parents,
        epoch, run, share (of that run's layer that this round replaced), before, and after: the local efficiency of
        the neuron before, and of that in its place before the next round. NaN where there is none.
    """
    return pd.concat([_rounds(plan, campaign.run(plan, images)) for plan in plans if plan.renewal], ignore_index=True)


def _rounds(plan: Plan, course: Course) -> pd.DataFrame:
    later = torch.cat([course.worth[1:], torch.full_like(course.worth[:1], torch.nan)])
    none = ~course.dead.any(2) & ~course.worth.isnan().any(2)
    nothing = torch.full((int(none.sum()),), torch.nan, dtype=torch.float64)
    place = torch.cat([course.dead.nonzero()[:, :2], none.nonzero()])
    shares = course.dead.double().mean(2)
    frame = pd.DataFrame(
        {
            "epoch": plan.pace * plan.period * (place[:, 0] + 1),
            "run": place[:, 1],
            "share": shares[place[:, 0], place[:, 1]],
            "before": torch.cat([course.worth[course.dead], nothing]),
            "after": torch.cat([later[course.dead], nothing]),
        }
    )
    return _labelled(plan, frame.sort_values(["epoch", "run"], kind="stable"))


def _labelled(plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    rule = plan.renewal or turnover.Rule(0.0)
    for place, (column, value) in enumerate(
        {"net": name(plan), "cutoff": rule.cutoff, "parents": rule.parents}.items()
    ):
        frame.insert(place, column, value)
    return frame


def curves(table: pd.DataFrame, net: str = "N4", cutoff: float = CUTOFF, parents: str = "efficient") -> pd.DataFrame:
    """Losses of one course of the table, one row per epoch and one column per run."""
    chosen = (table["net"] == net) & (table["cutoff"] == cutoff) & (table["parents"] == parents)
    return table[chosen].pivot(index="epoch", columns="run", values="loss")


def gain(
    table: pd.DataFrame,
    net: str = "N4",
    cutoff: float = CUTOFF,
    parents: str = "efficient",
    relative: bool = False,
) -> pd.DataFrame:
    """How much less the runs of a course lose than the same runs in plain training, `(epoch, run)`.

    Args:
        table: Of `losses`.
        net: Which net.
        cutoff: ε of the course.
        parents: Of its rule.
        relative: Over the loss in plain training.
    """
    plain, course = curves(table, net, 0.0).align(curves(table, net, cutoff, parents), join="inner")
    return (plain - course) / (plain if relative else 1)
