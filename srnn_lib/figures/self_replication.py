"""Figures of the part on *Self-Replication in Neural Networks*."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from srnn_lib import estimates
from srnn_lib.figures.style import (
    ACCENT,
    INK,
    MUTED,
    OUTCOME_COLOURS,
    OUTCOME_HATCHES,
    SECOND,
    WIDTH,
    Drawing,
    power,
    styled,
)
from srnn_lib.replicators.projection import Plane

COUNTS = {"time_to_vergence": "time to vergence", "time_as_fixpoint": "time as fixpoint"}


def trajectories(
    planes: dict[str, Plane], upward: str, caption: str, alt: str, turned: Sequence[float] = (), zero: bool = True
) -> Drawing:
    """Nets moving over the plane of their two main components, with time upwards; one panel per entry.

    Args:
        planes: Title of the panel and its projected trajectories (`projection.principal_plane`).
        upward: What the vertical axis counts.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
        turned: From where each panel is seen, in degrees around the vertical; -58 if left out.
        zero: Whether to draw the line of the zero net.
    """
    with styled():
        figure = plt.figure(figsize=(WIDTH, 3.5 if len(planes) > 1 else 4.4), layout="none")
        width = 1 / len(planes)
        for place, (title, plane) in enumerate(planes.items()):
            axes = figure.add_axes((place * width, -0.02, width * 0.93, 1.0), projection="3d")
            _trajectories(axes, plane, zero)
            axes.view_init(elev=18, azim=turned[place] if turned else -58)
            axes.set_title(title, loc="center", y=0.94)
            axes.set_zlabel(upward)
            axes.set_box_aspect((1, 1, 0.85), zoom=0.9)
    return Drawing(figure, caption, alt)


def _trajectories(axes: Axes, plane: Plane, zero: bool) -> None:
    colours = sns.color_palette("viridis", plane.table["net"].nunique())
    for colour, (_, path) in zip(colours, plane.table.groupby("net"), strict=True):
        axes.plot(path["x"], path["y"], path["step"], color=colour, linewidth=1.1)
    for step, marker, colour in (("min", "o", SECOND), ("max", "s", INK)):
        ends = plane.table.loc[plane.table.groupby("net")["step"].transform(step) == plane.table["step"]]
        axes.scatter(ends["x"], ends["y"], ends["step"], color=colour, marker=marker, s=16, depthshade=False)
    if zero:
        x, y = plane.origin
        axes.plot([x, x], [y, y], [0, plane.table["step"].max()], color=MUTED, linestyle=":", linewidth=1.2)
    axes.set_xlabel(f"component 1 ({plane.explained[0]:.0%})")
    axes.set_ylabel(f"component 2 ({plane.explained[1]:.0%})")
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.pane.set_alpha(0.35)
        axis.set_major_locator(MaxNLocator(4, integer=axis is axes.zaxis))
    axes.tick_params(labelsize=7.5, pad=0)


def outcome_bars(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """Stacked bars of outcomes: one group per reduction, one bar per source of nets.

    Args:
        table: One row per reduction, source and outcome: `reduction`, `source`, `outcome`, `count`. Rows keep the
            order of first appearance. Whiskers are 95 % intervals of the share up to each border.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    reductions, sources = table["reduction"].unique(), table["source"].unique()
    with styled():
        figure, panels = plt.subplots(1, len(reductions), figsize=(WIDTH, 3.4), sharey=True)
        for axes, reduction in zip(np.atleast_1d(panels), reductions, strict=True):
            for place, source in enumerate(sources):
                bar = table[(table["reduction"] == reduction) & (table["source"] == source)]
                _stack(axes, place, bar.set_index("outcome")["count"])
            axes.set_title(reduction)
            axes.set_xticks(range(len(sources)), sources, rotation=25, ha="right")
        np.atleast_1d(panels)[0].set_ylabel("share of nets")
        met = [name for name in OUTCOME_COLOURS if table.loc[table["outcome"] == name, "count"].sum()]
        keys = [Patch(facecolor=OUTCOME_COLOURS[n], hatch=OUTCOME_HATCHES[n], edgecolor=INK, label=n) for n in met]
        figure.legend(handles=keys, loc="outside lower center", ncols=len(keys))
    return Drawing(figure, caption, alt)


def _stack(axes: Axes, place: int, counts: pd.Series) -> None:
    """One stacked bar with whiskers at the borders between outcomes."""
    total, below = int(counts.sum()), 0
    if total == 0:
        axes.text(place, 0.02, "not run", rotation=90, ha="center", va="bottom", color=MUTED)
        return
    for outcome in OUTCOME_COLOURS:
        count = int(counts.get(outcome, 0))
        axes.bar(
            place, count / total, bottom=below / total, width=0.72, edgecolor=INK, linewidth=0.6,
            color=OUTCOME_COLOURS[outcome], hatch=OUTCOME_HATCHES[outcome],
        )  # fmt: skip
        below += count
        if count and below < total:
            border = estimates.share(np.arange(total) < below)
            reach = [[border.value - border.low], [border.high - border.value]]
            axes.errorbar(place, border.value, yerr=reach, color=INK, capsize=3, linewidth=1.2)


def survival_boxes(
    table: pd.DataFrame,
    caption: str,
    alt: str,
    reference: pd.DataFrame | None = None,
    reference_label: str = "",
    slope: float | None = None,
) -> Drawing:
    """Box plots of how long nets hold out, by noise level; one panel per precision.

    Args:
        table: One row per net: `dtype`, `noise`, `time_to_vergence`, `time_as_fixpoint` (applications).
        caption: Shown below the figure.
        alt: Read aloud instead of it.
        reference: Means to compare with, same columns (`dtype` may be missing: then in every panel).
        reference_label: Their name in the legend.
        slope: Applications per decade of the dashed line through the mean time to vergence at the second level.
    """
    dtypes = table["dtype"].unique()
    with styled():
        figure, panels = plt.subplots(
            len(dtypes), 1, figsize=(WIDTH, 2.7 * len(dtypes) + 0.6), sharex=True, sharey=True
        )
        for axes, dtype in zip(np.atleast_1d(panels), dtypes, strict=True):
            rows = table[table["dtype"] == dtype]
            levels = sorted(rows["noise"].unique(), reverse=True)
            _boxes(axes, rows, levels)
            _means(axes, reference, dtype, levels, reference_label)
            if slope is not None:
                _law(axes, rows, levels, slope)
            axes.set_title(dtype)
            axes.set_ylabel("self-applications")
            axes.set_xlabel("")
            axes.set_xticks(range(len(levels)), [power(level) for level in levels])
            axes.get_legend().remove()
        np.atleast_1d(panels)[-1].set_xlabel("largest noise per weight")
        handles, labels = np.atleast_1d(panels)[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return Drawing(figure, caption, alt)


def _boxes(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    long = rows.melt("noise", list(COUNTS), var_name="count", value_name="steps").replace({"count": COUNTS})
    sns.boxplot(
        long, x="noise", y="steps", hue="count", order=levels, ax=axes, palette=[SECOND, ACCENT], saturation=1,
        linewidth=0.8, fliersize=1.5, linecolor=INK, gap=0.15, showmeans=True,
        meanprops={"marker": "_", "markeredgecolor": INK, "markersize": 8, "markeredgewidth": 1.6},
    )  # fmt: skip


def _means(axes: Axes, reference: pd.DataFrame | None, dtype: str, levels: Sequence[float], label: str) -> None:
    if reference is None:
        return
    rows = reference[reference["dtype"] == dtype] if "dtype" in reference else reference
    rows = rows.set_index("noise").reindex(levels)
    for offset, (count, word) in zip((-0.2, 0.2), COUNTS.items(), strict=True):
        places = np.arange(len(levels)) + offset
        axes.plot(places, rows[count], "D" if offset < 0 else "v", color="white", markeredgecolor=INK,
                  markersize=4.5, label=f"{label}: mean {word}")  # fmt: skip


def _law(axes: Axes, rows: pd.DataFrame, levels: Sequence[float], slope: float) -> None:
    """A line of `slope` per decade through the mean at the second level; the first is too strong for the law."""
    shown = np.array([level for level in levels[1:] if level > 0])
    start = rows.loc[rows["noise"] == levels[min(1, len(levels) - 1)], "time_to_vergence"].mean()
    heights = start + slope * np.log10(shown[:1] / shown)
    axes.plot(np.arange(1, len(shown) + 1) - 0.2, heights, "--", color=INK, linewidth=1,
              label=f"theory: {slope:.2f} more per decade")  # fmt: skip
