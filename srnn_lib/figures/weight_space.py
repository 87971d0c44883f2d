"""Figures of the weight space around trained fixpoints (SR Figs 8 to 10)."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from srnn_lib.figures.style import ACCENT, INK, MUTED, SECOND, WIDTH, Drawing, power, styled
from srnn_lib.replicators.cloning import APPROACHES

LOOKS = {"approaching": (ACCENT, ""), "distancing": (SECOND, "////"), "stationary": ("#BBBBBB", "....")}


def approaches(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """What children do, by noise level, above how far they are from the parent; one column per precision.

    Args:
        table: One row per child, as `cloning.noisy_cloning` returns them, with a column `dtype`.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    dtypes = table["dtype"].unique()
    levels = sorted(table["noise"].unique(), reverse=True)
    with styled():
        figure, panels = plt.subplots(
            2, len(dtypes), figsize=(WIDTH, 5.6), sharex=True, sharey="row", squeeze=False, height_ratios=(1, 1.5)
        )
        for (top, bottom), dtype in zip(panels.T, dtypes, strict=True):
            rows = table[table["dtype"] == dtype]
            _counts(top, rows, levels)
            _distances(bottom, rows, levels)
            top.set_title(dtype)
            _label_levels(bottom, levels)
        panels[0, 0].set_ylabel("share of children")
        panels[1, 0].set_ylabel("mean absolute distance")
        keys = [Patch(facecolor=c, hatch=h, edgecolor=INK, label=name) for name, (c, h) in LOOKS.items()]
        figure.legend(handles=[*keys, *panels[1, 0].get_lines()], loc="outside lower center", ncols=3)
    return Drawing(figure, caption, alt)


def _label_levels(axes: Axes, levels: Sequence[float]) -> None:
    """Every second level in words: all of them would run into each other."""
    axes.set_xticks(range(len(levels)), [power(level) if place % 2 == 0 else "" for place, level in enumerate(levels)])
    axes.set_xlabel("largest noise per weight")


def _counts(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    shares = pd.crosstab(rows["noise"], rows["change"], normalize="index").reindex(levels)
    below = np.zeros(len(levels))
    for name in APPROACHES:
        heights = shares.get(name, pd.Series(0.0, shares.index)).to_numpy()
        colour, hatch = LOOKS[name]
        axes.bar(range(len(levels)), heights, bottom=below, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.6)
        below += heights


def _distances(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    """Medians with quartile bands; distances of zero, which a logarithmic axis cannot show, are left out."""
    words = {
        "before": ("o-", INK, "to the parent, before training"),
        "after": ("s-", ACCENT, "to the parent, after"),
        "travel": ("^--", SECOND, "travelled in between"),
    }
    for name, (line, colour, label) in words.items():
        groups = rows.loc[rows[name] > 0].groupby("noise")[name]
        low, middle, high = (groups.quantile(q).reindex(levels).to_numpy() for q in (0.25, 0.5, 0.75))
        axes.plot(range(len(levels)), middle, line, color=colour, markersize=4, linewidth=1.1, label=label)
        axes.fill_between(range(len(levels)), low, high, color=colour, alpha=0.18, linewidth=0)
    axes.set_yscale("log")


def qualities(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """Box plots of the mean self-error of parents and children, by noise level; one column per precision.

    Args:
        table: One row per net: `dtype`, `noise`, `who` ("parents" or "children"), `mean_error`.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    dtypes = table["dtype"].unique()
    levels = sorted(table["noise"].unique(), reverse=True)
    with styled():
        figure, panels = plt.subplots(1, len(dtypes), figsize=(WIDTH, 3.6), squeeze=False)
        for axes, dtype in zip(panels[0], dtypes, strict=True):
            sns.boxplot(
                table[table["dtype"] == dtype], x="noise", y="mean_error", hue="who", order=levels, ax=axes,
                palette=[SECOND, ACCENT], saturation=1, linewidth=0.7, fliersize=1, linecolor=INK, gap=0.1,
                log_scale=(False, True),
            )  # fmt: skip
            for line in (1e-6, 1e-7):
                axes.axhline(line, color=MUTED, linestyle=":", linewidth=1)
            axes.set_title(dtype)
            axes.set_ylabel("mean self-error")
            _label_levels(axes, levels)
            handles, labels = axes.get_legend_handles_labels()
            axes.get_legend().remove()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return Drawing(figure, caption, alt)


def lines_between(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """Distance to the first parent after training against before, both in units of the parents' distance.

    Args:
        table: Rows of `cloning.on_the_line` with a column `pairs`, the title of the panel.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    titles = table["pairs"].unique()
    with styled():
        figure, panels = plt.subplots(1, len(titles), figsize=(WIDTH, 3.5), sharey=True, squeeze=False)
        limits = table["apart"].min(), table["apart"].max()
        for axes, title in zip(panels[0], titles, strict=True):
            rows = table[table["pairs"] == title]
            shown = axes.scatter(
                rows["before"] / rows["apart"], rows["after"] / rows["apart"], c=rows["apart"], cmap="viridis_r",
                vmin=limits[0], vmax=limits[1], s=5, linewidths=0,
            )  # fmt: skip
            axes.plot([0, 1], [0, 1], ":", color=INK, linewidth=1)
            axes.set_title(title)
            axes.set_xlabel("to the first parent, before")
        panels[0, 0].set_ylabel("to the first parent, after")
        figure.colorbar(shown, ax=panels[0, -1], label="distance of the parents")
    return Drawing(figure, caption, alt)
