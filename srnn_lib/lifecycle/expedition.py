"""Everything that rests on long runs: trains what is missing, measures, and writes the tables of `results/`.

The trainings take hours (or, at the level "paper", a GPU). They may be killed at any moment; the same call goes on.
Two processes share the work: whoever needs a training that is under way elsewhere waits for it.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from srnn_lib import checks, results
from srnn_lib.data import Images
from srnn_lib.lifecycle import campaign, compression, evidence, mortality, offspring, plateau, renewal
from srnn_lib.lifecycle.campaign import Plan
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
    course = partial(campaign.plan, level=checks.choice("level", level, evidence.LEVELS))
    if checks.choice("name", name, evidence.NAMES).startswith("renewal"):
        return renewal.trials(course)
    return [course("N4", cutoff=0.0)] if name == "compression" else [course(net) for net in renewal.SMALL]


def table(name: str, level: str, images: Images, say: Say | None = None) -> pd.DataFrame:
    """One table of a level, from trainings that are there, or made now on the CPU.

    Args:
        name: One of `evidence.NAMES`.
        level: One of `evidence.LEVELS`.
        images: MNIST at 28 × 28.
        say: Takes a line now and then.
    """
    plans = courses(name, level)
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
    level: str, images: Images, names: Iterable[str] = evidence.NAMES, device: str = "cpu", say: Say | None = None
) -> Iterator[Path]:
    """Make and write tables, one after the other.

    Args:
        level: One of `evidence.LEVELS`.
        images: MNIST at 28 × 28.
        names: Which, of `evidence.NAMES`.
        device: Of torch, for the trainings; measurements are made on the CPU.
        say: Takes a line now and then.

    Yields:
        The path of each table, when it is written.
    """
    for name in names:
        plans = courses(name, level)
        for plan in plans:
            campaign.run(plan, images, say=say, device=device)
        stamp = {
            **provenance([__name__], device),
            "level": level,
            "courses": [campaign.settings(plan, images) for plan in plans],
        }
        place = evidence.path(name, level)
        results.write_table(table(name, level, images, say), place, stamp)
        yield place
