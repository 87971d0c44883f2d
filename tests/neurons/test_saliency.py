"""Measures from outside the paper, against sums by hand and against torch's own derivatives."""

import pytest
import torch
import torch.nn.functional as F
from drawn import networks
from hypothesis import given

from srnn_lib.neurons import saliency, stacks


def labelled(stack, inputs):
    return torch.arange(len(inputs)) % stack.widths[-1]


def losses_from(stack, values, labels, layer):
    """Cross-entropy of every example by every run, `(R, n)`, from the outputs of a layer on."""
    for place in range(layer, len(stack.weights)):
        values = stack.weights[place] @ values + stack.biases[place][..., None]
        if place < len(stack.weights) - 1:
            values = stacks.function(stack.activation)(values)
    return torch.stack([F.cross_entropy(run.T, labels, reduction="none") for run in values])


@given(networks())
def test_gradients_are_those_of_torch(case):
    stack, inputs, _, layer = case
    labels = labelled(stack, inputs)
    values = stacks.activations(stack, inputs)[layer - 1].detach().requires_grad_()
    (wanted,) = torch.autograd.grad(losses_from(stack, values, labels, layer).sum(), values)
    torch.testing.assert_close(saliency.gradients(stack, values.detach(), labels, layer), wanted)


@given(networks())
def test_taylor_is_the_mean_square_of_value_times_gradient(case):
    stack, inputs, found, layer = case
    labels = labelled(stack, inputs)
    values = stacks.activations(stack, inputs)[layer - 1]
    slopes = saliency.gradients(stack, values, labels, layer)
    torch.testing.assert_close(saliency.taylor(stack, values, labels, layer), (values * slopes).square().mean(2))
    about = found.mean[layer]
    wanted = ((values - about[..., None]) * slopes).square().mean(2)
    torch.testing.assert_close(saliency.taylor(stack, values, labels, layer, about), wanted)


@given(networks())
def test_what_the_layers_above_give_on_is_what_the_network_gives_on(case):
    stack, inputs, _, layer = case
    states = stacks.activations(stack, inputs)
    sums, outputs = stacks.activations_above(stack, states[layer - 1], layer)
    for one, other in zip(outputs, states[layer:], strict=True):
        torch.testing.assert_close(one, other)
    torch.testing.assert_close(sums[-1], outputs[-1])


def test_taylor_foretells_a_small_change(seeded):
    """To first order it is the mean square of what a slight move of the neuron towards 0 does to the loss."""
    stack = stacks.random_stack((6, 4, 3), 2, seeded(), dtype="float64")
    inputs = torch.randn(50, 6, generator=seeded(1), dtype=torch.float64)
    labels = labelled(stack, inputs)
    values = stacks.activations(stack, inputs)[0]
    before = losses_from(stack, values, labels, 1)
    for neuron in range(4):
        moved = values.clone()
        moved[:, neuron] *= 1 - 1e-6
        change = (losses_from(stack, moved, labels, 1) - before) / 1e-6
        got = saliency.taylor(stack, values, labels)[:, neuron]
        torch.testing.assert_close(got, change.square().mean(1), rtol=1e-4, atol=0)


def test_taylor_does_not_depend_on_where_chunks_end(seeded, monkeypatch):
    stack = stacks.random_stack((6, 4, 3), 2, seeded(), dtype="float64")
    values, labels = torch.randn(2, 4, 50, generator=seeded(1), dtype=torch.float64), torch.arange(50) % 3
    whole = saliency.taylor(stack, values, labels)
    monkeypatch.setattr(saliency, "CHUNK", 7)
    torch.testing.assert_close(saliency.taylor(stack, values, labels), whole)


def test_magnitude_by_hand():
    first = torch.tensor([[[1.0, -2.0], [0.5, 0.0], [-3.0, 3.0]]])
    second = torch.tensor([[[1.0, 2.0, -4.0], [0.0, -1.0, 1.0]]])
    stack = stacks.Stack((first, second), (torch.full((1, 3), 9.0), torch.zeros(1, 2)))
    assert saliency.magnitude(stack).tolist() == [[3.0, 0.5, 6.0]]
    assert saliency.magnitude(stack, side="outgoing").tolist() == [[1.0, 3.0, 5.0]]


def test_what_makes_no_sense_is_refused(seeded, refused):
    stack = stacks.random_stack((6, 4, 3), 2, seeded())
    with refused("side", "incoming, outgoing"):
        saliency.magnitude(stack, side="both")
    with refused("layer", "1 to 1"):
        saliency.taylor(stack, torch.zeros(2, 3, 5), torch.zeros(5, dtype=torch.long), 2)


@pytest.mark.parametrize("side", saliency.SIDES)
def test_a_neuron_of_no_weight_has_no_magnitude(side, seeded):
    stack = stacks.random_stack((6, 4, 3), 2, seeded())
    (stack.weights[0][:, 1] if side == "incoming" else stack.weights[1][..., 1]).zero_()
    assert (saliency.magnitude(stack, side=side)[:, 1] == 0).all()
