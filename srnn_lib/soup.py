"""Artificial chemistry: soups of nets that attack each other, learn from each other and train on themselves.

Soups are one more axis: the state has the shape `(S, N, W)`, soups first, and all of them take their steps together.
Self-training touches only the net itself. So within an epoch the nets train together that no interaction keeps apart,
and the outcome is still exactly that of going through the nets one by one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks, fixpoints, population, randomness
from srnn_lib.engines import Rule, Trainer
from srnn_lib.reductions import Reduction

PER = ("net", "epoch")
ORDERS = ("sequential", "simultaneous")
KINDS = ("attack", "learn", "divergent", "zero")
COLUMNS = ("epoch", "soup", "kind", "attacker", "victim", "displacement")
NOBODY = -1


@dataclass(frozen=True)
class Schedule:
    """What happens in one epoch of a soup.

    Attributes:
        attack_chance: That a net replaces another by its application to it, in [0, 1].
        learn_chance: That a net is trained on another one, in [0, 1].
        per: What a chance counts for: "net" (every net acts with that chance; authors' code of 2019) or "epoch" (one
            pair of the soup does, before all training; 2021).
        self_attack: Whether a net may be its own partner in an interaction.
        order: "sequential" (net by net and in place: a net attacks, learns, trains and is replaced if need be, then
            comes the next) or "simultaneous" (interactions read the state before the epoch; of several attacks on one
            net the last one counts; then all train).
        training_steps: Steps of self-training per net and epoch.
        severity: Steps of training that one "learn" takes.
        replace_divergent: Whether a divergent net makes room for a new random one, after its training.
        replace_zero: The same for a net at zero.

    Source: SR §3.5, Interactions 1 and 2; authors' branches `master` and `journal` for what the text leaves open.
    """

    attack_chance: float = 0.1
    learn_chance: float = 0.0
    per: str = "net"
    self_attack: bool = True
    order: str = "sequential"
    training_steps: int = 30
    severity: int = 1
    replace_divergent: bool = True
    replace_zero: bool = True

    def __post_init__(self) -> None:
        checks.fraction("attack_chance", self.attack_chance)
        checks.fraction("learn_chance", self.learn_chance)
        checks.choice("per", self.per, PER)
        checks.choice("order", self.order, ORDERS)
        checks.count("training_steps", self.training_steps, at_least=0)
        checks.count("severity", self.severity, at_least=0)

    @property
    def in_place(self) -> bool:
        """Whether a net's interactions come after the training of the nets before it."""
        return self.order == "sequential" and self.per == "net"


@dataclass(frozen=True)
class Draws:
    """Everything random in one epoch of S soups of N nets. A soup's share does not depend on its neighbours.

    Attributes:
        victims: Whom each net attacks, `NOBODY` = -1 where it does not.
        teachers: Whom each net learns from, likewise.
        training_orders: Order of the training pairs in each step of self-training; None where there is none.
        learning_orders: The same for the steps of learning.
        architecture: Of the newcomers.
        init: Their initialisation.
        child: Their generator.
    """

    victims: Int[Tensor, "S N"]
    teachers: Int[Tensor, "S N"]
    training_orders: Int[Tensor, "S N A B"] | None
    learning_orders: Int[Tensor, "S N L B"] | None
    architecture: population.Architecture
    init: str
    child: torch.Generator

    @cached_property
    def newcomers(self) -> Float[Tensor, "S N W"]:
        """The net that takes each place if that becomes free in this epoch (float64)."""
        drawn = population.initialise(
            self.architecture, self.victims.numel(), self.child, self.init, dtype="float64"
        )  # fmt: skip
        return drawn.unflatten(0, self.victims.shape)


def draw(
    schedule: Schedule, reduction: Reduction, rule: Rule, shape: tuple[int, int], generator: torch.Generator, init: str
) -> Draws:
    """The random part of one epoch for `shape` = (soups, nets per soup)."""
    soups, nets = shape
    chances = (schedule.attack_chance, schedule.learn_chance)
    lucky = randomness.uniform(generator, soups, nets, 2, 2)
    actors = torch.full((soups, 2), NOBODY)
    if schedule.per == "epoch":
        actors = _whole(randomness.uniform(generator, soups, 2), nets)
        lucky = lucky[:, :1].expand(soups, nets, 2, 2)
    partners = []
    for kind, chance in enumerate(chances):
        acts = lucky[..., kind, 0] < chance
        if schedule.per == "epoch":
            acts = acts & (torch.arange(nets) == actors[:, kind, None])
        partners.append(torch.where(acts, _partner(lucky[..., kind, 1], schedule.self_attack), NOBODY))
    single = rule.batch == "single" and reduction.samples > 1
    orders = [
        randomness.permutations(generator, soups * nets * steps, reduction.samples).unflatten(0, (soups, nets, steps))
        if single and steps and needed
        else None
        for steps, needed in ((schedule.training_steps, True), (schedule.severity, schedule.learn_chance > 0))
    ]
    return Draws(*partners, *orders, reduction.architecture, init, randomness.spawn(generator))


def _whole(uniform: Tensor, below: int) -> Tensor:
    """Uniform whole numbers from uniform numbers in [0, 1)."""
    return (uniform * below).long().clamp(max=below - 1)


def _partner(uniform: Tensor, with_itself: bool) -> Int[Tensor, "S N"]:
    """A uniform partner for every net."""
    nets = uniform.shape[1]
    if with_itself or nets == 1:
        return _whole(uniform, nets)
    other = _whole(uniform, nets - 1)
    return other + (other >= torch.arange(nets))


@dataclass(frozen=True)
class Epoch:
    """The soups after an epoch, and what happened in it.

    Attributes:
        number: 0 is the start, before anything happened.
        weights: The nets.
        events: One row per interaction or replacement, in the order in which a soup saw them: `epoch`, `soup`,
            `kind` (one of `KINDS`; the last two say why a net was replaced), `attacker` (the net that acted or, in
            "learn", the teacher), `victim` (the net that changed), `displacement` (its Euclidean length; infinite
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
    schedule: Schedule,
    rule: Rule,
    epochs: int,
    generator: torch.Generator,
    init: str = "glorot",
    epsilon: float = fixpoints.EPSILON,
    measure: bool = False,
) -> Iterator[Epoch]:
    """Let soups evolve; yields them after 0, 1, …, `epochs` epochs.

    Args:
        reduction: Of attacks and of training.
        weights: The soups at the start; not changed.
        schedule: Of every epoch.
        rule: Of training. Momentum, if any, starts anew in every epoch.
        epochs: 0 or more.
        generator: Source of all draws; soup i receives the same ones however many soups stand beside it.
        init: Of the nets that take the place of divergent ones and of those at zero.
        epsilon: Margin of zero.
        measure: Whether to record the length of every step of self-training.

    Raises:
        BadInput: Weights of another shape, a negative count, an unknown initialisation, a reduction that draws, or
            interactions between distinct nets in a soup of one.

    Source: SR §3.5; authors' `master` branch, code/soup.py, and `journal` branch, soup experiments.
    """
    checks.count("epochs", epochs, at_least=0)
    checks.choice("init", init, population.INITIALISATIONS)
    checks.positive("epsilon", epsilon)
    _require_soups(reduction, weights, schedule)
    return _evolved(reduction, weights.clone(), schedule, rule, epochs, generator, init, epsilon, measure)


def _require_soups(reduction: Reduction, weights: Tensor, schedule: Schedule) -> None:
    if weights.ndim != 3 or weights.shape[2] != reduction.architecture.weight_count or not weights.numel():
        allowed = f"(soups, nets, {reduction.architecture.weight_count}), none of them 0"
        raise checks.refuse("shape of the soups", tuple(weights.shape), allowed)
    if weights.shape[1] == 1 and not schedule.self_attack and schedule.attack_chance + schedule.learn_chance > 0:
        raise checks.refuse("nets per soup", 1, "2 or more", "or allow self_attack, or set both chances to 0")
    if reduction.draws:
        raise checks.refuse("reduction", "one that shuffles", "reductions that draw nothing")


def _evolved(
    reduction: Reduction,
    weights: Tensor,
    schedule: Schedule,
    rule: Rule,
    epochs: int,
    generator: torch.Generator,
    init: str,
    epsilon: float,
    measure: bool,
) -> Iterator[Epoch]:
    yield Epoch(0, weights.clone(), _table([], 0))
    for number in range(1, epochs + 1):
        draws = draw(schedule, reduction, rule, tuple(weights.shape[:2]), generator, init)
        turn = _Turn(reduction, schedule, rule, draws, weights, epsilon, measure)
        turn.run()
        yield Epoch(number, weights.clone(), _table(turn.events, number), turn.moves)


def _table(events: list[dict], number: int) -> pd.DataFrame:
    """Events as rows, soup by soup, each soup's in their order."""
    if not events:
        return pd.DataFrame(columns=COLUMNS)
    rows = pd.concat([pd.DataFrame(event) for event in events], ignore_index=True).assign(epoch=number)
    return rows.sort_values(["soup", "turn"], kind="stable", ignore_index=True)[list(COLUMNS)]


class _Rehearsed(Trainer):
    """A trainer whose orders of the pairs were drawn beforehand, `(N, steps, B)`."""

    orders: Tensor | None = None

    def _pairs(self, teacher: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        order = self.orders[:, self._steps - 1].to(teacher.device)
        inputs, targets = self.reduction.training_pairs(teacher)
        rows = torch.arange(len(order), device=teacher.device)
        for column in order.T:
            yield inputs[rows, column], targets[rows, column]


@dataclass
class _Turn:
    """One epoch: changes `weights` in place and collects what happened."""

    reduction: Reduction
    schedule: Schedule
    rule: Rule
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
        """Interactions and training, wave by wave."""
        nets = range(self.weights.shape[1])
        if not self.schedule.in_place:
            for net in nets:
                self._attack(net, self.draws.victims[:, net] != NOBODY)
            for net in nets:
                self._learn(net, self.draws.teachers[:, net] != NOBODY)
            self._train(torch.ones_like(self.draws.victims, dtype=torch.bool))
            return
        waves = _waves(self.draws.victims, self.draws.teachers)
        for wave in range(int(waves.max()) + 1):
            now = waves == wave
            for net in nets:
                self._attack(net, now[:, net] & (self.draws.victims[:, net] != NOBODY))
                self._learn(net, now[:, net] & (self.draws.teachers[:, net] != NOBODY))
            self._train(now)

    def _attack(self, net: int, where: Bool[Tensor, " S"]) -> None:
        soups = where.nonzero()[:, 0]
        if len(soups):
            victims = self.draws.victims[soups, net]
            before = self.old[soups, victims]
            made = self.reduction.apply(self.old[soups, net], before)
            self.weights[soups, victims] = made
            self._note("attack", soups, torch.full_like(victims, net), victims, made - before)

    def _learn(self, net: int, where: Bool[Tensor, " S"]) -> None:
        soups = where.nonzero()[:, 0]
        if not len(soups):
            return
        teachers = self.draws.teachers[soups, net]
        before = now = self.weights[soups, net]
        trainer = self._trainer(self.draws.learning_orders, soups, torch.full_like(soups, net))
        itself = (teachers == net)[:, None]
        taught = self.old[soups, teachers]
        for _ in range(self.schedule.severity):
            now = trainer.step(now, torch.where(itself, now, taught))
        self.weights[soups, net] = now
        self._note("learn", soups, teachers, torch.full_like(teachers, net), now - before)

    def _train(self, where: Bool[Tensor, "S N"]) -> None:
        soups, nets = where.nonzero(as_tuple=True)
        trainer = self._trainer(self.draws.training_orders, soups, nets)
        now = self.weights[soups, nets].T.contiguous().T  # nets on the fast axis: the closed form works on rows of nets
        for step in range(self.schedule.training_steps):
            before, now = now, trainer.step(now)
            if self.moves is not None:
                self.moves[step, soups, nets] = _length(now - before).to(now)
        self.weights[soups, nets] = now
        if self.schedule.replace_divergent:
            self._replace("divergent", fixpoints.is_divergent(now), soups, nets)
        if self.schedule.replace_zero:
            self._replace("zero", fixpoints.is_zero(now, self.epsilon), soups, nets)

    def _trainer(self, orders: Tensor | None, soups: Tensor, nets: Tensor) -> Trainer:
        if orders is None:
            return Trainer(self.reduction, self.rule, self.draws.child)
        trainer = _Rehearsed(self.reduction, self.rule, self.draws.child)
        trainer.orders = orders[soups, nets]
        return trainer

    def _replace(self, kind: str, gone: Tensor, soups: Tensor, nets: Tensor) -> None:
        if gone.any():
            soups, nets = soups[gone], nets[gone]
            self.weights[soups, nets] = self.draws.newcomers[soups, nets].to(self.weights)
            self._note(kind, soups, nets, nets, None)

    def _note(self, kind: str, soups: Tensor, attackers: Tensor, victims: Tensor, change: Tensor | None) -> None:
        """Remember an event and whose turn it was; without a turn of one's own, kind goes before place."""
        turn = victims if kind in ("learn", "divergent", "zero") else attackers
        if not self.schedule.in_place:
            turn = turn + {"attack": 0, "learn": 1}.get(kind, 2) * self.weights.shape[1]
        length = torch.full(soups.shape, torch.nan) if change is None else _length(change)
        columns = {"turn": turn, "soup": soups, "attacker": attackers, "victim": victims, "displacement": length}
        self.events.append({"kind": kind, **{name: values.cpu().numpy() for name, values in columns.items()}})


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


def chronicle(epochs: Iterable[Epoch]) -> tuple[pd.DataFrame, Float[Tensor, "S N W"]]:
    """All events of an evolution in one table, and the soups at its end."""
    tables = []
    for epoch in epochs:
        tables.append(epoch.events)
        weights = epoch.weights
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True), weights


def of_kind(events: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """The events of the named `KINDS`.

    Raises:
        BadInput: An unknown kind; the line names the nearest one.
    """
    return events[events["kind"].isin([checks.choice("interaction", kind, KINDS) for kind in kinds])]


def genealogy(events: pd.DataFrame, shape: tuple[int, int]) -> pd.DataFrame:
    """Every net that ever lived in `shape` = (soups, nets per soup), place by place.

    Args:
        events: Of an evolution from its start on.
        shape: Soups and nets per soup.

    Returns:
        One row per life: `soup`, `net` (its place), `life` (0 for the net of the start), `born` and `died` (epochs;
        `NOBODY` = -1 for the living), `cause` ("divergent", "zero" or "" for the living).
    """
    deaths = of_kind(events, "divergent", "zero")
    ended = deaths[["soup", "victim", "epoch", "kind"]].set_axis(["soup", "net", "died", "cause"], axis=1)
    places = pd.MultiIndex.from_product([range(shape[0]), range(shape[1])], names=["soup", "net"])
    lives = pd.concat([ended, places.to_frame(index=False).assign(died=NOBODY, cause="")], ignore_index=True)
    lives = lives.sort_values(["soup", "net"], kind="stable", ignore_index=True)
    at = lives.groupby(["soup", "net"])
    lives = lives.assign(life=at.cumcount(), born=at["died"].shift(fill_value=0))
    return lives[["soup", "net", "life", "born", "died", "cause"]].astype({"born": int, "died": int})


def main_cluster(
    weights: Float[Tensor, "S N W"], radius: Float[Tensor, " S"], rounds: int = 10
) -> tuple[Int[Tensor, " S"], Float[Tensor, "S W"]]:
    """The fullest ball of that radius in each soup: how many nets it holds, and its centre.

    Balls start around every net and move to the mean of what they hold, `rounds` times; the fullest one met counts.
    Divergent nets are in no ball.
    """
    finite = ~fixpoints.is_divergent(weights)
    nets = torch.where(finite[..., None], weights, 0.0).double()
    centres = nets
    most, best = torch.zeros(len(nets), dtype=torch.int64), torch.full_like(nets[:, 0], torch.nan)
    for _ in range(rounds + 1):
        inside = (torch.cdist(centres, nets) <= radius[:, None, None]) & finite[:, None]
        count, place = inside.sum(2).max(1)
        fuller = count > most
        chosen = centres[torch.arange(len(nets)), place]
        most, best = torch.where(fuller, count, most), torch.where(fuller[:, None], chosen, best)
        centres = (inside.double() @ nets) / inside.sum(2, keepdim=True).clamp(min=1)
    return most, best
