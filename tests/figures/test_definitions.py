"""What the diagrams of nets and of organisms draw, read back from their axes."""

import pytest
from matplotlib.colors import to_hex

from srnn_lib.figures import definitions as figures
from srnn_lib.organisms.organism import Organism
from srnn_lib.replicators import population
from srnn_lib.replicators.architecture import Architecture


def test_diagrams_tell_signs_and_zeros_apart():
    shape = Architecture((4, 2, 2, 1))
    weights = population.identity(shape, sign=-1.0)[0]
    (axes,) = figures.net_diagrams(shape, {"net": weights}, "abcd").axes
    styles = [line.get_linestyle() for line in axes.lines]
    assert (styles.count("--"), styles.count("-"), styles.count(":")) == (1, 2, 11)


def test_diagrams_stand_side_by_side_under_their_titles():
    shape = Architecture((3, 2, 1))
    weights = population.identity(shape)[0]
    panels = figures.net_diagrams(shape, {"one": weights, "other": 0 * weights}, ["a", "b", "c"]).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["one", "other"]
    assert [text.get_text() for text in panels[0].texts] == ["a", "b", "c", "new $v$"]
    assert [len(cells.get_offsets()) for cells in panels[0].collections] == [3, 2, 1]
    assert {line.get_linestyle() for line in panels[1].lines} == {":"}


def circles(axes):
    """Number of marks of each scatter on the axes that are not edges' particles."""
    return [len(marks.get_offsets()) for marks in axes.collections if marks.get_sizes()[0] > 50]


@pytest.mark.parametrize("widths", [(5, 3, 3, 1), (5, 3, 3, 3, 1)])
def test_the_drawing_has_the_cells_and_particles_of_the_organism(widths):
    organism = Organism((2, 3, 3, 1), particle=Architecture(widths))
    particle, cell, whole = figures.anatomy(organism).axes
    assert len(particle.lines) == organism.particle.weight_count
    assert sorted(circles(particle)) == sorted([*widths[1:], 4, 1])
    assert len(cell.patches) == 3
    assert len(whole.lines) == organism.particles
    assert circles(whole) == [2, 3, 3, 1]
    squares = [marks for marks in whole.collections if marks.get_sizes()[0] < 50]
    assert len(squares) == organism.particles
    filled = [marks for marks in squares if to_hex(marks.get_facecolor()[0]) != "#ffffff"]
    assert len(filled) == len(cell.patches)
