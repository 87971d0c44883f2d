"""What the figures of added neurons draw, read back from their axes."""

import numpy as np
import pandas as pd
import pytest

from srnn_lib.experiments.replication import WAYS
from srnn_lib.figures import replication as figures


def table(runs=5):
    rows = []
    for net in ("N1", "N2"):
        for place, (algorithm, parent) in enumerate(WAYS):
            for after in (0, 10, 100):
                for run in range(runs):
                    apart = 10.0 ** -(place + 1) * (run + 1) * after / 1000
                    rows.append(
                        (net, algorithm, parent, after, run, place + run / 100 - after, 1 - apart, 1 - apart / 2)
                    )
    columns = ["net", "algorithm", "parent", "after", "run", "change", "correlation", "cosine"]
    return pd.DataFrame(rows, columns=columns)


def test_every_run_of_the_papers_five_ways_is_a_mark():
    figure = figures.change_panels(table(), (10, 100))
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles == [f"{net}, {after} epochs" for net in ("N1", "N2") for after in (10, 100)]
    axes = figure.axes[1]
    strips = [np.asarray(each.get_offsets()) for each in axes.collections[::2]]
    assert [len(strip) for strip in strips] == [5] * 5
    assert np.sort(strips[0][:, 0]) == pytest.approx(np.arange(5) / 100 - 100)
    assert strips[4][:, 0].max() == pytest.approx(4 + 0.04 - 100)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(figures._LOOKS)


def test_the_stroke_is_the_median_and_the_bar_the_middle_half():
    axes = figures.change_panels(table(), (10,)).axes[0]
    assert axes.collections[1].get_segments()[0][:, 0] == pytest.approx([0.02 - 10] * 2)
    assert axes.patches[0].get_x() == pytest.approx(0.01 - 10)
    assert axes.patches[0].get_width() == pytest.approx(0.02)


def test_one_run_is_enough():
    axes = figures.change_panels(table(1), (10,)).axes[0]
    assert axes.collections[0].get_offsets().tolist() == [[-10.0, 0.0]]


def test_an_epoch_that_is_not_there_is_refused(refused):
    with refused("after", "[0, 10, 100]"):
        figures.change_panels(table(), (1000,))


def test_twins_part():
    figure = figures.parting(table())
    assert len(figure.axes) == 4
    top, bottom = figure.axes[0], figure.axes[2]
    assert {axes.get_xscale() for axes in (top, bottom)} == {axes.get_yscale() for axes in (top, bottom)} == {"log"}
    assert [line.get_label() for line in top.lines] == ["B1", "B2", "B3"]
    assert top.lines[0].get_xdata() == pytest.approx([10, 100])
    assert top.lines[0].get_ydata() == pytest.approx([0.1 * 3 * 0.01, 0.1 * 3 * 0.1])
    assert bottom.lines[2].get_ydata() == pytest.approx([0.001 * 3 * 0.01 / 2, 0.001 * 3 * 0.1 / 2])
    assert len({line.get_marker() for line in top.lines}) == len({line.get_linestyle() for line in top.lines}) == 3
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["B1", "B2", "B3"]
