"""What the figures of death draw, read back from their axes."""

import numpy as np
import pandas as pd

from srnn_lib.figures import death as figures


def rows(runs=3, units=4):
    """Rows of `by_algorithm` for two nets, three epochs, three algorithms; one neuron in four has a negative cost."""
    places = pd.MultiIndex.from_product(
        [["N1", "N3"], [10, 20, 30], range(runs), range(units), ["A1", "A2", "A3"]],
        names=["net", "epoch", "run", "neuron", "algorithm"],
    ).to_frame(index=False)
    cost = np.where(places["neuron"] == 0, -0.1, 0.1 * places["epoch"] + places["run"] + places["neuron"])
    return places.assign(cost=cost, worth=2 * np.abs(cost))


def labels(axes):
    return axes.get_legend_handles_labels()[1]


def test_every_neuron_is_where_its_cost_and_efficiency_are():
    axes = figures.efficiency_and_cost(rows(), (10, 30), ["N3"]).axes
    assert [each.get_title("left") for each in axes] == [
        f"{net}, epoch {epoch}" for net in ("N1", "N3") for epoch in (10, 30)
    ]
    assert [each.get_xscale() for each in axes] == ["linear", "linear", "log", "log"]
    assert [len(each.get_offsets()) for each in axes[0].collections] == [12, 12, 12]
    assert [len(each.get_offsets()) for each in axes[2].collections] == [9, 9, 9]
    points = axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(points[:, 1], 2 * np.abs(points[:, 0]))


def test_algorithms_differ_by_mark_and_colour():
    looks = list(figures._ALGORITHMS.values())
    assert len({colour for colour, _, _ in looks}) == len({mark for _, mark, _ in looks}) == 4
    assert len({(line, mark) for _, line, mark in figures._METHODS.values()}) == len(figures._METHODS)
    assert len({(line, mark) for _, line, mark in figures._NETS.values()}) == 3


def test_a_logarithmic_axis_has_numbers_to_read_off():
    def third_panel(worth):
        some = rows().assign(worth=worth)
        return figures.efficiency_and_cost(some, (10, 30), ["N3"]).axes[2].yaxis

    few = third_panel(lambda table: 2.0 + table["neuron"])  # 3 to 5: no power of ten
    low, high = few.get_view_interval()
    assert any(low <= tick <= high for tick in few.get_majorticklocs())
    assert few.get_major_formatter()(5.0) == "5"
    many = third_panel(lambda table: 100.0 ** table["neuron"])
    assert "10^{2}" in many.get_major_formatter()(100.0)


def test_an_axis_of_costs_may_begin_above_the_lowest():
    some = rows()
    some = some[some["cost"] > 0]
    axes = figures.costs_over_time(some, some, scale="log", floor=2.5).axes
    assert [each.get_ylim()[0] for each in axes] == [2.5, 2.5]
    assert axes[0].xaxis.get_major_formatter()(20_000) == "20,000"


def test_costs_over_time_are_means_over_runs():
    some = rows()
    least = some[some["neuron"] == 0]
    axes = figures.costs_over_time(some, least).axes
    assert [each.get_title("left") for each in axes] == ["N1", "N3"]
    assert labels(axes[0])[:2] == ["A1, connection cut: mean", "A1, connection cut: least efficient"]
    mean, dashed = axes[0].lines[:2]
    wanted = some[(some["net"] == "N1") & (some["algorithm"] == "A1")].groupby("epoch")["cost"].mean()
    np.testing.assert_allclose(mean.get_ydata(), wanted)
    np.testing.assert_allclose(dashed.get_ydata(), -0.1)
    assert (mean.get_linestyle(), dashed.get_linestyle()) == ("-", "--")


def test_the_band_is_the_standard_error_over_runs():
    some = rows()
    axes = figures.costs_over_time(some, some).axes[0]
    corners = axes.collections[0].get_paths()[0].vertices
    runs = some[(some["net"] == "N1") & (some["algorithm"] == "A1")].groupby(["epoch", "run"])["cost"].mean()
    first = runs.loc[10]
    edges = first.mean() + np.array([-1, 1]) * first.std() / np.sqrt(3)
    at_start = corners[corners[:, 0] == 10][:, 1]
    np.testing.assert_allclose([at_start.min(), at_start.max()], edges)


def test_one_run_has_no_band():
    some = rows(runs=1)
    axes = figures.costs_over_time(some, some, scale="symlog").axes[0]
    assert np.isfinite(axes.collections[0].get_paths()[0].vertices).all()


def test_slopes_with_their_intervals():
    table = pd.DataFrame(
        [
            (net, algorithm, epoch, epoch / 10, epoch / 10 - 1, epoch / 10 + 1)
            for net in ("N1", "N2", "N3")
            for algorithm in ("A1", "A2")
            for epoch in (10, 20)
        ],
        columns=["net", "algorithm", "epoch", "slope", "low", "high"],
    )
    axes = figures.slopes_over_time(table, {"A2": (-1, 1)}).axes
    assert [each.get_title("left") for each in axes] == ["A1, connection cut", "A2, probability"]
    assert axes[1].get_ylim() == (-1, 1)
    assert labels(axes[0]) == ["N1", "N2", "N3"]
    np.testing.assert_allclose(axes[0].lines[0].get_ydata(), [1, 2])
    assert axes[0].collections[0].get_paths()[0].vertices[:, 1].min() == 0


def test_accuracy_and_size_are_medians_over_runs():
    table = pd.DataFrame(
        [
            (method, run, removed, 0.9 - 0.1 * removed * run)
            for method in ("A1", "random")
            for run in range(3)
            for removed in range(4)
        ],
        columns=["method", "run", "removed", "accuracy"],
    )
    axes = figures.accuracy_and_size(table, [["A1"], ["A1", "random"]], ["one", "two"]).axes
    assert [len(each.lines) for each in axes] == [1, 2]
    np.testing.assert_allclose(axes[0].lines[0].get_ydata(), [0.9, 0.8, 0.7, 0.6])
    band = axes[0].collections[0].get_paths()[0].vertices
    np.testing.assert_allclose([band[:, 1].min(), band[:, 1].max()], [0.3, 0.9])


def test_unknown_names_are_refused(refused):
    with refused("algorithm", "A1"):
        figures.efficiency_and_cost(rows().assign(algorithm="A9"), (10,), [])
    table = pd.DataFrame({"method": ["B1"], "run": [0], "removed": [0], "accuracy": [1.0]})
    with refused("method", "A1"):
        figures.accuracy_and_size(table, [["B1"]], ["one"])
