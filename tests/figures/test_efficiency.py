"""What the figures of neurons draw, read back from their axes."""

import numpy as np
import torch
from matplotlib.colors import to_rgba

from srnn_lib.figures import efficiency as figures


def panels():
    worth = torch.tensor([1e-4, 1e-2, 1.0, 0.5])
    return {
        "one": (worth, torch.tensor([1e-6, -1e-3, 0.1, 0.0])),
        "other": (2 * worth, torch.tensor([0.1, 0.2, 0.3, 0.4])),
    }


def test_every_neuron_is_where_its_measure_and_the_size_of_its_cost_are():
    one, other = figures.worth_and_cost(panels()).axes
    assert [axes.get_title("left") for axes in (one, other)] == ["one", "other"]
    assert {each.get_xscale() for each in (one, other)} == {each.get_yscale() for each in (one, other)} == {"log"}
    rises, falls = (marks.get_offsets() for marks in one.collections)
    np.testing.assert_allclose(rises, [[1e-6, 1e-4], [0.1, 1]], rtol=1e-6)
    np.testing.assert_allclose(falls, [[1e-3, 1e-2]], rtol=1e-6)
    assert len(other.collections[0].get_offsets()) == 4
    assert len(other.collections[1].get_offsets()) == 0


def test_rises_and_falls_differ_by_more_than_colour():
    axes = figures.worth_and_cost(panels()).axes[0]
    rises, falls = axes.collections
    assert len(rises.get_paths()[0].vertices) != len(falls.get_paths()[0].vertices)
    assert len(falls.get_facecolor()) == 0
    np.testing.assert_allclose(falls.get_edgecolor()[0], to_rgba(figures.SECOND))


def test_both_are_named_once():
    figure = figures.worth_and_cost(panels())
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(figures._SIDES)
