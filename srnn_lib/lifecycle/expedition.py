"""Everything that rests on long runs: trains what is missing, measures, and writes the tables of `results/`.

The trainings take hours (or, at the level "paper", a GPU). They may be killed at any moment; the same call goes on.
Two processes share the work: whoever needs a training that is under way elsewhere waits for it. The trainings live in
`results/courses`; their states, and what was measured on the way, can be committed, so that another machine goes on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from srnn_lib import checks, results
from srnn_lib.data import Images
from srnn_lib.lifecycle import campaign, compression, evidence, mortality, offspring, plateau, protocol, renewal
from srnn_lib.lifecycle.protocol import Plan
from srnn_lib.provenance import provenance

GROWN_AT = 25_000
"""Of the paper's epochs: when Fig. 4 adds a neuron."""
REMOVED = 95
"""Of N4's hundred neurons: how many are removed one by one."""
COMPARED_UNTIL = 5_000
"""Of the paper's epochs: how long Fig. 5 compares."""

Say = Callable[[str], None]


def courses(name: str, level: str) -> list[Plan]:
    """The trainings that a table rests on.

    Args:
        name: One of `evidence.NAMES`.
        level: One of `evidence.LEVELS`.
    """
    course = partial(protocol.plan, level=checks.choice("level", level, evidence.LEVELS))
    if checks.choice("name", name, evidence.NAMES).startswith("renewal"):
        return [plan for plan in renewal.trials(course) if plan.renewal or name == "renewal-losses"]
    return [course("N4", cutoff=0.0)] if name == "compression" else [course(net) for net in renewal.SMALL]


def table(name: str, plans: Sequence[Plan], images: Images, say: Say | None = None) -> pd.DataFrame:
    """One table of a level, from trainings that are there, or made now on the CPU.

    Args:
        name: One of `evidence.NAMES`.
        plans: Those of `courses`, or some of them.
        images: MNIST at 28 × 28.
        say: Takes a line now and then.
    """
    if name == "compression":
        return compression.of(plans[0], images, compression.METHODS, REMOVED, plans[0].seed)
    if name == "plateau":
        return plateau.table(plans, images)
    if name == "renewal-losses":
        return renewal.losses(plans, images, COMPARED_UNTIL)
    if name == "renewal-rounds":
        return renewal.rounds(plans, images)
    nets = {renewal.name(plan): plan for plan in plans}
    if name == "replication":
        return offspring.table(nets, images, GROWN_AT // plans[0].pace, say=say)
    return mortality.table(nets, images, say)


def make(
    level: str,
    images: Images,
    names: Iterable[str] = evidence.NAMES,
    device: str = "cpu",
    say: Say | None = None,
    train: bool = True,
) -> Iterator[Path]:
    """Make and write tables, one after the other; a table that is there gets what it lacks.

    Args:
        level: One of `evidence.LEVELS`.
        images: MNIST at 28 × 28.
        names: Which, of `evidence.NAMES`.
        device: Of torch, for the trainings; measurements are made on the CPU.
        say: Takes a line now and then.
        train: Whether to train what is missing. If not, tables hold the trainings that have come far enough, and what
            the others have come by is made ready to be taken to another machine.

    Yields:
        The path of each table, when it is written.
    """
    for name in names:
        place = evidence.path(name, level)
        rows, stamp = results.read_table(place) if place.is_file() else (None, {"courses": []})
        plans = [plan for plan in courses(name, level) if campaign.settings(plan, images) not in stamp["courses"]]
        for plan in plans:
            campaign.adopt(plan, images)
            any(campaign.inherit(plan, images, other) for other in courses("renewal-rounds", level))
            if train:
                campaign.run(plan, images, say=say, device=device, until=_needed(name, plan))
            elif name == "death":
                list(mortality.measured(plan, images, say))
        plans = [plan for plan in plans if _ready(name, plan, images)]
        if plans:
            rows = pd.concat([rows, table(name, plans, images, say)], ignore_index=True)
            known = stamp["courses"] + [campaign.settings(plan, images) for plan in plans]
            results.write_table(rows, place, {**provenance([__name__], device), "level": level, "courses": known})
            yield place
    _release(level, images)


def _release(level: str, images: Images) -> None:
    """Put the trainings that all tables have back into the run store: nobody needs to take them along."""
    waiting, known = [], {}
    for name in evidence.NAMES:
        place = evidence.path(name, level)
        written = results.read_table(place)[1]["courses"] if place.is_file() else []
        for plan in courses(name, level):
            known[plan] = None
            waiting += [] if campaign.settings(plan, images) in written else [plan]
    for plan in known:
        if plan not in waiting and campaign.travels(campaign.folder(plan, images)):
            campaign.release(plan, images)


def _needed(name: str, plan: Plan) -> int:
    """Epochs of a training that a table needs."""
    if name == "replication":
        return GROWN_AT // plan.pace
    return min(plan.epochs, COMPARED_UNTIL // plan.pace) if name == "renewal-losses" else plan.epochs


def _ready(name: str, plan: Plan, images: Images) -> bool:
    """Whether a training has come far enough for a table."""
    if name == "replication":
        return _needed(name, plan) in campaign.kept(plan, images)
    return campaign.resume(plan, images, campaign.folder(plan, images)).epoch >= _needed(name, plan)
