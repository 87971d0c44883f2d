"""Figures of death: what neurons are worth and what it costs to lose them, while training and compression go on."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from srnn_lib import checks
from srnn_lib.figures.style import ACCENT, INK, MUTED, OUTCOME_COLOURS, SECOND, WIDTH, band, styled

_ALGORITHMS = {
    "A1": (ACCENT, "o", "A1, connection cut"),
    "A2": (SECOND, "^", "A2, probability"),
    "A3": (INK, "s", "A3, covariance"),
    "A4": (OUTCOME_COLOURS["fixpoint"], "D", "A4, best fit"),
}
"""Colour, mark and name of each algorithm."""
_NETS = {"N1": (ACCENT, "-", "o"), "N2": (SECOND, "--", "^"), "N3": (INK, ":", "s")}
_METHODS = {
    **{name: (colour, "-", mark) for name, (colour, mark, _) in _ALGORITHMS.items()},
    "random": (MUTED, ":", "x"),
    "random + fit": (OUTCOME_COLOURS["fixpoint"], ":", "d"),
    "magnitude": ("#CC79A7", "--", "v"),
    "taylor": ("#D55E00", "--", "P"),
    "magnitude + mean": ("#CC79A7", "-.", "<"),
    "outgoing + mean": ("#56B4E9", "-.", ">"),
    "taylor + mean": ("#D55E00", "-.", "*"),
}
_CHANGE = r"$\Delta\langle H\rangle$"


@styled()
def efficiency_and_cost(rows: pd.DataFrame, epochs: Sequence[int], logarithmic: Sequence[str]) -> Figure:
    """What every neuron is worth against what its removal costs: one row of panels per net, one column per epoch.

    Args:
        rows: One per neuron and algorithm: net, epoch, algorithm, worth, cost.
        epochs: Those to show.
        logarithmic: Nets whose panels have logarithmic axes; neurons with a cost of 0 or less are left out there.

    Source: BI Fig. 1.
    """
    nets = rows.groupby("net", sort=False)
    figure, grid = plt.subplots(len(nets), len(epochs), figsize=(WIDTH, 2.5 * len(nets)), squeeze=False)
    for line, (net, some) in zip(grid, nets, strict=True):
        for axes, epoch in zip(line, epochs, strict=True):
            _marks(axes, some[some["epoch"] == epoch], net in logarithmic)
            axes.set_title(f"{net}, epoch {epoch:,}")
    plt.setp(grid[:, 0], ylabel="efficiency $E$ ($E'$)")
    plt.setp(grid[-1], xlabel=_CHANGE)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _marks(axes: Axes, rows: pd.DataFrame, logarithmic: bool) -> None:
    for algorithm, some in rows.groupby("algorithm"):
        colour, mark, label = _ALGORITHMS[checks.choice("algorithm", algorithm, _ALGORITHMS)]
        shown = some[some["cost"] > 0] if logarithmic else some
        axes.scatter(shown["cost"], shown["worth"], s=15, marker=mark, label=label, rasterized=True, facecolor="none",
                     edgecolor=colour, linewidth=0.8, alpha=0.8)  # fmt: skip
    if logarithmic:
        axes.set(xscale="log", yscale="log")
        axes.minorticks_off()
        for axis in (axes.xaxis, axes.yaxis):
            _few_powers(axis)
    axes.grid(color=INK, alpha=0.12, linewidth=0.6)


def _few_powers(axis: Axis) -> None:
    """More numbers on a logarithmic axis that has a power of ten or two."""
    low, high = axis.get_view_interval()
    if high < 200 * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")


@styled()
def costs_over_time(
    rows: pd.DataFrame, least: pd.DataFrame, *, scale: str = "linear", floor: float | None = None
) -> Figure:
    """Cost of a removal against time: all neurons (solid), and the least efficient of each run (dashed).

    Bands are the mean plus and minus its standard error over the runs.

    Args:
        rows: One per neuron and algorithm: net, epoch, run, algorithm, cost.
        least: Such rows for the least efficient neuron of each run alone.
        scale: Of the costs, "linear", "log" or "symlog".
        floor: Where their axis begins, if not at the lowest of them; a logarithmic one cannot begin at 0 or below.

    Source: BI Fig. 2.
    """
    nets = rows["net"].unique()
    figure, (panels,) = plt.subplots(1, len(nets), figsize=(WIDTH, 3.4), squeeze=False, sharey=True)
    for axes, net in zip(panels, nets, strict=True):
        for algorithm, (colour, mark, label) in _ALGORITHMS.items():
            for word, line, some in (("mean", "-", rows), ("least efficient", "--", least)):
                mine = some[(some["net"] == net) & (some["algorithm"] == algorithm)]
                if len(mine):
                    look = {"color": colour, "linestyle": line, "marker": mark, "label": f"{label}: {word}"}
                    _band(axes, mine.groupby(["epoch", "run"])["cost"].mean().unstack(), look)
        axes.set(title=net, yscale=scale)
        axes.grid(color=INK, alpha=0.12, linewidth=0.6)
        _time(axes)
    if floor is not None and (floor > 0 or scale != "log"):
        panels[0].set_ylim(bottom=floor)
    if scale == "log":
        _few_powers(panels[0].yaxis)
    panels[0].set_ylabel(_CHANGE)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _time(axes: Axes) -> None:
    axes.set(xlabel="epoch", xlim=(0, None))
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter("{x:,.0f}")


def _band(axes: Axes, wide: pd.DataFrame, look: dict) -> None:
    """Mean over the columns, with its standard error (none with a single column)."""
    mean, error = wide.mean(axis=1), wide.sem(axis=1).fillna(0)
    band(axes, wide.index, (mean - error, mean, mean + error), alpha=0.18, markersize=3.5, markerfacecolor="none",
         markevery=max(1, len(wide) // 5), linewidth=1.2, **look)  # fmt: skip


@styled()
def slopes_over_time(rows: pd.DataFrame, limits: dict | None = None) -> Figure:
    """Slopes of the linear fits of efficiency against cost, with their intervals; one panel per algorithm.

    Args:
        rows: One per net, algorithm and epoch: slope, low, high.
        limits: Ends of the vertical axis by algorithm, where they shall not be those of the data.

    Source: BI Fig. 3.
    """
    algorithms = rows.groupby("algorithm", sort=False)
    figure, (panels,) = plt.subplots(1, len(algorithms), figsize=(WIDTH, 3.0), squeeze=False)
    for axes, (algorithm, some) in zip(panels, algorithms, strict=True):
        for net, line in some.groupby("net", sort=False):
            colour, dash, mark = _NETS[checks.choice("net", net, _NETS)]
            band(axes, line["epoch"], (line["low"], line["slope"], line["high"]), color=colour, alpha=0.18, marker=mark,
                 markerfacecolor="none", markersize=3.5, markevery=max(1, len(line) // 6), linestyle=dash,
                 label=net)  # fmt: skip
        axes.axhline(0, color=INK, linewidth=0.6)
        axes.set(title=_ALGORITHMS[algorithm][2], ylim=(limits or {}).get(algorithm))
        _time(axes)
    panels[0].set_ylabel("slope $b$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@styled()
def accuracy_and_size(rows: pd.DataFrame, panels: Sequence[Sequence[str]], titles: Sequence[str]) -> Figure:
    """Accuracy against the number of neurons removed: median over runs as a line, all runs as a band.

    Args:
        rows: One per method, run and number of neurons removed: accuracy.
        panels: Methods of each panel.
        titles: Of the panels.
    """
    figure, (grid,) = plt.subplots(1, len(panels), figsize=(WIDTH, 4.3), squeeze=False, sharey=True)
    for axes, methods, title in zip(grid, panels, titles, strict=True):
        for place, method in enumerate(methods):
            colour, line, mark = _METHODS[checks.choice("method", method, _METHODS)]
            wide = rows[rows["method"] == method].pivot(index="removed", columns="run", values="accuracy")
            edges = wide.min(axis=1), wide.median(axis=1), wide.max(axis=1)
            band(axes, wide.index, edges, color=colour, alpha=0.07, linestyle=line, marker=mark, label=method,
                 markersize=4, markerfacecolor="none", linewidth=1.3,
                 markevery=np.arange(3 * place, len(wide), max(1, len(wide) // 5)).tolist())  # fmt: skip
        axes.set(title=title, xlabel="neurons removed", ylim=(0, 1), xlim=(0, None))
        axes.grid(color=INK, alpha=0.12, linewidth=0.6)
        axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.16), ncols=2, fontsize=8.5)
    grid[0].set_ylabel("accuracy on test images")
    return figure
