"""Figures of the weight space around trained fixpoints (SR Figs 8 to 10)."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from srnn_lib.figures.style import ACCENT, INK, MUTED, SECOND, WIDTH, band, power, styled, swatches

_LOOKS = {"approaching": (ACCENT, ""), "distancing": (SECOND, "////"), "stationary": ("#BBBBBB", "....")}


@styled()
def approaches(table: pd.DataFrame) -> Figure:
    """What children do, by noise level, above how far they are from the parent; one column per precision.

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
    panels[0, 0].set_ylabel("share of children")
    panels[1, 0].set_ylabel("mean absolute distance")
    figure.legend(handles=[*swatches(_LOOKS), *panels[1, 0].get_lines()], loc="outside lower center", ncols=3)
    return figure


def _label_levels(axes: Axes, levels: Sequence[float]) -> None:
    """Every second level in words: all of them would run into each other."""
    axes.set_xticks(range(len(levels)), [power(level) if place % 2 == 0 else "" for place, level in enumerate(levels)])
    axes.set_xlabel("largest noise per weight")


def _counts(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    shares = pd.crosstab(rows["noise"], rows["change"], normalize="index").reindex(levels)
    below = np.zeros(len(levels))
    for name, (colour, hatch) in _LOOKS.items():
        heights = np.asarray(shares.get(name, np.zeros(len(levels))))
        axes.bar(range(len(levels)), heights, bottom=below, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.6)
        below += heights


def _distances(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    """Medians with quartile bands; distances of zero, which a logarithmic axis cannot show, are left out."""
    words = {
        "before": ("o", "-", INK, "to the parent, before training"),
        "after": ("s", "-", ACCENT, "to the parent, after"),
        "travel": ("^", "--", SECOND, "travelled in between"),
    }
    for name, (mark, line, colour, label) in words.items():
        groups = rows.loc[rows[name] > 0].groupby("noise")[name]
        edges = [groups.quantile(q).reindex(levels).to_numpy() for q in (0.25, 0.5, 0.75)]
        band(axes, range(len(levels)), edges, color=colour, alpha=0.18, marker=mark, linestyle=line, markersize=4,
             linewidth=1.1, label=label)  # fmt: skip
    axes.set_yscale("log")


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
            vmin=table["apart"].min(), vmax=table["apart"].max(), s=5, linewidths=0,
        )  # fmt: skip
        axes.plot([0, 1], [0, 1], ":", color=INK, linewidth=1)
        axes.set(title=title, xlabel="to the first parent, before")
    panels[0].set_ylabel("to the first parent, after")
    figure.colorbar(shown, ax=panels[-1], label="distance of the parents")
    return figure
