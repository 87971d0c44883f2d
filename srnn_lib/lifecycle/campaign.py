"""Trainings that take hours: they may be killed at any moment, and go on where they were.

A course is a folder below `_runs/store` (or `$SRNN_STORE`), named by its settings. It holds the state of the training,
replaced whole every few minutes, and snapshots of the weights at the epochs that the figures need. What is computed
from the snapshots is not its business, so a new question needs no new training. A course that was interrupted ends
with the same bits as one that was not.

Courses that take more than a sitting live in `results/courses`, from where their states can be committed and taken to
another machine (`adopt`).
"""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from srnn_lib import checks, files, store
from srnn_lib.data import Images
from srnn_lib.lifecycle import descent, moments, turnover
from srnn_lib.lifecycle.protocol import Plan, prepared
from srnn_lib.lifecycle.stacks import Stack
from srnn_lib.notebooks import digest
from srnn_lib.randomness import keyed

MINUTES = 3
"""Between two saved states, at least."""


@dataclass(frozen=True)
class Course:
    """A training, as far as it has come.

    Attributes:
        stack: The runs now.
        losses: Mean cross-entropy that each epoch met, `(epochs so far, R)`; NaN for runs that no longer go on.
        dead: Which neurons each round of turnover replaced, `(rounds, R, units)`.
        worth: Their local efficiencies before, same shape; NaN for runs that no longer go on.
    """

    stack: Stack
    losses: Float[Tensor, "epochs R"]
    dead: Bool[Tensor, "rounds R units"]
    worth: Float[Tensor, "rounds R units"]

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.losses)


def run(
    plan: Plan,
    images: Images,
    place: Path | None = None,
    say: Callable[[str], None] | None = None,
    device: str = "cpu",
    until: int | None = None,
) -> Course:
    """Train as planned, from wherever the course in `place` has come to.

    Args:
        plan: What to train.
        images: Train part: examples and labels.
        place: Folder of the course; default `folder(plan, images)`. Killing the process loses at most `MINUTES`.
        say: Takes a line at each saved state.
        device: Of torch, such as "cuda". A course may go on on another one, but then not with the same bits.
        until: Last epoch that is wanted now; None: that of the plan. A course that has come further is left alone.

    Raises:
        BadInput: A state in the folder that is damaged or of other settings.
    """
    place = place or folder(plan, images)
    with store.alone(place):  # whoever else needs this course waits for it
        return _run(plan, images, place, say, device, plan.epochs if until is None else min(until, plan.epochs))


def _run(plan: Plan, images: Images, place: Path, say: Callable[[str], None] | None, device: str, end: int) -> Course:
    course = resume(plan, images, place)
    if course.epoch >= end:
        return course
    inputs = prepared(images.train, plan.scaling, images.train).to(device)
    stack = course.stack.convert(lambda tensor: tensor.to(device))
    trainer = descent.Descent(stack, inputs, images.train_labels, plan.rule, plan.seed)
    saved = time.monotonic()
    while course.epoch < end:
        course = _advanced(plan, course, trainer, inputs)
        if course.epoch in plan.snapshots:
            _write(place / f"epoch-{course.epoch:06d}.safetensors", plan, images, _named(course.stack))
        if time.monotonic() - saved > 60 * MINUTES or course.epoch == end:
            course = replace(course, stack=trainer.stack)
            _write(place / "state.safetensors", plan, images, _packed(course))
            saved = time.monotonic()
            if say:
                say(f"{time.strftime('%H:%M:%S')} epoch {course.epoch} of {plan.epochs}")
    return course


def _advanced(plan: Plan, course: Course, trainer: descent.Descent, inputs: Tensor) -> Course:
    """One epoch further, with what is due before and after it."""
    if plan.fewer and course.epoch == plan.fewer[0]:
        trainer.stack = trainer.stack.select(slice(plan.fewer[1]))
    met = trainer.epoch(course.epoch)
    row = torch.full((1, plan.runs), torch.nan, dtype=met.dtype)
    row[0, : len(met)] = met
    course = replace(course, losses=torch.cat([course.losses, row]))
    if plan.renewal and course.epoch % plan.period == 0:
        course = _turned(plan, course, trainer, inputs)
    return replace(course, stack=trainer.stack) if course.epoch in plan.snapshots else course


def _turned(plan: Plan, course: Course, trainer: descent.Descent, inputs: Tensor) -> Course:
    """A round of death and replication."""
    found = moments.measure(trainer.stack, inputs, covariance=())
    generator = keyed(plan.seed, "turnover", course.epoch)
    trainer.stack, dead, worth = turnover.turn_over(trainer.stack, found, plan.renewal, generator, plan.init)
    everyone = torch.full((1, plan.runs, worth.shape[1]), torch.nan, dtype=worth.dtype)
    everyone[0, : len(worth)] = worth
    gone = torch.zeros_like(everyone, dtype=torch.bool)
    gone[0, : len(dead)] = dead
    return replace(course, dead=torch.cat([course.dead, gone]), worth=torch.cat([course.worth, everyone]))


def settings(plan: Plan, images: Images) -> dict:
    """Plan and images as plain JSON."""
    return json.loads(json.dumps({**asdict(plan), "images": [images.name, images.size, images.sha256]}))


def folder(plan: Plan, images: Images) -> Path:
    """Folder of a course, by its settings alone: snapshots outlive changes of the library."""
    key = digest(json.dumps(settings(plan, images), sort_keys=True))[:16]
    name = f"course-{'-'.join(map(str, plan.widths))}-{key}"
    return _adopted(name) if _adopted(name).is_dir() else store.folder() / name


def travels(folder: Path) -> bool:
    """Whether the folder of a course is committed, so that the course goes on on other machines."""
    return folder == _adopted(folder.name)


def adopt(plan: Plan, images: Images) -> Path:
    """From now on this course lives in `results/courses`; the folder, with what there was of it in the store."""
    return _moved(folder(plan, images), _adopted(folder(plan, images).name))


def release(plan: Plan, images: Images) -> Path:
    """From now on this course lives in the run store again; its folder there."""
    now = folder(plan, images)
    return _moved(now, store.folder() / now.name)


def _moved(now: Path, place: Path) -> Path:
    """The folder of a course in another place, once nobody trains it; what is there already is left alone."""
    if now != place:
        with store.alone(now), store.alone(place):
            place.mkdir(parents=True, exist_ok=True)
            for path in now.glob("*.safetensors"):
                shutil.move(path, place / path.name)
            if now.is_dir():
                now.rmdir()
    place.mkdir(parents=True, exist_ok=True)
    return place


def _adopted(name: str) -> Path:
    return files.root() / "results" / "courses" / name


def inherit(plan: Plan, images: Images, other: Plan) -> bool:
    """Begin a course of plain training with one that differs by its rounds alone, if these replaced nobody so far.

    Two such courses are equal to the last bit, so what there is of the other is taken over: its state, and the
    snapshots that both keep.

    Returns:
        Whether it was. Not if a neuron was replaced, if this course has come as far, or if fewer runs go on by then.
    """
    same = replace(
        other, **{name: getattr(plan, name) for name in ("renewal", "period", "epochs", "snapshots", "fewer")}
    )
    if same != plan or plan.renewal:
        return False
    here, there = folder(plan, images), folder(other, images)
    course, own = resume(other, images, there), resume(plan, images, here)
    last = min(plan.epochs, plan.fewer[0] if plan.fewer else plan.epochs)
    if course.dead.any() or not own.epoch < course.epoch <= last:
        return False
    for epoch in set(kept(other, images)) & set(plan.snapshots):
        taken = snapshot(other, images, epoch)
        _write(here / f"epoch-{epoch:06d}.safetensors", plan, images, _named(taken))
    begun = replace(course, dead=own.dead, worth=own.worth)
    _write(here / "state.safetensors", plan, images, _packed(begun))
    return True


def resume(plan: Plan, images: Images, place: Path) -> Course:
    """The state in `place`, or the start of the course.

    Raises:
        BadInput: A damaged state, or one of other settings.
    """
    if (place / "state.safetensors").is_file():
        found = read(place / "state.safetensors", plan, images)
        return Course(_stack(found, plan), found["losses"], found["dead"], found["worth"])
    stack = plan.start()
    units = stack.widths[plan.renewal.layer if plan.renewal else 1]
    nothing = torch.zeros(0, plan.runs, units)
    return Course(stack, torch.zeros(0, plan.runs, dtype=torch.float64), nothing.bool(), nothing.double())


def snapshot(plan: Plan, images: Images, epoch: int, place: Path | None = None) -> Stack:
    """The runs as they were after `epoch`.

    Raises:
        BadInput: That epoch is not there (yet); the line names those that are.
    """
    place = place or folder(plan, images)
    if epoch == 0:
        return plan.start()
    there = kept(plan, images, place)
    if epoch not in there:
        raise checks.refuse("epoch", epoch, f"one that is kept: {there}", "run the course, or let it go on")
    return _stack(read(place / f"epoch-{epoch:06d}.safetensors", plan, images), plan)


def kept(plan: Plan, images: Images, place: Path | None = None) -> list[int]:
    """Epochs of the snapshots that are there."""
    place = place or folder(plan, images)
    return [epoch for epoch in sorted(plan.snapshots) if (place / f"epoch-{epoch:06d}.safetensors").is_file()]


def _named(stack: Stack) -> dict[str, Tensor]:
    groups = {"weight": stack.weights, "bias": stack.biases}
    return {f"{kind}{place}": each.cpu() for kind, group in groups.items() for place, each in enumerate(group)}


def _packed(course: Course) -> dict[str, Tensor]:
    return {**_named(course.stack), "losses": course.losses, "dead": course.dead, "worth": course.worth}


def _stack(tensors: dict[str, Tensor], plan: Plan) -> Stack:
    layers = range(len(plan.widths) - 1)
    weights, biases = (tuple(tensors[f"{kind}{layer}"] for layer in layers) for kind in ("weight", "bias"))
    return Stack(weights, biases, plan.activation)


def _write(path: Path, plan: Plan, images: Images, tensors: dict[str, Tensor]) -> None:
    store.save(path, tensors, settings(plan, images))


def read(path: Path, plan: Plan, images: Images) -> dict[str, Tensor]:
    """What a file in the folder of a course holds.

    Raises:
        BadInput: It is damaged, or of other settings.
    """
    tensors, found = store.load(path)
    wanted = settings(plan, images)
    if found != wanted:
        other = [name for name in wanted if found.get(name) != wanted[name]]
        raise checks.refuse(f"{path.parent.name}/{path.name}", f"of other {', '.join(other)}", "the plan's settings")
    return tensors
