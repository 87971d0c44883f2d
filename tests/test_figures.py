"""What the figures draw, read back from their axes."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from srnn_lib.figures import self_replication as figures
from srnn_lib.figures import style
from srnn_lib.figures.nets import net_diagrams
from srnn_lib.replicators import fixpoints, population
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.projection import principal_plane
from srnn_lib.replicators.tables import outcome_rows


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def survival_table(dtypes=("float32", "float64")):
    rng = np.random.default_rng(0)
    rows = [
        {
            "dtype": dtype,
            "noise": noise,
            "time_to_vergence": rng.integers(3, 20),
            "time_as_fixpoint": rng.integers(0, 4),
        }
        for dtype in dtypes
        for noise in (1e-1, 1e-2, 0.0)
        for _ in range(12)
    ]
    return pd.DataFrame(rows, columns=["dtype", "noise", "time_to_vergence", "time_as_fixpoint"])


def test_bars_stack_to_one_and_meet_at_the_counts():
    table = pd.concat(
        outcome_rows(counts, reduction="weightwise", source=source)
        for source, counts in {"ours": {"divergent": 30, "zero": 70}, "log": {"zero": 10}}.items()
    )
    (axes,) = figures.outcome_bars(table, "caption", "alt").figure.axes
    ours = [bar for bar in axes.patches if bar.get_x() < 0.5 and bar.get_height()]
    assert [round(bar.get_height(), 6) for bar in ours] == [0.3, 0.7]
    assert axes.get_ylim()[1] >= 1.0
    whiskers = [line for line in axes.lines if len(line.get_xdata())]
    assert any(np.isclose(line.get_ydata(), 0.3).any() for line in whiskers)


def test_every_outcome_has_its_own_colour_and_hatch():
    assert set(style.OUTCOME_COLOURS) == set(style.OUTCOME_HATCHES) == set(fixpoints.OUTCOMES)
    assert len(set(style.OUTCOME_COLOURS.values())) == len(set(style.OUTCOME_HATCHES.values())) == 5


def test_boxes_have_a_panel_per_precision_and_noiseless_last():
    figure = figures.survival_boxes(survival_table(), "caption", "alt").figure
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["float32", "float64"]
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["$10^{-1}$", "$10^{-2}$", "none"]


def test_reference_means_stand_where_they_belong():
    reference = pd.DataFrame(
        {"dtype": ["float32"], "noise": [1e-2], "time_to_vergence": [7.5], "time_as_fixpoint": [1.5]}
    )
    figure = figures.survival_boxes(survival_table(), "caption", "alt", reference, "log").figure
    marks = [line for line in figure.axes[0].lines if str(line.get_label()).startswith("log")]
    assert [line.get_ydata()[1] for line in marks] == [7.5, 1.5]
    assert np.isnan(marks[0].get_ydata()[[0, 2]]).all()


def test_trajectories_draw_one_curve_per_net():
    recorded = torch.rand(7, 3, 5, generator=torch.Generator().manual_seed(0))
    drawing = figures.trajectories({"one": principal_plane(recorded)}, "steps", "caption", "alt")
    (axes,) = drawing.figure.axes
    assert sum(len(line.get_data_3d()[0]) == 7 for line in axes.lines) == 3
    assert axes.get_zlabel() == "steps"


def test_diagrams_tell_signs_and_zeros_apart():
    shape = Architecture((4, 2, 2, 1))
    weights = population.identity(shape, sign=-1.0)[0]
    (axes,) = net_diagrams(shape, {"net": weights}, "abcd", "caption", "alt").figure.axes
    styles = [line.get_linestyle() for line in axes.lines]
    assert (styles.count("--"), styles.count("-"), styles.count(":")) == (1, 2, 11)


def test_show_carries_the_words_and_is_repeatable(monkeypatch):
    shown = []
    monkeypatch.setattr(style, "display", lambda image, metadata: shown.append((image, metadata)))
    for _ in range(2):
        style.show(figures.survival_boxes(survival_table(("float32",)), "a caption", "an alt text"), "fig-x")
    (first, words), (second, _) = shown
    assert words == {"image/png": {"alt": "an alt text", "caption": "a caption", "name": "fig-x"}}
    assert first.data == second.data
    assert Image.open(io.BytesIO(first.data)).size[0] > 600
    assert not plt.get_fignums()


def test_style_does_not_leak():
    before = dict(plt.rcParams)
    with style.styled():
        assert plt.rcParams["axes.spines.top"] is False
    assert dict(plt.rcParams) == before
