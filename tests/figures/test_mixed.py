"""What the figure of shares draws, read back from its axes."""

import numpy as np
import pandas as pd
import pytest

from srnn_lib.figures import mixed

STEPS = [0, 50, 100]


def table(outcomes=("zero", "fixpoint"), margins=(1e-5, 1e-4), reductions=("weightwise", "aggregating")):
    rows = [
        {"margin": margin, "reduction": reduction, "steps": steps, "outcome": outcome,
         "share": share, "low": share - 0.05, "high": share + 0.05}
        for margin in margins
        for reduction in reductions
        for outcome, height in zip(outcomes, (0.2, 0.6, 0.8), strict=False)
        for steps, share in zip(STEPS, (height, height + 0.1, height + 0.2), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def drawn(*args, **kwargs):
    return mixed.share_lines(*args, across="steps of training", **kwargs)


def test_a_panel_for_every_margin_and_reduction():
    titles = [axes.get_title(loc="left") for axes in drawn(table()).axes]
    assert [title.split(",")[0] for title in titles] == ["weightwise", "aggregating"] * 2
    assert ["{-5}" in title for title in titles] == [True, True, False, False]
    assert ["{-4}" in title for title in titles] == [False, False, True, True]


def test_lines_and_bands_stand_where_the_table_says():
    axes = drawn(table()).axes[0]
    assert [line.get_xdata().tolist() for line in axes.lines] == [STEPS, STEPS]
    np.testing.assert_allclose([line.get_ydata() for line in axes.lines], [[0.2, 0.3, 0.4], [0.6, 0.7, 0.8]])
    bottom, top = axes.collections[0].get_datalim(axes.transData).intervaly
    assert (bottom, top) == pytest.approx((0.15, 0.45))


def test_kinds_differ_in_line_marker_and_colour():
    lines = drawn(table(tuple(mixed._LOOKS))).axes[0].lines
    for seen in (lambda line: line.get_linestyle(), lambda line: line.get_marker(), lambda line: line.get_color()):
        assert len({seen(line) for line in lines}) == 3


def test_logged_values_are_open_marks_at_their_margin_only():
    logged = pd.DataFrame({"margin": 1e-4, "reduction": "weightwise", "steps": STEPS, "share": [0.1, 0.5, 0.9]})
    panels = drawn(table(), logged=logged).axes
    marks = [[line for line in axes.lines if line.get_label() == "authors' log"] for axes in panels]
    assert [len(found) for found in marks] == [0, 0, 1, 0]
    assert marks[2][0].get_ydata().tolist() == [0.1, 0.5, 0.9]
    assert (marks[2][0].get_linestyle(), marks[2][0].get_markerfacecolor()) == ("None", "none")


def test_the_legend_names_every_kind_once():
    figure = drawn(table(), names={"fixpoint": "non-zero"})
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["zero", "non-zero"]


def test_one_panel_is_enough():
    assert len(drawn(table(margins=(1e-5,), reductions=("recurrent",))).axes) == 1


def test_an_unknown_outcome_is_refused(refused):
    with refused("outcome is 'zeros'", "did you mean 'zero'"):
        drawn(table().replace("zero", "zeros"))
