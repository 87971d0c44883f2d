"""The combined algorithm: in every run the least efficient neurons die, and children of the most efficient take over.

The width of the layer stays as it is: a child takes the place of a dead neuron.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.lifecycle import efficiency
from srnn_lib.lifecycle.moments import Moments
from srnn_lib.lifecycle.replication import SPLITS, shares
from srnn_lib.lifecycle.stacks import Stack, draw_layer

PARENTS = ("efficient", "random", "none", "fresh")


@dataclass(frozen=True)
class Rule:
    """Who dies and who replicates.

    Attributes:
        cutoff: ε: neurons with a smaller local efficiency die; 0 lets all live.
        cap: Largest share of the layer that may die at once, the least efficient first; the paper's is one half.
        layer: Hidden layer, the first is 1.
        split: One of `replication.SPLITS`.
        parents: "efficient" (as many of the most efficient neurons as have died), "random" (as many of the others,
            at random), "none" (nobody: the dead leave an empty place, without any weights, where training cannot
            wake anything), or "fresh" (nobody: the place gets new random incoming weights and no outgoing ones, which
            is how dormant neurons are recycled elsewhere).

    Source: BI §5.2 (A1-B1).
    """

    cutoff: float = 0.005
    cap: float = 0.5
    layer: int = 1
    split: str = "B1"
    parents: str = "efficient"

    def __post_init__(self) -> None:
        checks.number("cutoff", self.cutoff, at_least=0)
        checks.number("cap", self.cap, 0, 0.5)
        checks.count("layer", self.layer)
        checks.choice("split", self.split, SPLITS)
        checks.choice("parents", self.parents, PARENTS)


def turn_over(
    stack: Stack, moments: Moments, rule: Rule, generator: torch.Generator, init: str = "glorot"
) -> tuple[Stack, Bool[Tensor, "R units"], Float[Tensor, "R units"]]:
    """One round: death by A1, then replication.

    Args:
        stack: R runs.
        moments: Of this very stack.
        rule: Cutoff, cap, split, parents.
        generator: Source of the shares (and of random parents, or of fresh neurons).
        init: How fresh neurons are drawn, one of `stacks.INITS`.

    Returns:
        The new stack, which places were taken over, and the efficiencies before. If all neurons are below the cutoff,
        the `cap` of them that are least efficient die.
    """
    worth = efficiency.local(stack, moments, rule.layer)
    ranked = worth.argsort(dim=1, stable=True)
    most = int(worth.shape[1] * rule.cap)
    places, parents = ranked[:, :most], _parents(ranked, most, rule, generator)
    dying = worth.gather(1, places) < rule.cutoff
    weight, bias = _cut(stack, moments, places, dying, rule.layer)
    weights, biases = list(stack.weights), list(stack.biases)
    if rule.parents in ("none", "fresh"):
        drawn = [torch.zeros_like(group[rule.layer - 1]) for group in (weights, biases)]
        if rule.parents == "fresh":
            drawn = draw_layer(weights[rule.layer - 1].shape[2], worth.shape[1], stack.runs, generator, init)
        for group, new in zip((weights, biases), drawn, strict=True):
            group[rule.layer - 1] = _renewed(group[rule.layer - 1], new, places, dying)
    else:
        weight = _shared(weight, places, parents, dying, shares(rule.split, generator, *weight.shape[:2], most))
        for group in (weights, biases):
            group[rule.layer - 1] = _copied(group[rule.layer - 1], places, parents, dying)
    weights[rule.layer], biases[rule.layer] = weight, bias
    return Stack(tuple(weights), tuple(biases), stack.activation), _scattered(worth, places, dying), worth


def _parents(ranked: Tensor, most: int, rule: Rule, generator: torch.Generator) -> Int[Tensor, "R most"]:
    """The most efficient first, or the better half in random order."""
    best = ranked.flip(1)
    if rule.parents == "random":
        kept = best[:, : ranked.shape[1] - most]
        best = kept.gather(1, randomness.permutations(generator, *kept.shape).to(kept.device))
    return best[:, :most]


def _cut(stack: Stack, moments: Moments, places: Tensor, dying: Tensor, layer: int) -> tuple[Tensor, Tensor]:
    """A1 for all the dying at once: their mean goes into the biases, and their columns become 0."""
    weight, bias = stack.weights[stack.layer(layer)], stack.biases[layer]
    dead = _scattered(weight[:, 0], places, dying)
    means = moments.mean[layer].masked_fill(~dead, 0)
    moved = torch.bmm(weight.double(), means[..., None])[..., 0]
    return weight.masked_fill(dead[:, None], 0), (bias.double() + moved).to(bias.dtype)


def _shared(weight: Tensor, places: Tensor, parents: Tensor, dying: Tensor, share: Tensor) -> Tensor:
    """Outgoing weights split between parents and the children in the places of the dead."""
    columns = [each[:, None].expand(-1, weight.shape[1], -1) for each in (places, parents)]
    old, whole = (weight.gather(2, column) for column in columns)
    kept = (share.to(whole.device) * whole).to(weight.dtype)
    changed = dying[:, None]
    weight = weight.scatter(2, columns[1], torch.where(changed, kept, whole))
    return weight.scatter(2, columns[0], torch.where(changed, whole - kept, old))


def _scattered(like: Tensor, places: Tensor, dying: Tensor) -> Bool[Tensor, "R units"]:
    """Which units of the layer die."""
    return torch.zeros_like(like, dtype=torch.bool).scatter(1, places, dying)


def _renewed(values: Tensor, new: Tensor, places: Tensor, dying: Tensor) -> Tensor:
    """Incoming weights or biases, with new ones in the places of the dead."""
    dead = _scattered(values.flatten(2)[..., 0] if values.ndim > 2 else values, places, dying)
    return torch.where(dead.view(*dead.shape, *[1] * (values.ndim - 2)), new.to(values), values)


def _copied(values: Tensor, places: Tensor, parents: Tensor, dying: Tensor) -> Tensor:
    """Incoming weights or biases, with those of the parents in the places of the dead."""
    shape = (*places.shape, *values.shape[2:])
    index = [each.view(*places.shape, *[1] * (values.ndim - 2)).expand(shape) for each in (places, parents)]
    changed = dying.view(*places.shape, *[1] * (values.ndim - 2))
    return values.scatter(1, index[0], torch.where(changed, values.gather(1, index[1]), values.gather(1, index[0])))
