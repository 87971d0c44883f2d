"""The combined algorithm: in every run the least efficient neurons die, and children of the most efficient take over.

The width of the layer stays as it is: a child takes the place of a dead neuron.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.neurons import efficiency
from srnn_lib.neurons.moments import Moments
from srnn_lib.neurons.replication import SPLITS, shares
from srnn_lib.neurons.stacks import Stack, draw_layer

PARENTS = ("efficient", "random", "survivors", "least", "none", "fresh")


@dataclass(frozen=True)
class TurnoverRule:
    """Who dies and who replicates.

    Attributes:
        cutoff: ε: neurons with a smaller local efficiency die; 0 lets all live.
        cap: Largest share of the layer that may die at once, the least efficient first; the paper's is one half.
        layer: Hidden layer, the first is 1.
        split: One of `replication.SPLITS`.
        parents: "efficient" (as many of the most efficient neurons as have died), "random" (as many of the
            better half, at random), "survivors" (of all that live, at random), "least" (the least efficient that live),
            "none" (nobody: the dead leave an empty place, without any weights, where training cannot
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
        checks.integer("layer", self.layer)
        checks.choice("split", self.split, SPLITS)
        checks.choice("parents", self.parents, PARENTS)


def turn_over(
    stack: Stack, moments: Moments, rule: TurnoverRule, generator: torch.Generator, init: str = "glorot"
) -> tuple[Stack, Bool[Tensor, "R units"], Float[Tensor, "R units"]]:
    """One round: death by A1, then replication; the moments are of this very stack.

    The generator draws shares, random parents, and fresh neurons, these by `init`, one of `stacks.INITS`.

    Returns:
        The new stack, which places were taken over, and the efficiencies before. If all neurons are below the cutoff,
        the `cap` of them that are least efficient die.
    """
    worth = efficiency.local(stack, moments, rule.layer)
    ranked = worth.argsort(dim=1, stable=True)
    most = int(worth.shape[1] * rule.cap)
    places = ranked[:, :most]
    dying = worth.gather(1, places) < rule.cutoff
    parents = _parents(ranked, dying, rule, generator)
    dead = torch.zeros_like(worth, dtype=torch.bool).scatter(1, places, dying)
    weights, biases = list(stack.weights), list(stack.biases)
    weights[rule.layer], biases[rule.layer] = _cut(stack, moments, dead, rule.layer)
    into, own = weights[rule.layer - 1], biases[rule.layer - 1]
    if rule.parents == "none":
        new = torch.zeros_like(into), torch.zeros_like(own)
    elif rule.parents == "fresh":
        new = draw_layer(into.shape[2], worth.shape[1], stack.runs, generator, init)
    else:
        share = shares(rule.split, generator, *biases[rule.layer].shape, most)
        weights[rule.layer] = _shared(weights[rule.layer], places, parents, dying, share)
        source = ranked.scatter(1, places, parents)
        new = into.gather(1, source[..., None].expand_as(into)), own.gather(1, source)
    weights[rule.layer - 1] = torch.where(dead[..., None], new[0].to(into), into)
    biases[rule.layer - 1] = torch.where(dead, new[1].to(own), own)
    return replace(stack, weights=tuple(weights), biases=tuple(biases)), dead, worth


def _parents(ranked: Tensor, dying: Tensor, rule: TurnoverRule, generator: torch.Generator) -> Int[Tensor, "R most"]:
    """As many as may die, of which those in the first places, one for each that dies, are parents; all of them live."""
    most, died = dying.shape[1], dying.sum(1, keepdim=True)
    best = ranked.flip(1)
    if rule.parents == "random":
        kept = best[:, : ranked.shape[1] - most]
        best = kept.gather(1, randomness.permutations(generator, *kept.shape).to(kept.device))
    elif rule.parents == "survivors":
        drawn = randomness.uniform(generator, *ranked.shape).to(ranked.device)
        gone = torch.arange(ranked.shape[1], device=ranked.device) < died
        best = ranked.gather(1, drawn.masked_fill(gone, 2).argsort(dim=1, stable=True))
    elif rule.parents == "least":
        best = ranked.gather(1, died + torch.arange(most, device=ranked.device))
    return best[:, :most]


def _cut(stack: Stack, moments: Moments, dead: Tensor, layer: int) -> tuple[Tensor, Tensor]:
    """A1 for all the dead at once: their mean goes into the biases, and their columns become 0."""
    weight, bias = stack.weights[layer], stack.biases[layer]
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
