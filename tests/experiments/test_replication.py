"""A neuron more, and what becomes of it: twins that never part, pairs that see the same batches."""

from dataclasses import replace

import pytest
import torch
from drawn import networks
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib import randomness
from srnn_lib.experiments import replication as experiment
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import replication, sgd, stacks

PLAN = Plan((12, 6, 5, 4), 3, 4, (2, 4), None, sgd.SGDRule(0.01, 40), "fan-in")

CHANGES = [{"widths": (12, 7, 5, 4)}, {"runs": 2}, {"seed": 1}, {"epochs": 5, "snapshots": (5,)}]


@pytest.fixture
def training(images, tmp_path, monkeypatch):
    """A short training, in a run store of its own."""
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    return Training(PLAN, images)


def cells(found, algorithm, parent="", column="change"):
    rows = found[(found["algorithm"] == algorithm) & (found["parent"] == parent)]
    return rows.pivot_table(index="after", columns="run", values=column)


def test_one_row_per_net_way_time_and_run(training):
    other = replace(training, plan=replace(PLAN, widths=(12, 7, 5, 4)))
    found = experiment.replication_table([training, other], after=(0, 10), few=2)
    assert set(found["net"]) == {"12-6-5-4", "12-7-5-4"}
    assert list(found.columns) == ["net", "algorithm", "parent", "after", "run", "change", "correlation", "cosine"]
    assert len(found) == 2 * 2 * (6 * 3 + 2 * 2)
    assert {tuple(way) for way in found[["algorithm", "parent"]].itertuples(index=False)} == set(experiment.WAYS)
    child = found["parent"] != ""
    assert found["correlation"].notna().equals(child)
    assert found["cosine"].notna().equals(child)


def test_a_neuron_more_changes_nothing_at_first_but_for_the_random_one(training):
    found = experiment.replication_table([training], after=(0,))
    still = found["algorithm"] != "B4"
    assert found["change"][still].abs().max() < 1e-6
    assert found["change"][~still].abs().min() > 1e-5
    assert found[found["parent"] != ""][["correlation", "cosine"]].to_numpy() == pytest.approx(1, abs=1e-9)


def test_without_a_neuron_the_training_goes_on(training):
    longer = replace(training, plan=replace(PLAN, epochs=14, snapshots=(4, 14)))
    found = cells(experiment.replication_table([longer], 4, (0, 10, 100), ways=[("B5", "")]), "B5")
    longer.run()
    early, late = (
        stacks.loss_and_accuracy(longer.snapshot(epoch), longer.inputs, longer.labels)[0] for epoch in (4, 14)
    )
    assert found.loc[100].tolist() == (late - early).tolist()


def test_ways_and_runs_beside_each_other_do_not_matter(training, monkeypatch):
    whole = experiment.replication_table([training], after=(10, 20))
    monkeypatch.setattr(experiment, "TOGETHER", 1)
    for way in experiment.WAYS:
        alone = experiment.replication_table([training], after=(10, 20), ways=[way], runs=2)
        for measure in experiment.TWIN_MEASURES[: 1 + 2 * bool(way[1])]:
            expected = cells(whole, *way, measure)[[0, 1]]
            assert cells(alone, *way, measure).to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-5)


def test_nets_beside_each_other_do_not_matter_to_the_last_bit(training, tmp_path, monkeypatch):
    several = [training, *(replace(training, plan=replace(PLAN, **change)) for change in CHANGES)]
    together = experiment.replication_table(several, after=(0, 10, 20), few=2)
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "alone"))
    monkeypatch.setattr(experiment, "SITTING", 0)
    passes, epoch = [], sgd.epoch_of_all
    monkeypatch.setattr(sgd, "epoch_of_all", lambda some, number: passes.append(len(some)) or epoch(some, number))
    assert experiment.replication_table(several, after=(0, 10, 20), few=2).equals(together)
    assert set(passes) == {1}


def test_what_is_missing_is_made_beside_what_follows(training, monkeypatch):
    several = [training, replace(training, plan=replace(PLAN, widths=(12, 7, 5, 4)))]
    experiment.replication_table(several[:1], after=(10,))
    passes, epoch = [], sgd.epoch_of_all
    monkeypatch.setattr(sgd, "epoch_of_all", lambda some, number: passes.append(len(some)) or epoch(some, number))
    experiment.replication_table(several, after=(10,))
    assert passes == [1] * PLAN.epochs + [2]


def test_nothing_is_computed_twice(training, monkeypatch):
    first = experiment.replication_table([training], after=(10,))
    monkeypatch.setattr(experiment, "_grown_on", lambda *_, **__: pytest.fail("computed again"))
    lines = []
    assert experiment.replication_table([training], after=(10,), say=lines.append).equals(first)
    assert lines == ["12-6-5-4: B1 most, B2 most, B3 most, B4, fresh, B1 least, B1 random", "12-6-5-4: B5"]


def test_parents_are_the_most_and_the_least_efficient(seeded):
    stack = stacks.random_stack((4, 3, 5, 2), 2, seeded(), dtype="float64")
    stack.weights[1][0, :, 1] *= 9
    stack.weights[1][1, :, 2] = 0
    chosen = experiment._parents(stack, torch.rand(50, 4, generator=seeded(1)).double(), 0)
    assert chosen["most"][0] == 1
    assert chosen["least"][1] == 2


@given(networks(least=1), st.integers(0, 9))
def test_a_fresh_neuron_changes_no_output(case, seed):
    stack, inputs, _, _ = case
    larger = experiment.grown(stack, "fresh", torch.zeros(stack.runs, dtype=torch.long), replace(PLAN, seed=seed))
    assert larger.widths[1] == stack.widths[1] + 1
    assert (stacks.forward(larger, inputs) - stacks.forward(stack, inputs)).abs().max() < 1e-12
    random = replication.add_random(stack, randomness.keyed(seed, "offspring", 0), 1, PLAN.init)
    assert torch.equal(larger.weights[0], random.weights[0])


@given(networks(least=1), st.sampled_from(sgd.DECAYS))
@pytest.mark.slow
def test_equal_twins_never_part(case, decay):
    stack, inputs, _, layer = case
    parents = torch.zeros(stack.runs, dtype=torch.long)
    twins = replication.replicate(stack, parents, torch.Generator(), layer, "half")
    labels = torch.arange(len(inputs)) % stack.widths[-1]
    trainer = sgd.SGD(twins, inputs, labels, rule=sgd.SGDRule(0.1, 10, 0.01, decay), seed=0)
    for epoch in range(3):
        trainer.epoch(epoch)
    after = trainer.stack
    for values in (after.weights[layer - 1], after.biases[layer - 1], after.weights[layer].mT):
        torch.testing.assert_close(values[:, 0], values[:, -1], rtol=1e-9, atol=1e-12)
    assert not torch.equal(after.weights[layer], twins.weights[layer])


def test_how_alike_two_neurons_are(seeded):
    stack = stacks.random_stack((3, 2, 2), 3, seeded(), dtype="float64")
    stack.weights[0][0], stack.biases[0][0] = torch.tensor([[1.0, 0, 0], [-2, 0, 0]]), torch.tensor([0.0, 0.0])
    inputs = torch.randn(500, 3, generator=seeded(2)).double()
    correlation, cosine = experiment.alike(stack, inputs, torch.tensor([0, 0, -1]))
    assert cosine[0] == pytest.approx(-1)
    values = stacks.activations(stack, inputs)[0]
    by_hand = [torch.corrcoef(each)[0, 1].abs().item() for each in values[:2]]
    assert correlation[:2].tolist() == pytest.approx(by_hand)
    assert correlation.isnan().tolist() == cosine.isnan().tolist() == [False, False, True]


def test_pulls_add_up_to_the_gradient(seeded):
    stack = stacks.random_stack((4, 3, 5, 2), 2, seeded(), init="fan-in", dtype="float64")
    inputs = torch.randn(30, 4, generator=seeded(1)).double()
    labels = (inputs[:, 0] > 0).long()
    found = experiment.pulls(stack, inputs, labels, torch.tensor([2, 1]))
    assert found.shape == (2, 5, 5)
    leaves = [each.clone().requires_grad_() for each in (stack.weights[0], stack.biases[0])]
    moved = replace(stack, weights=(leaves[0], *stack.weights[1:]), biases=(leaves[1], *stack.biases[1:]))
    loss = torch.nn.functional.cross_entropy(stacks.forward(moved, inputs).flatten(0, 1), labels.repeat(2))
    weight, bias = torch.autograd.grad(2 * loss, leaves)
    rows, chosen = torch.arange(2), torch.tensor([2, 1])
    expected = torch.cat([weight[rows, chosen], bias[rows, chosen, None]], 1)
    torch.testing.assert_close(found.sum(1), expected)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"after": (5,)}, ("after", "multiples of 10")),
        ({"after": (20, 10)}, ("after", "ascending")),
        ({"ways": [("B1", "")]}, ("parent of B1", "most, least or random")),
        ({"ways": [("B4", "most")]}, ("parent of B4", "'' for others")),
        ({"ways": [("B6", "")]}, ("algorithm", "B1, B2, B3")),
        ({"epoch": 3}, ("epoch", "[2, 4]")),
        ({"runs": 0}, ("runs", "1 or more")),
    ],
)
def test_what_does_not_fit_is_refused(training, change, words, refused):
    with refused(*words):
        experiment.replication_table([training], **change)
