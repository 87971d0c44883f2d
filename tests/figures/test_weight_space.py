"""What the figures of weight space draw, read back from their axes."""

import numpy as np
import pandas as pd
import pytest

from srnn_lib.experiments.weight_space import APPROACHES
from srnn_lib.figures import weight_space

LEVELS = (1e-1, 1e-3, 1e-9)


@pytest.fixture
def table():
    """Ten children per level: six approach, three move away, one stays."""
    rows = [
        {"dtype": dtype, "noise": level, "before": level, "after": 0.8 * level, "travel": 0.5 * level,
         "change": APPROACHES[(place > 5) + (place > 8)], "mean_error": 1e-7 * (place + 1), "who": who}
        for dtype in ("float32", "float64") for level in LEVELS
        for who in ("parents", "children") for place in range(10)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_shares_and_distances(table):
    axes = weight_space.approaches(table).axes
    top, bottom = axes[0], axes[2]
    heights = np.array([bar.get_height() for bar in top.patches]).reshape(3, len(LEVELS))
    assert np.allclose(heights.T, [0.6, 0.3, 0.1])
    lines = {line.get_label(): line.get_ydata() for line in bottom.get_lines()}
    assert np.allclose(lines["to the parent, after"], [0.8 * level for level in LEVELS])
    assert bottom.get_yscale() == "symlog"


def test_distances_of_zero_count_and_are_drawn_at_zero(table):
    at_finest = table[table["noise"] == 1e-9].index
    table.loc[at_finest[: int(0.7 * len(at_finest))], ["before", "travel"]] = 0.0
    top, _, bottom, _ = weight_space.approaches(table).axes
    lines = {line.get_label(): line.get_ydata() for line in [*top.get_lines(), *bottom.get_lines()]}
    assert lines["travelled in between"][-1] == lines["to the parent, before training"][-1] == 0
    assert (lines["travelled in between"][:-1] > 0).all()
    assert lines["the parent itself, bit for bit"][:-1] == pytest.approx(0)
    assert bottom.get_yticks()[0] == 0
    assert bottom.get_ylim()[0] <= 0


def test_controls_show_both_distances_for_every_length():
    rows = [
        {"dtype": dtype, "steps": steps, "measured": measured, "noise": level, "share": steps * level}
        for dtype in ("float32", "float64") for steps in (1, 2)
        for measured in ("as it was cloned", "where it is now") for level in (0.25, 0.5)
    ]  # fmt: skip
    axes = weight_space.controls(pd.DataFrame(rows)).axes[0]
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.get_lines()}
    assert lines["2 steps, where it is now"] == [1.0, 0.5]
    assert len(lines) == 4


def test_qualities_show_both_margins(table):
    figure = weight_space.qualities(table)
    heights = {float(line.get_ydata()[0]) for line in figure.axes[0].get_lines() if len(set(line.get_ydata())) == 1}
    assert {1e-6, 1e-7} <= heights


def test_lines_are_in_units_of_the_parents_distance():
    rows = pd.DataFrame(
        {"pairs": ["far"] * 2, "apart": [0.5, 0.4], "before": [0.25, 0.1], "after": [0.3, 0.1], "place": [0.5, 0.25]}
    )
    axes = weight_space.lines_between(rows).axes[0]
    assert np.allclose(axes.collections[0].get_offsets(), [[0.5, 0.6], [0.25, 0.25]])
