"""The numbers behind figures: of every kind of artist exactly those that are drawn, and nothing that is no data."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.collections import LineCollection

from srnn_lib.figures import style
from srnn_lib.figures.data_behind import DIGITS, MOST, numbers_drawn, rows_drawn


@pytest.fixture
def axes():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def rows(axes, *columns):
    """The table of a figure with one panel, as lists in these columns."""
    return rows_drawn(numbers_drawn(axes.figure))[list(columns)].to_numpy().tolist()


def test_a_line_is_its_points_with_the_words_of_its_panel(axes):
    axes.plot([1, 2, 3], [0.5, -1 / 3, 1e-9], label="loss")
    axes.set(title="first\npanel", xlabel="epoch", ylabel="$10^{-7}$")
    assert rows(axes, "panel", "title", "series", "kind", "x_label", "x", "y_label", "y") == [
        ["1", "first panel", "loss", "line", "epoch", "1", "1e-7", "0.5"],
        ["1", "first panel", "loss", "line", "epoch", "2", "1e-7", "-0.333333"],
        ["1", "first panel", "loss", "line", "epoch", "3", "1e-7", "1e-09"],
    ]


def test_a_line_of_marks_alone_is_points_and_what_is_not_finite_is_left_out(axes):
    axes.plot([1, 2, 3], [4, np.nan, np.inf], "o", gid="nets")
    assert rows(axes, "series", "kind", "x", "y") == [["nets", "points", "1", "4"]]


def test_lines_of_one_name_are_numbered(axes):
    axes.plot([0, 1], [[1, 2], [3, 4]], gid="runs")
    assert rows(axes, "series", "part", "x", "y") == [
        ["runs", "1", "0", "1"],
        ["runs", "1", "1", "3"],
        ["runs", "2", "0", "2"],
        ["runs", "2", "1", "4"],
    ]


def test_a_scatter_has_its_places_and_the_values_told_by_colour(axes):
    shown = axes.scatter([1, 2], [3, 4], c=[0.1, 0.2], label="nets")
    axes.figure.colorbar(shown, label="distance")
    assert rows(axes, "series", "kind", "x", "y", "value_label", "value") == [
        ["nets", "points", "1", "3", "distance", "0.1"],
        ["nets", "points", "2", "4", "distance", "0.2"],
    ]


def test_a_band_has_both_its_edges_and_the_name_of_its_line(axes):
    style.band(axes, [0, 1, 2], ([1, 2, 3], [4, 5, 6], [7, 8, 9]), color="red", alpha=0.5, label="median")
    table = rows_drawn(numbers_drawn(axes.figure))
    of = {kind: some for kind, some in table.groupby("kind")}
    assert of["band"][["series", "x", "low", "high"]].to_numpy().tolist() == [
        ["median", "0", "1", "7"],
        ["median", "1", "2", "8"],
        ["median", "2", "3", "9"],
    ]
    assert of["line"][["series", "x", "y"]].to_numpy().tolist() == [["median", str(x), str(4 + x)] for x in range(3)]


def test_a_band_that_is_interrupted_has_all_its_pieces(axes):
    axes.fill_between(range(5), [1, 1, np.nan, 1, 1], 2)
    assert rows(axes, "part", "x") == [["1", "0"], ["1", "1"], ["2", "3"], ["2", "4"]]


def test_bars_have_heights_and_stacked_ones_their_ends(axes):
    axes.bar([0, 1], [0.5, 0.25], gid="zero")
    axes.bar([0, 1], [0.5, 0.75], bottom=[0.5, 0.25], label="other")
    axes.set_xticks([0, 1], ["ours", "authors'\nlog"])
    assert rows(axes, "series", "kind", "x_name", "x", "y", "low", "high") == [
        ["zero", "bar", "ours", "0", "0.5", "", ""],
        ["zero", "bar", "authors' log", "1", "0.25", "", ""],
        ["other", "bar", "ours", "0", "0.5", "0.5", "1"],
        ["other", "bar", "authors' log", "1", "0.75", "0.25", "1"],
    ]


def test_lying_bars_have_lengths(axes):
    axes.barh([2], [3], 0.8, [-1], gid="middle half")
    assert rows(axes, "series", "kind", "x", "y", "low", "high") == [["middle half", "bar", "3", "2", "-1", "2"]]


def test_a_histogram_has_the_middles_of_its_bins_and_the_counts(axes):
    axes.hist([0.1, 0.2, 0.9], [0, 0.5, 1], label="ratios")
    assert rows(axes, "series", "kind", "x", "y") == [["ratios", "bar", "0.25", "2"], ["ratios", "bar", "0.75", "1"]]


def test_error_bars_have_their_ends_and_caps_are_no_lines(axes):
    axes.errorbar([1, 2], [3, 4], yerr=[[1, 1], [2, 3]], capsize=3, label="runs")
    assert rows(axes, "series", "kind", "x", "y", "low", "high") == [
        ["runs", "error bar", "1", "", "2", "5"],
        ["runs", "error bar", "2", "", "3", "7"],
        ["runs", "line", "1", "3", "", ""],
        ["runs", "line", "2", "4", "", ""],
    ]


def test_error_bars_across_have_their_ends_along_x(axes):
    axes.errorbar([1], [3], xerr=[[0.5], [1]], fmt="none", label="runs")
    assert rows(axes, "series", "kind", "y", "low", "high") == [["runs", "error bar", "3", "0.5", "2"]]


def test_boxes_have_quartiles_whiskers_means_and_outliers(axes):
    long = pd.DataFrame({"noise": ["a"] * 6 + ["b"] * 5, "steps": [1, 2, 3, 4, 5, 30, 1, 1, 2, 3, 3]}).assign(
        who="nets"
    )
    sns.boxplot(long, x="noise", y="steps", hue="who", ax=axes, showmeans=True, legend=False)
    style.name_boxes(axes, ["nets"])
    axes.set_xticks([0, 1], ["a", "b"])
    assert rows(axes, "series", "kind", "x_name", "y", "low", "high") == [
        ["nets", "box", "a", "3.5", "2.25", "4.75"],
        ["nets", "box", "b", "2", "1", "3"],
        ["nets", "whiskers", "a", "", "1", "5"],
        ["nets", "whiskers", "b", "", "1", "3"],
        ["nets", "mean", "a", "7.5", "", ""],
        ["nets", "mean", "b", "2", "", ""],
        ["nets", "outlier", "a", "30", "", ""],
    ]


@pytest.mark.parametrize("origin", ["upper", "lower"])
def test_a_heat_map_has_the_value_of_every_pixel_where_it_is_shown(axes, origin):
    axes.imshow([[1, 2], [3, 4]], origin=origin)
    assert rows(axes, "kind", "x", "y", "value") == [
        ["pixels", "0", "0", "1"],
        ["pixels", "1", "0", "2"],
        ["pixels", "0", "1", "3"],
        ["pixels", "1", "1", "4"],
    ]


def test_collections_of_lines_have_every_line(axes):
    axes.add_collection(LineCollection([[(0, 1), (2, 3)], [(4, 5), (6, 7), (8, 9)]], gid="particles"))
    axes.vlines(3, 0, 1, gid="median")
    assert rows(axes, "series", "kind", "part", "x", "y") == [
        ["particles", "line", "1", "0", "1"],
        ["particles", "line", "1", "2", "3"],
        ["particles", "line", "2", "4", "5"],
        ["particles", "line", "2", "6", "7"],
        ["particles", "line", "2", "8", "9"],
        ["median", "line", "1", "3", "0"],
        ["median", "line", "1", "3", "1"],
    ]


def test_a_space_has_three_coordinates():
    space = style.space(plt.figure(), (0, 0, 1, 1), ticks=3)
    space.plot([0, 1], [2, 3], [4, 5], gid="net 0")
    space.scatter([0], [2], [4], gid="start", depthshade=False)
    space.set(xlabel="component 1", zlabel="epochs")
    space.figure.canvas.draw()
    assert rows(space, "series", "kind", "x_label", "x", "y", "z_label", "z") == [
        ["net 0", "line", "component 1", "0", "2", "epochs", "4"],
        ["net 0", "line", "component 1", "1", "3", "epochs", "5"],
        ["start", "points", "component 1", "0", "2", "epochs", "4"],
    ]


def test_what_decorates_is_no_data_and_a_named_line_of_reference_is(axes):
    axes.axhline(0)
    axes.axvline(0.8, label="limit")
    axes.axhline(1, label="all")
    axes.axvspan(0, 1)
    axes.text(0, 0, "word")
    axes.plot([], [], label="key")
    axes.grid()
    axes.legend()
    shown = axes.scatter([], [])
    axes.figure.colorbar(shown)
    assert rows(axes, "series", "kind", "x", "y") == [["limit", "level", "0.8", ""], ["all", "level", "", "1"]]


def test_diagrams_have_no_numbers(axes):
    axes.plot([0, 1], [0, 1])
    axes.set_axis_off()
    assert numbers_drawn(axes.figure) == []


def test_panels_take_titles_from_above_and_labels_from_those_that_share_an_axis():
    figure, grid = plt.subplots(2, 2, sharex=True, sharey="row")
    for number, axes in enumerate(grid.flat):
        axes.plot([number], [number], "o")
    grid[0, 0].set(title="left", ylabel="loss")
    grid[0, 1].set_title("right")
    grid[1, 0].set(ylabel="accuracy", xlabel="epoch")
    assert rows(grid[0, 0], "panel", "title", "x_label", "y_label") == [
        ["1", "left", "epoch", "loss"],
        ["2", "right", "epoch", "loss"],
        ["3", "left", "epoch", "accuracy"],
        ["4", "right", "epoch", "accuracy"],
    ]
    plt.close(figure)


def test_ticks_that_are_numbers_name_nothing_and_others_name_the_nearest_places(axes):
    axes.plot([10, 1000], [0.2, 0.8], "o")
    axes.set_xticks([10, 1000], ["10", "1,000"])
    axes.set_yticks([0, 1], [style.power(0.1), style.power(0)])
    table = rows_drawn(numbers_drawn(axes.figure))
    assert "x_name" not in table
    assert table["y_name"].tolist() == ["1e-1", "none"]


def test_long_series_are_thinned_and_say_so(axes):
    axes.plot(range(2 * MOST + 1), gid="steps")
    table = rows_drawn(numbers_drawn(axes.figure))
    assert table["every"].unique().tolist() == ["3"]
    assert table["x"].astype(int).tolist() == list(range(0, 2 * MOST + 1, 3))


def test_what_is_not_drawn_to_the_last_digit_is_not_kept_to_the_last_digit(axes):
    values = np.random.default_rng(0).normal(size=50)
    axes.plot(values)
    kept = rows_drawn(numbers_drawn(axes.figure))["y"].astype(float)
    assert np.abs(kept / values - 1).max() < 10.0 ** (1 - DIGITS)
    again = np.nextafter(values, 9)
    axes.lines[0].set_ydata(again)
    assert rows_drawn(numbers_drawn(axes.figure))["y"].astype(float).tolist() == kept.tolist()


def test_a_kind_that_cannot_be_read_is_refused(axes, refused):
    axes.pcolormesh([[1, 2], [3, 4]])
    with refused("artist is 'QuadMesh'", "numbers can be read"):
        numbers_drawn(axes.figure)
