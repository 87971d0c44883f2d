"""Replication: give a neuron of every run a child that takes over part of its outgoing weights.

Pure functions from a stack to a larger one that computes the same function (all but B4).
"""

import torch
from jaxtyping import Float, Int
from scipy.special import betaincinv
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.neurons.stacks import Stack, draw_layer

BETA_SHAPES = {"B1": 0.01, "B2": 1.0, "B3": 100.0}
"""Both shape parameters of the Beta distribution of the shares χ."""
SPLITS = (*BETA_SHAPES, "half", "bit")
REPLICATION_ALGORITHMS = (*SPLITS, "B4", "B5")


def shares(split: str, generator: torch.Generator, runs: int, *shape: int) -> Float[Tensor, "R ..."]:
    """Shares χ that a parent keeps, float64 in [0, 1]; those of a run do not depend on how many there are.

    They are drawn from Beta distributions ("B1", "B2", "B3", see `BETA_SHAPES`), or 0 or 1 at random ("bit"), or all
    1/2 ("half"), which draws nothing.

    Source: BI (4.6) for "half", (4.10–4.11) and §5.2 for the others.
    """
    checks.choice("split", split, SPLITS)
    if split == "half":
        return torch.full((runs, *shape), 0.5, dtype=torch.float64)
    drawn = randomness.uniform(generator, runs, *shape)
    if split == "bit":
        return (drawn < 0.5).double()
    return torch.from_numpy(betaincinv(BETA_SHAPES[split], BETA_SHAPES[split], drawn.numpy()))


def replicate(
    stack: Stack, parents: Int[Tensor, " R"], generator: torch.Generator, layer: int = 1, split: str = "B1"
) -> Stack:
    """Add to every run a child of neuron `parents[run]`, as the last unit of the layer.

    The child copies the parent's incoming weights and bias; of each outgoing weight the parent keeps the share χ_i
    and the child gets the rest, so the outputs stay as they are. (The paper's prose says that outgoing weights are
    copied; its formula copies the incoming ones.)

    Source: BI (4.6–4.11).
    """
    stack.require_neurons(parents, layer, "parents")
    runs = torch.arange(stack.runs)
    weight = stack.weights[layer]
    whole = weight[runs, :, parents]
    kept = (shares(split, generator, *whole.shape) * whole).to(weight.dtype)
    out = torch.cat([weight, (whole - kept)[..., None]], 2)
    out[runs, :, parents] = kept
    incoming = stack.weights[layer - 1][runs, parents], stack.biases[layer - 1][runs, parents]
    return _with_unit(stack, layer, *incoming, out)


def add_random(stack: Stack, generator: torch.Generator, layer: int = 1, init: str = "glorot") -> Stack:
    """B4: add to every run a unit drawn as its layer was drawn at the start, with the fans of the layer before.

    Source: BI §5.2, B4 ("drawn from the same distribution as other weights").
    """
    before, units, after = stack.widths[stack.require_layer(layer) - 1 : layer + 2]
    incoming, bias = draw_layer(before, units, stack.runs, generator, init)
    outgoing, _ = draw_layer(units, after, stack.runs, generator, init)
    kind = stack.weights[layer].dtype
    out = torch.cat([stack.weights[layer], outgoing[..., :1].to(kind)], 2)
    return _with_unit(stack, layer, incoming[:, 0].to(kind), bias[:, 0].to(kind), out)


def add(
    stack: Stack,
    algorithm: str,
    parents: Int[Tensor, " R"],
    *,
    generator: torch.Generator,
    layer: int = 1,
    init: str = "glorot",
) -> Stack:
    """One of the paper's five ways to add a neuron: B1, B2, B3 (`replicate`), B4 (`add_random`), B5 (none)."""
    checks.choice("algorithm", algorithm, REPLICATION_ALGORITHMS)
    if algorithm == "B5":
        return stack
    if algorithm == "B4":
        return add_random(stack, generator, layer, init)
    return replicate(stack, parents, generator, layer, algorithm)


def _with_unit(stack: Stack, layer: int, incoming: Tensor, bias: Tensor, out: Tensor) -> Stack:
    weights, biases = list(stack.weights), list(stack.biases)
    weights[layer - 1] = torch.cat([weights[layer - 1], incoming[:, None]], 1)
    biases[layer - 1] = torch.cat([biases[layer - 1], bias[:, None]], 1)
    weights[layer] = out
    return Stack(tuple(weights), tuple(biases), stack.activation)
