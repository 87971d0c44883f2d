"""One round of death and replication is the paper's two algorithms, applied one neuron at a time."""

import pytest
import torch

from srnn_lib.neurons import death, efficiency, moments, replication, sgd, stacks, turnover
from srnn_lib.neurons.turnover import TurnoverRule


@pytest.fixture
def case(seeded):
    stack = stacks.random_stack((6, 8, 4, 3), 3, seeded(), init="fan-in", dtype="float64")
    inputs = torch.randn(60, 6, generator=seeded(1), dtype=torch.float64)
    found = moments.measure(stack, inputs)
    worth = efficiency.local(stack, found).sort(dim=1).values
    return stack, inputs, found, worth


def one_by_one(stack, run, found, dying, split, generator):
    """A1 for each of the dying, then children of as many of the best, in a network of its own."""
    alone, mean = stack.select([run]), found.mean[1][run]
    worth = efficiency.local(stack, found)[run]
    left = list(range(8))
    for neuron in dying:
        place = torch.tensor([left.index(neuron)])
        a = torch.nn.functional.one_hot(place, len(left)).double()
        alone = death.remove(alone, place, (a, mean[[neuron]]))
        left.remove(neuron)
    for parent in worth.argsort(descending=True)[: len(dying)].tolist():
        alone = replication.replicate(alone, torch.tensor([left.index(parent)]), generator, split=split)
    return alone


@pytest.mark.parametrize("dying", [0, 1, 2, 4])
def test_a_round_is_death_and_then_replication(case, dying, seeded):
    """With halves, which draw nothing, outputs are those of the two algorithms one neuron at a time."""
    stack, inputs, found, worth = case
    for run in range(3):
        cutoff = worth[run, dying].item() if dying < 4 else 1e9
        new, dead, before = turnover.turn_over(stack, found, TurnoverRule(cutoff, split="half"), seeded())
        assert dead[run].sum() == dying
        assert new.widths == stack.widths
        names = before[run].argsort()[:dying].tolist()
        assert sorted(names) == dead[run].nonzero()[:, 0].tolist()
        wanted = one_by_one(stack, run, found, names, "half", seeded())
        assert wanted.widths == stack.widths
        torch.testing.assert_close(stacks.forward(new, inputs)[run], stacks.forward(wanted, inputs)[0])


def test_replication_undoes_nothing_of_death(case, seeded):
    """Whatever the split, outputs are those after death alone: children change no function."""
    stack, inputs, found, _ = case
    bare, dead, _ = turnover.turn_over(stack, found, TurnoverRule(1e9, parents="none"), seeded())
    assert dead.sum() == 12
    assert (stacks.forward(bare, inputs) - stacks.forward(stack, inputs)).abs().max() > 1e-3
    assert (bare.weights[1].transpose(1, 2)[dead] == 0).all()
    for split in replication.SPLITS:
        for parents in ("efficient", "random", "survivors", "least"):
            new, _, _ = turnover.turn_over(stack, found, TurnoverRule(1e9, split=split, parents=parents), seeded())
            torch.testing.assert_close(stacks.forward(new, inputs), stacks.forward(bare, inputs))
            assert not torch.equal(new.weights[0], bare.weights[0])


def test_training_wakes_no_dead_neuron(case, seeded):
    stack, inputs, found, _ = case
    bare, dead, _ = turnover.turn_over(stack, found, TurnoverRule(1e9, parents="none"), seeded())
    training = sgd.SGD(bare, inputs, torch.arange(60) % 3, rule=sgd.SGDRule(0.5, 20), seed=0)
    for epoch in range(3):
        training.epoch(epoch)
    later = training.stack
    for each in (later.weights[0], later.biases[0], later.weights[1].mT):
        assert (each[dead] == 0).all()
    assert not torch.equal(later.weights[1], bare.weights[1])


def test_fresh_neurons_start_without_effect(case, seeded):
    stack, inputs, found, _ = case
    bare, dead, _ = turnover.turn_over(stack, found, TurnoverRule(1e9, parents="none"), seeded())
    new, same, _ = turnover.turn_over(stack, found, TurnoverRule(1e9, parents="fresh"), seeded(9), "fan-in")
    assert torch.equal(dead, same)
    torch.testing.assert_close(stacks.forward(new, inputs), stacks.forward(bare, inputs))
    assert (new.weights[1].transpose(1, 2)[dead] == 0).all()
    assert (new.weights[0][dead] != bare.weights[0][dead]).all()
    assert new.weights[0][dead].abs().max() <= 6**-0.5
    assert torch.equal(new.weights[0][~dead], bare.weights[0][~dead])
    assert torch.equal(new.biases[0][~dead], bare.biases[0][~dead])


def test_children_copy_the_best(case, seeded):
    stack, _, found, worth = case
    new, dead, before = turnover.turn_over(stack, found, TurnoverRule(worth[:, 1].max().item() * 1.0000001), seeded())
    for run in range(3):
        best = before[run].argmax()
        least = before[run].argmin()
        assert dead[run, least]
        assert torch.equal(new.weights[0][run, least], stack.weights[0][run, best])
        assert torch.equal(new.biases[0][run, least], stack.biases[0][run, best])


def parents_of(stack, new, dead):
    """For each run, whose incoming weights the places of the dead have now."""
    rows = [stack.weights[0][run][:, None] == new.weights[0][run][dead[run]] for run in range(stack.runs)]
    return [each.all(2).nonzero()[:, 0].tolist() for each in rows]


def test_children_copy_the_least_of_those_that_live(case, seeded):
    stack, _, found, worth = case
    rule = TurnoverRule(worth[:, 2].max().item(), parents="least")
    new, dead, before = turnover.turn_over(stack, found, rule, seeded())
    for run, parents in enumerate(parents_of(stack, new, dead)):
        died = int(dead[run].sum())
        assert died > 0
        assert sorted(parents) == sorted(before[run].argsort()[died : 2 * died].tolist())


def test_survivors_are_drawn_from_all_that_live_and_from_nobody_else(case, seeded):
    stack, _, found, worth = case
    rule, seen = TurnoverRule(worth[:, 1].max().item() * 1.0000001, parents="survivors"), [set() for _ in range(3)]
    for seed in range(60):
        new, dead, _ = turnover.turn_over(stack, found, rule, seeded(seed))
        for run, parents in enumerate(parents_of(stack, new, dead)):
            assert len(set(parents)) == len(parents) == dead[run].sum()
            seen[run] |= set(parents)
    assert seen == [set((~dead[run]).nonzero()[:, 0].tolist()) for run in range(3)]


def test_nobody_dies_at_cutoff_0_and_at_most_the_cap_ever(case, seeded):
    stack, _, found, _ = case
    same, dead, _ = turnover.turn_over(stack, found, TurnoverRule(0.0), seeded())
    assert not dead.any()
    assert all(map(torch.equal, (*same.weights, *same.biases), (*stack.weights, *stack.biases)))
    assert turnover.turn_over(stack, found, TurnoverRule(1e9), seeded())[1].sum(1).tolist() == [4, 4, 4]
    assert turnover.turn_over(stack, found, TurnoverRule(1e9, cap=0.3), seeded())[1].sum(1).tolist() == [2, 2, 2]


def test_a_layer_of_one_neuron_keeps_it(seeded):
    stack = stacks.random_stack((6, 1, 3), 2, seeded(), dtype="float64")
    found = moments.measure(stack, torch.randn(9, 6, generator=seeded(1), dtype=torch.float64))
    assert not turnover.turn_over(stack, found, TurnoverRule(1e9), seeded())[1].any()


def test_runs_do_not_touch_each_other(case, seeded):
    stack, _, found, worth = case
    rule = TurnoverRule(worth[:, 3].mean().item())
    together = turnover.turn_over(stack, found, rule, seeded())[0]
    alone = turnover.turn_over(stack.select(slice(1)), found.select(slice(1)), rule, seeded())[0]
    assert torch.equal(together.weights[1][0], alone.weights[1][0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cutoff": -1.0}, ("cutoff", "0 or more")),
        ({"cap": 0.6}, ("cap", "0.5")),
        ({"layer": 0}, ("layer", "1 or more")),
        ({"split": "B4"}, ("split", "B1, B2, B3")),
        ({"parents": "best"}, ("parents", "efficient, random, survivors, least, none, fresh")),
    ],
)
def test_rules_out_of_range_are_refused(change, words, refused):
    with refused(*words):
        TurnoverRule(**change)


@pytest.mark.gpu
@pytest.mark.parametrize("parents", turnover.PARENTS)
def test_a_round_on_a_gpu_is_the_round_on_a_cpu(case, parents, seeded):
    stack, inputs, found, worth = case
    rule = TurnoverRule(worth[0, 2].item(), parents=parents)
    wanted, dead, before = turnover.turn_over(stack, found, rule, seeded())
    there = stack.convert(lambda tensor: tensor.cuda())
    measured = moments.measure(there, inputs.cuda(), covariance=())
    new, gone, efficiencies = turnover.turn_over(there, measured, rule, seeded())
    assert torch.equal(gone.cpu(), dead)
    torch.testing.assert_close(efficiencies.cpu(), before, rtol=1e-10, atol=1e-12)
    for one, other in zip((*new.weights, *new.biases), (*wanted.weights, *wanted.biases), strict=True):
        torch.testing.assert_close(one.cpu(), other, rtol=1e-10, atol=1e-12)
