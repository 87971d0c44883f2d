"""Programmed death: take a neuron out of every run, and let the rest of the network make up for it.

Pure functions from a stack to a smaller one; the neuron is gone, not masked.
"""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.lifecycle import efficiency
from srnn_lib.lifecycle.moments import Moments
from srnn_lib.lifecycle.stacks import CHUNK, Stack, above, narrowed, states, surprise


def die(
    stack: Stack,
    moments: Moments,
    layer: int = 1,
    algorithm: str = "A1",
    neurons: Int[Tensor, " R"] | None = None,
) -> Stack:
    """Remove one neuron of every run.

    Args:
        stack: R runs.
        moments: Of this very stack; A3 and A4 need the covariance of `layer`.
        layer: Hidden layer, the first is 1.
        algorithm: One of `efficiency.ALGORITHMS`.
        neurons: Which neuron of each run; None takes the least efficient one by the algorithm's own measure.

    Raises:
        BadInput: A layer of one neuron, a neuron that is not there, or an unknown name.

    Source: BI §4, A1–A3.
    """
    _require_two(stack, layer)
    if neurons is None:
        neurons = efficiency.of(stack, moments, layer, algorithm).argmin(1)
    stack.members(neurons, layer)
    return remove(stack, neurons, *efficiency.relation(stack, moments, neurons, layer, algorithm), layer)


def remove(
    stack: Stack,
    neurons: Int[Tensor, " R"],
    coefficients: Float[Tensor, "R units"],
    constant: Float[Tensor, " R"],
    layer: int = 1,
) -> Stack:
    """Remove neuron k of each run by the relation Σ_j a_j x_j ≈ a_0.

    w'_ij = w_ij − w_ik a_j / a_k and b'_i = b_i + w_ik a_0 / a_k, computed in float64.

    Source: BI (4.4–4.5).
    """
    units = _require_two(stack, layer)
    changed = emptied(stack, stack.members(neurons, layer), coefficients, constant, layer)
    kept = torch.arange(units).expand(stack.runs, -1)
    return narrowed(changed, kept[kept != neurons[:, None]].view(stack.runs, units - 1), layer)


def emptied(
    stack: Stack,
    neurons: Int[Tensor, " R"],
    coefficients: Float[Tensor, "R units"],
    constant: Float[Tensor, " R"],
    layer: int,
) -> Stack:
    """`remove`, but the layer keeps its width: where the neuron was, one is left that nobody listens to."""
    weights, biases = list(stack.weights), list(stack.biases)
    weights[layer], biases[layer] = rewired(stack, neurons, coefficients, constant, layer)
    return replace(stack, weights=tuple(weights), biases=tuple(biases))


def _require_two(stack: Stack, layer: int) -> int:
    """Units of the layer, if it can lose one."""
    units = stack.widths[stack.layer(layer)]
    if units < 2:
        raise checks.refuse(f"units of layer {layer}", units, "2 or more: the last neuron of a layer cannot die")
    return units


def rewired(
    stack: Stack,
    neurons: Int[Tensor, " R"],
    coefficients: Float[Tensor, "R units"],
    constant: Float[Tensor, " R"],
    layer: int,
) -> tuple[Float[Tensor, "R next units"], Float[Tensor, "R next"]]:
    """Weights and biases of the next layer after the removal, with a column of zeros where the neuron was.

    Raises:
        BadInput: Coefficients that are not finite.
    """
    runs = torch.arange(stack.runs)
    weight, bias = stack.weights[stack.layer(layer)], stack.biases[layer]
    single = torch.nn.functional.one_hot(neurons, weight.shape[2]).bool()
    own = coefficients[runs, neurons]
    lost = weight[runs, :, neurons].double() / own[:, None]
    changed = weight.double() - lost[..., None] * coefficients[:, None]
    shifted = bias.double() + lost * constant[:, None]
    if not (changed.isfinite().all() and shifted.isfinite().all()):
        raise checks.refuse("coefficients", "not finite or 0 for the neuron itself", "finite numbers")
    return changed.masked_fill(single[:, None], 0).to(weight.dtype), shifted.to(bias.dtype)


def costs(
    stack: Stack,
    moments: Moments,
    inputs: Float[Tensor, "n in"],
    labels: Int[Tensor, " n"],
    layer: int = 1,
    algorithm: str = "A1",
) -> Float[Tensor, "R units"]:
    """Δ⟨H⟩: how much the mean cross-entropy rises when that neuron alone is removed, for every neuron of every run.

    The layers up to `layer` are computed once for all removals. For every neuron at once this equals `die` and
    `stacks.losses`.

    Source: BI §5.1.
    """
    units = stack.widths[stack.layer(layer)]
    everyone = torch.arange(units)[:, None].expand(-1, stack.runs)
    changed = [
        emptied(stack, each, *efficiency.relation(stack, moments, each, layer, algorithm), layer) for each in everyone
    ]
    total = torch.zeros(units + 1, stack.runs, dtype=torch.float64)
    for some, wanted in zip(inputs.split(CHUNK), labels.split(CHUNK), strict=True):
        below = states(stack, some)[layer - 1]
        for row, other in zip(total, [*changed, stack], strict=True):
            row += surprise(above(other, below, layer)[1][-1], wanted).sum(1, dtype=torch.float64)
    return ((total[:-1] - total[-1]) / len(labels)).T
