"""What the figures of death and replication at work draw, read back from their axes."""

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from srnn_lib.figures import combined as figures


def course(shift=0.0):
    table = pd.DataFrame({0: [0.5, 0.3, 0.2], 1: [0.7, 0.5, 0.2]}, index=[10, 20, 30])
    return table + shift


def test_curves_are_means_less_the_floor_with_bands_of_one_standard_error():
    axes = figures.loss_and_gain({"one": course(), "other": course(0.1)}, 0.2).axes[0]
    one, other = axes.lines
    assert axes.get_yscale() == "log"
    np.testing.assert_allclose(one.get_ydata(), [0.4, 0.2, np.nan])
    np.testing.assert_allclose(other.get_ydata(), [0.5, 0.3, 0.1])
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([heights.min(), heights.max()], [0.1, 0.5])
    assert {line.get_linestyle() for line in axes.lines} == {"-", "--"}
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["one", "other"]
    assert "0.2" in axes.get_ylabel()
    assert axes.yaxis.get_major_formatter()(0.05, 0) == "0.05"


def test_the_right_panel_shows_what_the_same_runs_gain():
    better = course() - pd.DataFrame({0: [0, 0.1, 0.1], 1: [0, 0.1, 0.3]}, index=[10, 20, 30])
    axes = figures.loss_and_gain({"one": course(), "other": better}, 0.0).axes[1]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 0)
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [0, 0.1, 0.2], atol=1e-12)
    heights = axes.collections[1].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose(heights.max(), 0.3)


def test_a_single_run_has_a_curve_without_a_band():
    axes = figures.loss_and_gain({"one": course()[[0]]}, 0.0).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0.5, 0.3, 0.2])


def test_both_rates_and_their_difference_are_drawn():
    rows = [(level, run, epoch, 1 / epoch + run + 0.001 * (level == "scaled"))
            for level in ("paper", "scaled") for run in (0, 1) for epoch in (10, 20)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["level", "run", "epoch", "loss"])
    left, right = figures.overlay(table).axes
    assert [line.get_linestyle() for line in left.lines] == ["-", "-", "--", "--"]
    assert len(left.get_legend().get_texts()) == 2
    for line in right.lines[:2]:
        np.testing.assert_allclose(line.get_ydata(), [0.001, 0.001], atol=1e-12)


def rounds():
    rows = [(500, 0, 0.2, 0.001, 0.1), (500, 0, 0.2, 0.003, 0.3), (500, 1, 0.1, 0.002, 0.2)]
    rows += [(1000, 0, 0.0, np.nan, np.nan), (1000, 1, 0.1, 0.004, np.nan)]
    return pd.DataFrame(rows, columns=["epoch", "run", "share", "before", "after"])


def test_shares_are_means_over_runs_and_worth_is_a_median_over_neurons():
    left, right = figures.turnover_panels(rounds(), {500: 0.3, 1000: 0.15}, 0.005).axes
    ours, paper = left.containers[0].lines[0], left.lines[-1]
    np.testing.assert_allclose(ours.get_xydata(), [[500, 0.15], [1000, 0.05]])
    np.testing.assert_allclose(paper.get_xydata(), [[500, 0.3], [1000, 0.15]])
    before, after = (each.lines[0] for each in right.containers)
    np.testing.assert_allclose(before.get_xydata(), [[500, 0.002], [1000, 0.004]])
    np.testing.assert_allclose(after.get_xydata(), [[500, 0.2]])
    assert right.get_yscale() == "log"
    assert before.get_marker() != after.get_marker()


def test_without_any_round_the_axes_stay_empty():
    table = rounds().iloc[:0]
    left, right = figures.turnover_panels(table, {500: 0.3}, 0.005).axes
    assert len(left.containers[0].lines[0].get_xdata()) == 0
    assert len(right.containers[0].lines[0].get_xdata()) == 0


def test_every_run_has_a_mark_and_every_setting_a_mean():
    swept = {0.0: [0, 0], 0.005: [0.1, 0.3], 0.5: [-0.2, 0]}
    left, right = figures.gain_panels(swept, {"efficient": [0.1, 0.3], "none": [0.1]}).axes
    assert sum(len(line.get_xdata()) for line in left.lines if line.get_marker() == "o") == 6
    line = next(line for line in left.lines if to_hex(line.get_color()) == figures.ACCENT.lower())
    np.testing.assert_allclose(line.get_ydata(), [0, 0.2, -0.1])
    assert [label.get_text() for label in left.get_xticklabels()] == ["0", "0.005", "0.5"]
    np.testing.assert_allclose([bar.get_height() for bar in right.patches], [0.2, 0.1])
    assert len({bar.get_hatch() for bar in right.patches}) == 2
