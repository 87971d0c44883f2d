"""What the figures of pruned organisms draw, and the curves they share with others, read back from their axes."""

import numpy as np
import pandas as pd
import pytest

from srnn_lib.figures import organism_networks, style
from srnn_lib.figures import pruning as figures


def test_accuracies_are_a_mark_per_organism_and_a_bar_at_the_median():
    rows = [(w, m, w / 10 + k / 100) for w in (3, 5) for m in ("all", "l1") for k in (0, 1, 5)]
    table = pd.DataFrame(rows, columns=["width", "method", "accuracy"])
    panels = figures.accuracies(table).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["width 3", "width 5"]
    marks, bar = panels[1].lines[:2]
    assert marks.get_xdata() == pytest.approx([0.5, 0.51, 0.55])
    assert bar.get_xdata() == pytest.approx([0.51, 0.51])
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["all", "l1"]
    assert panels[0].yaxis_inverted()


def test_curves_are_medians_with_quartiles_and_the_replicators_are_marked():
    rows = [(3, m, s, a) for m in ("one", "two") for s in (0.0, 0.5) for a in (0.2, 0.3, 0.8 - s)]
    table = pd.DataFrame(rows, columns=["width", "method", "sparsity", "accuracy"])
    (axes,) = figures.accuracy_curves(table, {3: [0.15, 0.2]}).axes
    one, two, marks = axes.lines
    assert one.get_ydata().tolist() == [0.3, 0.3]
    assert axes.collections[0].get_paths()[0].vertices[:, 1].max() == pytest.approx(0.55)
    assert list(marks.get_xdata()) == [0.15, 0.2]
    assert (one.get_linestyle(), one.get_marker()) != (two.get_linestyle(), two.get_marker())


def test_curves_have_a_panel_per_width_and_a_look_per_line():
    rows = [(w, name, x, w + x + y) for w in (3, 5) for name in "abcdef" for x in (0, 1) for y in (0, 1, 5)]
    table = pd.DataFrame(rows, columns=["width", "name", "x", "y"])
    with style.styled():
        figure, panels = organism_networks.curves_by_width(table, "name", "x", "y", 2.5)
    assert list(panels) == [3, 5]
    assert figure.get_size_inches()[1] == 2.5
    assert [axes.get_title(loc="left") for axes in panels.values()] == ["width 3", "width 5"]
    lines = panels[5].lines
    assert [line.get_label() for line in lines] == list("abcdef")
    np.testing.assert_allclose([line.get_ydata() for line in lines], [[6, 7]] * 6)
    bottom, top = panels[5].collections[0].get_datalim(panels[5].transData).intervaly
    assert (bottom, top) == pytest.approx((5.5, 9))
    assert [line.get_color() for line in lines] == [colour for colour, _, _ in organism_networks._LINES]


def test_no_two_lines_share_colour_dashes_or_mark():
    for looks in zip(*organism_networks._LINES, strict=True):
        assert len(set(looks)) == 6
