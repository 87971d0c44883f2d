"""A neuron is gone and the next layer is as close to what it was as the relation allows; claims BI-01, BI-05, BI-11."""

import pytest
import torch
from drawn import networks, sums
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.neurons import death, efficiency, moments, replication, stacks

ALGORITHMS = list(efficiency.ALGORITHMS)


@given(networks(), st.sampled_from(ALGORITHMS), st.data())
def test_the_next_layer_changes_by_the_error_of_the_relation(case, algorithm, data):
    """BI-05: the change of y_i is w_ik times what the relation misses, exactly."""
    stack, inputs, found, layer = case
    neurons = torch.tensor([data.draw(st.integers(0, stack.widths[layer] - 1)) for _ in range(stack.runs)])
    a, a0 = efficiency.relation(stack, found, neurons, layer, algorithm)
    smaller = death.remove(stack, neurons, (a, a0), layer)
    assert smaller.widths == (*stack.widths[:layer], stack.widths[layer] - 1, *stack.widths[layer + 1 :])
    missed = (a[..., None] * stacks.activations(stack, inputs)[layer - 1]).sum(1) - a0[:, None]
    outgoing = stack.weights[layer][torch.arange(stack.runs), :, neurons]
    expected = -outgoing[..., None] * missed[:, None]
    change = sums(smaller, inputs, layer) - sums(stack, inputs, layer)
    scale = 1 + a.abs().max().item()
    torch.testing.assert_close(change, expected, rtol=1e-8, atol=1e-8 * min(scale, 1) if scale < 1e4 else 1e-12 * scale)


@given(networks())
def test_the_equations_written_out(case):
    """(4.4) and (4.5), entry by entry, for a relation whose a_k is not 1."""
    stack, _, _, layer = case
    a = torch.linspace(0.5, 2, stack.widths[layer], dtype=torch.float64).expand(stack.runs, -1)
    a0 = torch.full((stack.runs,), 0.7, dtype=torch.float64)
    smaller = death.remove(stack, torch.zeros(stack.runs, dtype=torch.long), (a, a0), layer)
    w, b = stack.weights[layer], stack.biases[layer]
    for run in range(stack.runs):
        for i in range(w.shape[1]):
            assert smaller.biases[layer][run, i].item() == pytest.approx(b[run, i] + w[run, i, 0] * a0[run] / a[run, 0])
            for j in range(1, w.shape[2]):
                wanted = w[run, i, j] - w[run, i, 0] * a[run, j] / a[run, 0]
                assert smaller.weights[layer][run, i, j - 1].item() == pytest.approx(wanted.item())
    assert torch.equal(smaller.weights[layer - 1], stack.weights[layer - 1][:, 1:])
    assert torch.equal(smaller.biases[layer - 1], stack.biases[layer - 1][:, 1:])


@given(networks(least=3), st.sampled_from(["A3", "A4"]))
def test_a_dependent_neuron_leaves_no_trace(case, algorithm):
    """BI-01, second half: a neuron that is a combination of others is removed without any change."""
    stack, inputs, _, _ = case
    stack.weights[0][:, 2], stack.biases[0][:, 2] = stack.weights[0][:, 0], stack.biases[0][:, 0]
    found = moments.measure(stack, inputs)
    smaller = death.die(stack, found, 1, algorithm)
    change = stacks.forward(smaller, inputs) - stacks.forward(stack, inputs)
    assert change.abs().max() < 1e-8


@given(networks(activations=["tanh"]), st.sampled_from(["B1", "B2", "B3", "half"]))
def test_death_right_after_replication_takes_a_twin(case, split):
    """BI-11 for A3, with the bar of its criterion."""
    stack, inputs, _, _ = case
    parents = torch.zeros(stack.runs, dtype=torch.long)
    larger = replication.replicate(stack, parents, torch.Generator().manual_seed(1), 1, split)
    worth = efficiency.spectral(moments.measure(larger, inputs))
    child = larger.widths[1] - 1
    assert (worth[:, [0, child]] < 1e-10).all()
    assert (worth[:, 1:child] > worth[:, [0, child]].amax(1, keepdim=True)).all()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("layer", [1, 2])
def test_costs_are_losses_after_less_losses_before(algorithm, layer, seeded):
    stack = stacks.random_stack((6, 4, 3, 3), 2, seeded(), init="fan-in", dtype="float64")
    inputs = torch.randn(90, 6, generator=seeded(1), dtype=torch.float64)
    labels = torch.arange(90) % 3
    found = moments.measure(stack, inputs)
    got = death.costs(stack, found, inputs, labels=labels, layer=layer, algorithm=algorithm)
    before = stacks.loss_and_accuracy(stack, inputs, labels)[0]
    for neuron in range(stack.widths[layer]):
        smaller = death.die(stack, found, layer, algorithm, torch.full((2,), neuron))
        torch.testing.assert_close(got[:, neuron], stacks.loss_and_accuracy(smaller, inputs, labels)[0] - before)


def test_the_least_efficient_neuron_dies(seeded):
    stack = stacks.random_stack((6, 4, 3), 3, seeded(), dtype="float64")
    inputs = torch.randn(90, 6, generator=seeded(1), dtype=torch.float64)
    found = moments.measure(stack, inputs)
    before = [each.clone() for each in stack.weights]
    least = efficiency.local(stack, found).argmin(1)
    smaller = death.die(stack, found)
    for run in range(3):
        kept = [unit for unit in range(4) if unit != least[run]]
        assert torch.equal(smaller.weights[0][run], stack.weights[0][run, kept])
    assert all(map(torch.equal, before, stack.weights))


def test_what_cannot_die_is_refused(seeded, refused):
    stack = stacks.random_stack((6, 1, 3), 2, seeded(), dtype="float64")
    inputs = torch.randn(9, 6, generator=seeded(1), dtype=torch.float64)
    found = moments.measure(stack, inputs)
    with refused("units of layer 1", "last neuron"):
        death.die(stack, found)
    with refused("layer", "1 to 1"):
        death.die(stack, found, 2)
    stack = stacks.random_stack((6, 2, 3), 2, seeded(), dtype="float64")
    found = moments.measure(stack, inputs)
    with refused("algorithm", "A1, A2, A3, A4"):
        death.die(stack, found, algorithm="A0")
    with refused("neurons", "0 to 1"):
        death.die(stack, found, neurons=torch.tensor([0, 2]))
    with refused("coefficients", "finite"):
        death.remove(stack, torch.tensor([0, 1]), (torch.zeros(2, 2), torch.zeros(2)))
