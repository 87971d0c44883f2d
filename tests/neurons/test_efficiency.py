"""The measures and relations against the paper's formulas written out; claims BI-01 to BI-04."""

import pytest
import torch
from drawn import networks
from hypothesis import assume, given

from srnn_lib.neurons import efficiency, moments, stacks

FIT = ["A1", "A2", "A3", "A4"]


@given(networks())
def test_local_efficiency_written_out(case):
    """(3.18), and BI-04: (3.28) C_kk / S_k² is the same."""
    stack, _, found, layer = case
    means, variance, after = found.mean[layer], found.variance[layer], found.variance[layer + 1]
    last = layer == len(stack.weights) - 1
    got = efficiency.local(stack, found, layer)
    for run in range(stack.runs):
        for k in range(stack.widths[layer]):
            precision = 0.0
            for i in range(stack.widths[layer + 1]):
                y = (stack.weights[layer][run, i] @ means[run] + stack.biases[layer][run, i]).requires_grad_()
                outer = y if last else stacks.function(stack.activation)(y)
                (slope,) = torch.autograd.grad(outer, y)
                if after[run, i] > 0:
                    precision += slope**2 * stack.weights[layer][run, i, k] ** 2 / after[run, i]
            torch.testing.assert_close(got[run, k], variance[run, k] * precision, rtol=1e-10, atol=1e-300)


@given(networks())
def test_covariance_efficiency_written_out(case):
    _, _, found, layer = case
    got = efficiency.spectral(found, layer)
    for run, matrix in enumerate(found.covariance[layer]):
        values, vectors = torch.linalg.eigh(matrix)
        assume(values[0] > 1e-12 * values[-1])
        wanted = (values[:, None] / vectors.T**2).amin(0)
        torch.testing.assert_close(got[run], wanted, rtol=1e-9, atol=1e-15)


@given(networks(activations=["tanh", "linear", "gelu", "sigmoid"]))
def test_error_of_the_relation_is_the_root_of_the_efficiency(case):
    """BI-02: exactly 1, not only of that order."""
    stack, inputs, found, layer = case
    values = stacks.activations(stack, inputs)[layer - 1]
    worth = efficiency.spectral(found, layer)
    for k in range(stack.widths[layer]):
        neurons = torch.full((stack.runs,), k)
        a, a0 = efficiency.relation(stack, found, neurons, layer, "A3")
        rms = ((a[..., None] * values).sum(1) - a0[:, None]).square().mean(1).sqrt()
        regular = worth[:, k] > 1e-12
        torch.testing.assert_close(rms[regular], worth[regular, k].sqrt(), rtol=1e-6, atol=0)
        assert (rms[~regular] < 1e-5).all()


@given(networks())
def test_projections_on_eigenvectors_are_uncorrelated(case):
    """BI-03."""
    stack, inputs, found, layer = case
    values = stacks.activations(stack, inputs)[layer - 1]
    for run, matrix in enumerate(found.covariance[layer]):
        variances, vectors = torch.linalg.eigh(matrix)
        projected = (vectors.T @ values[run]).cov(correction=0).reshape(len(variances), -1)
        torch.testing.assert_close(projected, variances.diag(), rtol=0, atol=1e-10)


@given(networks(least=3, activations=["tanh", "sigmoid"]))
def test_a_dependent_neuron_has_a_zero_eigenvalue(case):
    """BI-01, first half: a layer of linear combinations."""
    stack, inputs, _, _ = case
    first = stack.weights[0]
    first[:, 0], stack.biases[0][:, 0] = first[:, 1], stack.biases[0][:, 1]
    found = moments.measure(stack, inputs)
    values = torch.linalg.eigvalsh(found.covariance[1])
    assert (values[:, 0].abs() < 1e-12 * values[:, -1]).all()
    assert (efficiency.spectral(found)[:, :2] < 1e-12).all()


@given(networks())
def test_the_fit_of_least_squares_leaves_least(case):
    """A4's error is never above another relation's, and is the efficiency it ranks by."""
    stack, inputs, found, layer = case
    values = stacks.activations(stack, inputs)[layer - 1]
    worth = efficiency.worth(stack, found, layer, "A4")
    neurons = torch.zeros(stack.runs, dtype=torch.long)
    errors = {}
    for algorithm in FIT:
        a, a0 = efficiency.relation(stack, found, neurons, layer, algorithm)
        errors[algorithm] = ((a[..., None] * values).sum(1) - a0[:, None]).square().mean(1)
        assert (a[:, 0] == 1).all()
    for each in errors.values():
        assert (errors["A4"] <= each * (1 + 1e-9) + 1e-12).all()
    eigenvalues = torch.linalg.eigvalsh(found.covariance[layer])
    regular = eigenvalues[:, 0] > 1e-12 * eigenvalues[:, -1]
    torch.testing.assert_close(errors["A4"][regular], worth[regular, 0], rtol=1e-6, atol=1e-12)
    assert (errors["A4"] <= worth[:, 0] + 1e-12).all()  # an eigenvalue of zero counts as the rounding


@given(networks())
def test_probability_relation_written_out(case):
    """(3.26): a_j and a_0 from the product of Gaussians."""
    stack, _, found, layer = case
    neurons = torch.full((stack.runs,), stack.widths[layer] - 1)
    a, a0 = efficiency.relation(stack, found, neurons, layer, "A2")
    weight, means = stack.weights[layer], found.mean[layer]
    y = torch.einsum("rij,rj->ri", weight, means) + stack.biases[layer]
    last = layer == len(stack.weights) - 1
    slopes = torch.ones_like(y) if last else stacks.activation_grad(stack.activation, y)
    strength = torch.nan_to_num(slopes**2 / found.variance[layer + 1], posinf=0.0)
    scale = 1 / (strength * weight[..., -1] ** 2).sum(1)
    assume(scale.isfinite().all())
    wanted = scale[:, None] * torch.einsum("ri,ri,rij->rj", strength, weight[..., -1], weight)
    torch.testing.assert_close(a, wanted, rtol=1e-9, atol=1e-12)
    constant = scale * torch.einsum("ri,ri,rij,rj->r", strength, weight[..., -1], weight, means)
    torch.testing.assert_close(a0, constant, rtol=1e-9, atol=1e-12)


@pytest.fixture
def measured(seeded):
    """A network in which unit 0 of the first layer never changes, and unit 0 of the second neither."""
    stack = stacks.random_stack((4, 3, 2, 2), 2, seeded(), dtype="float64")
    stack.weights[0][:, 0] = 0
    stack.weights[1][:, 0] = 0
    inputs = torch.randn(50, 4, generator=seeded(1), dtype=torch.float64)
    return stack, inputs, moments.measure(stack, inputs)


@pytest.mark.parametrize("algorithm", FIT)
def test_a_neuron_that_never_changes_is_worth_nothing(measured, algorithm):
    stack, _, found = measured
    worth = efficiency.worth(stack, found, 1, algorithm)
    assert worth.isfinite().all()
    assert worth[:, 0].abs().max() < 1e-15
    assert (worth.argmin(1) == 0).all()
    a, a0 = efficiency.relation(stack, found, worth.argmin(1), 1, algorithm)
    assert a.isfinite().all()
    assert a0.isfinite().all()


def test_acting_on_what_never_changes_is_worth_everything(measured):
    stack, _, found = measured
    stack.weights[1][:, 0, 1] = 1.0  # as if the statistics were of another moment: the unit never changed so far
    assert efficiency.local(stack, found)[:, 1].isinf().all()
    assert efficiency.local(stack, found)[:, 2].isfinite().all()


def test_one_neuron_is_its_own_layer(seeded):
    stack = stacks.random_stack((4, 1, 2), 2, seeded(), dtype="float64")
    found = moments.measure(stack, torch.randn(50, 4, generator=seeded(1), dtype=torch.float64))
    torch.testing.assert_close(efficiency.spectral(found), found.variance[1])


def test_what_was_not_measured_is_refused(measured, refused):
    stack, inputs, _ = measured
    found = moments.measure(stack, inputs, covariance=())
    with refused("covariance was measured"):
        efficiency.worth(stack, found, 1, "A3")
    with refused("algorithm", "A1, A2, A3, A4"):
        efficiency.worth(stack, found, 1, "A5")
