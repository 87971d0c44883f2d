"""Trained organisms, and the ordinary networks they are compared with, from the run store: chapters share them."""

from dataclasses import asdict
from typing import Any

from srnn_lib import checks
from srnn_lib.claimbook import store
from srnn_lib.experiments import resuming
from srnn_lib.organisms import ordinary
from srnn_lib.organisms.ordinary import OrdinaryHistory
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Task
from srnn_lib.organisms.training import History, Pupil, Schedule
from srnn_lib.randomness import seeded
from srnn_lib.replicators import fixpoints


def trained(
    organism: Organism,
    task: Task,
    schedule: Schedule,
    *,
    seeds: int,
    epochs: int,
    seed: int,
    every: int = 1,
    epsilon: float = fixpoints.EPSILON,
    device: str = "cpu",
) -> History:
    """What `training.train` records of `seeds` fresh organisms, from the run store if it was made before.

    One generator, seeded with `seed`, draws the particles and then the batches. A training that was killed goes on from
    its last saved epoch (`resuming`). What another device of torch made differs by rounding, and is kept apart.
    """
    checks.device(device)
    course: dict[str, Any] = {"epochs": epochs, "every": every, "epsilon": epsilon}

    def start() -> Pupil:
        generator = seeded(seed)
        weights = organism.populate(seeds, generator)
        return Pupil(organism, weights, task, schedule=schedule, generator=generator, device=device, **course)

    known = {"organism": asdict(organism), "task": task.settings, "schedule": asdict(schedule)}
    place = {} if device == "cpu" else {"device": device}
    settings = {**known, **course, **place, "seeds": seeds, "seed": seed}
    found = resuming.finished(
        "organisms", settings, start=start, until=epochs,
        result=lambda pupil: vars(pupil.history()), modules=[__name__],
    )  # fmt: skip
    return History(**found)


def trained_ordinary(organism: Organism, task: Task, *, seeds: int, epochs: int, seed: int) -> OrdinaryHistory:
    """What `ordinary.train_ordinary` records of fresh networks, on the batches that organisms get in `trained`.

    The generator there draws an organism's particles first; here it draws them too, and the networks' weights come from
    a generator of their own, so that both see the same batches in the same order.
    """

    def make() -> store.Tensors:
        generator = seeded(seed)
        organism.populate(seeds, generator)
        start = ordinary.random_weights(organism, seeds, seeded(seed + 1))
        return vars(ordinary.train_ordinary(organism, start, task, epochs=epochs, generator=generator))

    known = {"organism": asdict(organism), "task": task.settings}
    settings = {**known, "seeds": seeds, "epochs": epochs, "seed": seed}
    return OrdinaryHistory(**store.cached("ordinary", settings, make, [__name__]))
