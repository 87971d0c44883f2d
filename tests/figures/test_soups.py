"""What the figures of soups draw, read back from their axes."""

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.colors import to_hex

from srnn_lib.figures import soups as figures
from srnn_lib.figures.projection import principal_plane


@pytest.fixture
def recorded(seeded):
    return torch.randn(5, 4, 14, generator=seeded())


@pytest.fixture
def attacks():
    return pd.DataFrame({"epoch": [1, 1, 3], "victim": [2, 2, 0]})


def test_an_attack_is_marked_where_its_victim_stood(recorded, attacks):
    plane = principal_plane(recorded)
    hit = figures.attacked_places(plane, attacks)
    assert sorted(zip(hit["net"], hit["step"], strict=True)) == [(0, 3), (2, 1)]
    row = plane.table[(plane.table["net"] == 0) & (plane.table["step"] == 3)].iloc[0]
    assert (hit.loc[hit["net"] == 0, ["x", "y"]].to_numpy() == [row["x"], row["y"]]).all()


def test_soups_have_a_panel_each_and_a_cross_per_attack(recorded, attacks):
    figure = figures.soup_trajectories({"one": (recorded, attacks), "two": (recorded, attacks[:0])})
    one, two = figure.axes
    assert [axes.get_title() for axes in (one, two)] == ["one", "two"]
    counts = [[len(c.get_offsets()) for c in axes.collections if c.get_label() == "attacked in this epoch"]
              for axes in (one, two)]  # fmt: skip
    assert counts == [[2], [0]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["attacked in this epoch"]


def test_members_of_a_family_share_a_colour(recorded, attacks):
    (axes,) = figures.soup_trajectories({"one": (recorded, attacks)}, families=2).axes
    colours = [to_hex(line.get_color()) for line in axes.lines[:4]]
    assert colours[0] == colours[1] != colours[2] == colours[3]


def test_counts_are_lines_with_whiskers_and_logged_ones_open_marks():
    rows = [{"panel": "weightwise", "steps": a, "outcome": "fixpoint", "value": a / 10, "low": a / 10 - 1, "high": 9.0}
            for a in (0, 50)]  # fmt: skip
    rows += [{"panel": "weightwise", "steps": 50, "outcome": "fixpoint", "value": 4.3}]
    (axes,) = figures.fixpoint_counts(pd.DataFrame(rows), 10).axes
    logged = [line for line in axes.lines if line.get_label() == "non-zero fixpoints, authors' log"]
    assert [line.get_ydata().tolist() for line in logged] == [[4.3]]
    ours = [box for box in axes.containers if box.get_label() == "non-zero fixpoints, measured"]
    np.testing.assert_allclose(np.asarray(ours[0].lines[0].get_ydata(), dtype=float), [0, 5])
    assert axes.get_title(loc="left") == "weightwise"


def test_displacements_are_lines_on_a_logarithmic_axis_that_reaches_zero():
    epochs = {1: torch.tensor([1.0, 2.0, 3.0]), 2: torch.tensor([0.0, 1e-6, torch.inf]), 3: torch.zeros(2)}
    table = figures.quartiles(epochs, "attack")
    assert table["epoch"].tolist() == [1, 2, 3]
    expected = [[1.5, 2.0, 2.5], [2.5e-7, 5e-7, 7.5e-7], [0.0] * 3]
    np.testing.assert_allclose(table[["low", "median", "high"]], expected, rtol=1e-6)
    (axes,) = figures.displacement_curves(table).axes
    assert axes.get_yscale() == "symlog"
    assert axes.get_ylim()[0] <= 0
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [2.0, 5e-7, 0.0], rtol=1e-6)


def test_nets_that_rest_give_a_line_at_zero():
    table = figures.quartiles({1: torch.zeros(3)}, "attack")
    (axes,) = figures.displacement_curves(table).axes
    assert list(axes.lines[0].get_ydata()) == [0.0]


def test_no_displacement_gives_no_line():
    assert figures.quartiles({1: torch.full((3,), torch.inf)}, "attack").empty
