"""Nets over time: repeated self-application and self-training, and what to keep of them.

A process is an iterator over populations, the start included; a consumer looks at each and keeps what it was asked
to keep. Nothing else stays in memory, and nothing is computed after the consumer stops asking.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import fixpoints
from srnn_lib.replicators.architecture import nets_adjacent
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.reductions import Reduction

Process = Iterator[Tensor]
Test = Callable[[Tensor], Bool[Tensor, " N"]]
NEVER = -1


def self_application(reduction: Reduction, weights: Float[Tensor, "N W"], steps: int) -> Process:
    """Yield the population after 0, 1, …, `steps` self-applications.

    A net that has diverged stays as it was: once infinite, there is no return (SR §3.1, class a).

    Source: SR Definition 1.
    """
    steps = checks.integer("steps", steps, at_least=0)
    return _rounds(weights, steps, lambda now: reduction.apply(now, now), fixpoints.is_divergent)


def _rounds(weights: Tensor, rounds: int, advance: Callable[[Tensor], Tensor], stop: Test) -> Process:
    """Populations, each `advance` of the one before; a net that passes `stop`, or has passed it, stays as it is.

    At the start only divergent nets count as stopped.
    """
    stopped = fixpoints.is_divergent(weights)
    yield weights
    for _ in range(rounds):
        weights = torch.where(stopped[:, None], weights, advance(weights))
        stopped = stopped | stop(weights)
        yield weights


def self_training(
    reduction: Reduction,
    weights: Float[Tensor, "N W"],
    rule: UpdateRule,
    *,
    steps: int,
    generator: torch.Generator | None = None,
    engine: str = "auto",
) -> Process:
    """Yield the population after 0, 1, …, `steps` steps of self-training.

    One step is one pass over a net's own training pairs: one update where the batch is full, one per pair where it
    is single.

    Source: SR Definition 4.
    """
    steps = checks.integer("steps", steps, at_least=0)
    return _SelfTraining(Trainer(reduction, rule, generator, engine), nets_adjacent(weights), steps)


@dataclass
class _SelfTraining(Iterator[Tensor]):
    """A process that can also take several steps at once, which is faster than one after the other."""

    trainer: Trainer
    now: Tensor
    left: int
    started: bool = False

    def __next__(self) -> Tensor:
        return self.ahead(1)

    def ahead(self, populations: int) -> Tensor:
        """The population that comes so many after the last one; the start is the first one."""
        steps = populations - (not self.started)
        if steps > self.left:
            raise StopIteration
        self.now, self.left, self.started = self.trainer.steps(self.now, steps), self.left - steps, True
        return self.now


def last(process: Process) -> Float[Tensor, "N W"]:
    """The final population, nothing else kept."""
    if isinstance(process, _SelfTraining):
        return process.ahead(process.left + (not process.started)).contiguous()
    return deque(process, maxlen=1)[0].contiguous()


def record(process: Process, every: int = 1, nets: slice | Tensor = slice(None)) -> Float[Tensor, "T n W"]:
    """The chosen nets at steps 0, `every`, 2·`every`, …; the last step is kept only if it is one of these."""
    checks.integer("every", every)
    return torch.stack([weights[nets].clone() for weights in _each(process, every)])


def _each(process: Process, every: int) -> Process:
    """The first population of a process, and every `every`-th after it."""
    if not isinstance(process, _SelfTraining):
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

    Returns:
        Steps (`NEVER` = -1 for nets that never passed) and weights (the final ones for those nets).
    """
    for step, weights in enumerate(process):
        if step == 0:
            steps, kept = torch.full((len(weights),), NEVER, device=weights.device), weights.clone()
        waiting = steps == NEVER
        kept = torch.where(waiting[:, None], weights, kept)
        steps = torch.where(waiting & test(weights), step, steps)
        if (steps != NEVER).all():
            break
    return steps, kept.contiguous()


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
    vergence, holding, visits = zeros, zeros, zeros
    verged, diverged, unbroken = zeros.bool(), zeros.bool(), ~zeros.bool()
    process = self_application(reduction, weights, checks.integer("steps", steps) + 1)
    next(process)
    for now, following in pairwise(process):
        gone = fixpoints.is_divergent(now)
        stays = (following - now).abs().amax(dim=1) < epsilon
        visits = visits + (stays & ~verged)
        diverged = diverged | (gone & ~verged)
        verged = verged | gone | fixpoints.is_zero(now, epsilon)
        unbroken = unbroken & stays & ~verged
        vergence, holding = vergence + ~verged, holding + unbroken
        if verged.all():
            break
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
) -> Process:
    """Yield the population after 0, 1, …, `rounds` rounds of one self-application and then `steps` of self-training.

    A net that passes the test `stop` after a round, or that is divergent, stays as it was from then on.

    Source: SR §3.4, Fig. 11.
    """
    trainer = Trainer(reduction, rule, generator, engine)
    rounds, steps = (checks.integer(name, value, at_least=0) for name, value in (("rounds", rounds), ("steps", steps)))

    def advance(now: Tensor) -> Tensor:
        return trainer.steps(reduction.apply(now, now), steps)

    return _rounds(nets_adjacent(weights), rounds, advance, lambda now: fixpoints.is_divergent(now) | stop(now))
