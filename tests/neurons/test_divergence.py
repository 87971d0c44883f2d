"""A run that has diverged leaves its neighbours, to the last bit, as they are beside a healthy one."""

from dataclasses import replace

import pytest
import torch

from srnn_lib.neurons import death, efficiency, moments, replication, sgd, stacks, turnover
from srnn_lib.neurons.turnover import PARENTS, TurnoverRule

BAD, OTHERS = 1, [0, 2, 3]


@pytest.fixture(params=[("weight", torch.nan), ("weight", torch.inf), ("bias", torch.nan), ("weight", 1e38)], ids=str)
def pair(request, seeded):
    """A healthy stack, the same with one run that has diverged, and examples."""
    stack = stacks.random_stack((6, 8, 4, 3), 4, seeded(), init="fan-in", activation="relu")
    place, value = request.param
    sick = stack.convert(torch.clone)
    if place == "weight":
        sick.weights[1][BAD] = value
    else:
        sick.biases[2][BAD] = value
    return stack, sick, torch.randn(120, 6, generator=seeded(1))


@pytest.fixture
def measured(pair):
    """Both stacks with their moments."""
    *both, inputs = pair
    return [(stack, moments.measure(stack, inputs)) for stack in both]


def the_same(one, other):
    """Whether two tensors are equal for all but the run that diverged."""
    return torch.equal(one[OTHERS], other[OTHERS])


def equal_stacks(one, other):
    return all(map(the_same, (*one.weights, *one.biases), (*other.weights, *other.biases)))


def test_moments(measured):
    (_, well), (_, sick) = measured
    for name in ("mean", "variance", "covariance"):
        for layer, values in getattr(sick, name).items():
            assert the_same(getattr(well, name)[layer], values)
            assert values[BAD].isnan().all()


@pytest.mark.parametrize("algorithm", efficiency.ALGORITHMS)
def test_worth_relations_and_deaths(measured, pair, algorithm, seeded):
    found = []
    labels = torch.randint(3, (120,), generator=seeded(2))
    for stack, given in measured:
        worth = efficiency.worth(stack, given, 1, algorithm)
        relation = efficiency.relation(stack, given, torch.tensor([2, 3, 0, 1]), 1, algorithm)
        smaller = death.die(stack, given, algorithm=algorithm)
        costs = death.costs(stack, given, pair[2], labels=labels, algorithm=algorithm)
        found.append((worth, *relation, *smaller.weights, *smaller.biases, costs))
    assert all(map(the_same, *found))
    assert found[1][0][BAD].isnan().all()
    assert found[1][-1][BAD].isnan().all()


@pytest.mark.parametrize("parents", PARENTS)
def test_rounds_of_death_and_replication(measured, parents, seeded):
    cutoff = efficiency.local(*measured[0]).median().item()
    rule = TurnoverRule(cutoff, parents=parents)
    rounds = [turnover.turn_over(stack, given, rule, seeded(3)) for stack, given in measured]
    (one, dead, worth), (other, dead_there, worth_there) = rounds
    assert equal_stacks(one, other)
    assert the_same(dead, dead_there)
    assert the_same(worth, worth_there)
    assert dead.any()
    assert not dead_there[BAD].any()
    assert worth_there[BAD].isnan().all()


def test_replication(measured, seeded):
    grown = [
        replication.add(stack, "B1", efficiency.local(stack, given).argmax(1), generator=seeded(4))
        for stack, given in measured
    ]
    assert equal_stacks(*grown)


def test_training_and_its_losses(pair, seeded):
    *both, inputs = pair
    labels = torch.randint(3, (120,), generator=seeded(2))
    ends, losses = [], []
    for stack in both:
        trainer = sgd.SGD(stack, inputs, labels, rule=sgd.SGDRule(0.1, 20), seed=5)
        losses.append(torch.stack([sgd.epoch_of_all([trainer], epoch)[0] for epoch in range(3)], 1))
        ends.append(trainer.stack)
    assert equal_stacks(*ends)
    assert the_same(*losses)
    measures = [torch.stack(stacks.loss_and_accuracy(stack, inputs, labels), 1) for stack in ends]
    assert the_same(*measures)


def test_a_run_is_not_stopped_by_one_that_is_alone(seeded):
    """Removing a neuron by a relation that is wrong in itself is still refused."""
    stack = stacks.random_stack((6, 3, 3), 2, seeded())
    stack = replace(stack, biases=(stack.biases[0], stack.biases[1] * torch.nan))
    found = moments.measure(stack, torch.randn(9, 6, generator=seeded(1)))
    assert death.die(stack, found).biases[1].isnan().all()
