"""Other ways to add a neuron: they lie in one table with those of the figure, and keep what they promise."""

from dataclasses import replace

import pytest
import torch

from srnn_lib import randomness
from srnn_lib.experiments import further_births
from srnn_lib.experiments import replication as experiment
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import sgd, stacks

PLAN = Plan((12, 6, 5, 4), 3, 4, (2, 4), None, sgd.SGDRule(0.01, 40), "fan-in")


@pytest.fixture
def training(images, tmp_path, monkeypatch):
    """A short training, in a run store of its own."""
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    return Training(PLAN, images)


def alike(found, net="12-6-5-4"):
    rows = found[(found["algorithm"] == further_births.ALIKE) & (found["net"] == net)]
    return rows.pivot(index="after", columns="run", values="change")


def test_rows_are_like_those_of_the_figure(training):
    other = replace(training, plan=replace(PLAN, widths=(12, 7, 5, 4)))
    found = further_births.further_table([training, other], after=(0, 10))
    assert list(found.columns) == list(experiment.replication_table([training], after=(0,)).columns)
    assert len(found) == 2 * 3 * 2 * 3
    assert alike(found).notna().all(axis=None)
    kept = found[(found["after"] == 0) & (found["algorithm"] != further_births.ALIKE)]
    assert kept["change"].abs().max() < 1e-6


def test_the_random_neuron_has_values_of_its_layer_and_run_alone(training):
    training.run()
    stack = training.snapshot(4)
    larger = further_births.with_alike(stack, randomness.seeded(0))
    assert larger.widths == (12, 7, 5, 4)
    for run in range(stack.runs):
        assert torch.isin(larger.weights[0][run, -1], stack.weights[0][run]).all()
        assert torch.isin(larger.biases[0][run, -1], stack.biases[0][run]).all()
        assert torch.isin(larger.weights[1][run, :, -1], stack.weights[1][run]).all()
    for place in (0, 2):
        assert torch.equal(larger.weights[place][:, : stack.weights[place].shape[1]], stack.weights[place])


def test_it_goes_on_with_the_batches_of_the_training(training):
    found = alike(further_births.further_table([training], after=(0, 20)))
    drawn = further_births.with_alike(training.snapshot(4), randomness.keyed(PLAN.seed, "offspring alike", 0))
    trainer = training.trainer(drawn)
    before, at_birth = (stacks.mean_loss(s, training.inputs, training.labels) for s in (training.snapshot(4), drawn))
    for epoch in (4, 5):
        trainer.epoch(epoch)
    after = stacks.mean_loss(trainer.stack, training.inputs, training.labels)
    assert found.loc[0].tolist() == (at_birth - before).tolist()
    assert found.loc[20].tolist() == (after - before).tolist()


def test_nets_beside_it_do_not_matter(training):
    other = replace(training, plan=replace(PLAN, widths=(12, 7, 5, 4)))
    both, alone = (further_births.further_table(some, after=(0, 10)) for some in ([training, other], [training]))
    pairs = (torch.tensor(alike(each).to_numpy()) for each in (both, alone))
    torch.testing.assert_close(*pairs, rtol=1e-4, atol=1e-7)


def test_trainings_on_other_batches_are_refused(training, refused):
    other = replace(training, plan=replace(PLAN, seed=1))
    with refused("trainings", "same batches"):
        further_births.further_table([training, other], after=(0,))
