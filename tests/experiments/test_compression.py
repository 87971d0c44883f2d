"""Neurons removed one by one are gone to the rest of the network, whoever chose them."""

import pytest
import torch
from drawn import networks
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.experiments import compression, plans
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.neurons import death, efficiency, moments, saliency, sgd, stacks
from srnn_lib.randomness import keyed

ALGORITHMS = list(efficiency.ALGORITHMS)


def labelled(stack, inputs):
    return torch.arange(len(inputs)) % stack.widths[-1]


def all_removals(stack, method, neurons, inputs, layer, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return list(
        compression.removals(
            stack, method, neurons, inputs=inputs, labels=labelled(stack, inputs), generator=generator, layer=layer
        )
    )


def gone(stack, layer):
    """Neurons without outgoing weights, per run."""
    return (stack.weights[layer] == 0).all(1)


@given(networks(least=3, activations=["tanh", "gelu"]), st.sampled_from(ALGORITHMS))
def test_removals_are_deaths_one_after_another(case, algorithm):
    stack, inputs, _, layer = case
    wanted = stack
    for smaller in all_removals(stack, algorithm, 2, inputs, layer):
        wanted = death.die(wanted, moments.measure(wanted, inputs), layer, algorithm)
        got, expected = (stacks.forward(each, inputs) for each in (smaller, wanted))
        torch.testing.assert_close(got, expected, rtol=1e-6, atol=1e-6)


@given(networks(least=3), st.sampled_from(list(compression.METHODS)))
def test_one_more_neuron_is_gone_after_each_step(case, method):
    stack, inputs, _, layer = case
    for place, smaller in enumerate(all_removals(stack, method, 2, inputs, layer), start=1):
        assert (gone(smaller, layer).sum(1) == place).all()
        assert torch.equal(smaller.weights[layer - 1], stack.weights[layer - 1])


@given(networks())
def test_cut_neurons_leave_nothing_in_their_place(case):
    stack, inputs, _, layer = case
    (smaller,) = all_removals(stack, "magnitude", 1, inputs, layer)
    least = saliency.magnitude(stack, layer).argmin(1)
    assert (gone(smaller, layer).nonzero()[:, 1] == least).all()
    weight = stack.weights[layer].clone()
    weight[torch.arange(stack.runs), :, least] = 0
    assert torch.equal(smaller.weights[layer], weight)
    assert torch.equal(smaller.biases[layer], stack.biases[layer])


@given(networks(activations=["tanh"]), st.sampled_from([("taylor", False), ("taylor + mean", True)]))
def test_taylor_takes_the_least(case, method):
    stack, inputs, found, layer = case
    name, centred = method
    about = found.mean[layer] if centred else None
    values = stacks.activations(stack, inputs)[layer - 1]
    worth = saliency.taylor(stack, values, labelled(stack, inputs), layer, about)
    (smaller,) = all_removals(stack, name, 1, inputs, layer)
    assert (gone(smaller, layer).nonzero()[:, 1] == worth.argmin(1)).all()
    if centred:
        wanted = death.die(stack, found, layer, "A1", worth.argmin(1))
        torch.testing.assert_close(stacks.forward(smaller, inputs), stacks.forward(wanted, inputs))


@given(networks(least=3, activations=["tanh"]))
def test_a_random_order_differs_from_connection_cut_in_its_order_only(case):
    stack, inputs, _, layer = case
    wanted = stack
    left = [list(range(stack.widths[layer])) for _ in range(stack.runs)]
    before = gone(stack, layer)
    for smaller in all_removals(stack, "random", 2, inputs, layer):
        now = gone(smaller, layer)
        new = (now & ~before).nonzero()[:, 1].tolist()
        places = torch.tensor([some.index(neuron) for some, neuron in zip(left, new, strict=True)])
        for some, neuron in zip(left, new, strict=True):
            some.remove(neuron)
        wanted, before = death.die(wanted, moments.measure(wanted, inputs), layer, "A1", places), now
        torch.testing.assert_close(stacks.forward(smaller, inputs), stacks.forward(wanted, inputs))


def test_a_dependent_neuron_goes_first_without_a_trace(seeded):
    stack = stacks.random_stack((8, 5, 3), 2, seeded(), init="fan-in", dtype="float64")
    stack.weights[0][:, 2], stack.biases[0][:, 2] = stack.weights[0][:, 0], stack.biases[0][:, 0]
    inputs = torch.randn(60, 8, generator=seeded(1), dtype=torch.float64)
    (smaller,) = all_removals(stack, "A4", 1, inputs, 1)
    assert set(gone(smaller, 1).nonzero()[:, 1].tolist()) <= {0, 2}
    torch.testing.assert_close(stacks.forward(smaller, inputs), stacks.forward(stack, inputs), rtol=0, atol=1e-8)


def courses(stack, method, neurons, inputs, labels, seed=3):
    """Accuracy and loss on other examples than those that the method measures on."""
    generator = torch.Generator().manual_seed(seed)
    smaller = compression.removals(stack, method, neurons, inputs=inputs, labels=labels, generator=generator)
    return compression.accuracy_course(stack, smaller, inputs.flip(0) / 2, labels)


def test_a_course_holds_accuracy_and_loss_on_the_test_examples(seeded):
    stack = stacks.random_stack((8, 5, 3), 2, seeded(), init="fan-in")
    inputs = torch.randn(60, 8, generator=seeded(1))
    labels = labelled(stack, inputs)
    found = courses(stack, "A1", 3, inputs, labels)
    assert {name: tuple(each.shape) for name, each in found.items()} == {"accuracy": (2, 4), "loss": (2, 4)}
    smaller = death.die(stack, moments.measure(stack, inputs))
    for removed, net in enumerate((stack, smaller)):
        loss, accuracy = stacks.loss_and_accuracy(net, inputs.flip(0) / 2, labels)
        assert found["accuracy"][:, removed].tolist() == pytest.approx(accuracy.tolist(), rel=1e-5)
        assert found["loss"][:, removed].tolist() == pytest.approx(loss.tolist(), rel=1e-5)


@pytest.mark.parametrize("method", list(compression.METHODS))
def test_runs_do_not_depend_on_who_stands_beside_them(method, seeded):
    stack = stacks.random_stack((8, 5, 3), 3, seeded(), init="fan-in", dtype="float64")
    inputs = torch.randn(60, 8, generator=seeded(1), dtype=torch.float64)
    labels = labelled(stack, inputs)
    three, two = (courses(each, method, 3, inputs, labels) for each in (stack, stack.select(slice(2))))
    for name in ("accuracy", "loss"):
        torch.testing.assert_close(three[name][:2], two[name])


@pytest.fixture
def training(images, tmp_path, monkeypatch):
    """A short training, measured on 50 of its 200 images."""
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    monkeypatch.setattr(compression, "SAMPLE", 50)
    plan = plans.Plan((12, 5, 4, 4), 2, 3, (3,), rule=sgd.SGDRule(0.01, 40), scaling="standard")
    return Training(plan, images)


def test_the_table_has_a_row_per_method_run_and_size(training, images):
    rows = compression.compression_of(training, ["A1", "random"], 3, seed=1)
    assert list(rows.columns) == ["epoch", "method", "run", "removed", "accuracy", "loss"]
    assert len(rows) == 2 * 2 * 4
    assert set(rows["epoch"]) == {30}
    stack, chosen = training.run().stack, torch.randperm(200, generator=keyed(1, "sample", 0))[:50]
    wide = rows[rows["method"] == "A1"].pivot(index="removed", columns="run")
    smaller = death.die(stack, moments.measure(stack, training.inputs[chosen]))
    for removed, net in enumerate((stack, smaller)):
        wanted = stacks.loss_and_accuracy(net, training.test_inputs, images.test_labels)
        for name, values in zip(("loss", "accuracy"), wanted, strict=True):
            assert wide[name].loc[removed].tolist() == pytest.approx(values.tolist(), rel=1e-5)


def test_trained_networks_are_compressed_once(training, monkeypatch):
    rows = compression.compression_of(training, ["A1", "A4"], 2, seed=1)
    monkeypatch.setattr(compression, "removals", None)  # nothing is computed again
    assert compression.compression_of(training, ["A1", "A4"], 2, seed=1).equals(rows)
    assert compression.compression_of(training, ["A4"], 2, seed=1)["loss"].tolist() == rows["loss"].tolist()[6:]
    for change in ({"neurons": 3}, {"seed": 2}):
        with pytest.raises(TypeError, match="not callable"):
            compression.compression_of(training, ["A1"], **{"neurons": 2, "seed": 1, **change})


def test_what_makes_no_sense_is_refused(seeded, refused):
    stack = stacks.random_stack((8, 5, 3), 2, seeded(), init="fan-in", dtype="float64")
    inputs = torch.randn(60, 8, generator=seeded(1), dtype=torch.float64)
    with refused("method", "A1"):
        all_removals(stack, "A5", 1, inputs, 1)
    with refused("neurons", "at most 4"):
        all_removals(stack, "A1", 5, inputs, 1)
