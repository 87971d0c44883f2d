"""Figures of neurons that were added to trained networks: whether they help, and how they part from their parents."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from srnn_lib import checks
from srnn_lib.figures.style import ACCENT, INK, MUTED, SECOND, WIDTH, Drawing, styled

LOOKS = {
    "B1": (ACCENT, "o", "-"),
    "B2": (SECOND, "s", "--"),
    "B3": (INK, "^", ":"),
    "B4": (MUTED, "D", "-"),
    "B5": (MUTED, "x", "-"),
}
"""Colour, mark and line of an algorithm: no two share a mark."""
SPREAD = 0.28
"""Half the height, in rows, over which the runs of a row are spread."""


def changes(table: pd.DataFrame, after: Sequence[int], caption: str, alt: str) -> Drawing:
    """ΔH of every run, a panel per net and time; the bar spans the middle half of the runs, its stroke is the median.

    Zero is a thin line where it is in range; a dotted one is the median of B5, without a new neuron.

    Args:
        table: Rows of `lifecycle.offspring.table`; of the ways, those whose parent is the most efficient neuron or
            that have none are shown if their algorithm is in `LOOKS`.
        after: The paper's epochs, one column of panels each.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Raises:
        BadInput: An epoch that the table does not have.
    """
    shown = table[table["parent"].isin(["most", ""]) & table["algorithm"].isin(LOOKS)]
    nets = list(dict.fromkeys(shown["net"]))
    for epoch in after:
        if epoch not in set(shown["after"]):
            raise checks.refuse("after", epoch, f"one of {sorted(set(shown['after']))}")
    with styled():
        size = (WIDTH, 0.6 + 1.75 * len(nets))
        figure, grid = plt.subplots(len(nets), len(after), figsize=size, squeeze=False, sharey=True)
        for row, net in zip(grid, nets, strict=True):
            for axes, epoch in zip(row, after, strict=True):
                _strips(axes, shown[(shown["net"] == net) & (shown["after"] == epoch)])
                axes.set_title(f"{net}, {epoch:,} epochs")
        for axes in grid[-1]:
            axes.set_xlabel(r"$\Delta\langle H\rangle$")
    return Drawing(figure, caption, alt)


def _strips(axes: Axes, rows: pd.DataFrame) -> None:
    for place, (algorithm, (colour, mark, _)) in enumerate(LOOKS.items()):
        values = np.sort(rows.loc[rows["algorithm"] == algorithm, "change"].to_numpy())
        heights = place + np.linspace(-SPREAD, SPREAD, len(values)) if len(values) > 1 else [place] * len(values)
        axes.scatter(values, heights, s=14, marker=mark, color=colour, alpha=0.8, linewidth=0.9, zorder=3)
        if len(values):
            low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
            axes.barh(place, high - low, 0.8, low, color=colour, alpha=0.18, linewidth=0)
            axes.vlines(middle, place - 0.4, place + 0.4, color=colour, linewidth=1.6)
    low, high = rows["change"].min(), rows["change"].max()
    margin = 0.08 * (high - low) or 1.0
    for place, line in ((0, "-"), (rows.loc[rows["algorithm"] == "B5", "change"].median(), ":")):
        axes.axvline(place, linestyle=line, color=INK, alpha=0.5, linewidth=0.8, zorder=0)
    axes.set_xlim(low - margin, high + margin)
    axes.set_yticks(range(len(LOOKS)), LOOKS)
    axes.set_ylim(len(LOOKS) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(3))


def parting(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """How far twins are from being alike, 1 less the measure, on logarithmic scales: medians and middle halves of runs.

    Args:
        table: Rows of `lifecycle.offspring.table`; shown are those of the most efficient parent, after birth.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    shown = table[(table["parent"] == "most") & (table["after"] > 0)]
    nets = list(dict.fromkeys(shown["net"]))
    labels = {"correlation": "1 − |correlation|", "cosine": "1 − cosine"}
    with styled():
        layout = {"squeeze": False, "sharex": True, "sharey": "row"}
        figure, grid = plt.subplots(2, len(nets), figsize=(WIDTH, 4.4), **layout)
        for row, (measure, label) in zip(grid, labels.items(), strict=True):
            for axes, net in zip(row, nets, strict=True):
                _apart(axes, shown[shown["net"] == net], measure)
            row[0].set_ylabel(label)
        for net, top, bottom in zip(nets, *grid, strict=True):
            top.set_title(net)
            bottom.set_xlabel("epochs after birth")
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Drawing(figure, caption, alt)


def _apart(axes: Axes, rows: pd.DataFrame, measure: str) -> None:
    for algorithm, group in rows.groupby("algorithm"):
        colour, mark, line = LOOKS[algorithm]
        quartiles = (1 - group.set_index("after")[measure]).groupby("after").quantile([0.25, 0.5, 0.75]).unstack()
        low, middle, high = quartiles.to_numpy().T
        axes.plot(quartiles.index, middle, line, marker=mark, markersize=4.5, color=colour, label=algorithm)
        axes.fill_between(quartiles.index, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.set(xscale="log", yscale="log")
    axes.set_xticks(sorted(set(rows["after"])), [f"{each:,}" for each in sorted(set(rows["after"]))])
    axes.minorticks_off()
    axes.grid(color=INK, alpha=0.12, linewidth=0.6)
