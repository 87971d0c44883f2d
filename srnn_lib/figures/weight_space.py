"""Figures of the weight space around trained fixpoints (SR Figs 8 to 10)."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from srnn_lib.figures.style import (
    ACCENT,
    INK,
    MUTED,
    SECOND,
    WIDTH,
    band,
    name_boxes,
    power,
    styled,
    swatches,
    told_apart,
)

_LOOKS = {"approaching": (ACCENT, ""), "distancing": (SECOND, "////"), "stationary": ("#BBBBBB", "....")}


def log_from_zero(panels: Sequence[Axes]) -> None:
    """A logarithmic axis for several panels that goes on to zero, linear below all lines that are drawn."""
    drawn = np.concatenate([np.asarray(line.get_ydata(), float) for axes in panels for line in axes.get_lines()])
    if not (drawn > 0).any():
        return
    least = 10.0 ** np.floor(np.log10(drawn[drawn > 0].min()))
    ticks = [0.0, *(10.0**k for k in range(0, int(np.log10(least)), -3))]
    for axes in panels:
        axes.set_yscale("symlog", linthresh=least, linscale=1)
        axes.set_yticks(ticks, ["0", *map(power, ticks[1:])], minor=False)
        axes.set_ylim(-0.3 * least, 3 * np.nanmax(drawn))
        axes.minorticks_off()


@styled()
def approaches(table: pd.DataFrame) -> Figure:
    """What children do, by noise level, above how far they are from the parent; one column per precision.

    The line over the bars is the share of children that are their parent, bit for bit, before they train.

    Args:
        table: One row per child, as `experiments.weight_space.noisy_cloning` returns them, with a column `dtype`.
    """
    dtypes = table.groupby("dtype", sort=False)
    levels = sorted(table["noise"].unique(), reverse=True)
    figure, panels = plt.subplots(
        2, len(dtypes), figsize=(WIDTH, 5.6), sharex=True, sharey="row", squeeze=False, height_ratios=(1, 1.5)
    )
    for (top, bottom), (dtype, rows) in zip(panels.T, dtypes, strict=True):
        _counts(top, rows, levels)
        _distances(bottom, rows, levels)
        top.set_title(dtype)
        _label_levels(bottom, levels)
    log_from_zero(list(panels[1]))
    panels[0, 0].set_ylabel("share of children")
    panels[1, 0].set_ylabel("mean absolute distance")
    lines = [line for axes in panels[:, 0] for line in axes.get_lines() if not line.get_label().startswith("_")]
    figure.legend(handles=[*swatches(_LOOKS), *lines], loc="outside lower center", ncols=3)
    return figure


def _label_levels(axes: Axes, levels: Sequence[float]) -> None:
    """Every second level in words: all of them would run into each other."""
    axes.set_xticks(range(len(levels)), [power(level) for level in levels])
    plt.setp(axes.get_xticklabels()[1::2], visible=False)
    axes.set_xlabel("largest noise per weight")


def _counts(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    shares = pd.crosstab(rows["noise"], rows["change"], normalize="index").reindex(levels)
    below = np.zeros(len(levels))
    for name, (colour, hatch) in _LOOKS.items():
        heights = np.asarray(shares.get(name, np.zeros(len(levels))))
        axes.bar(
            range(len(levels)), heights, bottom=below, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.6, gid=name
        )
        below += heights
    same = (rows["before"] == 0).groupby(rows["noise"]).mean().reindex(levels)
    axes.plot(range(len(levels)), same, "D-", color=INK, markerfacecolor="white", markersize=4, linewidth=1,
              label="the parent itself, bit for bit")  # fmt: skip


def _distances(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    """Medians with quartile bands of all children; below a tenth of the smallest positive one the axis is linear."""
    words = {
        "before": ("o", "-", INK, "to the parent, before training"),
        "after": ("s", "-", ACCENT, "to the parent, after"),
        "travel": ("^", "--", SECOND, "travelled in between"),
    }
    for name, (mark, line, colour, label) in words.items():
        groups = rows.groupby("noise")[name]
        edges = [groups.quantile(q).reindex(levels).to_numpy() for q in (0.25, 0.5, 0.75)]
        band(axes, range(len(levels)), edges, color=colour, alpha=0.18, marker=mark, linestyle=line, markersize=4,
             linewidth=1.1, label=label)  # fmt: skip
    axes.axhline(0, color=MUTED, linestyle=":", linewidth=1)


@styled()
def controls(table: pd.DataFrame) -> Figure:
    """Share of children that end nearer to their parent, by noise level; one column per precision.

    Args:
        table: One row per point: `dtype`, `steps` (of training), `measured` ("as it was cloned" or "where it is now"),
            `noise`, `share`.
    """
    groups = table.groupby("dtype", sort=False)
    levels = sorted(table["noise"].unique(), reverse=True)
    figure, (panels,) = plt.subplots(1, len(groups), figsize=(WIDTH, 3.6), sharey=True, squeeze=False)
    for axes, (dtype, rows) in zip(panels, groups, strict=True):
        lines = told_apart(rows.groupby("steps"), ((INK, "o"), (ACCENT, "s"), (SECOND, "^")))
        for (steps, line), (colour, mark) in lines:
            for measured, points in line.groupby("measured"):
                now = measured == "where it is now"
                shares = points.set_index("noise")["share"].reindex(levels)
                axes.plot(range(len(levels)), shares, "--" if now else "-", color=colour, marker=mark, markersize=4,
                          markerfacecolor="white" if now else colour, label=f"{steps:,} steps, {measured}")  # fmt: skip
        axes.set_title(dtype)
        _label_levels(axes, levels)
    panels[0].set(ylabel="share ending nearer to the parent", ylim=(-0.04, 1.04))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@styled()
def qualities(table: pd.DataFrame) -> Figure:
    """Box plots of the mean self-error of parents and children, by noise level; one column per precision.

    Args:
        table: One row per net: `dtype`, `noise`, `who` ("parents" or "children"), `mean_error`.
    """
    dtypes = table.groupby("dtype", sort=False)
    levels = sorted(table["noise"].unique(), reverse=True)
    figure, (panels,) = plt.subplots(1, len(dtypes), figsize=(WIDTH, 3.6), squeeze=False)
    for axes, (dtype, rows) in zip(panels, dtypes, strict=True):
        sns.boxplot(
            rows, x="noise", y="mean_error", hue="who", order=levels, ax=axes,
            palette=[SECOND, ACCENT], saturation=1, linewidth=0.7, fliersize=1, linecolor=INK, gap=0.1,
            log_scale=(False, True),
        )  # fmt: skip
        name_boxes(axes, rows["who"].unique())
        for line in (1e-6, 1e-7):
            axes.axhline(line, color=MUTED, linestyle=":", linewidth=1)
        axes.set(title=dtype, ylabel="mean self-error")
        _label_levels(axes, levels)
        axes.get_legend().remove()
    figure.legend(*panels[-1].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@styled()
def lines_between(table: pd.DataFrame) -> Figure:
    """Distance to the first parent after training against before, both in units of the parents' distance.

    Args:
        table: Rows of `experiments.weight_space.on_the_line` with a column `pairs`, the title of the panel.
    """
    groups = table.groupby("pairs", sort=False)
    figure, (panels,) = plt.subplots(1, len(groups), figsize=(WIDTH, 3.5), sharey=True, squeeze=False)
    for axes, (title, rows) in zip(panels, groups, strict=True):
        shown = axes.scatter(
            rows["before"] / rows["apart"], rows["after"] / rows["apart"], c=rows["apart"], cmap="viridis_r",
            vmin=table["apart"].min(), vmax=table["apart"].max(), s=5, linewidths=0, gid="children",
        )  # fmt: skip
        axes.plot([0, 1], [0, 1], ":", color=INK, linewidth=1, gid="no change")
        axes.set(title=title, xlabel="to the first parent, before")
    panels[0].set_ylabel("to the first parent, after")
    figure.colorbar(shown, ax=panels[-1], label="distance of the parents")
    return figure
