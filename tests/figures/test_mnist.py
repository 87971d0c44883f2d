"""What the figures of learning organisms draw, read back from their axes."""

import numpy as np
import pandas as pd
import pytest
import torch

from srnn_lib.figures import mnist
from srnn_lib.replicators.fixpoints import OUTCOMES


def curves(*names, panels=("width 3",)):
    values = torch.tensor([[1.0, 2.0, 6.0], [0.1, 0.2, 0.3]])
    return pd.concat(mnist.over_seeds(values, [0, 5], panel, name) for panel in panels for name in names)


def test_rows_are_medians_and_ranges_over_seeds():
    table = curves("task")
    assert table["epoch"].tolist() == [0, 5]
    np.testing.assert_allclose(table[["low", "median", "high"]], [[1, 2, 6], [0.1, 0.2, 0.3]], rtol=1e-6)


def test_losses_are_above_on_a_logarithmic_axis_and_accuracies_below():
    figure = mnist.learning_curves(curves(*mnist.CURVES, panels=("width 3", "width 5")))
    top, bottom = figure.axes[:2], figure.axes[2:]
    assert [axes.get_title(loc="left") for axes in top] == ["width 3", "width 5"]
    assert [[line.get_label() for line in axes.lines] for axes in top] == [list(mnist._LOSSES)] * 2
    assert [[line.get_label() for line in axes.lines] for axes in bottom] == [list(mnist.CURVES)[2:]] * 2
    assert {axes.get_yscale() for axes in top} == {"log"}
    assert {axes.get_yscale() for axes in bottom} == {"linear"}
    np.testing.assert_allclose(top[0].lines[0].get_ydata(), [2.0, 0.2], rtol=1e-6)
    band = top[0].collections[0].get_datalim(top[0].transData)
    assert (band.y0, band.y1) == pytest.approx((0.1, 6.0))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(mnist.CURVES)


def test_curves_of_a_panel_differ_in_line_and_colour():
    for names in (mnist._LOSSES, [name for name in mnist.CURVES if name not in mnist._LOSSES]):
        looks = [mnist.CURVES[name][:2] for name in names]
        for part in zip(*looks, strict=True):
            assert len(set(part)) == len(names)


def test_an_unknown_curve_is_refused(refused):
    with refused("curve is 'tasks'", "did you mean 'task'"):
        mnist.learning_curves(curves("tasks"))


def codes(*names):
    return torch.tensor([OUTCOMES.index(name) for name in names])


def test_areas_are_stacked_means_with_a_line_per_seed():
    start = torch.stack([codes("other", "other"), codes("other", "other")])
    end = torch.stack([codes("fixpoint", "fixpoint"), codes("fixpoint", "other")])
    types = {"width 3": (torch.tensor([0, 10]), torch.stack([start, end]))}
    figure = mnist.type_areas(types)
    (axes,) = figure.axes
    replicators, others = (area.get_datalim(axes.transData) for area in axes.collections)
    assert (replicators.y0, replicators.y1, others.y0, others.y1) == (0, 0.75, 0, 1)
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0, 1], [0, 0.5]]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(labels) == ["other", "replicators", "replicators of each seed"]


def test_without_replicators_there_are_no_lines():
    types = {"width 3": (torch.tensor([0, 10]), codes("zero", "other").expand(2, 3, 2))}
    (axes,) = mnist.type_areas(types).axes
    assert [area.get_label() for area in axes.collections] == ["zero", "other"]
    assert not axes.lines


def test_boxes_stand_side_by_side_for_every_group():
    rows = [
        {"group": group, "noise": noise, "time_to_vergence": 9 * noise, "time_as_fixpoint": held}
        for group, held in (("MNIST", 1), ("alone", 2))
        for noise in (1e-2, 1e-1)
    ]
    figure = mnist.lasting_boxes(pd.DataFrame(rows))
    vergence, holding = figure.axes
    assert [axes.get_ylabel() for axes in figure.axes] == ["time to vergence", "time as fixpoint"]
    heights = [[line.get_ydata()[0] for line in group.medians] for group in vergence.containers]
    np.testing.assert_allclose(heights, [[0.9, 0.09]] * 2)
    assert [[line.get_ydata()[0] for line in group.medians] for group in holding.containers] == [[1, 1], [2, 2]]
    assert len({group.boxes[0].get_hatch() for group in holding.containers}) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["MNIST", "alone"]
    assert holding.get_xlabel() == "standard deviation of the noise per weight"
