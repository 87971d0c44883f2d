"""Inputs that are mostly 0 are multiplied in two parts, and the products are those of the whole."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.neurons import sparse_inputs, stacks
from srnn_lib.neurons.sgd import SGD, SGDRule


def examples(seed, width=11, count=30, kind=torch.float64):
    """Inputs of every kind: never, rarely, often and always lit."""
    generator = torch.Generator().manual_seed(seed)
    chance = torch.linspace(0, 1, width)
    lit = torch.rand(count, width, generator=generator) < chance
    return torch.rand(count, width, generator=generator, dtype=kind) * lit


@given(st.integers(0, 1000), st.sampled_from([0.0, 0.1, 0.5, 2.0]), st.booleans())
def test_both_parts_are_the_whole(seed, rare, biases):
    inputs = examples(seed)
    generator = torch.Generator().manual_seed(seed)
    weight, bias = (torch.randn(5, 11, generator=generator).double(), torch.randn(5, generator=generator).double())
    places = torch.randperm(30, generator=generator)[:8]
    errors = torch.randn(5, 8, generator=generator).double()
    ready = sparse_inputs.SparseInputs(inputs, rare)
    layer, batch = ready.split(weight, bias), ready.batch(places)
    torch.testing.assert_close(layer.sums(batch), weight @ inputs[places].T + bias[:, None])
    layer.descend(errors, batch, 0.5, 0.75, biases)
    found, shift = ready.joined(layer, weight[:, ~ready.live])
    wanted = torch.where(ready.live, 0.75 * weight - 0.5 * errors @ inputs[places], weight)
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(shift, (0.75 if biases else 1) * bias - 0.5 * errors.sum(1))


def test_how_many_are_rare():
    inputs = examples(0, count=1_000)
    for rare, columns in ((0.0, 11), (0.45, 7), (2.0, 1)):
        assert sparse_inputs.SparseInputs(inputs, rare).batch(torch.arange(3)).often.shape[1] == columns
    assert sparse_inputs.SparseInputs(inputs).live.sum() == 10


@pytest.mark.parametrize("widths", [(11, 4, 3), (11, 5, 4, 3)])
def test_a_training_is_the_same_however_it_is_split(widths, seeded):
    inputs = examples(4, count=200, kind=torch.float32)
    labels = (inputs.sum(1) * 7).long() % 3
    stack = stacks.random_stack(widths, 3, seeded(), init="fan-in")
    met, ends = [], []
    for rare in (0.0, 0.3, 2.0):
        trainer = SGD(stack, inputs, labels, rule=SGDRule(0.1, 20), seed=0, rare=rare)
        met.append(torch.stack([trainer.epoch(epoch) for epoch in range(10)]))
        ends.append(trainer.stack)
    for other in (1, 2):
        assert (met[other] - met[0]).abs().max() < 1e-6
        for one, two in zip(ends[0].weights, ends[other].weights, strict=True):
            assert (one - two).abs().max() < 1e-5
