"""What the figures of organisms on images draw, read back from their axes."""

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, to_hex

from srnn_lib.figures import specialists as figures
from srnn_lib.organisms.organism import Organism

SHAPE = Organism((9, 2, 2, 3), activation="gelu")


def test_a_map_is_the_image_row_by_row_with_its_own_scale():
    values = torch.arange(9.0) + 1
    maps = {"counts": values, "gradient": values / 1e6, "mean": values * 0}
    figure = figures.pixel_maps(maps, logarithmic=["gradient"], columns=2)
    panels = [axes for axes in figure.axes if axes.get_images()]
    assert [axes.get_title(loc="left") for axes in panels] == list(maps)
    shown = [axes.get_images()[0] for axes in panels]
    assert np.array_equal(shown[0].get_array(), values.reshape(3, 3))
    assert [isinstance(image.norm, LogNorm) for image in shown] == [False, True, False]
    assert all(image.colorbar is not None for image in shown)


def test_every_particle_is_a_line_in_the_panel_of_its_type():
    replicators = torch.zeros(SHAPE.particles, dtype=torch.bool)
    replicators[8] = True  # from the last input to the first hidden cell
    left, right = figures.connections(SHAPE, replicators).axes
    lines = [next(c for c in axes.collections if isinstance(c, LineCollection)) for axes in (left, right)]
    assert [len(each.get_segments()) for each in lines] == [1, SHAPE.particles - 1]
    assert lines[0].get_segments()[0].tolist() == [[0, 1], [1, 0]]
    assert to_hex(lines[0].get_color()[0]) == to_hex(figures._TYPES["replicators"])
    titles = [axes.get_title(loc="left") for axes in (left, right)]
    assert titles == ["replicators (1)", f"others ({SHAPE.particles - 1})"]


def test_paths_stand_in_the_column_of_their_type_on_common_and_on_own_components(seeded):
    recorded = torch.randn(6, 10, 27, generator=seeded())
    replicators = torch.arange(10) < 3
    panels = figures.type_trajectories(recorded, replicators, 5, shown=4).axes
    assert [len(axes.lines) for axes in panels] == [3, 3, 4, 4]
    heights = {tuple(line.get_data_3d()[2]) for axes in panels for line in axes.lines}
    assert heights == {(0, 5, 10, 15, 20, 25)}
    common, own = (axes.lines[0].get_data_3d()[0] for axes in panels[:2])
    assert not np.allclose(common, own)


def test_no_particle_of_a_type_leaves_its_panels_empty(seeded):
    figure = figures.type_trajectories(
        torch.randn(3, 4, 27, generator=seeded()), torch.zeros(4, dtype=torch.bool), 5, shown=2
    )
    assert [len(axes.lines) for axes in figure.axes] == [0, 0, 2, 2]


def test_shares_run_over_the_deciles_of_each_moment():
    rows = [(3, moment, d, d / 10) for moment in ("early", "late") for d in range(1, 11)]
    table = pd.DataFrame(rows, columns=["width", "moment", "decile", "share"])
    (axes,) = figures.shares_by_decile(table, "the gradient").axes
    assert [line.get_label() for line in axes.lines] == ["early", "late"]
    assert axes.lines[0].get_ydata() == pytest.approx(np.arange(1, 11) / 10)
    assert axes.get_xlabel() == "decile of the gradient"
