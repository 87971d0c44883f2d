"""Training organisms: self-training of every particle and training on a task, in turn, for many organisms at once.

For each batch every particle first takes some steps of self-training, then the organism takes one step on the task.
Both are gradient descent with momentum, each with its own memory. A particle that diverges, or an organism that does,
changes no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm import tqdm

from srnn_lib import checks
from srnn_lib.organisms.backpropagation import differentiated
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Batch, Task, dealt, joined, portions
from srnn_lib.replicators import captured, fixpoints
from srnn_lib.replicators.captured import Captured
from srnn_lib.replicators.engines import Trainer, UpdateRule

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
        if not checks.integer("self_steps", self.self_steps, at_least=0) and not self.task:
            raise checks.bad_input("self_steps", 0, "1 or more where there is no task")
        checks.choice("self_momentum", self.self_momentum, MOMENTUM_POLICIES)
        checks.choice("task_momentum", self.task_momentum, MOMENTUM_POLICIES)
        checks.choice("total", self.total, TOTALS)
        _ = self.rule(1)

    def rule(self, particles: int) -> UpdateRule:
        """The rule of one particle's self-training in an organism of so many particles."""
        rate = self.learning_rate / (particles if self.total == "mean" else 1)
        every = self.self_steps if self.self_steps and self.self_momentum == "reset" else None
        return UpdateRule(rate, "full", self.momentum, every, self.detach)


@dataclass(frozen=True)
class History:
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

    replication_loss: Float[Tensor, "_E_and_start S"]
    task_loss: Float[Tensor, "_E_and_start S"]
    score: Float[Tensor, "_E_and_start S"]
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
    *,
    schedule: Schedule,
    epochs: int,
    generator: torch.Generator,
    every: int = 1,
    epsilon: float = fixpoints.EPSILON,
    device: str = "cpu",
) -> History:
    """Train S organisms and record them; a snapshot every `every` epochs, and at the end.

    They train on `device`, whatever device that is of torch; all draws are made on the CPU, so they are the same.

    Raises:
        BadInput: A task whose inputs or outputs do not fit the organism, or a count out of range.

    Source: ON §IV-A and §V-A; order within a batch from the authors' `swarm` branch.
    """
    pupil = Pupil(
        organism, weights, task, schedule=schedule, epochs=epochs, generator=generator,
        every=every, epsilon=epsilon, device=device,
    )  # fmt: skip
    for _ in tqdm(range(epochs), desc="epochs", disable=None):
        pupil.advance()
    return pupil.history()


class Pupil:
    """Organisms in training, as `train` takes them: they advance by one epoch, and can be saved between two.

    `state` holds all that the next epochs depend on, and what was recorded; `resume` goes on from there.

    Attributes:
        weights: `(S, N, W)`, on the device of the training.
    """

    def __init__(
        self,
        organism: Organism,
        weights: Float[Tensor, "S N W"],
        task: Task,
        *,
        schedule: Schedule,
        epochs: int,
        generator: torch.Generator,
        every: int = 1,
        epsilon: float = fixpoints.EPSILON,
        device: str = "cpu",
    ) -> None:
        checks.integer("epochs", epochs, at_least=0)
        checks.integer("every", every)
        checks.device(device)
        ends = organism.widths[0], organism.widths[-1]
        if task.ends != ends:
            raise checks.bad_input("inputs and outputs", ends, f"{task.ends}, those of this task")
        self.organism, self.task, self.schedule = organism, task.on(device), schedule
        self.weights = self._lying(weights.to(device))
        self._generator, self._epsilon = generator, epsilon
        self._due = {*range(0, epochs + 1, every), epochs}
        self._velocity = torch.zeros_like(self.weights)
        self._replication = Trainer(organism.replication, schedule.rule(organism.particles))
        self._captured: Captured | None = None
        self._recorded: dict[str, list[Tensor]] = {name: [] for name in History.__annotations__}
        self._record(self._examined() | self._snapshot())

    def _lying(self, weights: Tensor) -> Tensor:
        """A copy with the particles next to each other in memory, as they stay through the training."""
        return self.organism.stacked(self.organism.nets(weights.clone(memory_format=torch.contiguous_format)))

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return max(0, len(self._recorded["task_loss"]) - 1)

    def advance(self) -> None:
        """One epoch further."""
        batches = self.task.epoch(len(self.weights), self._generator, self.weights.dtype)
        lesson = self._learn(batches)
        self._record(lesson | self._examined())
        if self.epoch in self._due:
            self._record(self._snapshot())

    def state(self) -> dict[str, Tensor]:
        """All that the next epochs depend on, and what was recorded."""
        now = {"weights": self.weights, "velocity": self._velocity, "draws": self._generator.get_state()}
        replication = {f"replication {name}": value for name, value in self._replication.state().items()}
        recorded = {f"recorded {name}": torch.stack(rows) for name, rows in self._recorded.items() if rows}
        return now | replication | recorded

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state`."""
        self.weights, self._velocity = (self._lying(state[name].to(self.weights)) for name in ("weights", "velocity"))
        self._generator.set_state(state["draws"])
        self._captured = None
        kinds = [{k.removeprefix(kind): v for k, v in state.items() if k.startswith(kind)} for kind in _KINDS]
        self._replication.resume(kinds[0])
        self._recorded |= {name: list(rows) for name, rows in kinds[1].items()}

    def history(self) -> History:
        """What was recorded so far."""
        nothing = torch.zeros(0, *self.weights.shape[:2])
        empty = {"train_loss": nothing[..., 0], "train_score": nothing[..., 0], "gradient": nothing}
        return History(**{name: torch.stack(rows) if rows else empty[name] for name, rows in self._recorded.items()})

    def _record(self, row: dict[str, Tensor]) -> None:
        for name, value in row.items():
            self._recorded[name].append(value.cpu())

    def _learn(self, batches: Iterator[Batch]) -> dict[str, Tensor]:
        """One epoch; the means of loss, score and pull over its steps on the task."""
        seen = [self._step(*(each.to(self.weights.device) for each in batch)) for batch in batches]
        if seen and self.schedule.task:
            means = [torch.stack(values).mean(0) for values in zip(*seen, strict=True)]
        else:
            missing = self.weights.new_full(self.weights.shape[:1], torch.nan)
            means = [missing, missing, self.weights.new_zeros(self.weights.shape[:2])]
        return dict(zip(("train_loss", "train_score", "gradient"), means, strict=True))

    def _step(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Both lessons on one batch: from a graph where launches cost more than the work."""
        if not captured.possible(self.weights):
            return self._both(inputs, targets)
        if self._captured is None:
            moving = torch.zeros_like(self.organism.nets(self.weights))
            moving.copy_(self._replication.state().get("velocity", moving))
            state = [self.weights, self._velocity, moving]
            self._captured = Captured(partial(self._in_place, moving), state, inputs, targets)
        return self._captured(inputs, targets)

    def _in_place(self, moving: Tensor, inputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Both lessons with all that they change where it was before; `moving` is the velocity of self-training."""
        self._replication.resume(self._replication.state() | {"velocity": moving})
        weights = self.weights
        seen = self._both(inputs, targets)
        moving.copy_(self._replication.state().get("velocity", torch.zeros_like(moving)))
        self._replication.resume(self._replication.state() | {"velocity": moving})
        self.weights = weights.copy_(self.weights)
        return seen

    def _both(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Self-training, then the task; what is recorded of the latter."""
        nets = self._replication.steps(self.organism.nets(self.weights), self.schedule.self_steps)
        self.weights = nets.unflatten(0, self.weights.shape[:2])
        return self._perform(inputs, targets) if self.schedule.task else ()

    def _perform(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """One task step; loss, score and pull on the gains before it."""
        gradient, score, loss, pull = task_gradient(self.organism, self.weights, self.task, inputs, targets)
        keep = self.schedule.momentum if self.schedule.task_momentum == "kept" else 0.0
        self._velocity.mul_(keep).add_(gradient)
        self.weights.sub_(self._velocity, alpha=self.schedule.learning_rate)
        return loss, score.to(loss), pull.abs()

    def _examined(self) -> dict[str, Tensor]:
        """Losses and score now."""
        answer = partial(answers, self.organism)
        loss, score = self.task.examine(answer, self.weights, self.organism.portion)
        replication = replication_loss(self.organism, self.weights)
        return {"task_loss": loss, "score": score.to(self.weights), "replication_loss": replication}

    def _snapshot(self) -> dict[str, Tensor]:
        """Weights and outcomes now."""
        outcomes = fixpoints.classify(self.organism.replication, self.organism.nets(self.weights), self._epsilon)
        types = outcomes.to(torch.int8).unflatten(0, self.weights.shape[:2])
        return {"epochs": torch.tensor(self.epoch), "weights": self.weights.clone(), "types": types}


_KINDS = ("replication ", "recorded ")


def task_gradient(
    organism: Organism, weights: Float[Tensor, "S N W"], task: Task, inputs: Tensor, targets: Tensor
) -> tuple[Float[Tensor, "S N W"], Float[Tensor, " S"], Float[Tensor, " S"], Float[Tensor, "S N"]]:
    """The task loss's gradient on the particles' weights, with score `(S,)`, loss `(S,)` and pull `(S, N)`.

    Linear particles are asked for their gains once, and the loss is differentiated by those; the pull is that
    derivative. Other particles are differentiated through, and have no pull (zeros).
    """
    one = _by_gains if organism.particle.activation == "linear" else _through_particles
    parts = portions(len(weights), organism.portion(inputs.shape[-2]))
    shared = [dealt((inputs, targets), part, len(weights)) for part in parts]
    found = [one(organism, weights[part], task, *batch) for part, batch in zip(parts, shared, strict=True)]
    gradient, score, loss, pull = (joined(values) for values in zip(*found, strict=True))
    return gradient, score, loss, pull


def _by_gains(organism: Organism, weights: Tensor, task: Task, *batch: Tensor) -> tuple[Tensor, ...]:
    outputs, loss, pull = differentiated(organism, organism.gains(weights), task, *batch)
    return organism.pulled(weights, pull), task.score(outputs, batch[1]), loss, pull


def _through_particles(organism: Organism, weights: Tensor, task: Task, *batch: Tensor) -> tuple[Tensor, ...]:
    leaf = weights.detach().requires_grad_()
    outputs = organism.forward_particles(leaf, batch[0])
    loss = task.loss(outputs, batch[1])
    gradient = torch.autograd.grad(loss.sum(), leaf)[0]
    return gradient, task.score(outputs.detach(), batch[1]), loss.detach(), torch.zeros_like(weights[..., 0])


def answers(organism: Organism, weights: Float[Tensor, "S N W"], inputs: Tensor) -> Float[Tensor, "S B out"]:
    """Outputs of organisms: through the gains where particles have them, else through the particles."""
    if organism.particle.activation == "linear":
        return organism.forward(organism.gains(weights), inputs)
    return organism.forward_particles(weights, inputs)


def replication_loss(organism: Organism, weights: Float[Tensor, "S N W"]) -> Float[Tensor, " S"]:
    """Mean over the particles of the mean squared self-error."""
    flat = organism.nets(weights)
    if organism.particle.activation == "linear":
        row, places = organism.particle.effective(flat)[:, 0].T, organism.replication.positions_like(flat)
        error = torch.addcmul(places @ row[1:], flat.T, row[0] - 1)
    else:
        error = (organism.replication.apply(flat, flat) - flat).T
    return error.square().mean(0).unflatten(0, weights.shape[:2]).mean(1)
