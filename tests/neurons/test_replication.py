"""A child changes nothing but the width; claims BI-09 and BI-10."""

import pytest
import torch
from drawn import networks
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.neurons import replication, stacks


@given(networks(least=1), st.sampled_from(replication.SPLITS), st.data())
def test_replication_preserves_the_function(case, split, data):
    stack, inputs, _, layer = case
    parents = torch.tensor([data.draw(st.integers(0, stack.widths[layer] - 1)) for _ in range(stack.runs)])
    larger = replication.replicate(stack, parents, torch.Generator().manual_seed(0), layer, split)
    assert larger.widths[layer] == stack.widths[layer] + 1
    assert (stacks.forward(larger, inputs) - stacks.forward(stack, inputs)).abs().max() < 1e-12
    runs = torch.arange(stack.runs)
    values = stacks.activations(larger, inputs)[layer - 1]
    torch.testing.assert_close(values[:, -1], values[runs, parents], rtol=1e-12, atol=1e-15)
    both = larger.weights[layer][runs, :, parents] + larger.weights[layer][..., -1]
    torch.testing.assert_close(both, stack.weights[layer][runs, :, parents], rtol=1e-15, atol=1e-300)


def test_halves_are_the_papers_first_form(seeded):
    stack = stacks.random_stack((4, 3, 2), 2, seeded(), dtype="float64")
    larger = replication.replicate(stack, torch.tensor([1, 2]), seeded(), split="half")
    half = stack.weights[1][torch.arange(2), :, torch.tensor([1, 2])] / 2
    assert torch.equal(larger.weights[1][..., -1], half)
    assert torch.equal(larger.weights[0][0, -1], stack.weights[0][0, 1])
    assert torch.equal(larger.biases[0][1, -1], stack.biases[0][1, 2])


@pytest.mark.parametrize(("split", "variance"), [("B1", 1 / 4 / 1.02), ("B2", 1 / 12), ("B3", 1 / 4 / 201)])
def test_shares_have_the_moments_of_their_beta_distribution(split, variance, seeded):
    drawn = replication.shares(split, seeded(), 40000)
    assert drawn.mean().item() == pytest.approx(0.5, abs=0.01)
    assert drawn.var().item() == pytest.approx(variance, rel=0.03)
    assert drawn.min() >= 0
    assert drawn.max() <= 1


def test_shares_do_not_depend_on_how_many_runs_there_are(seeded):
    for split in replication.SPLITS:
        many = replication.shares(split, seeded(), 9, 4)
        assert torch.equal(many[:3], replication.shares(split, seeded(), 3, 4))
    assert set(replication.shares("bit", seeded(), 50).tolist()) == {0.0, 1.0}


def test_a_random_unit_leaves_the_others_alone(seeded):
    stack = stacks.random_stack((40, 30, 20), 5, seeded())
    larger = replication.add_random(stack, seeded(7))
    assert larger.widths == (40, 31, 20)
    assert torch.equal(larger.weights[0][:, :-1], stack.weights[0])
    assert torch.equal(larger.weights[1][..., :-1], stack.weights[1])
    assert larger.weights[0][:, -1].std().item() == pytest.approx(stack.weights[0].std().item(), rel=0.2)
    assert larger.weights[1][..., -1].std().item() == pytest.approx(stack.weights[1].std().item(), rel=0.2)


@pytest.mark.parametrize(("algorithm", "more"), [("B1", 1), ("B2", 1), ("B3", 1), ("B4", 1), ("B5", 0)])
def test_the_papers_five_by_name(algorithm, more, seeded):
    stack = stacks.random_stack((4, 3, 2), 2, seeded())
    assert replication.add(stack, algorithm, torch.tensor([0, 1]), generator=seeded()).widths[1] == 3 + more


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"algorithm": "B6"}, ("algorithm", "B1, B2, B3")),
        ({"parents": torch.tensor([0, 3])}, ("parents", "0 to 2")),
        ({"parents": torch.tensor([0])}, ("parents", "one per run")),
        ({"layer": 2}, ("layer", "1 to 1")),
    ],
)
def test_what_does_not_fit_is_refused(change, words, seeded, refused):
    stack = stacks.random_stack((4, 3, 2), 2, seeded())
    with refused(*words):
        replication.add(**{"stack": stack, "algorithm": "B1", "parents": torch.tensor([0, 1]),
                           "generator": seeded(), **change})  # fmt: skip
