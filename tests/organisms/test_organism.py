"""Organisms: forward through gains and through particles, gradients, shapes, residuals, files."""

from dataclasses import asdict

import pytest
import torch
from torch import nn

from srnn_lib import saving
from srnn_lib.activations import function
from srnn_lib.organisms import organism as organisms
from srnn_lib.organisms.organism import HIDDEN_ACTIVATIONS, RESIDUALS, Organism
from srnn_lib.replicators.architecture import Architecture

SHAPES = [(2, 3, 3, 1), (4, 5, 2), (7, 2, 2, 2, 2, 3), (1, 1, 1)]
PARTICLES = [(5, 3, 3, 1), (5, 1), (5, 2, 4, 3, 1)]


def relative(actual, expected):
    return ((actual - expected).abs().max() / expected.abs().max().clamp(min=1e-30)).item()


@pytest.mark.parametrize("widths", SHAPES)
@pytest.mark.parametrize("particle", PARTICLES)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_gains_and_particles_give_the_same_outputs(widths, particle, dtype, tolerance, seeded):
    shape = Organism(widths, Architecture(particle), activation="gelu")
    weights = shape.populate(3, seeded(), dtype=dtype)
    inputs = torch.randn(20, widths[0], generator=seeded(1), dtype=weights.dtype)
    through_gains = shape.forward(shape.gains(weights), inputs)
    assert through_gains.shape == (3, 20, widths[-1])
    assert relative(through_gains, shape.forward_particles(weights, inputs)) < tolerance


@pytest.mark.parametrize("residual", RESIDUALS)
@pytest.mark.parametrize("activation", HIDDEN_ACTIVATIONS)
def test_residuals_and_activations_agree_with_a_loop_over_layers(residual, activation, seeded):
    shape = Organism((4, 3, 3, 3, 3, 2), activation=activation, residual=residual)
    gains = shape.gains(shape.populate(2, seeded(), dtype="float64"))
    inputs = torch.randn(2, 6, 4, generator=seeded(1), dtype=torch.float64)
    for seed in range(2):
        first, *middle, last = [matrix[seed] for matrix in shape.matrices(gains)]
        signal = kept = function(activation)(inputs[seed] @ first.T)
        for index, matrix in enumerate(middle):
            before, signal = signal, function(activation)(signal @ matrix.T)
            if residual == "each":
                signal = signal + before
            if residual == "pairs" and index == 1:
                signal = kept = signal + kept
        torch.testing.assert_close(shape.forward(gains, inputs)[seed], signal @ last.T)


def test_residuals_differ(seeded):
    gains = Organism((4, 3, 3, 3, 3, 2)).gains(Organism((4, 3, 3, 3, 3, 2)).populate(1, seeded()))
    inputs = torch.randn(5, 4, generator=seeded(1))
    found = [Organism((4, 3, 3, 3, 3, 2), residual=kind).forward(gains, inputs) for kind in RESIDUALS]
    assert not torch.allclose(found[0], found[1])
    assert not torch.allclose(found[1], found[2])


@pytest.mark.parametrize("particle", PARTICLES)
def test_the_gradient_through_gains_is_the_gradient_through_particles(particle, seeded):
    shape = Organism((3, 4, 2), Architecture(particle), activation="tanh")
    weights = shape.populate(2, seeded(), dtype="float64")
    inputs = torch.randn(2, 9, 3, generator=seeded(1), dtype=torch.float64)
    leaf = weights.clone().requires_grad_()
    expected = torch.autograd.grad(shape.forward_particles(leaf, inputs).square().sum(), leaf)[0]
    gains = shape.gains(weights).requires_grad_()
    pull = torch.autograd.grad(shape.forward(gains, inputs).square().sum(), gains)[0]
    torch.testing.assert_close(shape.pulled(weights, pull), expected)


def test_shared_and_own_inputs_are_the_same_thing(seeded, close):
    shape = Organism((6, 3, 2), activation="gelu")
    gains = shape.gains(shape.populate(4, seeded(), dtype="float64"))
    inputs = torch.randn(8, 6, generator=seeded(1), dtype=torch.float64)
    close(shape.forward(gains, inputs), shape.forward(gains, inputs.expand(4, 8, 6)))


def test_an_organism_does_not_depend_on_its_neighbours(seeded):
    shape = Organism()
    alone, among = shape.populate(1, seeded()), shape.populate(5, seeded())
    assert torch.equal(alone[0], among[0])


def test_cells_follow_the_order_of_a_networks_weights():
    shape = Organism((2, 3, 1))
    assert shape.particles == 9
    assert shape.cells.tolist()[:3] == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert shape.cells.tolist()[-1] == [1, 0, 2]
    assert [m.shape for m in shape.matrices(torch.zeros(4, 9))] == [(4, 3, 2), (4, 1, 3)]


def test_the_papers_sizes():
    assert Organism().particles == 18
    assert Organism().particle.weight_count == 27
    assert Organism((225, 10, 10, 10, 10)).particles == 2550
    assert Organism((225, 3, 3, 3, 3, 10)).particles == 732


@pytest.mark.parametrize("activation", HIDDEN_ACTIVATIONS)
def test_the_ordinary_network_answers_as_the_organism_does(activation, seeded, close):
    shape = Organism((5, 4, 4, 3), activation=activation)
    gains = shape.gains(shape.populate(2, seeded(), dtype="float64"))
    inputs = torch.randn(11, 5, generator=seeded(1), dtype=torch.float64)
    module = shape.module(gains[1])
    assert sum(isinstance(layer, nn.Linear) for layer in module) == 3
    close(module(inputs).detach(), shape.forward(gains, inputs)[1])


def test_particles_with_an_activation_inside_have_no_gain(seeded, refused):
    shape = Organism((2, 3, 1), Architecture((5, 3, 1), "tanh"))
    weights = shape.populate(2, seeded())
    assert shape.forward_particles(weights, torch.ones(4, 2)).shape == (2, 4, 1)
    with refused("architecture", "tanh", "linear"):
        shape.gains(weights)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Organism((2, 1)), ("widths", "(2, 1)", "one hidden layer")),
        (lambda: Organism((2, 0, 1)), ("width", "0", "1 or more")),
        (lambda: Organism(activation="gleu"), ("activation", "'gleu'", "did you mean 'gelu'?")),
        (lambda: Organism(residual="pair"), ("residual", "'pair'", "did you mean 'pairs'?")),
        (lambda: Organism((2, 3, 4, 1), residual="each"), ("residual", "different widths")),
        (lambda: Organism(particle=Architecture((4, 2, 1))), ("particle", "(4, 2, 1)", "five inputs")),
        (lambda: Organism(particle=Architecture((5, 2, 2))), ("widths", "(5, 2, 2)", "1 outputs")),
        (lambda: Organism().populate(0, torch.Generator()), ("seeds", "0", "1 or more")),
        (lambda: Organism().forward(torch.zeros(1, 18), torch.zeros(4, 3)), ("inputs", "3", "2, that of the organism")),
        (lambda: Organism((2, 3, 3, 1), residual="each").module(torch.zeros(18)), ("residual", "each", "none")),
    ],
)
def test_bad_shapes_are_refused(make, words, refused):
    with refused(*words):
        make()


def test_organisms_come_back_from_disk(tmp_path, seeded):
    shape = Organism((3, 2, 2, 1), Architecture((5, 2, 1)), activation="gelu", residual="each")
    weights = shape.populate(2, seeded(), dtype="float64")
    organisms.save_organisms(tmp_path / "two.safetensors", shape, weights)
    back, found = organisms.load_organisms(tmp_path / "two.safetensors")
    assert back == shape
    assert torch.equal(found, weights)


def test_files_that_hold_no_organism_are_refused(tmp_path, seeded, refused):
    with refused("shape of the weights", "(2, 18)"):
        organisms.save_organisms(tmp_path / "a", Organism(), torch.zeros(2, 18))
    with refused("organism file is 'missing.safetensors'", "an existing file", "organism.save_organisms"):
        organisms.load_organisms(tmp_path / "missing.safetensors")
    saving.save_tensors(tmp_path / "other", {"weights": torch.zeros(3)}, {"seeds": 3})
    with refused("organism file is 'other'", "organisms"):
        organisms.load_organisms(tmp_path / "other")
    saving.save_tensors(tmp_path / "flat", {"weights": torch.zeros(2, 18)}, asdict(Organism()))
    with refused("organism file is 'flat'", "organisms"):
        organisms.load_organisms(tmp_path / "flat")
    (tmp_path / "text").write_text("weights")
    with refused("organism file is 'text'", "undamaged"):
        organisms.load_organisms(tmp_path / "text")


def test_particles_in_a_row_become_organisms_again(seeded):
    shape = Organism((2, 3, 1))
    weights = shape.populate(4, seeded())
    row = shape.nets(weights)
    assert row.shape == (36, shape.particle.weight_count)
    assert torch.equal(row[9], weights[1, 0])
    assert torch.equal(shape.stacked(row), weights)
    assert shape.nets(shape.stacked(row.contiguous())).T.is_contiguous()
