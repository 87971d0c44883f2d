"""Artificial chemistry: soups of nets that attack each other, learn from each other and train on themselves.

Soups are one more axis: the state has the shape `(S, N, W)`, soups first, and all of them take their steps together.
Self-training touches only the net itself. So within an epoch the nets train together that no interaction keeps apart,
and the outcome is still exactly that of going through the nets one by one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import fixpoints, population
from srnn_lib.replicators.architecture import nets_adjacent
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.reductions import Reduction
from srnn_lib.replicators.soup_schedule import NOBODY, Draws, SoupSchedule, draw_epoch

EVENT_KINDS = ("attack", "learn", "divergent", "zero")
EVENT_COLUMNS = ("epoch", "soup", "kind", "attacker", "victim", "displacement")


@dataclass(frozen=True)
class Epoch:
    """The soups after an epoch, and what happened in it.

    Attributes:
        number: 0 is the start, before anything happened.
        weights: The nets.
        events: One row per interaction or replacement, in the order in which a soup saw them: `epoch`, `soup`,
            `kind` (one of `EVENT_KINDS`; the last two say why a net was replaced), `attacker` (the net that acted or,
            in "learn", the teacher), `victim` (the net that changed), `displacement` (its Euclidean length; infinite
            where a net diverged by it, and not measured for replacements).
        moves: Euclidean length of every step of self-training, if asked for.
    """

    number: int
    weights: Float[Tensor, "S N W"]
    events: pd.DataFrame
    moves: Float[Tensor, "A S N"] | None = None


def evolve(
    reduction: Reduction,
    weights: Float[Tensor, "S N W"],
    schedule: SoupSchedule,
    *,
    rule: UpdateRule,
    epochs: int,
    generator: torch.Generator,
    init: str = "glorot",
    epsilon: float = fixpoints.EPSILON,
    measure: bool = False,
) -> "Evolution":
    """Let soups evolve; yields them after 0, 1, …, `epochs` epochs.

    `weights` is the start and is not changed; `init` is the initialisation of the nets that take the place of divergent
    ones and of those within `epsilon` of zero. Momentum, if any, starts anew in every epoch. Soup i receives the same
    draws however many soups stand beside it. `measure` records the length of every step of self-training.

    Raises:
        BadInput: Weights of another shape, a negative count, an unknown initialisation, a reduction that draws, or
            interactions between distinct nets in a soup of one.

    Source: SR §3.5; authors' `master` branch, code/soup.py, and `journal` branch, soup experiments.
    """
    checks.integer("epochs", epochs, at_least=0)
    checks.choice("init", init, population.INITIALISATIONS)
    checks.positive("epsilon", epsilon)
    _require_soups(reduction, weights, schedule)
    return Evolution(
        reduction, weights.clone(), schedule, rule, epochs, generator, init=init, epsilon=epsilon, measure=measure
    )


@dataclass
class Evolution(Iterator[Epoch]):
    """Soups on their way: yields them at the start and after each epoch, and goes on where another one was.

    Attributes:
        now: The soups, changed in place.
        number: That of the epoch yielded last; -1 before the start.
    """

    reduction: Reduction
    now: Float[Tensor, "S N W"]
    schedule: SoupSchedule
    rule: UpdateRule
    epochs: int
    generator: torch.Generator
    init: str
    epsilon: float
    measure: bool
    number: int = -1

    def __next__(self) -> Epoch:
        if self.number >= self.epochs:
            raise StopIteration
        self.number += 1
        if not self.number:
            return Epoch(0, self.now.clone(), _table([], 0))
        shape, source = (len(self.now), self.now.shape[1]), self.generator
        draws = draw_epoch(self.schedule, self.reduction, self.rule, shape=shape, generator=source, init=self.init)
        turn = _Turn(self.reduction, self.schedule, self.rule, draws, self.now, self.epsilon, self.measure)
        turn.run()
        return Epoch(self.number, self.now.clone(), _table(turn.events, self.number), turn.moves)

    def state(self) -> dict[str, Tensor]:
        """All that the next epochs depend on: what `resume` takes."""
        return {"now": self.now, "number": torch.tensor(self.number), "generator": self.generator.get_state()}

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Go on as the evolution would whose `state` this was; the generator is set too."""
        self.now, self.number = state["now"].to(self.now), int(state["number"])
        self.generator.set_state(state["generator"])


def _require_soups(reduction: Reduction, weights: Tensor, schedule: SoupSchedule) -> None:
    if weights.ndim != 3 or weights.shape[2] != reduction.architecture.weight_count or not weights.numel():
        allowed = f"(soups, nets, {reduction.architecture.weight_count}), none of them 0"
        raise checks.bad_input("shape of the soups", tuple(weights.shape), allowed)
    if weights.shape[1] == 1 and not schedule.self_attack and schedule.attack_chance + schedule.learn_chance > 0:
        raise checks.bad_input("nets per soup", 1, "2 or more", "or allow self_attack, or set both chances to 0")
    if reduction.draws:
        raise checks.bad_input("reduction", "one that shuffles", "reductions that draw nothing")


def _table(events: list[dict], number: int) -> pd.DataFrame:
    """Events as rows, soup by soup, each soup's in their order."""
    if not events:
        return pd.DataFrame(columns=EVENT_COLUMNS)
    rows = pd.concat([pd.DataFrame(event) for event in events], ignore_index=True).assign(epoch=number)
    return rows.sort_values(["soup", "turn"], kind="stable", ignore_index=True)[list(EVENT_COLUMNS)]


@dataclass
class _Turn:
    """One epoch: changes `weights` in place and collects what happened."""

    reduction: Reduction
    schedule: SoupSchedule
    rule: UpdateRule
    draws: Draws
    weights: Tensor
    epsilon: float
    measure: bool

    def __post_init__(self) -> None:
        self.events: list[dict] = []
        self.old = self.weights.clone() if self.schedule.order == "simultaneous" else self.weights
        steps = self.schedule.training_steps
        self.moves = self.weights.new_zeros(steps, *self.weights.shape[:2]) if self.measure else None

    def run(self) -> None:
        """Wave by wave: in place net by net, otherwise first all attacks, then all lessons, then all training."""
        victims, teachers, nets = self.draws.victims, self.draws.teachers, range(self.weights.shape[1])
        acts = ((self._attack, victims), (self._learn, teachers))
        turns, waves = [(*act, net) for act in acts for net in nets], torch.zeros_like(victims)
        if self.schedule.in_place:
            turns, waves = [(*act, net) for net in nets for act in acts], _waves(victims, teachers)
        for wave in range(int(waves.max()) + 1):
            now = waves == wave
            for act, partners, net in turns:
                soups = (now[:, net] & (partners[:, net] != NOBODY)).nonzero()[:, 0]
                if len(soups):
                    act(net, soups, partners[soups, net])
            self._train(now)

    def _attack(self, net: int, soups: Tensor, victims: Tensor) -> None:
        before = self.old[soups, victims]
        made = self.reduction.apply(self.old[soups, net], before)
        self.weights[soups, victims] = made
        self._note("attack", soups, torch.full_like(victims, net), victims, made - before)

    def _learn(self, net: int, soups: Tensor, teachers: Tensor) -> None:
        before = now = self.weights[soups, net]
        trainer = Trainer(self.reduction, self.rule, self.draws.child)
        itself = (teachers == net)[:, None].to(now.device)
        taught = self.old[soups, teachers]
        orders = _orders(self.draws.learning_orders, soups, net)
        for step in range(self.schedule.severity):
            now = trainer.step(now, torch.where(itself, now, taught), None if orders is None else orders[step])
        self.weights[soups, net] = now
        self._note("learn", soups, teachers, torch.full_like(teachers, net), now - before)

    def _train(self, where: Bool[Tensor, "S N"]) -> None:
        soups, nets = where.nonzero(as_tuple=True)
        trainer = Trainer(self.reduction, self.rule, self.draws.child)
        now = nets_adjacent(self.weights[soups, nets])
        orders, steps = _orders(self.draws.training_orders, soups, nets), self.schedule.training_steps
        if self.moves is None:
            now = trainer.steps(now, steps, orders=orders)
        else:
            for step in range(steps):
                before, now = now, trainer.step(now, order=None if orders is None else orders[step])
                self.moves[step, soups, nets] = _length(now - before).to(now)
        self.weights[soups, nets] = now
        if self.schedule.replace_divergent:
            self._replace("divergent", fixpoints.is_divergent(now), soups, nets)
        if self.schedule.replace_zero:
            self._replace("zero", fixpoints.is_zero(now, self.epsilon), soups, nets)

    def _replace(self, kind: str, gone: Tensor, soups: Tensor, nets: Tensor) -> None:
        if gone.any():
            soups, nets = soups[gone.cpu()], nets[gone.cpu()]
            self.weights[soups, nets] = self.draws.newcomers[soups, nets].to(self.weights)
            self._note(kind, soups, nets, nets, None)

    def _note(self, kind: str, soups: Tensor, attackers: Tensor, victims: Tensor, change: Tensor | None) -> None:
        """Remember an event and whose turn it was; without a turn of one's own, kind goes before place."""
        turn = attackers if kind == "attack" else victims
        if not self.schedule.in_place:
            turn = turn + {"attack": 0, "learn": 1}.get(kind, 2) * self.weights.shape[1]
        length = torch.full(soups.shape, torch.nan) if change is None else _length(change)
        columns = {"turn": turn, "soup": soups, "attacker": attackers, "victim": victims, "displacement": length}
        self.events.append({"kind": kind, **{name: values.cpu().numpy() for name, values in columns.items()}})


def _orders(drawn: Tensor | None, soups: Tensor, nets: Tensor | int) -> Int[Tensor, "steps n B"] | None:
    """The order of the pairs in each step of these nets, None where steps know no order."""
    return None if drawn is None else drawn[soups, nets].transpose(0, 1)


def _length(change: Float[Tensor, "n W"]) -> Float[Tensor, " n"]:
    """Euclidean length in float64, infinite where it is not a number."""
    return change.double().norm(dim=1).nan_to_num(nan=torch.inf, posinf=torch.inf)


def _waves(victims: Int[Tensor, "S N"], teachers: Int[Tensor, "S N"]) -> Int[Tensor, "S N"]:
    """The wave in which each net acts and then trains, with the same outcome as one net after the other.

    A net trained in a wave is met trained only from the next wave on. So a net acts no sooner than its partners are in
    the state in which it would find them, and trains no sooner than those before it have met it.
    """
    free = torch.zeros_like(victims)
    waves = torch.zeros_like(victims)
    everyone = torch.arange(len(victims))
    for net in range(victims.shape[1]):
        met = [torch.where(chosen[:, net] == NOBODY, net, chosen[:, net]) for chosen in (victims, teachers)]
        wave = torch.stack([free[:, net], *(free[everyone, partner] for partner in met)]).amax(0)
        for partner in met:
            free[everyone, partner] = wave
        free[:, net] = wave + 1
        waves[:, net] = wave
    return waves
