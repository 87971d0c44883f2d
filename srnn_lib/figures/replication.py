"""Figures of neurons that were added to trained networks: whether they help, and how they part from their parents."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from srnn_lib import checks
from srnn_lib.figures.style import ACCENT, INK, MUTED, SECOND, WIDTH, band, styled

_LOOKS = {
    "B1": (ACCENT, "o", "-"), "B2": (SECOND, "s", "--"), "B3": (INK, "^", ":"), "B4": (MUTED, "D", "-"),
    "B5": (MUTED, "x", "-"),
}  # fmt: skip
"""Colour, mark and line of an algorithm: no two share a mark."""
_SPREAD = 0.28
"""Half the height, in rows, over which the runs of a row are spread."""


@styled()
def change_panels(table: pd.DataFrame, after: Sequence[int]) -> Figure:
    """ΔH of every run, a panel per net and time; the bar spans the middle half of the runs, its stroke is the median.

    Zero is a thin line where it is in range; a dotted one is the median of B5, without a new neuron.

    Args:
        table: As `experiments.replication.replication_table` returns it; shown are those whose parent is the most
            efficient neuron, and those without one, if their algorithm has a look.
        after: The paper's epochs, one column of panels each.

    Raises:
        BadInput: An epoch that the table does not have.
    """
    shown = table[table["parent"].isin(["most", ""]) & table["algorithm"].isin(_LOOKS)]
    nets = shown.groupby("net", sort=False)
    for epoch in after:
        if epoch not in set(shown["after"]):
            raise checks.bad_input("after", epoch, f"one of {sorted(set(shown['after']))}")
    size = (WIDTH, 0.6 + 1.75 * len(nets))
    figure, grid = plt.subplots(len(nets), len(after), figsize=size, squeeze=False, sharey=True)
    for row, (net, rows) in zip(grid, nets, strict=True):
        for axes, epoch in zip(row, after, strict=True):
            _strips(axes, rows[rows["after"] == epoch])
            axes.set_title(f"{net}, {epoch:,} epochs")
    plt.setp(grid[-1], xlabel=r"$\Delta\langle H\rangle$")
    return figure


def _strips(axes: Axes, rows: pd.DataFrame) -> None:
    for place, (algorithm, (colour, mark, _)) in enumerate(_LOOKS.items()):
        values = np.sort(rows.loc[rows["algorithm"] == algorithm, "change"].to_numpy())
        heights = place + np.linspace(-_SPREAD, _SPREAD, len(values)) if len(values) > 1 else [place] * len(values)
        axes.scatter(
            values, heights, s=14, marker=mark, color=colour, alpha=0.8, linewidth=0.9, zorder=3, gid=algorithm
        )
        if len(values):
            low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
            axes.barh(place, high - low, 0.8, low, color=colour, alpha=0.18, linewidth=0, gid="middle half")
            axes.vlines(middle, place - 0.4, place + 0.4, color=colour, linewidth=1.6, gid="median")
    low, high = rows["change"].min(), rows["change"].max()
    margin = 0.08 * (high - low) or 1.0
    for place, line in ((0, "-"), (rows.loc[rows["algorithm"] == "B5", "change"].median(), ":")):
        axes.axvline(place, linestyle=line, color=INK, alpha=0.5, linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(_LOOKS)), _LOOKS)
    axes.set(xlim=(low - margin, high + margin), ylim=(len(_LOOKS) - 0.4, -0.6))
    axes.xaxis.set_major_locator(MaxNLocator(3))


@styled()
def parting(table: pd.DataFrame) -> Figure:
    """How far twins are from being alike, 1 less the measure, on logarithmic scales: medians and middle halves of runs.

    Args:
        table: As `experiments.replication.replication_table` returns it; shown are the children of the most efficient
            parent, after birth.
    """
    shown = table[(table["parent"] == "most") & (table["after"] > 0)]
    nets = shown.groupby("net", sort=False)
    figure, grid = plt.subplots(2, len(nets), figsize=(WIDTH, 4.4), squeeze=False, sharex=True, sharey="row")
    for (top, bottom), (net, rows) in zip(grid.T, nets, strict=True):
        _apart(top, rows, "correlation")
        _apart(bottom, rows, "cosine")
        top.set_title(net)
        bottom.set_xlabel("epochs after birth")
    grid[0, 0].set_ylabel("1 − |correlation|")
    grid[1, 0].set_ylabel("1 − cosine")
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _apart(axes: Axes, rows: pd.DataFrame, measure: str) -> None:
    for algorithm, group in rows.groupby("algorithm"):
        colour, mark, line = _LOOKS[algorithm]
        quartiles = (1 - group.set_index("after")[measure]).groupby("after").quantile([0.25, 0.5, 0.75]).unstack()
        band(axes, quartiles.index, quartiles.to_numpy().T, color=colour, alpha=0.15, linestyle=line, marker=mark,
             markersize=4.5, label=algorithm)  # fmt: skip
    axes.set(xscale="log", yscale="log")
    axes.set_xticks(sorted(set(rows["after"])), [f"{each:,}" for each in sorted(set(rows["after"]))])
    axes.minorticks_off()
    axes.grid(color=INK, alpha=0.12, linewidth=0.6)
