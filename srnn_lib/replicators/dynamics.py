"""Nets over time: repeated self-application and self-training, and what to keep of them.

A process is an iterator over populations, the start included; a consumer looks at each and keeps what it was asked
to keep. Nothing else stays in memory, and nothing is computed after the consumer stops asking.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import chunks, fixpoints
from srnn_lib.replicators.architecture import nets_adjacent
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.reductions import Reduction

Process = Iterator[Tensor]
Test = Callable[[Tensor], Bool[Tensor, " N"]]
NEVER = -1
RESTS_EVERY = 8
"""Rounds of self-application after which nets that have come to rest are looked for."""


def self_application(reduction: Reduction, weights: Float[Tensor, "N W"], steps: int) -> "Course":
    """The population after 0, 1, …, `steps` self-applications.

    A net that has diverged stays as it was: once infinite, there is no return (SR §3.1, class a).

    Source: SR Definition 1.
    """
    return Course(reduction, weights, checks.integer("steps", steps, at_least=0), stop=fixpoints.is_divergent)


def self_training(
    reduction: Reduction,
    weights: Float[Tensor, "N W"],
    rule: UpdateRule,
    *,
    steps: int,
    generator: torch.Generator | None = None,
    engine: str = "auto",
) -> "Course":
    """The population after 0, 1, …, `steps` steps of self-training.

    One step is one pass over a net's own training pairs: one update where the batch is full, one per pair where it
    is single.

    Source: SR Definition 4.
    """
    steps = checks.integer("steps", steps, at_least=0)
    trainer = Trainer(reduction, rule, generator, engine)
    return Course(reduction, nets_adjacent(weights), steps, trainer, applied=False)


@dataclass
class Course(Iterator[Tensor]):
    """A population on its way: yields it at the start and after each round, and goes on where another one was.

    A round is an application of every net to itself, steps of training, or both. Nets that have stopped, and nets that
    an application leaves as they are to the last bit, are not computed any more; nobody else notices.

    Attributes:
        now: The population, as it was yielded last.
        left: Rounds to come.
        trainer: If rounds have steps of training.
        steps: Their number.
        applied: Whether rounds have an application, before these.
        stop: Asked of the whole population after each round; a net that passes, or that was divergent at the start,
            stays as it is from then on. None: no net ever stops.
    """

    reduction: Reduction
    now: Tensor
    left: int
    trainer: Trainer | None = None
    steps: int = 1
    applied: bool = True
    stop: Test | None = None

    def __post_init__(self) -> None:
        self.started = False
        self._stopped = fixpoints.is_divergent(self.now) & (self.stop is not None)
        self._going = torch.arange(len(self.now), device=self.now.device)

    def __next__(self) -> Tensor:
        return self.ahead(1)

    def ahead(self, populations: int) -> Tensor:
        """The population that comes so many after the last one; the start is the first one."""
        rounds = populations - (not self.started)
        if rounds > self.left:
            raise StopIteration
        self.started = True
        if self.stop is None and not self.applied:
            self.left, self.now = self.left - rounds, self._advanced(self.now, rounds)
            return self.now
        for _ in range(rounds):
            self.left -= 1
            self._round()
        return self.now

    def _round(self) -> None:
        self._leave(self._stopped[self._going])
        if len(self._going):
            everyone = len(self._going) == len(self.now)
            before = self.now if everyone else _chosen(self.now, self._going)
            stopped = self._stopped[self._going]
            after = torch.where(stopped[:, None], before, self._advanced(before, 1))
            self._replace(after)
            if self.trainer is None and self._apart and self.left % RESTS_EVERY == 0:
                self._stopped[self._going] = stopped | ~chunks.moved(before, after)
        if self.stop is not None:
            self._stopped = self._stopped | self.stop(self.now)

    def _replace(self, going: Tensor) -> None:
        """A new population, in which these nets have come further; the one that was yielded stays as it is."""
        if len(going) == len(self.now):
            self.now = going
        else:
            self.now = self.now.clone()
            self.now[self._going] = going

    def _advanced(self, weights: Tensor, rounds: int) -> Tensor:
        """These nets after so many rounds, if none of them stops."""
        if self.applied:
            weights = self.reduction.apply(weights, weights)
        return weights if self.trainer is None else self.trainer.steps(weights, self.steps * rounds)

    def _leave(self, stopped: Bool[Tensor, " n"]) -> None:
        """Compute no more of the stopped ones among those that go on than complete a block."""
        if not self._apart or not stopped.any():
            return
        stay = chunks.aligned(~stopped)
        if len(stay) < len(stopped):
            if self.trainer is not None:
                self.trainer.keep(stay, len(stopped))
            self._going = self._going[stay]

    @property
    def _apart(self) -> bool:
        """Whether nets receive the same bits if others are left out."""
        return not self.reduction.draws and (self.trainer is None or self.trainer.keeps_nets_apart(self.now))

    @property
    def can_shrink(self) -> bool:
        """Whether the nets go their ways whatever others are in the population, so that some can be left out."""
        return self._apart and (self.trainer is None or self.stop is None)

    def keep(self, nets: Int[Tensor, " n"]) -> None:
        """Go on with these nets alone; for those who know enough of the others, where it `can_shrink`."""
        if self.trainer is not None:
            self.trainer.keep(nets, len(self.now))
        self.now, self._stopped = _chosen(self.now, nets), self._stopped[nets]
        self._going = torch.arange(len(nets), device=nets.device)

    def state(self) -> dict[str, Tensor]:
        """All that the next populations depend on: what `resume` takes."""
        flags = {"left": torch.tensor(self.left), "started": torch.tensor(self.started)}
        own = {"now": self.now, "stopped": self._stopped, "going": self._going}
        trained = {} if self.trainer is None else self.trainer.state()
        dealt = {} if self.reduction.source is None else {"dealt": self.reduction.source.get_state()}
        return flags | own | dealt | {f"trainer {name}": value for name, value in trained.items()}

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Go on as the course would whose `state` this was; generators are set too."""
        self.left, self.started = int(state["left"]), bool(state["started"])
        self.now = nets_adjacent(state["now"].to(self.now)) if _adjacent(self.now) else state["now"].to(self.now)
        self._stopped, self._going = (state[name].to(self.now.device) for name in ("stopped", "going"))
        if self.reduction.source is not None:
            self.reduction.source.set_state(state["dealt"])
        if self.trainer is not None:
            self.trainer.resume({name.removeprefix("trainer "): value for name, value in state.items()})


def _adjacent(weights: Tensor) -> bool:
    return not weights.is_contiguous()


def _chosen(weights: Tensor, nets: Tensor) -> Tensor:
    """Some of the nets, laid out as all of them: sums over a net's weights may depend on that."""
    return weights.T[:, nets].T if _adjacent(weights) else weights[nets]


@dataclass
class Recording:
    """A course and what is kept of it, to be saved between two stretches and gone on with (`experiments.resuming`).

    Attributes:
        every: Populations in a stretch, of which the last one is kept; the first stretch is the start alone.
        nets: Which of its nets are kept; `slice(0)` for none, where `course.now` at the end is all that is wanted.
    """

    course: Course
    every: int = 1
    nets: slice | Tensor = field(default_factory=lambda: slice(None))

    def __post_init__(self) -> None:
        checks.integer("every", self.every)
        self._kept = self.course.now[self.nets].new_empty(0, *self.course.now[self.nets].shape)

    @property
    def stretches(self) -> int:
        """How many there are to come."""
        return (not self.course.started) + self.course.left // self.every

    @property
    def kept(self) -> Float[Tensor, "T n W"]:
        """The chosen nets at steps 0, `every`, 2·`every`, …, as far as the course has come."""
        return self._kept

    def advance(self) -> None:
        """One stretch further."""
        now = self.course.ahead(self.every if self.course.started else 1)
        self._kept = torch.cat([self._kept, now[self.nets][None]])

    def state(self) -> dict[str, Tensor]:
        """All that the next stretches depend on, and what was kept."""
        return {**self.course.state(), "kept": self._kept}

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Go on as the recording would whose `state` this was."""
        self.course.resume(state)
        self._kept = state["kept"]


def last(process: Process) -> Float[Tensor, "N W"]:
    """The final population, nothing else kept."""
    if isinstance(process, Course):
        return process.ahead(process.left + (not process.started)).contiguous()
    return deque(process, maxlen=1)[0].contiguous()


def record(process: Process, every: int = 1, nets: slice | Tensor = slice(None)) -> Float[Tensor, "T n W"]:
    """The chosen nets at steps 0, `every`, 2·`every`, …; the last step is kept only if it is one of these."""
    checks.integer("every", every)
    return torch.stack([weights[nets].clone() for weights in _each(process, every)])


def _each(process: Process, every: int) -> Process:
    """The first population of a process, and every `every`-th after it."""
    if not isinstance(process, Course):
        yield from islice(process, 0, None, every)
        return
    yield next(process)
    while process.left >= every:
        yield process.ahead(every)


def displacements(process: Process) -> tuple[Float[Tensor, "T N"], Float[Tensor, "N W"]]:
    """Euclidean length of every step of every net, and the final population."""
    before = next(process)
    lengths = [before.new_empty(0, len(before))]
    for weights in process:
        lengths.append((weights - before).norm(dim=-1)[None])
        before = weights
    return torch.cat(lengths), before.contiguous()


def first_passage(process: Process, test: Test) -> tuple[Int[Tensor, " N"], Float[Tensor, "N W"]]:
    """The first step at which each net passes `test`, and its weights then; stops when all have passed.

    The test looks at each net by itself: nets that have passed are left out of a `Course`, and not asked about again.

    Returns:
        Steps (`NEVER` = -1 for nets that never passed) and weights (the final ones for those nets).
    """
    first = next(process)
    kept, steps = first.clone(), torch.full((len(first),), NEVER, device=first.device)
    here = torch.arange(len(first), device=first.device)
    for step, weights in enumerate(chain([first], process)):
        waiting = steps[here] == NEVER
        kept[here] = torch.where(waiting[:, None], weights, kept[here])
        steps[here] = torch.where(waiting & test(weights), step, steps[here])
        if (steps != NEVER).all():
            break
        here = here[_without(process, steps[here] != NEVER)]
    return steps, kept.contiguous()


def _without(process: Process, finished: Bool[Tensor, " N"]) -> Int[Tensor, " n"]:
    """Numbers of the nets that the next populations consist of: those that are not finished, if the others can go."""
    everyone = torch.arange(len(finished), device=finished.device)
    if not isinstance(process, Course) or not process.can_shrink:
        return everyone
    stay = chunks.aligned(~finished)
    if len(stay) == len(finished):
        return everyone
    process.keep(stay)
    return stay


@dataclass(frozen=True)
class Survival:
    """How long nets held out under self-application, all counts in applications, shape `(N,)`.

    Attributes:
        verged: Whether the net reached zero or diverged within the steps asked for.
        diverged: Whether it did so by diverging.
        time_to_vergence: Applications before the one that brought it to zero or infinity (the authors' 2019 rule;
            their 2021 code counts that last application too, one more).
        time_as_fixpoint: How often, from the first application on and without a break, the outcome was an
            epsilon-fixpoint. A net that ends at zero does not gain by it.
        fixpoint_visits: Outcomes that were epsilon-fixpoints at any time, the final zero included (2021 rule).
    """

    verged: Bool[Tensor, " N"]
    diverged: Bool[Tensor, " N"]
    time_to_vergence: Int[Tensor, " N"]
    time_as_fixpoint: Int[Tensor, " N"]
    fixpoint_visits: Int[Tensor, " N"]


def survival(
    reduction: Reduction, weights: Float[Tensor, "N W"], steps: int = 100, epsilon: float = fixpoints.EPSILON
) -> Survival:
    """Apply nets to themselves until they verge, at most `steps` times, and count (SR Figs 3 and 6).

    An outcome is a fixpoint if the next application changes no weight by epsilon or more, so one further application
    is computed at the end.
    """
    checks.positive("epsilon", epsilon)
    zeros = torch.zeros(len(weights), dtype=torch.int64, device=weights.device)
    vergence, holding, visits = zeros, zeros.clone(), zeros.clone()
    verged, diverged, unbroken = zeros.bool(), zeros.bool(), ~zeros.bool()
    process = self_application(reduction, weights, checks.integer("steps", steps) + 1)
    now, here = process.ahead(2), torch.arange(len(weights), device=weights.device)
    for following in process:
        before, gone = verged[here], fixpoints.is_divergent(now)
        stays = (following - now).abs().amax(dim=1) < epsilon
        visits[here] += stays & ~before
        diverged[here] |= gone & ~before
        verged[here] = after = before | gone | fixpoints.is_zero(now, epsilon)
        unbroken[here] &= stays & ~after
        vergence[here] += ~after
        holding[here] += unbroken[here]
        if after.all():
            break
        here = here[_without(process, after)]
        now = process.now
    return Survival(verged, diverged, vergence, holding, visits)


def alternating(
    reduction: Reduction,
    weights: Float[Tensor, "N W"],
    rule: UpdateRule,
    *,
    rounds: int,
    steps: int,
    generator: torch.Generator | None = None,
    stop: Test = fixpoints.is_divergent,
    engine: str = "auto",
) -> Course:
    """The population after 0, 1, …, `rounds` rounds of one self-application and then `steps` of self-training.

    A net that passes the test `stop` after a round, or that is divergent, stays as it was from then on.

    Source: SR §3.4, Fig. 11.
    """
    trainer = Trainer(reduction, rule, generator, engine)
    rounds, steps = (checks.integer(name, value, at_least=0) for name, value in (("rounds", rounds), ("steps", steps)))

    def stopped(now: Tensor) -> Tensor:
        return fixpoints.is_divergent(now) | stop(now)

    return Course(reduction, nets_adjacent(weights), rounds, trainer, steps, stop=stopped)
