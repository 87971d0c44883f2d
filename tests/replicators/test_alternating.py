"""Rounds of self-application and self-training, against one module per net and a plain loop."""

import math
from itertools import pairwise

import oracle
import pytest
import torch

from srnn_lib import randomness
from srnn_lib.replicators import dynamics, fixpoints
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.reductions import Weightwise

FULL = UpdateRule(0.02, "full")
SINGLE = UpdateRule(0.02, "single")
HALF_GONE = 0.5


def small(weights):
    """A stop condition that some nets of a population meet and others do not."""
    return weights.abs().mean(dim=1) < HALF_GONE


def plain(reduction, weights, rule, rounds, steps, generator):
    """The same rounds, net by net, and in which round each was found stopped (`rounds` + 1 if never)."""
    modules = oracle.nets(reduction, weights)
    optimisers = oracle.optimisers(modules, rule.learning_rate, rule.momentum)
    ended = [rounds + 1] * len(modules)
    for this in range(1, rounds + 1):
        going = [place for place in range(len(modules)) if ended[place] > rounds]
        for place in going:
            modules[place].write(modules[place].applied_to(modules[place].read()))
        for _ in range(steps):
            orders = [None] * len(modules)
            if rule.batch == "single":
                pairs = 1 if reduction.samples == 1 else reduction.samples
                drawn = randomness.permutations(generator, len(modules), pairs) if pairs > 1 else [[0]] * len(modules)
                orders = [[int(index) for index in order] for order in drawn]
            for place in going:
                modules[place].train_on(modules[place].read(), optimisers[place], orders[place])
        for place in going:
            values = modules[place].read()
            average = sum(abs(value) for value in values) / len(values)
            if not all(math.isfinite(value) for value in values) or average < HALF_GONE:
                ended[place] = this
    return oracle.population(modules), ended


@pytest.mark.parametrize(
    "rule", [FULL, SINGLE, UpdateRule(0.02, "full", momentum=0.5)], ids=["full", "single", "momentum"]
)
@pytest.mark.parametrize("steps", [0, 3])
def test_equals_the_plain_loop(paper_reduction, rule, steps, draw, seeded, close):
    nets = draw(paper_reduction, 6, seed=4)
    expected, ended = plain(paper_reduction, nets, rule, 3, steps, seeded(7))
    process = dynamics.alternating(paper_reduction, nets, rule, rounds=3, steps=steps, generator=seeded(7), stop=small)
    path = dynamics.record(process)
    assert path.shape == (4, *nets.shape)
    finite = expected.isfinite().all(dim=1)
    assert torch.equal(path[-1].isfinite().all(dim=1), finite)
    close(path[-1][finite], expected[finite])
    assert min(ended) < 4


@pytest.mark.parametrize("steps", [0, 2])
def test_a_stopped_net_keeps_every_bit(paper_reduction, steps, draw, seeded):
    nets = draw(paper_reduction, 40, dtype="float32")
    path = dynamics.record(
        dynamics.alternating(paper_reduction, nets, SINGLE, rounds=4, steps=steps, generator=seeded(), stop=small)
    )
    held, found = torch.zeros(len(nets), dtype=torch.bool), []
    for before, after in pairwise(path[1:]):
        held |= small(before) | fixpoints.is_divergent(before)
        assert torch.equal(before[held].view(torch.int32), after[held].view(torch.int32))
        assert ((before != after).any(dim=1) | held).all()
        found.append(int(held.sum()))
    assert found[0] < len(nets)
    assert found[-1] > 0


def test_the_condition_is_asked_after_a_round_and_not_before(draw, seeded):
    nets = draw(Weightwise(), 5)
    everywhere = dynamics.alternating(
        Weightwise(),
        nets,
        SINGLE,
        rounds=3,
        steps=1,
        generator=seeded(),
        stop=lambda now: torch.ones(5, dtype=torch.bool),
    )
    path = dynamics.record(everywhere)
    assert not torch.equal(path[0], path[1])
    torch.testing.assert_close(path[1], path[3], rtol=0, atol=0, equal_nan=True)


def test_without_training_it_is_self_application(paper_reduction, draw):
    nets = draw(paper_reduction, 30, dtype="float32")
    nets[3] = float("inf")
    mixed = dynamics.record(dynamics.alternating(paper_reduction, nets, FULL, rounds=12, steps=0))
    alone = dynamics.record(dynamics.self_application(paper_reduction, nets, 12))
    torch.testing.assert_close(mixed, alone, rtol=0, atol=0, equal_nan=True)


def test_without_rounds_nothing_moves(draw):
    nets = draw(Weightwise(), 3)
    assert torch.equal(dynamics.last(dynamics.alternating(Weightwise(), nets, FULL, rounds=0, steps=5)), nets)


def test_a_round_is_application_then_training(draw, seeded):
    nets = draw(Weightwise(), 4)
    applied = Weightwise().apply(nets, nets)
    trained = dynamics.last(dynamics.self_training(Weightwise(), applied, SINGLE, steps=5, generator=seeded(3)))
    mixed = dynamics.last(dynamics.alternating(Weightwise(), nets, SINGLE, rounds=1, steps=5, generator=seeded(3)))
    assert torch.equal(mixed, trained)


def test_neighbours_do_not_matter(draw, seeded):
    nets = draw(Weightwise(), 9)
    many = dynamics.last(
        dynamics.alternating(Weightwise(), nets, SINGLE, rounds=2, steps=3, generator=seeded(), stop=small)
    )
    few = dynamics.last(
        dynamics.alternating(Weightwise(), nets[:4], SINGLE, rounds=2, steps=3, generator=seeded(), stop=small)
    )
    torch.testing.assert_close(many[:4], few, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rounds": -1}, ("rounds is -1", "0 or more")),
        ({"rounds": 1.5}, ("rounds is 1.5", "whole number")),
        ({"steps": -50}, ("steps is -50", "0 or more")),
        ({"steps": True}, ("steps is True", "whole number")),
        ({"generator": None}, ("generator is None", "torch.Generator")),
        ({"engine": "plane"}, ("engine is 'plane'", "did you mean 'plain'")),
    ],
)
def test_bad_input_is_refused_at_once(wrong, words, draw, seeded, refused):
    settings = {"rounds": 2, "steps": 3, "generator": seeded(), **wrong}
    with refused(*words):
        dynamics.alternating(Weightwise(), draw(Weightwise(), 2), SINGLE, **settings)
