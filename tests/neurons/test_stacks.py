"""Stacked runs compute what each run would alone, in every activation and both precisions."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from srnn_lib.neurons import modules, stacks
from srnn_lib.neurons.stacks import Stack

ACTIVATIONS = ["tanh", "linear", "relu", "gelu", "sigmoid", "softplus"]


def inputs(seeded, examples, width, dtype):
    return torch.randn(examples, width, generator=seeded(9), dtype=dtype)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("widths", [(7, 5, 4, 3), (6, 4, 2), (3, 1, 1, 2)])
def test_a_stack_is_its_runs(widths, activation, dtype, seeded, close):
    stack = stacks.random_stack(widths, 3, seeded(), init="fan-in", activation=activation, dtype=dtype)
    given = inputs(seeded, 11, widths[0], stack.weights[0].dtype)
    together = stacks.forward(stack, given)
    assert together.shape == (3, 11, widths[-1])
    for run in range(3):
        close(together[run], modules.to_module(stack, run)(given).detach())


def test_going_to_torch_and_back_changes_nothing(seeded):
    stack = stacks.random_stack((6, 4, 3, 2), 4, seeded(), init="fan-in")
    state = torch.get_rng_state()
    again = modules.from_modules(modules.to_module(stack, run) for run in range(4))
    assert torch.equal(torch.get_rng_state(), state)
    for one, other in zip((*stack.weights, *stack.biases), (*again.weights, *again.biases), strict=True):
        assert torch.equal(one, other)
    assert again.activation == "tanh"


@pytest.mark.parametrize(
    ("module", "name"),
    [(nn.Tanh(), "tanh"), (nn.GELU(), "gelu"), (nn.LeakyReLU(), "leaky_relu"), (nn.Identity(), "linear"),
     (nn.SiLU(), "silu"), (nn.LogSigmoid(), "logsigmoid"), (nn.Softplus(), "softplus")],
)  # fmt: skip
def test_activations_are_recognised_by_what_they_compute(module, name):
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 3, bias=False), module, nn.Dropout(), nn.Linear(3, 2))
    stack = modules.from_modules([model])
    assert stack.activation == name
    assert stack.biases[0].tolist() == [[0, 0, 0]]
    assert type(modules.to_module(stack)[1]) is type(module)


def test_an_activation_without_a_module_is_refused(seeded, refused):
    with refused("activation is 'sin'", "torch.nn has a module for"):
        modules.to_module(stacks.random_stack((3, 2, 2), 1, seeded(), activation="sin"))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (nn.Linear(3, 2), ("model", "Linear", "nn.Sequential")),
        (nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Linear(2, 2)), ("module 1", "BatchNorm1d")),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU(), nn.Linear(2, 2)), ("module 0", "Conv2d")),
        (nn.Sequential(nn.Linear(3, 2), nn.ELU(0.5), nn.Linear(2, 2)), ("module 1", "ELU", "default settings")),
        (nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.ReLU(), nn.Linear(2, 2)), ("module 2", "ReLU")),
        (nn.Sequential(nn.Linear(3, 2), nn.PReLU(), nn.Linear(2, 2)), ("module 1", "PReLU")),
        (nn.Sequential(nn.Linear(3, 2), nn.Softmax(1), nn.Linear(2, 2)), ("module 1", "Softmax")),
        (nn.Sequential(nn.Linear(3, 2), nn.Tanh()), ("model", "two or more Linear layers")),
        (nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2), nn.Tanh()), ("model", "none after the last")),
        (nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2)), ("one and the same",)),
    ],
)
def test_models_that_are_not_understood(model, words, refused):
    with refused(*words):
        modules.from_modules([model])


def test_models_of_different_kinds_do_not_stack(refused):
    pair = [nn.Sequential(nn.Linear(3, width), nn.Tanh(), nn.Linear(width, 2)) for width in (4, 5)]
    with refused("models", "same widths"):
        modules.from_modules(pair)
    with refused("models"):
        modules.from_modules([])


@pytest.mark.parametrize("init", stacks.INITS)
def test_draws_do_not_depend_on_how_many_runs_there_are(init, seeded):
    many, few = (stacks.random_stack("N1", runs, seeded(), init=init) for runs in (6, 2))
    for one, other in zip((*many.weights, *many.biases), (*few.weights, *few.biases), strict=True):
        assert torch.equal(one[:2], other)


@pytest.mark.parametrize(
    ("init", "deviation"),
    [
        ("glorot", (2 / 1000) ** 0.5),
        ("fan-in", (1 / 3 / 800) ** 0.5),
        ("kaiming", (2 / 800) ** 0.5),
        ("normal", 800**-0.5),
    ],
)
def test_sizes_of_the_draws(init, deviation, seeded):
    stack = stacks.random_stack((800, 200, 2), 2, seeded(), init=init)
    assert stack.weights[0].std().item() == pytest.approx(deviation, rel=0.01)
    assert bool(stack.biases[0].any()) == (init == "fan-in")


def test_losses_are_torchs(seeded):
    stack = stacks.random_stack((5, 4, 3), 2, seeded(), dtype="float64")
    given, labels = inputs(seeded, 4100, 5, torch.float64), torch.arange(4100) % 3
    loss, accuracy = stacks.loss_and_accuracy(stack, given, labels)
    for run, outputs in enumerate(stacks.forward(stack, given)):
        torch.testing.assert_close(loss[run], F.cross_entropy(outputs, labels), rtol=1e-12, atol=0)
        assert accuracy[run] == (outputs.argmax(1) == labels).double().mean()


def test_the_loss_alone_is_the_loss_beside_the_accuracy(seeded):
    stack = stacks.random_stack((5, 4, 3), 2, seeded())
    given, labels = inputs(seeded, 4100, 5, torch.float32), torch.arange(4100) % 3
    assert torch.equal(stacks.mean_loss(stack, given, labels), stacks.loss_and_accuracy(stack, given, labels)[0])


def test_right_answers_are_those_of_argmax(seeded):
    outputs, labels = torch.randn(3, 4, 50, generator=seeded()), torch.arange(50) % 4
    tied, broken, endless = (outputs.clone() for _ in range(3))
    tied[1, :, :20], broken[0, 2, 7], endless[2, 1, 3] = 0.5, torch.nan, torch.inf
    for each in (outputs, tied, broken, endless):
        assert torch.equal(stacks.right_answers(each, labels), each.argmax(1) == labels)
    assert stacks.right_answers(tied, labels)[1, :20].sum() == 5


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_slopes(activation, seeded):
    values = inputs(seeded, 6, 6, torch.float64).requires_grad_()
    outputs = stacks.function(activation)(values)
    (wanted,) = torch.autograd.grad(outputs.sum(), values)
    torch.testing.assert_close(stacks.activation_grad(activation, values.detach()), wanted, rtol=1e-12, atol=1e-12)
    given = stacks.activation_grad(activation, values.detach(), outputs.detach())
    torch.testing.assert_close(given, wanted, rtol=1e-12, atol=1e-12)


def test_tanh_is_exact_to_a_few_ulp(seeded):
    values = 4 * inputs(seeded, 300, 10, torch.float32)
    error = (stacks.activate(values, "tanh") - values.double().tanh()).abs()
    assert error.max() < 2e-7


def test_selected_runs(seeded):
    stack = stacks.random_stack((4, 3, 2), 5, seeded())
    assert torch.equal(stack.select([3, 3, 0]).weights[1], stack.weights[1][[3, 3, 0]])
    assert stack.select(slice(2)).runs == 2
    assert torch.equal(stack.select(3).biases[0], stack.biases[0][3:4])
    assert torch.equal(stack.select(torch.tensor([4, 1])).weights[0], stack.weights[0][[4, 1]])
    assert stack.widths == (4, 3, 2)


def test_a_changed_stack_is_another(seeded):
    stack = stacks.random_stack((4, 3, 2), 2, seeded(), activation="gelu")
    double = stack.convert(lambda tensor: 2 * tensor.double())
    assert torch.equal(double.weights[1], 2 * stack.weights[1].double())
    assert (double.biases[0].dtype, double.activation, stack.biases[0].dtype) == (torch.float64, "gelu", torch.float32)


def test_units_of_hidden_layers_are_counted_from_one(seeded):
    stack = stacks.random_stack((4, 3, 5, 2), 2, seeded())
    assert [stack.units(layer) for layer in (1, 2)] == [3, 5]
    assert stack.require_neurons(torch.tensor([4, 0]), 2).tolist() == [4, 0]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda g: stacks.random_stack("N5", 2, g), ("widths", "N1, N2, N3, N4")),
        (lambda g: stacks.random_stack((3,), 2, g), ("widths", "two or more")),
        (lambda g: stacks.random_stack((3, 0, 2), 2, g), ("width", "1 or more")),
        (lambda g: stacks.random_stack((3, 2), 0, g), ("runs", "1 or more")),
        (lambda g: stacks.random_stack((3, 2), 1, g, init="glorott"), ("init", "did you mean 'glorot'?")),
        (lambda g: stacks.random_stack((3, 2), 1, g, activation="tanj"), ("activation", "tanj")),
        (lambda g: stacks.random_stack((3, 2), 1, g, activation="sum"), ("activation", "elementwise")),
        (lambda g: stacks.random_stack((3, 2, 2), 1, g).require_layer(2), ("layer", "1 to 1")),
        (lambda g: stacks.random_stack((3, 2, 2), 1, g).units(0), ("layer", "1 or more")),
        (
            lambda g: stacks.random_stack((3, 2, 2), 2, g).require_neurons(torch.tensor([0, 2]), 1, "parents"),
            ("parents is [0, 2]", "one per run, 0 to 1"),
        ),
        (
            lambda g: stacks.random_stack((3, 2, 2), 2, g).require_neurons(torch.tensor([0]), 1),
            ("neurons is [0]", "one per run"),
        ),
        (lambda g: Stack((torch.zeros(1, 2, 3),), (torch.zeros(2, 2),)), ("shapes of the layers",)),
        (
            lambda g: stacks.activations(stacks.random_stack((3, 2), 1, g), torch.zeros(4, 2)),
            ("inputs", "(examples, 3)"),
        ),
    ],
)
def test_what_does_not_fit_is_refused(build, words, seeded, refused):
    with refused(*words):
        build(seeded())
