"""Programmed death: take a neuron out of every run, and let the rest of the network make up for it.

Pure functions from a stack to a smaller one; the neuron is gone, not masked.
"""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.neurons import efficiency
from srnn_lib.neurons.efficiency import Relation
from srnn_lib.neurons.moments import Moments
from srnn_lib.neurons.stacks import CHUNK, Stack, activations, activations_above, cross_entropy, select_units


def die(
    stack: Stack, moments: Moments, layer: int = 1, algorithm: str = "A1", neurons: Int[Tensor, " R"] | None = None
) -> Stack:
    """Remove one neuron of every run; None takes the least efficient one by the algorithm's own measure.

    The moments are of this very stack; A3 and A4 need the covariance of `layer`.

    Raises:
        BadInput: A layer of one neuron, a neuron that is not there, or an unknown name.

    Source: BI §4, A1–A3.
    """
    if neurons is None:
        neurons = efficiency.worth(stack, moments, layer, algorithm).argmin(1)
    return remove(stack, neurons, efficiency.relation(stack, moments, neurons, layer, algorithm), layer)


def remove(stack: Stack, neurons: Int[Tensor, " R"], relation: Relation, layer: int = 1) -> Stack:
    """Remove neuron k of each run by the relation Σ_j a_j x_j ≈ a_0.

    w'_ij = w_ij − w_ik a_j / a_k and b'_i = b_i + w_ik a_0 / a_k, computed in float64.

    Raises:
        BadInput: A layer of one neuron, a neuron that is not there, or coefficients that are not finite.

    Source: BI (4.4–4.5).
    """
    units = stack.units(layer)
    if units < 2:
        raise checks.bad_input(f"units of layer {layer}", units, "2 or more: the last neuron of a layer cannot die")
    changed = emptied(stack, stack.require_neurons(neurons, layer), relation, layer)
    kept = torch.arange(units).expand(stack.runs, -1)
    return select_units(changed, kept[kept != neurons[:, None]].view(stack.runs, units - 1), layer)


def emptied(stack: Stack, neurons: Int[Tensor, " R"], relation: Relation, layer: int) -> Stack:
    """`remove`, but the layer keeps its width: where the neuron was, one is left that nobody listens to.

    A run whose constant is NaN has diverged, and stays so.
    """
    coefficients, constant = relation
    runs, weights, biases = torch.arange(stack.runs), list(stack.weights), list(stack.biases)
    weight, bias = weights[stack.require_layer(layer)], biases[layer]
    single = torch.nn.functional.one_hot(neurons, weight.shape[2]).bool()
    own = coefficients[runs, neurons]
    lost = weight[runs, :, neurons].double() / own[:, None]
    changed = weight.double() - lost[..., None] * coefficients[:, None]
    shifted = bias.double() + lost * constant[:, None]
    known = ~constant.isnan()
    if not (changed[known].isfinite().all() and shifted[known].isfinite().all()):
        raise checks.bad_input("coefficients", "not finite or 0 for the neuron itself", "finite numbers")
    weights[layer] = changed.masked_fill(single[:, None], 0).to(weight.dtype)
    biases[layer] = shifted.to(bias.dtype)
    return replace(stack, weights=tuple(weights), biases=tuple(biases))


def costs(
    stack: Stack,
    moments: Moments,
    inputs: Float[Tensor, "n in"],
    *,
    labels: Int[Tensor, " n"],
    layer: int = 1,
    algorithm: str = "A1",
) -> Float[Tensor, "R units"]:
    """Δ⟨H⟩: how much the mean cross-entropy rises when that neuron alone is removed, for every neuron of every run.

    The layers up to `layer` are computed once for all removals. For every neuron at once this equals `die` and
    `stacks.loss_and_accuracy`.

    Source: BI §5.1.
    """
    units = stack.units(layer)
    everyone = torch.arange(units)[:, None].expand(-1, stack.runs)
    changed = [
        emptied(stack, each, efficiency.relation(stack, moments, each, layer, algorithm), layer) for each in everyone
    ]
    total = torch.zeros(units + 1, stack.runs, dtype=torch.float64)
    for some, wanted in zip(inputs.split(CHUNK), labels.split(CHUNK), strict=True):
        below = activations(stack, some)[layer - 1]
        for row, other in zip(total, [*changed, stack], strict=True):
            row += cross_entropy(activations_above(other, below, layer)[1][-1], wanted).sum(1, dtype=torch.float64)
    return ((total[:-1] - total[-1]) / len(labels)).T
