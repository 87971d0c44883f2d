"""Pruning: masks of equal size, exact counts, and an exported network that answers as the masked one."""

import json
from itertools import pairwise

import pytest
import torch
from safetensors import safe_open

from srnn_lib import data
from srnn_lib.organisms import pruning
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Classification
from srnn_lib.replicators.fixpoints import OUTCOMES

SHAPE = Organism((6, 4, 3), activation="gelu")


@pytest.fixture
def gains(seeded):
    return SHAPE.gains(SHAPE.populate(3, seeded(), dtype="float64"))


def test_types_are_dropped_by_name():
    types = torch.tensor([[0, 1, 2, 3, 4], [2, 2, 4, 4, 4]])
    assert pruning.without(types, "fixpoint").tolist() == [[True, True, False, True, True], [False, False, *[True] * 3]]
    others = [name for name in OUTCOMES if name != "fixpoint"]
    assert torch.equal(pruning.without(types, *others), ~pruning.without(types, "fixpoint"))


def test_the_lowest_go_and_as_many_as_asked(seeded):
    saliency = torch.rand(3, 36, generator=seeded())
    saliency[0, :20] = 0.5  # ties
    removed = torch.tensor([7, 0, 36])
    keep = pruning.lowest(saliency, removed)
    assert (~keep).sum(1).tolist() == [7, 0, 36]
    assert saliency[0][~keep[0]].max() <= saliency[0][keep[0]].min()


def test_input_aware_saliency_is_what_a_weight_can_add(gains, seeded):
    inputs = torch.rand(50, 6, generator=seeded(1), dtype=torch.float64)
    inputs[:, 2] = 0
    saliency = pruning.input_aware(SHAPE, gains, inputs)
    first, second = SHAPE.matrices(gains)
    assert saliency.shape == gains.shape
    assert (saliency[:, SHAPE.cells[:, 0].eq(0) & SHAPE.cells[:, 2].eq(2)] == 0).all()
    torch.testing.assert_close(saliency[:, :24].unflatten(1, (4, 6)), first.abs() * inputs.mean(0))
    hidden = torch.nn.functional.gelu(inputs @ first[1].T)
    torch.testing.assert_close(saliency[1, 24:].unflatten(0, (3, 4)), second[1].abs() * hidden.abs().mean(0))
    spread = pruning.contribution(SHAPE, gains, inputs)
    torch.testing.assert_close(spread[1, 24:].unflatten(0, (3, 4)), second[1].abs() * hidden.std(0))


@pytest.mark.parametrize("residual", ["none", "each", "pairs"])
def test_signals_are_those_of_the_organism_itself(seeded, close, residual):
    shape = Organism((6, 4, 4, 4, 3), activation="gelu", residual=residual)
    gains = shape.gains(shape.populate(2, seeded(), dtype="float64"))
    inputs = torch.randn(7, 6, generator=seeded(1), dtype=torch.float64)
    *reached, outputs = pruning.signals(shape, gains, inputs)
    assert [signal.shape[-2] for signal in reached] == [6, 4, 4, 4]
    close(outputs.mT, shape.forward(gains, inputs))
    close(shape.matrices(gains)[-1] @ reached[-1], outputs)
    first = torch.nn.functional.gelu(shape.matrices(gains)[0] @ inputs.T)
    second = torch.nn.functional.gelu(shape.matrices(gains)[1] @ first)
    close(reached[2], second + first if residual == "each" else second)


def test_random_saliency_is_random(seeded):
    first, again = (pruning.at_random(2, 36, seeded(seed)) for seed in (0, 1))
    assert not torch.equal(first.argsort(), again.argsort())


def test_l1_on_particles_takes_the_smallest_of_all_weights(seeded):
    weights = SHAPE.populate(2, seeded())
    pruned = pruning.particles_l1(weights, torch.tensor([0.25, 0.0]))
    gone = pruned[0] == 0
    assert gone.sum() == round(0.25 * gone.numel())
    assert weights[0][gone].abs().max() <= weights[0][~gone].abs().min()
    assert torch.equal(pruned[1], weights[1])


def test_counts_are_those_of_the_graph():
    keep = torch.ones(36, dtype=torch.bool)
    assert pruning.in_use(SHAPE, keep) == {"weights": 36, "inputs": 6, "cells": 4}
    keep[:6] = False  # all into hidden cell 0
    keep[torch.tensor([6, 12, 18])] = False  # and all from input 0
    assert pruning.in_use(SHAPE, keep) == {"weights": 27, "inputs": 5, "cells": 3}


def test_a_residual_connection_keeps_a_cell_in_use():
    plain, residual = (Organism((2, 2, 2, 1), residual=kind) for kind in ("none", "each"))
    keep = torch.tensor([True] * 4 + [False] * 4 + [True] * 2)  # no weight between the hidden layers
    assert pruning.in_use(plain, keep) == {"weights": 6, "inputs": 0, "cells": 0}
    assert pruning.in_use(residual, keep) == {"weights": 6, "inputs": 2, "cells": 4}


@pytest.fixture(params=["none", "each", "pairs"])
def pruned(request, seeded):
    """A shape with these residual connections, the gains of one organism, and a mask that leaves 43 of 68 weights."""
    shape = Organism((6, 4, 4, 4, 3), activation="gelu", residual=request.param)
    gains = shape.gains(shape.populate(1, seeded(), dtype="float64"))
    return shape, gains, pruning.lowest(gains.abs(), torch.tensor([25]))


def test_the_exported_network_answers_as_the_masked_one(pruned, seeded, tmp_path, close):
    shape, gains, keep = pruned
    inputs = torch.randn(20, 6, generator=seeded(1), dtype=torch.float64)
    expected = shape.forward(gains * keep, inputs)[0]
    net = pruning.network(shape, gains[0], keep[0])
    assert sum(parameter.numel() for parameter in net.parameters()) == 43
    close(net(inputs).detach(), expected)
    pruning.export(tmp_path / "net.safetensors", shape, gains[0], keep[0])
    again = pruning.read_network(tmp_path / "net.safetensors")
    assert (again.organism.widths, again.organism.residual) == (shape.widths, shape.residual)
    close(again(inputs).detach(), expected)


@pytest.mark.parametrize("pruned", ["each"], indirect=True)
def test_plain_torch_reads_the_exported_network(pruned, seeded, tmp_path, close):
    shape, gains, keep = pruned
    pruning.export(tmp_path / "net.safetensors", shape, gains[0], keep[0])
    inputs = signal = torch.randn(20, 6, generator=seeded(1), dtype=torch.float64)
    with safe_open(tmp_path / "net.safetensors", "pt") as file:
        header = json.loads(file.metadata()["settings"])
        assert header == {"widths": [6, 4, 4, 4, 3], "activation": "gelu", "residual": "each"}
        for layer, (columns, rows) in enumerate(pairwise(header["widths"])):
            matrix = torch.zeros(rows, columns, dtype=torch.float64)
            matrix[tuple(file.get_tensor(f"{layer}.places"))] = file.get_tensor(f"{layer}.values")
            before, signal = signal, signal @ matrix.T
            if layer < 3:
                signal = torch.nn.functional.gelu(signal)
            if layer in (1, 2):
                signal = signal + before
    close(signal, shape.forward(gains * keep, inputs)[0])


def test_scores_are_those_of_the_test_set(seeded):
    images = data.images("digits", size=8)
    shape, task = Organism((64, 5, 10)), Classification(images, batch=100)
    gains = shape.gains(shape.populate(2, seeded()))
    right = shape.forward(gains, images.test).argmax(-1) == images.test_labels
    assert torch.equal(pruning.score(shape, gains, task), right.double().mean(1))
    assert pruning.score(shape, gains * 0, task).max() < 0.2


def test_bad_input_is_refused(gains, tmp_path, refused):
    with refused("weights to remove", "[1, 2, 37]", "0 to 36"):
        pruning.lowest(gains, torch.tensor([1, 2, 37]))
    with refused("outcome", "'fixpoints'", "did you mean 'fixpoint'?"):
        pruning.without(torch.zeros(1, 3), "fixpoints")
    with refused("network file is 'none.safetensors'", "an existing file", "pruning.export"):
        pruning.read_network(tmp_path / "none.safetensors")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda gains, keep: (gains, keep.float()), ("keep is 'of torch.float32'", "truth values")),
        (lambda gains, keep: (gains, keep[:-1]), ("shape of keep is (35,)", "(36,)")),
        (lambda gains, keep: (gains[None], keep), ("shape of gains is (1, 36)", "(36,)")),
        (lambda gains, keep: (gains, keep.tolist()), ("shape of keep", "in a tensor")),
    ],
)
def test_a_mask_that_does_not_fit_is_refused_and_nothing_written(gains, change, words, tmp_path, refused):
    given = change(gains[0], gains[0] > 0)
    with refused(*words):
        pruning.export(tmp_path / "net.safetensors", SHAPE, *given)
    assert not list(tmp_path.iterdir())


def test_a_layer_without_weights_leaves_a_network_that_answers_nothing(gains, seeded, tmp_path):
    keep = (SHAPE.cells[:, 0] == 0)[None].expand(3, -1)
    inputs = torch.randn(20, 6, generator=seeded(1), dtype=torch.float64)
    assert pruning.in_use(SHAPE, keep[0]) == {"weights": 24, "inputs": 0, "cells": 0}
    pruning.export(tmp_path / "net.safetensors", SHAPE, gains[0], keep[0])
    assert (pruning.read_network(tmp_path / "net.safetensors")(inputs) == 0).all()


@pytest.mark.parametrize(("dtype", "share"), [(torch.float32, 0.3), (torch.float64, 0.45)])
def test_an_exported_network_is_smaller_than_a_full_one_from_the_promised_sparsity(tmp_path, seeded, dtype, share):
    shape = Organism((60, 40, 30))
    gains = torch.randn(1, shape.particles, generator=seeded()).to(dtype)
    removed = torch.tensor([round((1 - share) * shape.particles)])
    pruning.export(tmp_path / "net.safetensors", shape, gains[0], pruning.lowest(gains.abs(), removed)[0])
    assert (tmp_path / "net.safetensors").stat().st_size < gains[0].numel() * gains.element_size()
