"""Diagrams of small nets: cells as circles, weights as edges."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from torch import Tensor

from srnn_lib.figures.style import ACCENT, INK, MUTED, WIDTH, Drawing, styled
from srnn_lib.replicators.architecture import Architecture

NEGATIVE = "#D55E00"


def net_diagrams(
    architecture: Architecture,
    nets: dict[str, Float[Tensor, " W"]],
    inputs: Sequence[str],
    caption: str,
    alt: str,
) -> Drawing:
    """Feed-forward nets side by side, edges as wide as their weights.

    Args:
        architecture: Of all of them.
        nets: Title and weights of each.
        inputs: Words for the input cells, from the top.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    with styled():
        figure, panels = plt.subplots(1, len(nets), figsize=(WIDTH, 2.6))
        for axes, (title, weights) in zip(np.atleast_1d(panels), nets.items(), strict=True):
            _edges(axes, architecture, weights)
            _cells(axes, architecture, inputs)
            axes.set_title(title)
            axes.set_axis_off()
            axes.set_xlim(-1.15, len(architecture.widths) - 0.55)
    return Drawing(figure, caption, alt)


def _height(cell: int, width: int) -> float:
    return (width - 1) / 2 - cell


def _edges(axes: Axes, architecture: Architecture, weights: Tensor) -> None:
    for layer, matrix in enumerate(architecture.layers(weights[None])):
        rows, columns = matrix.shape[1:]
        for target, source in np.ndindex(rows, columns):
            weight = float(matrix[0, target, source])
            ends = [layer, layer + 1], [_height(source, columns), _height(target, rows)]
            if weight == 0:
                axes.plot(*ends, ":", color=MUTED, linewidth=0.7, zorder=1)
                continue
            line, colour = ("-", ACCENT) if weight > 0 else ("--", NEGATIVE)
            axes.plot(*ends, line, color=colour, linewidth=0.4 + 2.6 * abs(weight), zorder=2, alpha=0.85)


def _cells(axes: Axes, architecture: Architecture, inputs: Sequence[str]) -> None:
    for layer, width in enumerate(architecture.widths):
        heights = [_height(cell, width) for cell in range(width)]
        axes.scatter([layer] * width, heights, s=110, color="white", edgecolor=INK, linewidth=1.1, zorder=3)
    for word, cell in zip(inputs, range(architecture.widths[0]), strict=True):
        axes.text(-0.18, _height(cell, architecture.widths[0]), word, ha="right", va="center", fontsize=8.5)
    axes.text(len(architecture.widths) - 0.82, 0, "new $v$", ha="left", va="center", fontsize=8.5)
