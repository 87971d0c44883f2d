"""A user's own network: reported, compressed, grown, and never changed."""

import copy

import pytest
import torch
from torch import nn

from srnn_lib.neurons import efficiency, replication, surgery


@pytest.fixture
def model(seeded):
    layers = [nn.Flatten(), nn.Linear(12, 8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 3)]
    model = nn.Sequential(*layers).double()
    for each in model.parameters():
        each.data = torch.randn(each.shape, generator=seeded(each.numel()), dtype=torch.float64) / 3
    return model.eval()


@pytest.fixture
def inputs(seeded):
    return torch.randn(200, 3, 4, generator=seeded(1), dtype=torch.float64)


@pytest.fixture
def unchanged(model):
    """The model is bit by bit what it was when the test ends."""
    before = copy.deepcopy(model.state_dict())
    yield
    assert all(torch.equal(one, other) for one, other in zip(before.values(), model.state_dict().values(), strict=True))
    assert not model.training


@pytest.mark.usefixtures("unchanged")
def test_a_report_has_a_row_for_every_hidden_neuron(model, inputs):
    table = surgery.report(model, inputs)
    assert table["layer"].value_counts().to_dict() == {1: 8, 2: 6}
    assert table["neuron"].tolist() == [*range(8), *range(6)]
    values = model[:3](inputs)
    first = table[table["layer"] == 1]
    assert first["mean"].tolist() == pytest.approx(values.mean(0).tolist())
    assert first["variance"].tolist() == pytest.approx(values.var(0, correction=0).tolist())
    assert (table[["local", "covariance", "unexplained"]] >= 0).all().all()
    assert (table["unexplained"] <= 1 + 1e-9).all()


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("algorithm", efficiency.ALGORITHMS)
def test_compressing_by_neurons(model, inputs, algorithm):
    smaller, table = surgery.compress(model, inputs, neurons=5, algorithm=algorithm)
    assert [type(each) for each in smaller] == [type(each) for each in model]
    assert table["neurons"].tolist() == [14, 9]
    assert table["parameters"].tolist() == [sum(p.numel() for p in each.parameters()) for each in (model, smaller)]
    change = (smaller(inputs) - model(inputs)).square().mean().sqrt().item()
    assert table["change"].tolist() == pytest.approx([0, change])
    assert 0 < change < model(inputs).std()


@pytest.mark.usefixtures("unchanged")
def test_compressing_to_a_budget(model, inputs):
    labels = torch.arange(200) % 3
    smaller, table = surgery.compress(model, inputs, budget=120, layers=[1], labels=labels)
    assert sum(each.numel() for each in smaller.parameters()) <= 120
    assert smaller[4].out_features == 6
    loss = nn.functional.cross_entropy(smaller(inputs), labels).item()
    assert table["loss"].tolist()[1] == pytest.approx(loss)
    assert set(table["widths"]) == {"12-8-6-3", f"12-{smaller[1].out_features}-6-3"}


@pytest.mark.usefixtures("unchanged")
def test_a_copied_neuron_goes_first_and_leaves_no_trace(model, inputs):
    larger, _ = surgery.grow(model, inputs, neurons=1, layers=[1], algorithm="B2")
    smaller, table = surgery.compress(larger, inputs, neurons=1, algorithm="A3")
    assert table["change"].tolist()[1] < 1e-8
    assert (smaller(inputs) - model(inputs)).abs().max() < 1e-8


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("algorithm", replication.SPLITS)
def test_growing_preserves_the_function(model, inputs, algorithm):
    larger, table = surgery.grow(model, inputs, neurons=4, algorithm=algorithm)
    assert table["neurons"].tolist() == [14, 18]
    assert (larger(inputs) - model(inputs)).abs().max() < 1e-12
    assert all(each.requires_grad for each in larger.parameters())


def test_single_precision_relu_without_biases(seeded):
    model = nn.Sequential(nn.Linear(5, 4, bias=False), nn.ReLU(), nn.Linear(4, 2, bias=False))
    inputs = torch.randn(50, 5, generator=seeded())
    larger, _ = surgery.grow(model, inputs, 2)
    assert larger[0].bias is None
    assert larger[2].bias is None
    assert larger[0].weight.dtype == torch.float32
    torch.testing.assert_close(larger(inputs), model(inputs))
    smaller, _ = surgery.compress(model, inputs, 1)
    assert smaller[2].bias is not None


def test_a_dead_relu_neuron_is_worth_nothing_and_goes_for_nothing(seeded):
    model = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2)).double()
    model[0].weight.data[2], model[0].bias.data[2] = 0, -1
    inputs = torch.randn(50, 5, generator=seeded(), dtype=torch.float64)
    table = surgery.report(model, inputs)
    assert table.loc[2, ["variance", "local", "covariance", "unexplained"]].tolist() == [0, 0, 0, 0]
    for algorithm in ("A1", "A3", "A4"):  # A2's relation holds for strong neurons: it guesses values for a dead one
        _, table = surgery.compress(model, inputs, 1, algorithm=algorithm)
        assert table["change"].tolist()[1] < 1e-14


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m, x: surgery.compress(m, x), ("neurons and budget", "one of the two")),
        (lambda m, x: surgery.compress(m, x, 1, budget=1), ("neurons and budget", "one of the two")),
        (lambda m, x: surgery.compress(m, x, 13), ("neurons", "at most 12 neurons", "parameters or more")),
        (lambda m, x: surgery.compress(m, x, budget=5), ("budget", "21 parameters or more")),
        (lambda m, x: surgery.compress(m, x, -1), ("neurons", "0 or more")),
        (lambda m, x: surgery.compress(m, x, 1, algorithm="A9"), ("algorithm", "A1, A2")),
        (lambda m, x: surgery.compress(m, x, 1, layers=[3]), ("layer", "1 to 2")),
        (lambda m, x: surgery.grow(m, x, 1, algorithm="B9"), ("algorithm", "B1, B2")),
        (lambda m, x: surgery.report(m, x[:, :2]), ("inputs", "(examples, 12)")),
        (lambda m, x: surgery.report(m, x[:0]), ("examples", "1 or more")),
        (lambda m, x: surgery.report(m, x * float("nan")), ("layer 1", "not finite")),
        (lambda m, x: surgery.report(nn.Sequential(*m, nn.BatchNorm1d(3)), x), ("module 7", "BatchNorm1d")),
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_the_model_alone(call, words, model, inputs, refused):
    with refused(*words):
        call(model, inputs)
