"""Diagrams of what the first two parts define: small nets, and organisms made of them."""

from collections.abc import Sequence
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import Tensor

from srnn_lib.figures.style import ACCENT, INK, MUTED, OUTCOME_COLOURS, WIDTH, styled
from srnn_lib.organisms.organism import Organism
from srnn_lib.replicators.architecture import Architecture

_NEGATIVE = "#D55E00"
_REPLICATION, _TASK = "#BBBBBB", OUTCOME_COLOURS["fixpoint"]
_INPUTS = ("weight $v$", "layer $l$", "cell $c$", "place $p$", "task $x$")


@styled()
def net_diagrams(architecture: Architecture, nets: dict[str, Float[Tensor, " W"]], inputs: Sequence[str]) -> Figure:
    """Feed-forward nets side by side, edges as wide as their weights.

    Args:
        architecture: Of all of them.
        nets: Title and weights of each.
        inputs: Words for the input cells, from the top.
    """
    figure, panels = plt.subplots(1, len(nets), figsize=(WIDTH, 2.6))
    for axes, (title, weights) in zip(np.atleast_1d(panels), nets.items(), strict=True):
        _edges(axes, architecture, weights)
        _cells(axes, architecture, inputs)
        axes.set(title=title, xlim=(-1.15, len(architecture.widths) - 0.55))
        axes.set_axis_off()
    return figure


def _edges(axes: Axes, architecture: Architecture, weights: Tensor) -> None:
    for layer, (matrix,) in enumerate(architecture.layers(weights[None])):
        after, before = (_heights(width) for width in matrix.shape)
        for (target, source), weight in np.ndenumerate(matrix.double().numpy()):
            ends = [layer, layer + 1], [before[source], after[target]]
            if weight == 0:
                axes.plot(*ends, ":", color=MUTED, linewidth=0.7, zorder=1)
            else:
                line, colour = ("-", ACCENT) if weight > 0 else ("--", _NEGATIVE)
                axes.plot(*ends, line, color=colour, linewidth=0.4 + 2.6 * abs(weight), zorder=2, alpha=0.85)


def _cells(axes: Axes, architecture: Architecture, inputs: Sequence[str]) -> None:
    for layer, width in enumerate(architecture.widths):
        axes.scatter([layer] * width, _heights(width), s=110, color="white", edgecolor=INK, linewidth=1.1, zorder=3)
    for word, height in zip(inputs, _heights(architecture.widths[0]), strict=True):
        axes.text(-0.18, height, word, ha="right", va="center", fontsize=8.5)
    axes.text(len(architecture.widths) - 0.82, 0, "new $v$", ha="left", va="center", fontsize=8.5)


def _heights(width: int, spacing: float = 1.0) -> np.ndarray:
    return spacing * ((width - 1) / 2 - np.arange(width))


@styled()
def anatomy(organism: Organism) -> Figure:
    """A particle, a cell made of particles (the first of the second layer), and the organism made of cells.

    Source: ON Fig. 1.
    """
    figure, panels = plt.subplots(1, 3, figsize=(WIDTH, 2.9), gridspec_kw={"width_ratios": (1.35, 1, 1.2)})
    _particle(panels[0], organism.particle.widths)
    _cell(panels[1], organism.widths[1])
    _organism(panels[2], organism)
    for axes, title in zip(panels, ("(a) particle", "(b) cell", "(c) organism"), strict=True):
        axes.set(title=title, ylim=(-2.6, 2.5))
        axes.set_axis_off()
    return figure


def _dots(axes: Axes, place: float, heights: np.ndarray, colour: str = "white", marker: str = "o") -> None:
    axes.scatter([place] * len(heights), heights, s=95, color=colour, marker=marker, edgecolor=INK, zorder=3)


def _particle(axes: Axes, widths: Sequence[int]) -> None:
    """Rows of cells; replication inputs are grey squares, the task input a green disc."""
    for layer, (before, after) in enumerate(pairwise(widths)):
        for low, high in product(_heights(before, 0.9), _heights(after, 0.9)):
            axes.plot([layer, layer + 1], [low, high], color=MUTED, linewidth=0.6, zorder=1)
        _dots(axes, layer + 1, _heights(after, 0.9))
    entries = _heights(5, 0.9)
    _dots(axes, 0, entries[:4], _REPLICATION, "s")
    _dots(axes, 0, entries[4:], _TASK)
    for word, height in zip(_INPUTS, entries, strict=True):
        axes.text(-0.3, height, word, ha="right", va="center", fontsize=8.5)
    axes.text(len(widths) - 0.7, 0, "new $v$,\nor $g\\,x$", ha="left", va="center", fontsize=8.5)
    axes.set_xlim(-2.0, len(widths) + 0.6)


def _cell(axes: Axes, particles: int) -> None:
    """One signal through each particle, and the sum of what they answer."""
    for number, height in enumerate(_heights(particles, 1.5)):
        axes.plot([-0.8, 0], [height, height], color=_TASK, linewidth=1.4, zorder=1)
        axes.plot([0, 2.2], [height, 0], color=ACCENT, linewidth=1.3, zorder=1)
        box = FancyBboxPatch((-0.42, height - 0.42), 0.84, 0.84, "round,pad=0.04", facecolor="white", edgecolor=ACCENT)
        axes.add_patch(box).set_zorder(2)
        axes.text(0, height, rf"$\mathcal{{N}}_{number}$", ha="center", va="center", fontsize=9)
        axes.text(-0.9, height, f"$x_{number}$", ha="right", va="center", fontsize=9)
    _dots(axes, 2.2, np.zeros(1))
    axes.text(2.2, 0.32, r"$\sum$", ha="center", va="bottom", fontsize=9)
    axes.plot([2.2, 3.0], [0, 0], color=INK, linewidth=1.0, zorder=1)
    axes.set_xlim(-1.4, 3.2)


def _organism(axes: Axes, organism: Organism) -> None:
    """All cells, and a square for the particle on every edge; those of the cell drawn beside it are marked."""
    for layer, target, source in organism.cells.tolist():
        ends = _heights(organism.widths[layer], 1.5)[source], _heights(organism.widths[layer + 1], 1.5)[target]
        shown = layer == 1 and target == 0
        colour = ACCENT if shown else MUTED
        axes.plot([layer, layer + 1], ends, color=colour, linewidth=1.3 if shown else 0.7, zorder=2 if shown else 1)
        axes.scatter(layer + 0.24, ends[0] + 0.24 * (ends[1] - ends[0]), s=26, marker="s", zorder=3,
                     color=ACCENT if shown else "white", edgecolor=colour, linewidth=0.9)  # fmt: skip
    for layer, width in enumerate(organism.widths):
        _dots(axes, layer, _heights(width, 1.5), _TASK if layer == 0 else "white")
    axes.set_xlim(-0.4, len(organism.widths) - 0.6)
