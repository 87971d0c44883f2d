"""What an epoch of a soup consists of, and everything random in it.

All draws of an epoch are made before it, soup by soup and net by net, so that any way to go through the nets meets the
same ones.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.replicators import compiled, population
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.reductions import Reduction

PER = ("net", "epoch")
INTERACTION_ORDERS = ("sequential", "simultaneous")
NOBODY = -1


@dataclass(frozen=True)
class SoupSchedule:
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
        checks.choice("order", self.order, INTERACTION_ORDERS)
        checks.integer("training_steps", self.training_steps, at_least=0)
        checks.integer("severity", self.severity, at_least=0)

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
        architecture, init, child: Of the newcomers: what they are, how they are drawn, and from which generator.
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
        nets = self.victims.numel()
        drawn = population.initialise(self.architecture, nets, self.child, init=self.init, dtype="float64")
        return drawn.unflatten(0, self.victims.shape)


def draw_epoch(
    schedule: SoupSchedule,
    reduction: Reduction,
    rule: UpdateRule,
    *,
    shape: tuple[int, int],
    generator: torch.Generator,
    init: str,
) -> Draws:
    """The random part of one epoch for `shape` = (soups, nets per soup)."""
    soups, nets = shape
    lucky = randomness.uniform(generator, soups, nets, 2, 2)
    acts = lucky[..., 0] < torch.tensor([schedule.attack_chance, schedule.learn_chance], dtype=torch.float64)
    if schedule.per == "epoch":
        actors = _whole(randomness.uniform(generator, soups, 2), nets)
        lucky = lucky[:, :1].expand(soups, nets, 2, 2)
        acts = acts[:, :1] & (torch.arange(nets)[:, None] == actors[:, None])
    partners = torch.where(acts, _partner(lucky[..., 1], schedule.self_attack), NOBODY)
    single = rule.batch == "single" and reduction.samples > 1
    training, learning = (
        compiled.orders(generator, soups * nets * steps, reduction.samples).unflatten(0, (soups, nets, steps))
        if single and steps
        else None
        for steps in (schedule.training_steps, schedule.severity if schedule.learn_chance else 0)
    )
    victims, teachers = partners.unbind(2)
    return Draws(victims, teachers, training, learning, reduction.architecture, init, randomness.spawn(generator))


def _whole(uniform: Tensor, below: int) -> Tensor:
    """Uniform whole numbers from uniform numbers in [0, 1)."""
    return (uniform * below).long().clamp(max=below - 1)


def _partner(uniform: Tensor, with_itself: bool) -> Int[Tensor, "S N 2"]:
    """A uniform partner for every net and kind of interaction."""
    nets = uniform.shape[1]
    if with_itself or nets == 1:
        return _whole(uniform, nets)
    other = _whole(uniform, nets - 1)
    return other + (other >= torch.arange(nets)[:, None])
