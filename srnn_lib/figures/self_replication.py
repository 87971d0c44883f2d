"""Figures of the part on *Self-Replication in Neural Networks*."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D
from torch import Tensor

from srnn_lib.claimbook import estimates
from srnn_lib.figures import style
from srnn_lib.figures.projection import Plane
from srnn_lib.figures.style import ACCENT, INK, MUTED, OUTCOME_COLOURS, OUTCOME_HATCHES, SECOND, WIDTH, styled
from srnn_lib.replicators.fixpoints import OUTCOMES, tally

SURVIVAL_COUNTS = {"time_to_vergence": "time to vergence", "time_as_fixpoint": "time as fixpoint"}
_MEAN = {"marker": "_", "markeredgecolor": INK, "markeredgewidth": 1.6}


@styled()
def trajectories(planes: dict[str, Plane], upward: str, *, turned: Sequence[float] = (), zero: bool = True) -> Figure:
    """Nets moving over the plane of their two main components, with time upwards; one panel per entry.

    Args:
        planes: Title of the panel and its projected trajectories (`projection.principal_plane`).
        upward: What the vertical axis counts.
        turned: From where each panel is seen, in degrees around the vertical; -58 if left out.
        zero: Whether to draw the line of the zero net.
    """
    figure = plt.figure(figsize=(WIDTH, 3.5 if len(planes) > 1 else 4.4), layout="none")
    width = 1 / len(planes)
    for place, (title, plane) in enumerate(planes.items()):
        rectangle = (place * width, -0.02, width * 0.93, 1.0)
        axes = style.space(figure, rectangle, ticks=4, azimuth=turned[place] if turned else -58)
        _trajectories(axes, plane, zero)
        axes.set_title(title, loc="center", y=0.94)
        axes.set_zlabel(upward)
    return figure


def _trajectories(axes: Axes3D, plane: Plane, zero: bool) -> None:
    colours = sns.color_palette("viridis", plane.table["net"].nunique())
    for colour, (net, path) in zip(colours, plane.table.groupby("net"), strict=True):
        axes.plot(path["x"], path["y"], path["step"], color=colour, linewidth=1.1, gid=f"net {net}")
    for step, name, marker, colour in (("min", "start", "o", SECOND), ("max", "end", "s", INK)):
        ends = plane.table.loc[plane.table.groupby("net")["step"].transform(step) == plane.table["step"]]
        places = (ends["x"], ends["y"], ends["step"])
        axes.scatter(*places, color=colour, marker=marker, s=16, depthshade=False, gid=name)
    if zero:
        x, y = plane.origin
        heights = [0, plane.table["step"].max()]
        axes.plot([x, x], [y, y], heights, color=MUTED, linestyle=":", linewidth=1.2, gid="net of zeros")
    axes.set(xlabel=f"component 1 ({plane.explained[0]:.0%})", ylabel=f"component 2 ({plane.explained[1]:.0%})")
    axes.tick_params(labelsize=7.5, pad=0)


def outcome_rows(outcomes: Int[Tensor, " N"] | Mapping[str, int], **settings: str) -> pd.DataFrame:
    """Counts per outcome, one row each, with the settings as further columns.

    Args:
        outcomes: Codes as `fixpoints.classify` returns them, or counts by name (missing names count zero).
        settings: Such as `reduction="weightwise"`.
    """
    counts = tally(outcomes) if isinstance(outcomes, Tensor) else outcomes
    return pd.DataFrame({"outcome": name, "count": counts.get(name, 0), **settings} for name in OUTCOMES)


def outcome_table(
    outcomes: Mapping[tuple[str, str], Int[Tensor, " N"]], logged: Mapping[str, Mapping[str, int]]
) -> pd.DataFrame:
    """The table of `outcome_bars` for several presets, with the authors' log as the last source.

    Args:
        outcomes: Codes as `fixpoints.classify` returns them, by preset and reduction.
        logged: Counts in the authors' log, by reduction.

    Source: SR Figs 2 and 5.
    """
    ours = [outcome_rows(codes, reduction=kind, source=name) for (name, kind), codes in outcomes.items()]
    theirs = [outcome_rows(counts, reduction=kind, source="authors' log") for kind, counts in logged.items()]
    return pd.concat(ours + theirs)


@styled()
def outcome_bars(table: pd.DataFrame) -> Figure:
    """Stacked bars of outcomes: one group per reduction, one bar per source of nets.

    Args:
        table: One row per reduction, source and outcome: `reduction`, `source`, `outcome`, `count`. Rows keep the
            order of first appearance. Whiskers are 95 % intervals of the share up to each border.
    """
    reductions, sources = table.groupby("reduction", sort=False), table["source"].unique()
    figure, (panels,) = plt.subplots(1, len(reductions), figsize=(WIDTH, 3.4), sharey=True, squeeze=False)
    for axes, (reduction, rows) in zip(panels, reductions, strict=True):
        for place, source in enumerate(sources):
            _stack(axes, place, rows[rows["source"] == source].set_index("outcome")["count"])
        axes.set_title(reduction)
        axes.set_xticks(range(len(sources)), sources, rotation=25, ha="right")
    panels[0].set_ylabel("share of nets")
    met = [name for name in OUTCOME_COLOURS if table.loc[table["outcome"] == name, "count"].sum()]
    keys = style.swatches({name: (OUTCOME_COLOURS[name], OUTCOME_HATCHES[name]) for name in met})
    figure.legend(handles=keys, loc="outside lower center", ncols=len(keys))
    return figure


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
            color=OUTCOME_COLOURS[outcome], hatch=OUTCOME_HATCHES[outcome], gid=outcome,
        )  # fmt: skip
        below += count
        if count and below < total:
            border = estimates.share(np.arange(total) < below)
            reach = [[border.value - border.low], [border.high - border.value]]
            axes.errorbar(place, border.value, yerr=reach, color=INK, capsize=3, linewidth=1.2, gid=f"up to {outcome}")


@styled()
def survival_boxes(
    table: pd.DataFrame, *, reference: pd.DataFrame | None = None, reference_label: str = "", slope: float | None = None
) -> Figure:
    """Box plots of how long nets hold out, by noise level; one panel per precision.

    Args:
        table: One row per net: `dtype`, `noise`, `time_to_vergence`, `time_as_fixpoint` (applications).
        reference: Means to compare with, same columns (`dtype` may be missing: then in every panel).
        reference_label: Their name in the legend.
        slope: Applications per decade of the dashed line through the mean time to vergence at the second level.
    """
    dtypes = table.groupby("dtype", sort=False)
    size = (WIDTH, 2.7 * len(dtypes) + 0.6)
    figure, panels = plt.subplots(len(dtypes), 1, figsize=size, sharex=True, sharey=True, squeeze=False)
    for axes, (dtype, rows) in zip(panels[:, 0], dtypes, strict=True):
        levels = sorted(rows["noise"].unique(), reverse=True)
        _boxes(axes, rows, levels)
        if reference is not None:
            means = reference[reference["dtype"] == dtype] if "dtype" in reference else reference
            _means(axes, means.set_index("noise").reindex(levels), reference_label)
        if slope is not None:
            _law(axes, rows, levels, slope)
        axes.set(title=dtype, xlabel="", ylabel="self-applications")
        axes.set_xticks(range(len(levels)), [style.power(level) for level in levels])
        axes.get_legend().remove()
    panels[-1, 0].set_xlabel("largest noise per weight")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def vergence_in_words(means: pd.Series) -> str:
    """Mean times to vergence, by `dtype` and ascending `noise`, for an alternative text: from the largest noise on."""
    return "; ".join(f"{dtype} {rows.iloc[-1]:.1f} to {rows.iloc[0]:.1f}" for dtype, rows in means.groupby("dtype"))


def _boxes(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    long = rows.rename(columns=SURVIVAL_COUNTS).melt("noise", list(SURVIVAL_COUNTS.values()), "count", "steps")
    sns.boxplot(
        long, x="noise", y="steps", hue="count", order=levels, ax=axes, palette=[SECOND, ACCENT], saturation=1,
        linewidth=0.8, fliersize=1.5, linecolor=INK, gap=0.15, showmeans=True, meanprops={**_MEAN, "markersize": 8},
    )  # fmt: skip
    style.name_boxes(axes, SURVIVAL_COUNTS.values())


def grouped_boxes(
    axes: Axes, table: pd.DataFrame, count: str, *, group: str, looks: Mapping[str, tuple[str, str]]
) -> None:
    """Box plots of a count at every level of noise, the strongest first, the groups side by side.

    The table has one row per noisy copy: `noise`, the column `count`, one of `SURVIVAL_COUNTS`, and the column `group`.
    The looks are colour and hatch of every group.
    """
    levels = sorted(table["noise"].unique(), reverse=True)
    sns.boxplot(
        table, x="noise", y=count, hue=group, order=levels, hue_order=list(looks), saturation=1, ax=axes,
        palette=[colour for colour, _ in looks.values()], linewidth=0.8, fliersize=1, linecolor=INK, gap=0.12,
        legend=False, showmeans=True, meanprops={**_MEAN, "markersize": 6},
    )  # fmt: skip
    axes.set(xlabel="", ylabel=SURVIVAL_COUNTS[count])
    axes.set_xticks(range(len(levels)), [style.power(level) for level in levels])
    style.name_boxes(axes, looks)
    drawn: list[Any] = axes.containers
    for boxes, (_, hatch) in zip(drawn, looks.values(), strict=True):
        plt.setp(boxes.boxes, hatch=hatch)


def _means(axes: Axes, means: pd.DataFrame, label: str) -> None:
    for offset, mark, (count, word) in zip((-0.2, 0.2), "Dv", SURVIVAL_COUNTS.items(), strict=True):
        axes.plot(np.arange(len(means)) + offset, means[count], mark, color="white", markeredgecolor=INK,
                  markersize=4.5, label=f"{label}: mean {word}")  # fmt: skip


def _law(axes: Axes, rows: pd.DataFrame, levels: Sequence[float], slope: float) -> None:
    """A line of `slope` per decade through the mean at the second level; the first is too strong for the law."""
    shown = np.array([level for level in levels[1:] if level > 0])
    start = rows.loc[rows["noise"] == levels[min(1, len(levels) - 1)], "time_to_vergence"].mean()
    heights = start + slope * np.log10(shown[:1] / shown)
    axes.plot(np.arange(1, len(shown) + 1) - 0.2, heights, "--", color=INK, linewidth=1,
              label=f"theory: {slope:.2f} more per decade")  # fmt: skip
