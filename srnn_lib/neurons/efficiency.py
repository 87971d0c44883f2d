"""How much a neuron is worth, by statistics alone, and by which linear relation the others can stand in for it.

Two measures: the local efficiency E (3.18) looks at what a neuron does to the next layer, the covariance efficiency E'
(3.8) at how badly its layer can replace it. Four relations Σ_j a_j x_j ≈ a_0 (4.1), scaled so that a_k = 1 for the
neuron k that shall go.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.neurons.moments import Moments
from srnn_lib.neurons.stacks import Stack, activation_grad

Relation = tuple[Float[Tensor, "R units"], Float[Tensor, " R"]]
"""Coefficients a_j and a_0 of Σ_j a_j x_j ≈ a_0, one of each run."""
ALGORITHMS = {
    "A1": "connection cut: least E, x_k ≈ ⟨x_k⟩",
    "A2": "probability: least E, x_k ≈ M_k of the product of Gaussians",
    "A3": "covariance: least E', its eigenvector",
    "A4": "least squares (not in the paper): least error of the best linear fit",
}


def worth(stack: Stack, moments: Moments, layer: int = 1, algorithm: str = "A1") -> Float[Tensor, "R units"]:
    """The measure by which an algorithm ranks neurons: E for A1 and A2, E' for A3, the error of the fit for A4.

    Source: BI §4, A1–A3.
    """
    checks.choice("algorithm", algorithm, ALGORITHMS)
    if algorithm in ("A1", "A2"):
        return local(stack, moments, layer)
    return (spectral if algorithm == "A3" else unexplained)(moments, stack.require_layer(layer))


def local(stack: Stack, moments: Moments, layer: int = 1) -> Float[Tensor, "R units"]:
    """E_k = C_kk Σ_i f'_i(y_i)² w_ik² / C_ii, i over the next layer.

    A neuron that never changes has efficiency 0. Where a neuron that does change acts on a unit that never does
    (C_ii = 0), the sum is infinite.

    Source: BI (3.18), with y of (3.13).
    """
    impact = impacts(stack, moments, layer)
    total = impact.square().sum(1) * moments.variance[layer]
    dead_end = moments.variance[layer + 1] == 0
    endless = (_pull(stack, moments, layer) != 0) & dead_end[..., None] & (moments.variance[layer] > 0)[:, None]
    return total.masked_fill(endless.any(1), torch.inf)


def impacts(stack: Stack, moments: Moments, layer: int) -> Float[Tensor, "R next units"]:
    """f'_i(y_i) w_ik / √C_ii; 0 where C_ii is 0."""
    spread = moments.variance[stack.require_layer(layer) + 1].sqrt()
    return torch.where(spread > 0, 1 / spread, 0)[..., None] * _pull(stack, moments, layer)


def _pull(stack: Stack, moments: Moments, layer: int) -> Float[Tensor, "R next units"]:
    """f'_i(y_i) w_ik, in float64."""
    weight = stack.weights[stack.require_layer(layer)].double()
    if layer == len(stack.weights) - 1:
        return weight
    sums = torch.baddbmm(stack.biases[layer].double()[..., None], weight, moments.mean[layer][..., None])
    return activation_grad(stack.activation, sums) * weight


def spectral(moments: Moments, layer: int = 1) -> Float[Tensor, "R units"]:
    """E'_k = min_i λ_i / (v_k of eigenvector i)²; 0 for a neuron that never changes.

    An eigenvalue below the rounding of the largest one counts as that rounding: else the noise in the eigenvector of
    a zero eigenvalue would make every neuron of the layer look dependent.

    Source: BI (3.8).
    """
    return _ratios(moments, layer)[0].amin(1).masked_fill(moments.variance[layer] == 0, 0)


def _ratios(moments: Moments, layer: int) -> tuple[Float[Tensor, "R eigen units"], Float[Tensor, "R eigen units"]]:
    """λ_i / (v_k)² and v, one eigenvector per row; NaN for a run that has diverged."""
    covariance, diverged = _solvable(covariance_of(moments, layer))
    values, vectors = torch.linalg.eigh(covariance)
    rows = vectors.transpose(1, 2)
    rounding = torch.finfo(values.dtype).eps * values[:, -1:].clamp(min=0)
    ratios = torch.maximum(values, rounding)[..., None] / rows.square()
    return torch.where(rows == 0, torch.inf, ratios).masked_fill(diverged, torch.nan), rows


def _solvable(matrices: Float[Tensor, "R n n"]) -> tuple[Float[Tensor, "R n n"], Bool[Tensor, "R 1 1"]]:
    """The matrices, with units in place of those that are not finite, which a solver would refuse for all; which."""
    diverged = ~matrices.isfinite().all(2, keepdim=True).all(1, keepdim=True)
    return torch.where(diverged, torch.eye(matrices.shape[1]).to(matrices), matrices), diverged


def unexplained(moments: Moments, layer: int = 1) -> Float[Tensor, "R units"]:
    """Variance that the best linear fit on the rest of the layer leaves of each neuron: 1 / Σ_i v_k² / λ_i.

    Eigenvalues are rounded up as in `spectral`.
    """
    left = 1 / (1 / _ratios(moments, layer)[0]).sum(1)
    return left.masked_fill(moments.variance[layer] == 0, 0)


def covariance_of(moments: Moments, layer: int) -> Float[Tensor, "R units units"]:
    """The covariance of a layer.

    Raises:
        BadInput: It was not measured.
    """
    if layer not in moments.covariance:
        raise checks.bad_input("layer", layer, f"one whose covariance was measured: {sorted(moments.covariance)}")
    return moments.covariance[layer]


def relation(
    stack: Stack, moments: Moments, neurons: Int[Tensor, " R"], layer: int = 1, algorithm: str = "A1"
) -> Relation:
    """Coefficients a_j and a_0 of Σ_j a_j x_j ≈ a_0, with a_k = 1 for neuron k = `neurons[run]` of each run.

    A neuron without any effect on the next layer has no A2 relation of its own; A1's stands in. In a run that has
    diverged the constant is NaN.

    Raises:
        BadInput: A neuron that is not there, an unknown name, or a covariance that was not measured.

    Source: BI (3.17) for A1, (3.26) for A2, (3.6) for A3.
    """
    checks.choice("algorithm", algorithm, ALGORITHMS)
    single = torch.nn.functional.one_hot(stack.require_neurons(neurons, layer), stack.units(layer)).double()
    if algorithm == "A1":
        found = single
    elif algorithm == "A2":
        impact = impacts(stack, moments, layer)
        own = (impact @ single[..., None]).transpose(1, 2)
        strength = (own @ own.transpose(1, 2))[:, 0]
        found = torch.where(strength > 0, (own @ impact)[:, 0] / strength, single)
    elif algorithm == "A3":
        ratios, rows = _ratios(moments, layer)
        runs = torch.arange(stack.runs)
        row = rows[runs, ratios[runs, :, neurons].argmin(1)]
        found = row / row[runs, neurons][:, None]
    else:
        found = _least_squares(covariance_of(moments, layer), single)
    found = torch.where(single > 0, single, found)
    return found, (found * moments.mean[layer]).sum(1)


def _least_squares(covariance: Tensor, single: Tensor) -> Float[Tensor, "R units"]:
    """1 at the neuron, minus the coefficients of its best fit at the others (the shortest, where many are best)."""
    others, (covariance, diverged) = 1 - single, _solvable(covariance)
    rest = covariance * others[:, :, None] * others[:, None]
    target = (covariance @ single[..., None]) * others[..., None]
    found = single - (torch.linalg.pinv(rest, hermitian=True) @ target)[..., 0]
    return found.masked_fill(diverged[:, 0], torch.nan)
