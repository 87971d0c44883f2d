"""Which weights of a network to remove: at the places of replicators, by size, by what reaches them, at random.

Every method is a saliency or a type per weight, and ends in a mask `keep` of shape `(S, N)`; the weights it drops are
gone from an exported network. Methods are compared at equal numbers of removed weights.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from srnn_lib import checks, randomness
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Task
from srnn_lib.replicators import fixpoints
from srnn_lib.saving import load_tensors, save_tensors

Mask = Bool[Tensor, "S N"]


def without(types: Int[Tensor, "S N"], *dropped: str) -> Mask:
    """Keep the particles that are of none of the named types (`fixpoints.OUTCOMES`).

    Source: ON Definition 9 (dropout organism network).
    """
    return ~fixpoints.is_outcome(types, *dropped)


def lowest(saliency: Float[Tensor, "S N"], removed: Int[Tensor, " S"]) -> Mask:
    """Keep all but the `removed` weights of lowest saliency in each network.

    Raises:
        BadInput: More weights to remove than there are, or fewer than none.
    """
    if removed.min() < 0 or removed.max() > saliency.shape[1]:
        raise checks.bad_input("weights to remove", removed.tolist(), f"0 to {saliency.shape[1]} per network")
    rank = saliency.argsort(dim=1, stable=True).argsort(dim=1)
    return rank >= removed[:, None]


def at_random(seeds: int, weights: int, generator: torch.Generator) -> Float[Tensor, "S N"]:
    """A saliency that says nothing."""
    return randomness.uniform(generator, seeds, weights)


def signals(
    organism: Organism, weights: Float[Tensor, "S N"], inputs: Float[Tensor, "B in"]
) -> list[Float[Tensor, "*_S _cells B"]]:
    """What reaches every layer of weights of S ordinary networks, the inputs first, and last the outputs."""
    seen: list[Tensor] = []

    def noted(matrix: Tensor, signal: Tensor) -> Tensor:
        seen.append(signal)
        return matrix @ signal

    outputs = organism.through([partial(noted, matrix) for matrix in organism.matrices(weights)], inputs)
    return [*seen, outputs.mT]


def input_aware(organism: Organism, gains: Float[Tensor, "S N"], inputs: Float[Tensor, "B in"]) -> Float[Tensor, "S N"]:
    """Size of a weight times the mean size of what reaches it: what it adds to its cell, on average."""
    return _weighed(organism, gains, inputs, lambda signal: signal.abs().mean(-1))


def contribution(
    organism: Organism, gains: Float[Tensor, "S N"], inputs: Float[Tensor, "B in"]
) -> Float[Tensor, "S N"]:
    """Size of a weight times the standard deviation of what reaches it: by how much it tells inputs apart."""
    return _weighed(organism, gains, inputs, lambda signal: signal.std(-1))


def _weighed(organism: Organism, gains: Tensor, inputs: Tensor, size: Callable[[Tensor], Tensor]) -> Tensor:
    reached = signals(organism, gains, inputs)[:-1]
    pairs = zip(organism.matrices(gains), reached, strict=True)
    return torch.cat([(matrix.abs() * size(signal)[..., None, :]).flatten(1) for matrix, signal in pairs], dim=1)


def particles_l1(weights: Float[Tensor, "S N W"], share: Float[Tensor, " S"]) -> Float[Tensor, "S N W"]:
    """Particles of which the smallest `share` of all weights, in size and per organism, is set to zero."""
    sizes = weights.abs().flatten(1)
    keep = lowest(sizes, (share * sizes.shape[1]).round().long())
    return weights * keep.unflatten(1, weights.shape[1:])


def score(organism: Organism, gains: Float[Tensor, "S N"], task: Task) -> Float[Tensor, " S"]:
    """Score on the test set of the ordinary networks with these weights, removed ones set to zero."""
    return task.examine(organism.forward, gains, organism.portion)[1]


def in_use(organism: Organism, keep: Bool[Tensor, " N"]) -> dict[str, int]:
    """What is left of one network: `weights` (each one multiplication per input), `inputs` and `cells` still in use.

    An input or a hidden cell is in use if some path of kept weights, or of residual connections after the first hidden
    layer, leads through it from an input to an output.
    """
    ones = torch.ones(1, organism.widths[0], dtype=torch.float64, requires_grad=True)
    *paths, ends = signals(replace(organism, activation="linear"), keep[None].double(), ones)
    onward = torch.autograd.grad(ends.sum(), paths)
    used = [int(((here > 0) & (on > 0)).sum()) for here, on in zip(paths, onward, strict=True)]
    return {"weights": int(keep.sum()), "inputs": used[0], "cells": sum(used[1:])}


class Sparse(nn.Module):
    """A linear layer of `rows` cells without biases, which holds only the weights there are.

    Their `values` are the only parameters; `places`, `(2, K)`, are the target and the source cell of each.
    """

    places: Tensor

    def __init__(self, values: Float[Tensor, " K"], places: Int[Tensor, "2 K"], rows: int) -> None:
        super().__init__()
        self.values, self.rows = nn.Parameter(values), rows
        self.register_buffer("places", places)

    def forward(self, signal: Float[Tensor, "in B"]) -> Float[Tensor, "out B"]:
        """What the layer makes of a batch of signals, one per column."""
        targets, sources = self.places
        added = signal[sources] * self.values[:, None]
        return signal.new_zeros(self.rows, signal.shape[1]).index_add(0, targets, added)


class Network(nn.Module):
    """An ordinary network without the weights that were removed: a `Sparse` layer for each of the organism's."""

    def __init__(self, organism: Organism, layers: list[Sparse]) -> None:
        super().__init__()
        self.organism, self.layers = organism, nn.ModuleList(layers)

    def forward(self, inputs: Float[Tensor, "B in"]) -> Float[Tensor, "B out"]:
        """Outputs of the network."""
        return self.organism.through(list(self.layers), inputs)


def network(organism: Organism, gains: Float[Tensor, " N"], keep: Bool[Tensor, " N"]) -> Network:
    """The pruned network, in which the removed weights no longer exist.

    Raises:
        BadInput: Gains that are not one per weight, or a `keep` that is not a truth value for each of them.
    """
    wanted = (organism.particles,)
    for name, given in (("gains", gains), ("keep", keep)):
        if not isinstance(given, Tensor) or tuple(given.shape) != wanted:
            found = tuple(given.shape) if isinstance(given, Tensor) else given
            raise checks.bad_input(f"shape of {name}", found, f"{wanted}, one per weight, in a tensor")
    if keep.dtype != torch.bool:
        raise checks.bad_input("keep", f"of {keep.dtype}", "truth values, such as saliency > 0")
    pairs = zip(organism.matrices(gains.detach()[None]), organism.matrices(keep[None]), strict=True)
    layers = [Sparse(matrix[mask], mask[0].nonzero().T, mask.shape[1]) for matrix, mask in pairs]
    return Network(organism, layers)


def export(path: str | Path, organism: Organism, gains: Float[Tensor, " N"], keep: Bool[Tensor, " N"]) -> None:
    """Write a pruned network to a safetensors file that plain torch can read.

    Layer `k` has the tensors `k.values` and `k.places` (target and source cell of each value, in the smallest integers
    that torch takes for places, of four bytes); the header's entry `settings` (JSON) has `widths`, `activation` and
    `residual`. In single precision a weight takes three times the bytes that it takes in a full matrix, so the file is
    the smaller one where less than a third of the weights is left; in double precision, where less than a half is.
    """
    layers = network(organism, gains, keep).layers
    header = {"widths": list(organism.widths), "activation": organism.activation, "residual": organism.residual}
    kept = {name: each.int() if name.endswith("places") else each for name, each in layers.state_dict().items()}
    save_tensors(path, kept, header)


def read_network(path: str | Path) -> Network:
    """The network that `export` wrote.

    Raises:
        BadInput: The file is missing, damaged, or holds something else.
    """
    remedy = "write one with pruning.export"
    tensors, fields = load_tensors(path, "network file", remedy)
    try:
        organism = Organism(tuple(fields["widths"]), activation=fields["activation"], residual=fields["residual"])
        shapes = enumerate(organism.shapes)
        kept = [(tensors[f"{layer}.values"], tensors[f"{layer}.places"].long(), rows) for layer, (rows, _) in shapes]
        layers = [Sparse(*each) for each in kept]
    except (KeyError, TypeError, checks.BadInput) as error:
        raise checks.bad_input("network file", Path(path).name, "a pruned network", remedy) from error
    return Network(organism, layers)
