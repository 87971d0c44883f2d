"""Trainings that take hours: they may be killed at any moment, and go on where they were.

A training lies in a folder below `_runs/store` (or `$SRNN_STORE`), named by its settings. There is its state, replaced
whole every few minutes, and snapshots of the weights at the epochs that the figures need. What is computed from the
snapshots is not its business, so a new question needs no new training. A training that was interrupted ends with the
same bits as one that was not.

Trainings that take more than a sitting live in `results/courses`, from where their states can be committed and taken to
another machine (`Training.move_to_repo`).
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks, saving
from srnn_lib.claimbook import seals, store
from srnn_lib.data import Images
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import moments, sgd, turnover
from srnn_lib.neurons.stacks import Stack
from srnn_lib.randomness import keyed

MINUTES = 3
"""Between two saved states, at least."""

Say = Callable[[str], object]
"""Takes a line now and then, such as `print`."""


@dataclass(frozen=True)
class TrainingState:
    """A training, as far as it has come.

    Attributes:
        stack: The runs now.
        losses: Mean cross-entropy that each epoch met; NaN for runs that no longer go on.
        dead: Which neurons each round of turnover replaced.
        worth: Their local efficiencies before; NaN for runs that no longer go on.
    """

    stack: Stack
    losses: Float[Tensor, "epochs R"]
    dead: Bool[Tensor, "rounds R units"]
    worth: Float[Tensor, "rounds R units"]

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.losses)


@dataclass(frozen=True)
class Training:
    """A plan on some images, and what there is of it on disk.

    Attributes:
        plan: What to train.
        images: Train part: examples and labels.
        place: Its folder; None: by its settings, below `results/courses` if it is there, else in the run store.
    """

    plan: Plan
    images: Images
    place: Path | None = None

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Plan and images as plain JSON; what everything that rests on the training is known by."""
        return json.loads(json.dumps({**asdict(self.plan), "images": self.images.origin}))

    @property
    def folder(self) -> Path:
        """Where it lies, by its settings alone, since snapshots outlive changes of the library."""
        if self.place:
            return self.place
        here = self._in_repo
        return here if here.is_dir() else saving.store_folder() / here.name

    @property
    def _in_repo(self) -> Path:
        key = saving.digest(json.dumps(self.settings, sort_keys=True))[:16]
        return saving.root() / "results" / "courses" / f"course-{'-'.join(map(str, self.plan.widths))}-{key}"

    @property
    def is_committed(self) -> bool:
        """Whether its folder is part of the project, so that it goes on on other machines."""
        return self.place is None and self._in_repo.is_dir()

    @property
    def _in_store(self) -> Path:
        return saving.store_folder() / self._in_repo.name

    def move_to_repo(self) -> Path:
        """From now on it lives in `results/courses`; the folder, with what there was of it in the store."""
        return self._moved(self._in_repo)

    def move_to_store(self) -> Path:
        """From now on it lives in the run store again; its folder there."""
        return self._moved(self._in_store)

    def _moved(self, place: Path) -> Path:
        """Its folder in another place, once nobody trains it."""
        self.settle()
        with store.locks([self._in_repo, self._in_store]):
            if self.folder != place and self.folder.is_dir():
                saving.move_folder(self.folder, place)
            place.mkdir(parents=True, exist_ok=True)
        return place

    def settle(self) -> None:
        """End a move that was cut short: what is still in the run store comes to the rest, in `results/courses`."""
        if self.place or not (self._in_repo.is_dir() and self._in_store.is_dir()):
            return
        with store.locks([self._in_repo, self._in_store]):
            for path in sorted(self._in_store.glob("*.safetensors")):
                if _epoch(path) > _epoch(self._in_repo / path.name):
                    saving.write_whole(self._in_repo / path.name, path.read_bytes())
            if self._in_store.is_dir():  # nobody else has settled it meanwhile
                saving.remove_folder(self._in_store)

    @cached_property
    def inputs(self) -> Float[Tensor, "n pixels"]:
        """The training images in the plan's scaling."""
        return self._scaled(self.images.train)

    @cached_property
    def test_inputs(self) -> Float[Tensor, "m pixels"]:
        """The test images in the plan's scaling; mean and deviation are those of the training images."""
        return self._scaled(self.images.test)

    def _scaled(self, pixels: Tensor) -> Tensor:
        if self.plan.scaling == "unit":
            return pixels
        return (pixels - self.images.train.mean()) / self.images.train.std()

    @property
    def labels(self) -> Int[Tensor, " n"]:
        """Of the training images."""
        return self.images.train_labels

    def trainer(self, stack: Stack, device: str = "cpu") -> sgd.SGD:
        """A trainer of these runs by the plan's rule, on the plan's batches."""
        moved = stack.convert(lambda tensor: tensor.to(device))
        return sgd.SGD(moved, self.inputs.to(device), self.labels, rule=self.plan.rule, seed=self.plan.seed)

    @property
    def stream(self) -> tuple[Any, ...]:
        """What the batches depend on that it sees, and how it learns from them."""
        plan = self.plan
        return plan.seed, plan.rule, plan.scaling, plan.widths[0], plan.widths[-1], str(self.images.origin)

    def run(self, until: int | None = None, say: Say | None = None, device: str = "cpu") -> TrainingState:
        """Train, from wherever it has come to, up to the epoch that is wanted; None: to the plan's last one.

        A training that has come further stays as it is. `say` takes a line at each saved state. Killing the process
        loses at most `MINUTES`. It may go on on another device of torch, such as "cuda", but not with the same bits.

        Raises:
            BadInput: A state in the folder that is damaged or of other settings.
        """
        return run_together([self], [until], say, device)[0]

    def state(self) -> TrainingState:
        """As far as it has come: what its folder holds, or the start.

        Raises:
            BadInput: A damaged state, or one of other settings.
        """
        if self.has("state"):
            found = self.read("state")
            return TrainingState(self._stack(found), found["losses"], found["dead"], found["worth"])
        stack = self.plan.start()
        units = stack.widths[self.plan.renewal.layer if self.plan.renewal else 1]
        nothing = torch.zeros(0, self.plan.runs, units)
        losses = torch.zeros(0, self.plan.runs, dtype=torch.float64)
        return TrainingState(stack, losses, nothing.bool(), nothing.double())

    def snapshots(self) -> list[int]:
        """Epochs of the snapshots that are there."""
        return [epoch for epoch in sorted(self.plan.snapshots) if self._path(f"epoch-{epoch:06d}").is_file()]

    def snapshot(self, epoch: int) -> Stack:
        """The runs as they were after `epoch`.

        Raises:
            BadInput: That epoch is not there (yet); the line names those that are.
        """
        if epoch == 0:
            return self.plan.start()
        if epoch not in (there := self.snapshots()):
            raise checks.bad_input("epoch", epoch, f"one that is kept: {there}", "run the training, or let it go on")
        found = self.read(name := f"epoch-{epoch:06d}")
        if self.is_committed:
            seals.note_read(self._path(name))
        return self._stack(found)

    def begin_with(self, other: "Training") -> bool:
        """Begin plain training with one that differs by its rounds alone, if these replaced nobody so far.

        Two such trainings are equal to the last bit, so what there is of the other is taken over: its state, and the
        snapshots that both keep.

        Returns:
            Whether it was. Not if a neuron was replaced, if this one has come as far, or if fewer runs go on by then.
        """
        plan = self.plan
        free = ("renewal", "period", "epochs", "snapshots", "fewer")
        if replace(other.plan, **{name: getattr(plan, name) for name in free}) != plan or plan.renewal:
            return False
        begun, own = other.state(), self.state()
        last = min(plan.epochs, plan.fewer[0] if plan.fewer else plan.epochs)
        if begun.dead.any() or not own.epoch < begun.epoch <= last:
            return False
        for epoch in set(other.snapshots()) & set(plan.snapshots):
            self.write(f"epoch-{epoch:06d}", _named(other.snapshot(epoch)))
        self._save(replace(begun, dead=own.dead, worth=own.worth))
        return True

    def cached(
        self, name: str, make: Callable[[], store.Tensors], modules: Iterable[str], **settings: Any
    ) -> store.Tensors:
        """What `make` computes from this training, from the run store if it is there (`store.cached`)."""
        return store.cached(name, {**self.settings, **settings}, make, modules)

    def write(self, name: str, tensors: Mapping[str, Tensor]) -> None:
        """Put tensors into the folder, under the settings."""
        saving.save_tensors(self._path(name), tensors, self.settings)

    def read(self, name: str) -> store.Tensors:
        """What a file of the folder holds.

        Raises:
            BadInput: It is damaged, or of other settings.
        """
        tensors, found = saving.load_tensors(self._path(name), f"{self.folder.name}: stored result", store.ANEW)
        if found != self.settings:
            other = [key for key in self.settings if found.get(key) != self.settings[key]]
            shown = f"{self.folder.name}/{self._path(name).name}"
            raise checks.bad_input(shown, f"of other {', '.join(other)}", "the plan's settings")
        return tensors

    def has(self, name: str) -> bool:
        """Whether the folder holds a file of that name."""
        return self._path(name).is_file()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"

    def _save(self, state: TrainingState) -> None:
        measured = {"losses": state.losses, "dead": state.dead, "worth": state.worth}
        self.write("state", {**_named(state.stack), **measured})

    def _stack(self, tensors: store.Tensors) -> Stack:
        layers = range(len(self.plan.widths) - 1)
        weights, biases = (tuple(tensors[f"{kind}{layer}"] for layer in layers) for kind in ("weight", "bias"))
        return Stack(weights, biases, self.plan.activation)


def run_together(
    trainings: Sequence[Training],
    ends: Sequence[int | None] | None = None,
    say: Say | None = None,
    device: str = "cpu",
) -> list[TrainingState]:
    """`Training.run` of several trainings, to the same bits, without doing twice what they have in common.

    Those whose weights are equal to the last bit go on as one, until a round replaces a neuron of one and not of the
    other. Those that see the same batches see them at once. `ends` are the epochs that are wanted of each.
    """
    checks.device(device)
    for training in trainings:
        training.settle()
    asked: dict[Path, tuple[Training, int]] = {}
    for training, end in zip(trainings, ends or [None] * len(trainings), strict=True):
        last = training.plan.epochs if end is None else min(end, training.plan.epochs)
        asked[training.folder] = (training, max(last, asked.get(training.folder, (training, 0))[1]))
    with store.locks(asked):  # whoever else needs one of them waits for it
        found = {folder: training.state() for folder, (training, _) in asked.items()}
        streams = defaultdict(list)
        for folder, (training, end) in asked.items():
            if found[folder].epoch < end:
                streams[training.stream].append(folder)
        for stream in streams.values():
            courses = _begun([(*asked[folder], found[folder]) for folder in stream], device)
            _train(courses, say)
            found |= {folder: course.state for folder, course in zip(stream, courses, strict=True)}
    return [found[training.folder] for training in trainings]


def _begun(given: Iterable[tuple[Training, int, TrainingState]], device: str) -> list["_Course"]:
    """Courses that see the same batches, with trainers beside each other; those that are equal share one."""
    courses: list[_Course] = []
    for training, end, state in given:
        beside = courses[0].trainer.beside(state.stack) if courses else training.trainer(state.stack, device)
        courses.append(_Course(training, end, state, beside))
    _join(courses)
    return courses


def _train(courses: Sequence["_Course"], say: Say | None) -> None:
    """Train them all, those that are behind first."""
    while going := [course for course in courses if not course.is_over]:
        now = min(course.state.epoch for course in going)
        due = [course for course in going if course.state.epoch == now]
        for course in due:
            course.thin_out()
        trainers = list({id(course.trainer): course.trainer for course in due}.values())
        losses = dict(zip(map(id, trainers), sgd.epoch_of_all(trainers, now), strict=True))
        for course in due:
            course.meet(losses[id(course.trainer)].cpu())
        _turn_over(due)
        for course in due:
            course.keep(say)


def _join(courses: Iterable["_Course"]) -> None:
    """Let those that stand at one epoch with the same weights, to the last bit, go on as one."""
    kept: list[tuple[int, sgd.SGD, Stack]] = []
    for course in courses:
        stack = course.trainer.stack
        same = (t for epoch, t, other in kept if epoch == course.state.epoch and _are_equal(stack, other))
        course.trainer = next(same, course.trainer)
        kept.append((course.state.epoch, course.trainer, stack))


def _are_equal(one: Stack, other: Stack) -> bool:
    pairs = zip((*one.weights, *one.biases), (*other.weights, *other.biases), strict=False)
    return one.widths == other.widths and one.activation == other.activation and all(torch.equal(*p) for p in pairs)


def _turn_over(courses: Iterable["_Course"]) -> None:
    """The rounds that are due; what trains as one is measured once."""
    turned: list[_Course] = []
    measured: dict[int, moments.Moments] = {}
    for course in courses:
        plan, trainer = course.training.plan, course.trainer
        if plan.renewal and course.state.epoch % plan.period == 0:
            if id(trainer) not in measured:
                measured[id(trainer)] = course.measure()
            course.turn_over(plan.renewal, measured[id(trainer)])
            turned.append(course)
    if turned:
        _join(courses)


@dataclass
class _Course:
    """A training under way."""

    training: Training
    end: int
    state: TrainingState
    trainer: sgd.SGD
    saved: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        return self.state.epoch >= self.end

    def thin_out(self) -> None:
        """Before an epoch: go on with fewer runs, where the plan says so."""
        fewer = self.training.plan.fewer
        if fewer and self.state.epoch == fewer[0]:
            self.trainer = self.trainer.beside(self.trainer.stack.select(slice(fewer[1])))

    def meet(self, losses: Float[Tensor, " k"]) -> None:
        """After an epoch: what it met; NaN for the runs that no longer go on."""
        row = F.pad(losses, (0, self.training.plan.runs - len(losses)), value=torch.nan)
        self.state = replace(self.state, losses=torch.cat([self.state.losses, row[None]]))

    def measure(self) -> moments.Moments:
        """What a round rests on."""
        stack = self.trainer.stack
        return moments.measure(stack, self.training.inputs.to(stack.biases[0].device), covariance=())

    def turn_over(self, rule: turnover.TurnoverRule, found: moments.Moments) -> None:
        """A round of death and replication; whoever shares its trainer keeps that as it is."""
        plan, state = self.training.plan, self.state
        generator = keyed(plan.seed, "turnover", state.epoch)
        stack, dead, worth = turnover.turn_over(self.trainer.stack, found, rule, generator, plan.init)
        self.trainer = self.trainer.beside(stack)
        rest = (0, 0, 0, plan.runs - len(worth))
        dead, worth = F.pad(dead.cpu(), rest), F.pad(worth.cpu(), rest, value=torch.nan)
        dead, worth = torch.cat([state.dead, dead[None]]), torch.cat([state.worth, worth[None]])
        self.state = replace(state, dead=dead, worth=worth)

    def keep(self, say: Say | None) -> None:
        """Write what is due: a snapshot, and now and then the state."""
        epoch, plan = self.state.epoch, self.training.plan
        if epoch in plan.snapshots:
            self.training.write(f"epoch-{epoch:06d}", _named(self.trainer.stack))
        if self.is_over or time.monotonic() - self.saved > 60 * MINUTES:
            self.state = replace(self.state, stack=self.trainer.stack)
            self.training._save(self.state)
            self.saved = time.monotonic()
            if say:
                say(f"{time.strftime('%H:%M:%S')} epoch {epoch} of {plan.epochs}")


def tidy(columns: Mapping[str, Tensor], **axes: Iterable[Any]) -> pd.DataFrame:
    """Tensors of one shape as columns, a row per element, behind columns of what stands along each of their axes.

    The axes are named in order; there may be more of them, of length 1, for what is the same in all rows.
    """
    places = pd.MultiIndex.from_product(axes.values(), names=axes)
    return places.to_frame(index=False).assign(**{name: each.flatten().numpy() for name, each in columns.items()})


def _named(stack: Stack) -> store.Tensors:
    groups = {"weight": stack.weights, "bias": stack.biases}
    return {f"{kind}{place}": each.cpu() for kind, group in groups.items() for place, each in enumerate(group)}


def _epoch(path: Path) -> int:
    """How far a file of a training has come: a state's epoch, 0 for any other one, -1 if it is missing or damaged."""
    try:
        return len(store.read_result(path)[0].get("losses", ()))
    except checks.BadInput:
        return -1
