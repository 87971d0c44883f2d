"""Training organisms: self-training of every particle and training on a task, in turn, for many organisms at once.

For each batch every particle first takes some steps of self-training, then the organism takes one step on the task.
Both are gradient descent with momentum, each with its own memory. A particle that diverges, or an organism that does,
changes no other.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm import tqdm

from srnn_lib import checks, store
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Batch, Task
from srnn_lib.replicators import fixpoints
from srnn_lib.replicators.engines import Rule, Trainer

MOMENTUM_POLICIES = ("kept", "reset")
TOTALS = ("sum", "mean")


@dataclass(frozen=True)
class Schedule:
    """How replication and task take turns.

    Attributes:
        self_steps: Steps of self-training before each task step; 0 trains the task alone.
        task: Whether there are task steps; without, the batches only count.
        learning_rate: Of both, positive.
        momentum: Of both, in [0, 1).
        self_momentum: "reset" (forgotten at each batch) or "kept".
        task_momentum: "kept" or "reset" (at each batch, which leaves none).
        total: Whether the replication loss of an organism is the "sum" or the "mean" over its particles.
        detach: Whether self-training takes inputs and targets as constants.

    Source: ON §IV-A (25 steps per batch on addition) and §V (5 on MNIST); authors' `swarm` branch for the rest.
    """

    self_steps: int = 5
    task: bool = True
    learning_rate: float = 0.004
    momentum: float = 0.9
    self_momentum: str = "reset"
    task_momentum: str = "kept"
    total: str = "sum"
    detach: bool = True

    def __post_init__(self) -> None:
        if not checks.count("self_steps", self.self_steps, at_least=0) and not self.task:
            raise checks.refuse("self_steps", 0, "1 or more where there is no task")
        checks.choice("self_momentum", self.self_momentum, MOMENTUM_POLICIES)
        checks.choice("task_momentum", self.task_momentum, MOMENTUM_POLICIES)
        checks.choice("total", self.total, TOTALS)
        _ = self.rule(1)

    def rule(self, particles: int) -> Rule:
        """The rule of one particle's self-training in an organism of so many particles."""
        rate = self.learning_rate / (particles if self.total == "mean" else 1)
        every = self.self_steps if self.self_steps and self.self_momentum == "reset" else None
        return Rule(rate, "full", self.momentum, every, self.detach)


@dataclass(frozen=True)
class Course:
    """What was recorded of a training: E epochs, S organisms, N particles, C snapshots.

    Attributes:
        replication_loss: `(E + 1, S)`, mean over particles of the mean squared self-error, the start included.
        task_loss: `(E + 1, S)`, on the test set.
        score: `(E + 1, S)`, on the test set: mean absolute error or accuracy.
        train_loss: `(E, S)`, mean over the batches of the epoch, each before its step.
        train_score: `(E, S)`, likewise.
        gradient: `(E, S, N)`, mean size of the task loss's derivative by each particle's gain (zeros where particles
            have no gain or there is no task).
        epochs: `(C,)`, epochs after which a snapshot was taken; 0 is the start.
        weights: `(C, S, N, W)`.
        types: `(C, S, N)`, outcome of each particle, an index into `fixpoints.OUTCOMES`.
    """

    replication_loss: Float[Tensor, "E+1 S"]
    task_loss: Float[Tensor, "E+1 S"]
    score: Float[Tensor, "E+1 S"]
    train_loss: Float[Tensor, "E S"]
    train_score: Float[Tensor, "E S"]
    gradient: Float[Tensor, "E S N"]
    epochs: Int[Tensor, " C"]
    weights: Float[Tensor, "C S N W"]
    types: Int[Tensor, "C S N"]


def train(
    organism: Organism,
    weights: Float[Tensor, "S N W"],
    task: Task,
    schedule: Schedule,
    epochs: int,
    generator: torch.Generator,
    every: int = 1,
    epsilon: float = fixpoints.EPSILON,
) -> Course:
    """Train S organisms and record them; a snapshot every `every` epochs, and at the end.

    Raises:
        BadInput: A task whose inputs or outputs do not fit the organism, or a count out of range.

    Source: ON §IV-A and §V-A; order within a batch from the authors' `swarm` branch.
    """
    checks.count("epochs", epochs, at_least=0)
    checks.count("every", every)
    ends = organism.widths[0], organism.widths[-1]
    if task.ends != ends:
        raise checks.refuse("inputs and outputs", ends, f"{task.ends}, those of this task")
    pupil = _Pupil(organism, task, schedule, weights)
    record = _Record(organism, task, epsilon)
    record.start(pupil.weights)
    for epoch in tqdm(range(1, epochs + 1), desc="epochs", disable=None):
        pupil.learn(task.epoch(len(weights), generator, weights.dtype))
        record.epoch(pupil, epoch, snapshot=epoch % every == 0 or epoch == epochs)
    return record.course()


def kept(
    organism: Organism,
    task: Task,
    schedule: Schedule,
    seeds: int,
    epochs: int,
    seed: int,
    every: int = 1,
    epsilon: float = fixpoints.EPSILON,
) -> Course:
    """The course of `seeds` fresh organisms, from the run store if it was made before, else trained and stored.

    One generator, seeded with `seed`, draws the particles and then the batches.
    """

    def make() -> store.Tensors:
        generator = torch.Generator().manual_seed(seed)
        weights = organism.populate(seeds, generator)
        return vars(train(organism, weights, task, schedule, epochs, generator, every, epsilon))

    settings = {
        "organism": asdict(organism), "task": task.settings, "schedule": asdict(schedule), "seeds": seeds,
        "epochs": epochs, "seed": seed, "every": every, "epsilon": epsilon,
    }  # fmt: skip
    return Course(**store.kept("organisms", settings, make, [__name__]))


class _Pupil:
    """Organisms in training: their weights, both momenta, and the means over the current epoch."""

    def __init__(self, organism: Organism, task: Task, schedule: Schedule, weights: Tensor) -> None:
        self.organism, self.task, self.schedule = organism, task, schedule
        self.weights = organism.stacked(weights.flatten(0, 1))
        self._replication = Trainer(organism.replication, schedule.rule(organism.particles))
        self._velocity: Tensor | float = 0.0

    def learn(self, batches: Iterator[Batch]) -> None:
        """One epoch."""
        seen = []
        for batch in batches:
            self._replicate()
            if self.schedule.task:
                seen.append(self._perform(*batch))
        self.loss, self.score, self.gradient = self._means(seen)

    def _replicate(self) -> None:
        flat = self.weights.flatten(0, 1)
        for _ in range(self.schedule.self_steps):
            flat = self._replication.step(flat)
        self.weights = flat.unflatten(0, self.weights.shape[:2])

    def _perform(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """One task step; loss, score and pull on the gains before it."""
        gradient, outputs, loss, pull = task_gradient(self.organism, self.weights, self.task, inputs, targets)
        keep = self.schedule.momentum if self.schedule.task_momentum == "kept" else 0.0
        self._velocity = keep * self._velocity + gradient
        self.weights = self.weights.sub(self._velocity, alpha=self.schedule.learning_rate)
        return loss, self.task.score(outputs, targets).to(loss), pull.abs()

    def _means(self, seen: list[tuple[Tensor, ...]]) -> list[Tensor]:
        if seen:
            return [torch.stack(values).mean(0) for values in zip(*seen, strict=True)]
        seeds, particles = self.weights.shape[:2]
        missing = self.weights.new_full((seeds,), torch.nan)
        return [missing, missing, self.weights.new_zeros(seeds, particles)]


def task_gradient(
    organism: Organism, weights: Float[Tensor, "S N W"], task: Task, inputs: Tensor, targets: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The task loss's gradient on the particles' weights, with outputs `(S, B, out)`, loss `(S,)`, pull `(S, N)`.

    Linear particles are asked for their gains once, and the loss is differentiated by those; the pull is that
    derivative. Other particles are differentiated through, and have no pull (zeros).
    """
    linear = organism.particle.activation == "linear"
    leaf = (organism.gains(weights) if linear else weights).detach().requires_grad_()
    outputs = organism.forward(leaf, inputs) if linear else organism.forward_particles(leaf, inputs)
    loss = task.loss(outputs, targets)
    slope = torch.autograd.grad(loss.sum(), leaf)[0]
    gradient = organism.pulled(weights, slope) if linear else slope
    return gradient, outputs.detach(), loss.detach(), slope if linear else slope.new_zeros(slope.shape[:2])


class _Record:
    """Collects what a `Course` holds."""

    def __init__(self, organism: Organism, task: Task, epsilon: float) -> None:
        self.organism, self.task, self.epsilon = organism, task, epsilon
        self.rows: dict[str, list[Tensor]] = {name: [] for name in Course.__annotations__}

    def start(self, weights: Tensor) -> None:
        """Before the first epoch."""
        self._look(weights)
        self._snapshot(weights, 0)

    def epoch(self, pupil: _Pupil, epoch: int, snapshot: bool) -> None:
        """After an epoch."""
        for name, value in (("train_loss", pupil.loss), ("train_score", pupil.score), ("gradient", pupil.gradient)):
            self.rows[name].append(value)
        self._look(pupil.weights)
        if snapshot:
            self._snapshot(pupil.weights, epoch)

    def course(self) -> Course:
        """All that was collected."""
        shape = self.rows["weights"][0].shape
        empty = {"train_loss": shape[:1], "train_score": shape[:1], "gradient": shape[:2]}
        return Course(
            **{name: torch.stack(rows) if rows else torch.zeros(0, *empty[name]) for name, rows in self.rows.items()}
        )

    def _look(self, weights: Tensor) -> None:
        loss, score = self.task.examine(partial(answers, self.organism, weights), weights.dtype)
        self.rows["task_loss"].append(loss)
        self.rows["score"].append(score.to(weights.dtype))
        self.rows["replication_loss"].append(replication_loss(self.organism, weights))

    def _snapshot(self, weights: Tensor, epoch: int) -> None:
        outcomes = fixpoints.classify(self.organism.replication, weights.flatten(0, 1), self.epsilon)
        self.rows["epochs"].append(torch.tensor(epoch))
        self.rows["weights"].append(weights.clone())
        self.rows["types"].append(outcomes.to(torch.int8).unflatten(0, weights.shape[:2]))


def answers(organism: Organism, weights: Float[Tensor, "S N W"], inputs: Tensor) -> Float[Tensor, "S B out"]:
    """Outputs of organisms: through the gains where particles have them, else through the particles."""
    if organism.particle.activation == "linear":
        return organism.forward(organism.gains(weights), inputs)
    return organism.forward_particles(weights, inputs)


def replication_loss(organism: Organism, weights: Float[Tensor, "S N W"]) -> Float[Tensor, " S"]:
    """Mean over the particles of the mean squared self-error."""
    flat = weights.flatten(0, 1)
    if organism.particle.activation == "linear":
        row, places = organism.particle.effective(flat)[:, 0].T, organism.replication.positions.to(flat)
        error = torch.addcmul(places @ row[1:], flat.T, row[0] - 1)
    else:
        error = (organism.replication.apply(flat, flat) - flat).T
    return error.square().mean(0).unflatten(0, weights.shape[:2]).mean(1)
