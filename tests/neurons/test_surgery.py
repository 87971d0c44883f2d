"""A user's own network: reported, compressed, grown, and never changed."""

import copy
from collections import OrderedDict

import pytest
import torch
from torch import nn

from srnn_lib.neurons import efficiency, replication, surgery

LABELS = torch.arange(200) % 3


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
        (lambda m, x: surgery.report(m, x[:0]), ("inputs", "1 or more examples")),
        (lambda m, x: surgery.report(m, x.numpy()), ("inputs is 'ndarray'", "a torch tensor")),
        (lambda m, x: surgery.report(m, x.long()), ("inputs", "int64", "real numbers")),
        (lambda m, x: surgery.report(m, x[0, 0]), ("inputs", "(4,)", "examples by their features")),
        (lambda m, x: surgery.report(m, x * float("nan")), ("outputs of the model", "not finite")),
        (lambda m, x: surgery.report([m], x), ("model is 'list'", "nn.Sequential")),
        (lambda m, x: surgery.report(nn.Sequential(), x), ("model", "two or more Linear")),
        (lambda m, x: surgery.compress(m, x, 0, algorithm="A9"), ("algorithm", "A1, A2")),
        (lambda m, x: surgery.compress(m, x, 1.5), ("neurons is 1.5", "a whole number")),
        (lambda m, x: surgery.compress(m, x, True), ("neurons is True", "a whole number")),
        (lambda m, x: surgery.compress(m, x, 1, layers=1), ("layers is 1", "a list of hidden layers")),
        (lambda m, x: surgery.compress(m, x, 1, layers=[]), ("layers is []", "a list of hidden layers")),
        (lambda m, x: surgery.grow(m, x, 1, algorithm="B5"), ("algorithm is 'B5'", "B1, B2")),
        (lambda m, x: surgery.grow(m, x, 0, algorithm="B9"), ("algorithm", "B1, B2")),
        (lambda m, x: surgery.grow(m, x, 1, generator=0), ("generator is 0", "torch.Generator")),
        (lambda m, x: surgery.compress(m, x, 1, labels=LABELS.numpy()), ("labels is 'ndarray'", "0 to 2")),
        (lambda m, x: surgery.compress(m, x, 1, labels=LABELS.double()), ("labels is 'torch.float64'", "0 to 2")),
        (lambda m, x: surgery.compress(m, x, 1, labels=LABELS[:9]), ("shape of the labels is (9,)", "200")),
        (lambda m, x: surgery.compress(m, x, 1, labels=torch.eye(3)[LABELS].long()), ("shape of the labels", "200")),
        (lambda m, x: surgery.compress(m, x, 1, labels=LABELS + 1), ("labels is '1 to 3'", "0 to 2")),
        (lambda m, x: surgery.grow(m, x, 1, labels=LABELS - 1), ("labels is '-1 to 1'", "0 to 2")),
        (lambda m, x: surgery.report(nn.Sequential(*m, nn.BatchNorm1d(3)), x), ("module 7", "BatchNorm1d")),
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_the_model_alone(call, words, model, inputs, refused):
    with refused(*words):
        call(model, inputs)


class Shifted(nn.Sequential):
    """A sequence with a forward of its own."""

    def forward(self, inputs):
        return super().forward(inputs) + 0.1


class Scaled(nn.Linear):
    """A layer that does more than a linear one."""

    def forward(self, inputs):
        return 1.01 * super().forward(inputs)


class Normalize(nn.Module):
    """A module of the name of a function of torch, which it is not."""

    def forward(self, values):
        return nn.functional.normalize(values, dim=-1)


class Relu(nn.Module):
    """Called as an activation, and another one on large values."""

    def forward(self, values):
        return values.relu().clamp(max=4)


def plain(*between, kind=nn.Linear, whole=nn.Sequential):
    torch.manual_seed(0)
    return whole(nn.Linear(12, 8), *between, kind(8, 3)).double()


def hooked(place, hook="register_forward_hook"):
    def made():
        model = plain(nn.Tanh())
        getattr(model if place is None else model[place], hook)(
            lambda module, *given: given[-1] * 2 if torch.is_tensor(given[-1]) else (given[-1][0] * 2,)
        )
        return model

    return made


def pruned():
    model = plain(nn.Tanh())
    nn.utils.parametrize.register_parametrization(model[0], "weight", nn.Softplus())
    model[0].register_forward_pre_hook(lambda module, given: (given[0].abs(),))
    return model


SILENT = {
    "a forward of its own": lambda: plain(nn.Tanh(), whole=Shifted),
    "a layer that does more": lambda: plain(nn.Tanh(), kind=Scaled),
    "a hook on the model": hooked(None),
    "a hook on a layer": hooked(0),
    "a hook on the activation": hooked(1),
    "a hook before a layer": hooked(2, "register_forward_pre_hook"),
    "a parametrisation and a hook": pruned,
    "a module called Normalize": lambda: plain(Normalize()),
    "a module called Relu": lambda: plain(Relu()),
    "an activation with settings": lambda: plain(nn.ELU(alpha=0.7)),
    "two activations": lambda: nn.Sequential(nn.Linear(12, 8), nn.Tanh(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3)),
    "an activation at the end": lambda: nn.Sequential(*plain(nn.Tanh()), nn.Tanh()),
    "a norm": lambda: plain(nn.LayerNorm(8), nn.Tanh()),
    "a flattening of all": lambda: plain(nn.Flatten(0), nn.Tanh()),
    "a flattening that mixes examples": lambda: nn.Sequential(*plain(nn.Tanh()), nn.Flatten(0)),
    "a convolution": lambda: nn.Sequential(nn.Conv1d(1, 2, 3), nn.Flatten(), nn.Linear(20, 3)).double(),
    "a softmax": lambda: plain(nn.Softmax(-1)),
    "noise": lambda: plain(nn.RReLU()),
}


@pytest.mark.parametrize("kind", SILENT)
@pytest.mark.parametrize("call", [surgery.report, surgery.compress, surgery.grow])
def test_a_model_that_does_something_else_than_what_is_read_is_refused(kind, call, inputs, refused):
    model = SILENT[kind]()
    given = 20 * inputs.flatten(1)
    with refused("allowed: "):
        call(model, given, *[1] * (call is not surgery.report))


def test_a_copy_keeps_names_frozen_layers_format_and_modes(model, inputs):
    model = nn.Sequential(OrderedDict(first=model[1], act=nn.ReLU(), drop=nn.Dropout(0.3), last=nn.Linear(8, 3)))
    model = model.to(torch.float64).train()
    model.first.weight.requires_grad_(False)
    model.last.bias.requires_grad_(False)
    model.drop.eval()
    for changed, _ in (surgery.grow(model, inputs.flatten(1), 2), surgery.compress(model, inputs.flatten(1), 2)):
        assert [name for name, _ in changed.named_children()] == ["first", "act", "drop", "last"]
        assert {name: each.requires_grad for name, each in changed.named_parameters()} == {
            "first.weight": False, "first.bias": True, "last.weight": True, "last.bias": False,
        }  # fmt: skip
        assert [part.training for part in changed.modules()] == [True, True, True, False, True]
        assert {each.dtype for each in changed.parameters()} == {torch.float64}


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float32])
def test_a_copy_keeps_its_number_format(model, inputs, kind):
    larger, _ = surgery.grow(model.to(kind), inputs.to(kind), 1, algorithm="bit")
    assert {each.dtype for each in larger.parameters()} == {kind}
    torch.testing.assert_close(larger(inputs.to(kind)), model(inputs.to(kind)), rtol=0.02, atol=0.02)


def test_what_a_copy_cannot_keep_is_said(inputs):
    model = nn.Sequential(nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 3)).double()
    model[2].weight = model[0].weight
    model[0].register_forward_hook(lambda *_: None)
    with pytest.warns(UserWarning, match="does not keep") as said:
        surgery.compress(model, inputs.flatten(1), 1)
    assert {str(each.message).split("keep ")[1] for each in said} == {
        "ties between its weights of the model",
        "the hooks of the model",
    }


def test_twins_that_are_halves_never_part(model, inputs):
    larger, _ = surgery.grow(model, inputs, 1, layers=[1], algorithm="half")
    optimizer = torch.optim.SGD(larger.parameters(), 0.1, momentum=0.9)
    for _ in range(20):
        optimizer.zero_grad()
        nn.functional.cross_entropy(larger(inputs), LABELS).backward()
        optimizer.step()
    twins = [row for row in range(8) if torch.allclose(larger[1].weight[row], larger[1].weight[8], atol=1e-12)]
    assert len(twins) == 1
    assert not torch.allclose(larger[1].weight[8], model[1].weight[twins[0]], atol=1e-3)
