"""What the figures draw, read back from their axes."""

import numpy as np
import pandas as pd
import torch

from srnn_lib.figures import self_replication as figures
from srnn_lib.figures.projection import principal_plane
from srnn_lib.replicators import fixpoints


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


def test_codes_and_counts_give_the_same_rows():
    codes = torch.tensor([0, 1, 1, 4, 1])
    rows = figures.outcome_rows(codes, reduction="weightwise", source="ours")
    assert rows.equals(
        figures.outcome_rows({"divergent": 1, "zero": 3, "other": 1}, reduction="weightwise", source="ours")
    )
    assert rows["outcome"].tolist() == list(fixpoints.OUTCOMES)
    assert rows["count"].tolist() == [1, 3, 0, 0, 1]
    assert set(rows["source"]) == {"ours"}


def test_the_table_of_bars_ends_with_the_log():
    codes = {("alife2019", "weightwise"): torch.tensor([0, 1]), ("paper", "weightwise"): torch.tensor([1, 1])}
    table = figures.outcome_table(codes, {"weightwise": {"zero": 7}})
    zeros = table[table["outcome"] == "zero"]
    assert zeros["source"].tolist() == ["alife2019", "paper", "authors' log"]
    assert zeros["count"].tolist() == [1, 2, 7]


def test_times_to_vergence_are_said_from_the_largest_noise_on():
    places = pd.MultiIndex.from_product([["float32", "float64"], [0.1, 1.0]], names=["dtype", "noise"])
    assert figures.vergence_in_words(pd.Series([9.04, 2, 12, 3], places)) == "float32 2.0 to 9.0; float64 3.0 to 12.0"


def test_bars_stack_to_one_and_meet_at_the_counts():
    table = pd.concat(
        figures.outcome_rows(counts, reduction="weightwise", source=source)
        for source, counts in {"ours": {"divergent": 30, "zero": 70}, "log": {"zero": 10}}.items()
    )
    (axes,) = figures.outcome_bars(table).axes
    ours = [bar for bar in axes.patches if bar.get_x() < 0.5 and bar.get_height()]
    assert [round(bar.get_height(), 6) for bar in ours] == [0.3, 0.7]
    assert axes.get_ylim()[1] >= 1.0
    whiskers = [line for line in axes.lines if len(line.get_xdata())]
    assert any(np.isclose(line.get_ydata(), 0.3).any() for line in whiskers)


def test_boxes_have_a_panel_per_precision_and_noiseless_last():
    figure = figures.survival_boxes(survival_table())
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["float32", "float64"]
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["$10^{-1}$", "$10^{-2}$", "none"]


def test_reference_means_stand_where_they_belong():
    reference = pd.DataFrame(
        {"dtype": ["float32"], "noise": [1e-2], "time_to_vergence": [7.5], "time_as_fixpoint": [1.5]}
    )
    figure = figures.survival_boxes(survival_table(), reference=reference, reference_label="log")
    marks = [line for line in figure.axes[0].lines if str(line.get_label()).startswith("log")]
    assert [line.get_ydata()[1] for line in marks] == [7.5, 1.5]
    assert np.isnan(marks[0].get_ydata()[[0, 2]]).all()


def test_trajectories_draw_one_curve_per_net():
    recorded = torch.rand(7, 3, 5, generator=torch.Generator().manual_seed(0))
    (axes,) = figures.trajectories({"one": principal_plane(recorded)}, "steps").axes
    assert sum(len(line.get_data_3d()[0]) == 7 for line in axes.lines) == 3
    assert axes.get_zlabel() == "steps"


def test_panels_may_be_turned_and_go_without_the_zero_net():
    plane = principal_plane(torch.rand(7, 3, 5, generator=torch.Generator().manual_seed(0)))
    with_it, without = (
        figures.trajectories({"one": plane, "other": plane}, "steps", turned=(10, 20), zero=zero).axes
        for zero in (True, False)
    )
    assert [axes.azim for axes in with_it] == [10, 20]
    assert [len(axes.lines) for axes in with_it] == [4, 4]
    assert [len(axes.lines) for axes in without] == [3, 3]
