"""What happens to runs that are stuck, on a small stand-in for images."""

import numpy as np
import pytest
import torch
from drawn import networks
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.experiments import plans, plateau
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.neurons import death, efficiency, sgd, stacks


@pytest.fixture
def course(few_images):
    """Short plain trainings."""

    def make(**changes):
        rule = sgd.SGDRule(learning_rate=0.01, batch=20)
        values = {"runs": 3, "epochs": 5, "rule": rule, "init": "fan-in", **changes}
        return Training(plans.Plan((9, 6, 4, 3), **values), few_images)

    return make


@given(st.floats(-2, 2), st.floats(-2, 2), st.integers(3, 50))
def test_the_slope_of_a_line_is_exact(slope, start, epochs):
    losses = start + slope * torch.arange(epochs, dtype=torch.float64)[:, None]
    found, error = plateau.loss_slopes(losses)
    assert abs(found.item() - slope) < 1e-12
    assert error.item() < 1e-10


def test_the_error_of_a_slope_is_how_much_it_scatters(seeded):
    noise = torch.randn(40, 4000, generator=seeded(), dtype=torch.float64)
    slope, error = plateau.loss_slopes(noise)
    assert abs(slope.std() / error.square().mean().sqrt() - 1) < 0.05


def test_a_line_needs_three_points(refused):
    with refused("number of epochs is 2", "3 or more"):
        plateau.loss_slopes(torch.zeros(2, 1))


@given(networks(least=2, activations=["tanh"]))
def test_a_step_is_one_death_and_one_birth(case):
    """Outputs are those after the least efficient neuron alone has died: its child changes no function."""
    stack, inputs, found, _ = case
    changed = plateau.step(stack, inputs, torch.Generator().manual_seed(0))
    wanted = death.die(stack, found)
    assert changed.widths == stack.widths
    torch.testing.assert_close(stacks.forward(changed, inputs), stacks.forward(wanted, inputs))
    worth = efficiency.local(stack, found)
    same = (changed.weights[0] == stack.weights[0]).all(2)
    for run in range(stack.runs):
        gone, parent = worth[run].argmin(), worth[run].argmax()
        assert same[run].sum() == stack.widths[1] - 1
        assert torch.equal(changed.weights[0][run, gone], stack.weights[0][run, parent])


def test_a_single_neuron_cannot_make_room(seeded, refused):
    stack = stacks.random_stack((4, 1, 2), 1, seeded())
    with refused("units of layer 1 is 1", "2 or more"):
        plateau.step(stack, torch.rand(9, 4), seeded())


def test_runs_that_still_learn_do_not_go_on(course):
    table = plateau.plateau_table([course()])
    assert list(table.columns) == ["net", "run", "slope", "error", "kind", "change"]
    assert set(table["net"]) == {"9-6-4-3"}
    assert table["kind"].tolist() == ["none"] * 3
    assert table["change"].isna().all()
    assert (table["slope"] < -1e-6).all()
    assert (table["error"] > 0).all()


def test_stuck_runs_go_on_twice_with_the_same_batches(course):
    training, longer = course(), course(epochs=7)
    table = plateau.plateau_table([training], plateau.Trial(bound=1.0, epochs=20, most=2))
    assert table["run"].tolist() == [0, 0, 1, 1, 2]
    assert table["kind"].tolist() == ["plain", "step", "plain", "step", "none"]
    before, after = (
        stacks.loss_and_accuracy(each.run().stack, each.inputs, each.labels)[0] for each in (training, longer)
    )
    plain = table[table["kind"] == "plain"]["change"]
    np.testing.assert_allclose(plain, (after - before)[:2], atol=1e-7)
    assert (table[table["kind"] == "step"]["change"].to_numpy() != plain.to_numpy()).all()


def test_what_was_tried_is_not_tried_again(course, monkeypatch):
    trial = plateau.Trial(bound=1.0, epochs=20)
    first = plateau.plateau_table([course()], trial)
    monkeypatch.setattr(plateau, "step", None)
    assert plateau.plateau_table([course()], trial).equals(first)
    with pytest.raises(TypeError, match="not callable"):
        plateau.plateau_table([course()], plateau.Trial(bound=1.0, epochs=30))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bound": 0.0}, ("bound", "above 0")),
        *(({name: 0}, (name, "1 or more")) for name in ("span", "epochs", "most")),
    ],
)
def test_trials_out_of_range_are_refused(change, words, refused):
    with refused(*words):
        plateau.Trial(**change)


def test_a_step_does_not_depend_on_who_else_is_stuck(course):
    both = plateau.plateau_table([course()], plateau.Trial(bound=1.0, epochs=20))
    slopes = both.drop_duplicates("run")["slope"].abs()
    bound = float(slopes.sort_values().iloc[0]) * (1 + 1e-9)
    one = plateau.plateau_table([course()], plateau.Trial(bound=bound, epochs=20)).dropna()
    assert len(one) == 2
    same = both[both["run"] == one["run"].iloc[0]]
    np.testing.assert_allclose(one["change"], same["change"], atol=1e-7)


def test_a_step_of_the_paper_nets_takes_one_neuron(seeded):
    for widths in list(stacks.NETS.values())[:3]:
        stack = stacks.random_stack((12, *widths[1:]), 2, seeded(), init="fan-in")
        inputs = torch.rand(50, 12, generator=seeded(1))
        changed = plateau.step(stack, inputs, seeded(2))
        assert ((changed.weights[0] != stack.weights[0]).any(2).sum(1) == 1).all()
