"""Everything that rests on long runs: trains what is missing, measures, and writes the tables of `results/`.

The trainings take hours (or, at the level "paper", a GPU). They may be killed at any moment; the same call goes on.
Two processes share the work: whoever needs a training that is under way elsewhere waits for it. The trainings live in
`results/courses`; their states, and what was measured on the way, can be committed, so that another machine goes on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from srnn_lib import checks, data, saving
from srnn_lib.claimbook import results
from srnn_lib.data import Images
from srnn_lib.experiments import (
    accuracies,
    calibration,
    combined,
    compression,
    death,
    further_births,
    gains,
    levels,
    plans,
    plateau,
    replication,
    starts,
)
from srnn_lib.experiments.checkpoints import Say, Training
from srnn_lib.experiments.plans import Plan


class Source(NamedTuple):
    """Where a table of some trainings comes from.

    Attributes:
        module: The experiment, whose code the table's stamp is taken over.
        plans: The trainings that it rests on, from a function that makes plans of a level.
        make: The table of some trainings, which are done or far enough.
        needed: Epochs of a training that it needs.
    """

    module: str
    plans: Callable[[Callable[..., Plan]], list[Plan]]
    make: Callable[[Sequence[Training], Say | None], pd.DataFrame]
    needed: Callable[[Plan], int]


def _small(plan: Callable[..., Plan]) -> list[Plan]:
    return [plan(net) for net in combined.SMALL]


def _with_rounds(plan: Callable[..., Plan]) -> list[Plan]:
    return [each for each in combined.trials(plan) if each.renewal]


def _compressed(trainings: Sequence[Training], _: Say | None) -> pd.DataFrame:
    (one,) = trainings
    return compression.compression_of(one, compression.METHODS, compression.REMOVED, one.plan.seed)


def _grown(trainings: Sequence[Training], say: Say | None) -> pd.DataFrame:
    return replication.replication_table(trainings, _birth(trainings[0].plan), say=say)


def _grown_otherwise(trainings: Sequence[Training], _: Say | None) -> pd.DataFrame:
    return further_births.further_table(trainings, _birth(trainings[0].plan))


def _birth(plan: Plan) -> int:
    return replication.GROWN_AT // plan.pace


_whole = attrgetter("epochs")

SOURCES: Mapping[str, Source] = {
    "death": Source(death.__name__, _small, death.death_table, _whole),
    "compression": Source(compression.__name__, lambda plan: [plan("N4", cutoff=0.0)], _compressed, _whole),
    "replication": Source(replication.__name__, _small, _grown, _birth),
    "further-births": Source(further_births.__name__, _small, _grown_otherwise, _birth),
    "combined-losses": Source(
        combined.__name__,
        combined.trials,
        lambda some, _: combined.loss_table(some, combined.COMPARED_UNTIL),
        lambda plan: min(plan.epochs, combined.COMPARED_UNTIL // plan.pace),
    ),
    "combined-rounds": Source(combined.__name__, _with_rounds, lambda some, _: combined.round_table(some), _whole),
    "plateau": Source(plateau.__name__, _small, lambda some, _: plateau.plateau_table(some), _whole),
    "starts": Source(starts.__name__, starts.start_trials, lambda some, _: starts.start_table(some), _whole),
}
"""The tables of trainings, by their name in `levels.TRAINING_COLUMNS`."""
OTHER_SOURCES: Mapping[str, Callable[..., pd.DataFrame]] = {
    "calibration": calibration.calibration_table,
    "overlay": lambda images, say: calibration.overlay_table(images),
    "gains": gains.gain_table,
    "accuracies": lambda images, say: accuracies.accuracy_table(say=say),
}
"""What makes the tables that are made in one go, those of settings and of further networks."""
EXPERIMENTS: Mapping[str, str] = {
    **{name: source.module for name, source in SOURCES.items()},
    "calibration": calibration.__name__,
    "overlay": calibration.__name__,
    "gains": gains.__name__,
    "accuracies": accuracies.__name__,
}
"""The experiment behind each table, whose code its stamp is taken over."""


def trainings_of(name: str, level: str, images: Images) -> list[Training]:
    """The trainings that a table rests on; the images are MNIST at 28 × 28.

    Raises:
        BadInput: A table that rests on no trainings.
    """
    made = SOURCES[checks.choice("table", name, SOURCES)].plans(partial(plans.paper_plan, level=level))
    return [Training(plan, images) for plan in made]


class NamedTraining(NamedTuple):
    """A training that tables rest on: its plan, the epochs of it that they need, and the names of the tables."""

    plan: Plan
    needed: int
    tables: tuple[str, ...]

    @property
    def digest(self) -> str:
        """A digest of all that it depends on but the images."""
        return saving.digest([asdict(self.plan), self.needed])


def named_trainings(level: str) -> dict[str, NamedTraining]:
    """The trainings of a level by name: net, cutoff and parents of its rounds, if any, and start, if another.

    Raises:
        BadInput: A level without trainings.
    """
    checks.choice("level", level, plans.PACES)
    found: dict[str, NamedTraining] = {}
    for table, source in SOURCES.items():
        for plan in source.plans(partial(plans.paper_plan, level=level)):
            name, needed = _name(plan), source.needed(plan)
            _, before, others = found.get(name, NamedTraining(plan, 0, ()))
            found[name] = NamedTraining(plan, max(before, needed), (*others, table))
    return found


def _name(plan: Plan) -> str:
    rule = plan.renewal
    rounds = [] if rule is None else [f"{rule.cutoff:g}", *[rule.parents] * (rule.parents != "efficient")]
    start = [each for each, own in ((plan.scaling, "unit"), (plan.init, "fan-in")) if each != own]
    return "-".join([plan.net, *rounds, *start])


def run_training(
    name: str, level: str, images: Images | None = None, *, device: str = "cpu", say: Say | None = None
) -> Path:
    """Carry out one training as far as the tables of its level need it; it goes on where it was interrupted.

    Args:
        name: One of `named_trainings`.
        level: One of `plans.PACES`.
        images: None: MNIST at 28 × 28.
        device: Of torch.
        say: Takes a line now and then.

    Returns:
        The folder of the training.

    Raises:
        BadInput: An unknown level or name.
    """
    checks.device(device)
    known = named_trainings(level)
    plan, needed, _ = known[checks.choice("training", name, known)]
    training = Training(plan, images or data.images(size=28))
    _begin(training, needed, level)
    training.run(needed, say, device)
    return training.folder


def make_tables(
    level: str,
    images: Images | None = None,
    names: Iterable[str] = (),
    *,
    device: str = "cpu",
    say: Say | None = None,
    train: bool = True,
) -> Iterator[Path]:
    """Make and write tables, one after the other; a table that is there gets what it lacks.

    Args:
        level: One of `levels.LEVELS`.
        images: None: MNIST at 28 × 28.
        names: Which, of `levels.tables_of(level)`; none: all of them.
        device: Of torch, for the trainings; measurements are made on the CPU.
        say: Takes a line now and then.
        train: Whether to train what is missing. If not, tables hold the trainings that have come far enough, and what
            the others have come by is made ready to be taken to another machine.

    Yields:
        The path of each table, when it is written.

    Raises:
        BadInput: An unknown level, or a table that it does not have; nothing has been done by then.
    """
    checks.device(device)
    chosen = list(names) or levels.tables_of(level)
    paths = {name: levels.table_path(name, level) for name in chosen}
    images = images or data.images(size=28)
    return _made(level, images, paths, device=device, say=say, train=train)


def _made(
    level: str, images: Images, paths: Mapping[str, Path], *, device: str, say: Say | None, train: bool
) -> Iterator[Path]:
    for name, path in paths.items():
        stamp = results.table_stamp([EXPERIMENTS[name]], levels.command(name, level), device, level=level)
        if name in OTHER_SOURCES:
            if train and not path.is_file():
                results.write_table(OTHER_SOURCES[name](images, say=say), path, stamp)
                yield path
            continue
        lacking = _advanced(name, level, images, device=device, say=say, train=train)
        if ready := [training for training in lacking if _is_ready(name, training)]:
            rows, known = _kept(path)
            whole = pd.concat([rows, SOURCES[name].make(ready, say)], ignore_index=True)
            results.write_table(whole, path, {**stamp, "courses": known + [training.settings for training in ready]})
            yield path
    if level in plans.PACES:
        _release(level, images)


def _advanced(name: str, level: str, images: Images, *, device: str, say: Say | None, train: bool) -> list[Training]:
    """The trainings that a table lacks, as far as they shall come now."""
    _, known = _kept(levels.table_path(name, level))
    lacking = [training for training in trainings_of(name, level, images) if training.settings not in known]
    for training in lacking:
        training.move_to_repo()
        needed = SOURCES[name].needed(training.plan)
        _begin(training, needed, level)
        if train:
            training.run(needed, say, device)
        elif name == "death":
            list(death.measured(training, say))
    return lacking


def _begin(training: Training, needed: int, level: str) -> None:
    """Take over what there is of an equal training with rounds, if this one has not come far enough."""
    training.settle()
    if training.state().epoch < needed:
        any(training.begin_with(other) for other in trainings_of("combined-rounds", level, training.images))


def _kept(path: Path) -> tuple[pd.DataFrame | None, list[dict[str, Any]]]:
    """The table that is there, if any, and the settings of the trainings that it has."""
    if not path.is_file():
        return None, []
    rows, stamp = results.read_table(path)
    return rows, stamp["courses"]


def _is_ready(name: str, training: Training) -> bool:
    """Whether a training has come far enough for a table."""
    needed = SOURCES[name].needed(training.plan)
    return (
        needed in training.snapshots()
        if name in ("replication", "further-births")
        else training.state().epoch >= needed
    )


def _release(level: str, images: Images) -> None:
    """Put the trainings that all tables have back into the run store: nobody needs to take them along."""
    waiting, committed = [], []
    for name in SOURCES:
        _, known = _kept(levels.table_path(name, level))
        for training in trainings_of(name, level, images):
            waiting += [training.settings] * (training.settings not in known)
            committed += [training] * training.is_committed
    for training in committed:
        if training.settings not in waiting and training.is_committed:
            training.move_to_store()
