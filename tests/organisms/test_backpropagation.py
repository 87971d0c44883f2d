"""The closed form of the task's gradient: autograd through every particle is the oracle."""

from functools import partial
from itertools import product

import pytest
import torch

from srnn_lib.organisms import organism as organisms
from srnn_lib.organisms import training
from srnn_lib.organisms.backpropagation import differentiated
from srnn_lib.organisms.organism import HIDDEN_ACTIVATIONS, RESIDUALS, Organism
from srnn_lib.organisms.tasks import Addition, Classification, Task, dealt, portions
from srnn_lib.replicators.architecture import POSITION_CODES, WEIGHT_ORDERS, Architecture

SHAPES = list(product(HIDDEN_ACTIVATIONS, RESIDUALS))


@pytest.fixture(params=["own batches", "shared batches"])
def task(request, images):
    """Pairs of numbers, of which every organism gets its own, and images, which all organisms share."""
    return Addition(pairs=40, batch=20) if request.param == "own batches" else Classification(images, batch=50)


def organism(task, activation="gelu", residual="each", **settings):
    inputs, outputs = task.ends
    return Organism((inputs, 4, 4, 4, 4, outputs), activation=activation, residual=residual, **settings)


def gradient(shape, weights, task, seeded):
    batch = next(task.epoch(len(weights), seeded(1), weights.dtype))
    return training.task_gradient(shape, weights, task, *batch)


def through_particles(shape, weights, task, seeded):
    """Gradient and loss by autograd, each particle asked for itself."""
    inputs, targets = next(task.epoch(len(weights), seeded(1), weights.dtype))
    leaf = weights.detach().requires_grad_()
    loss = task.loss(shape.forward_particles(leaf, inputs), targets)
    return torch.autograd.grad(loss.sum(), leaf)[0], loss.detach()


@pytest.mark.parametrize(("activation", "residual"), SHAPES)
def test_every_organism_has_the_gradient_of_autograd(activation, residual, task, seeded, close):
    for order, codes in zip(WEIGHT_ORDERS, POSITION_CODES[-2:], strict=True):
        particle = Architecture((5, 3, 4, 1), order=order)
        shape = organism(task, activation, residual, particle=particle, codes=codes)
        weights = shape.populate(3, seeded(), dtype="float64")
        found, _, loss, _ = gradient(shape, weights, task, seeded)
        expected = through_particles(shape, weights, task, seeded)
        close(found, expected[0])
        close(loss, expected[1])
        assert (found != 0).any(2).any(1).all()


@pytest.mark.parametrize(("activation", "residual"), SHAPES)
def test_outputs_loss_and_pull_are_those_of_a_graph(activation, residual, task, dtype, seeded, close):
    shape = organism(task, activation, residual)
    gains = shape.gains(shape.populate(3, seeded(), dtype=dtype))
    inputs, targets = next(task.epoch(3, seeded(1), gains.dtype))
    leaf = gains.clone().requires_grad_()
    outputs = shape.forward(leaf, inputs)
    loss = task.loss(outputs, targets)
    expected = outputs.detach(), loss.detach(), torch.autograd.grad(loss.sum(), leaf)[0]
    for one, other in zip(differentiated(shape, gains, task, inputs, targets), expected, strict=True):
        close(one, other)


def test_a_loss_without_a_closed_form_is_differentiated(task, dtype, seeded, close):
    outputs = torch.randn(3, 20, task.ends[1], generator=seeded(), dtype=getattr(torch, dtype))
    targets = torch.arange(20) % 4 if task.ends[1] > 1 else outputs.flip(1) / 2
    for one, other in zip(task.graded(outputs, targets), Task.graded(task, outputs, targets), strict=True):
        close(one, other)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e30])
def test_what_diverged_changes_no_other_organism(value, task, dtype, seeded):
    shape = organism(task)
    weights = shape.populate(3, seeded(), dtype=dtype)
    wild = weights.clone()
    wild[1, 5] = value
    calm, mixed = (gradient(shape, each, task, seeded) for each in (weights, wild))
    for one, other in zip(calm, mixed, strict=True):
        assert torch.equal(one[[0, 2]], other[[0, 2]])


@pytest.mark.parametrize("activation", ["linear", "tanh"])
def test_organisms_in_portions_are_the_same(activation, task, seeded, close, monkeypatch):
    shape = organism(task, particle=Architecture((5, 3, 1), activation, linear_output=True))
    weights = shape.populate(5, seeded(), dtype="float64")
    together, examined = gradient(shape, weights, task, seeded), examination(shape, weights, task)
    monkeypatch.setattr(organisms, "HELD_AT_ONCE", 1)
    assert shape.portion(20) == 1
    for one, other in zip(gradient(shape, weights, task, seeded), together, strict=True):
        close(one, other)
    close(examination(shape, weights, task), examined)


def examination(shape, weights, task):
    return torch.stack(task.examine(partial(training.answers, shape), weights, shape.portion))


def test_fewer_organisms_at_once_where_batches_are_large():
    shape = Organism((225, 10, 10, 10, 10))
    assert shape.portion(1000) * 1000 * 80 == pytest.approx(organisms.HELD_AT_ONCE, rel=0.01)
    assert shape.portion(10**9) == 1


@pytest.mark.parametrize(
    ("seeds", "at_once", "sizes"), [(5, 10, [5]), (5, 2, [1, 2, 2]), (4, 2, [2, 2]), (2, 1, [1, 1])]
)
def test_portions_are_as_few_and_as_equal_as_may_be(seeds, at_once, sizes):
    parts = portions(seeds, at_once)
    assert [part.stop - part.start for part in parts] == sizes
    assert [place for part in parts for place in range(seeds)[part]] == list(range(seeds))


def test_a_portion_is_dealt_its_part_of_a_batch():
    own, shared, labels = torch.rand(3, 4, 2), torch.rand(4, 2), torch.arange(4)
    sums = own.sum(2, keepdim=True)
    assert torch.equal(dealt((own, sums), slice(1, 3), 3)[1], sums[1:])
    assert torch.equal(dealt((own, sums), slice(1, 3), 3)[0], own[1:])
    assert dealt((shared, labels), slice(1, 3), 3) == (shared, labels)
    assert torch.equal(dealt((shared, sums), slice(2, 3), 3)[1], sums[2:])
