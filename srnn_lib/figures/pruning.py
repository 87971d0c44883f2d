"""Figures of what is left of organisms without some of their particles."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from srnn_lib.figures.organism_networks import curves_by_width
from srnn_lib.figures.style import ACCENT, INK, MUTED, WIDTH, styled


@styled()
def accuracies(table: pd.DataFrame) -> Figure:
    """Test accuracies by method, one mark per organism and a bar at the median; one panel per width.

    Args:
        table: One row per organism and method: `width`, `method`, `accuracy`. Methods keep their order.
    """
    widths, methods = table.groupby("width", sort=False), table["method"].unique()
    size = (WIDTH, 1.1 + 0.32 * len(methods))
    figure, (panels,) = plt.subplots(1, len(widths), figsize=size, sharex=True, sharey=True, squeeze=False)
    for axes, (width, rows) in zip(panels, widths, strict=True):
        for place, method in enumerate(methods):
            values = rows.loc[rows["method"] == method, "accuracy"].to_numpy()
            offsets = place + np.linspace(-0.22, 0.22, len(values))
            axes.plot(
                values, offsets, "o", color=ACCENT, markeredgecolor="white", markersize=5, zorder=3, gid="networks"
            )
            stroke = [place - 0.38, place + 0.38]
            axes.plot([np.median(values)] * 2, stroke, color=INK, linewidth=1.8, zorder=2, gid="median")
        axes.axvline(0.1, color=MUTED, linestyle=":", linewidth=1)
        axes.set(title=f"width {width}", xlabel="test accuracy")
        axes.grid(axis="y", alpha=0.25)
    panels[0].set_yticks(range(len(methods)), methods)
    panels[0].invert_yaxis()
    return figure


@styled()
def accuracy_curves(table: pd.DataFrame, marks: Mapping[int, Sequence[float]]) -> Figure:
    """Accuracy against the share of weights removed, by method: medians over organisms, quartiles as a band.

    Args:
        table: One row per organism, method and sparsity: `width`, `method`, `sparsity`, `accuracy`.
        marks: Sparsities marked at the lower edge, per width: those of the replicators.
    """
    figure, panels = curves_by_width(table, "method", "sparsity", "accuracy", 3.9)
    for width, axes in panels.items():
        axes.plot(marks[width], [0.02] * len(marks[width]), "|", color=INK, markersize=9, label="replicators")
        axes.set(xlabel="share of weights removed", ylim=(0, 1))
    figure.axes[0].set_ylabel("test accuracy")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
