"""Figures of organisms that learn to add."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from srnn_lib.figures.organism_networks import stacked_areas
from srnn_lib.figures.self_replication import SURVIVAL_COUNTS, grouped_boxes
from srnn_lib.figures.style import ACCENT, INK, MUTED, OUTCOME_COLOURS, SECOND, WIDTH, band, styled, swatches
from srnn_lib.replicators.fixpoints import OUTCOMES

_COURSES = {"replication": (ACCENT, "-"), "task": (SECOND, "--")}
_NETS = {"particles": (ACCENT, ""), "lone nets": (SECOND, "//////")}
_HAND_MADE: dict[str, Any] = {
    "color": INK, "marker": "D", "markerfacecolor": "white", "markersize": 4, "linestyle": ":", "linewidth": 0.8,
}  # fmt: skip


@styled()
def type_courses(types: Int[Tensor, "E S N"], epochs: Sequence[int]) -> Figure:
    """What particles are, over the epochs: all outcomes in the first organism, and the replicators in every organism.

    Args:
        types: Outcomes as indices into `fixpoints.OUTCOMES`.
        epochs: After which they were found.

    Source: ON Fig. 2 (left panel).
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharex=True, sharey=True)
    order = ("fixpoint", "second order", "zero", "divergent", "other")
    counts = {name: (types == OUTCOMES.index(name)).sum(2).double() for name in order}
    met = {name: count[:, 0] for name, count in counts.items() if count[:, 0].any()}
    stacked_areas(left, epochs, met, replicators="replicator", step="post", linewidth=0.5)
    left.legend(loc="lower right", frameon=True, framealpha=1)
    for course in counts["fixpoint"].T:
        right.step(epochs, course, where="post", color=MUTED, linewidth=0.8, alpha=0.7, gid="one organism")
    right.plot(epochs, counts["fixpoint"].mean(1), color=OUTCOME_COLOURS["fixpoint"], linewidth=2, label="mean")
    right.plot([], [], color=MUTED, linewidth=0.8, label="one organism")
    right.legend(loc="lower right")
    left.set(xlabel="epoch", ylabel="particles", title="first organism", xlim=(epochs[0], epochs[-1]))
    right.set(xlabel="epoch", title=f"replicators, {types.shape[1]} organisms", ylim=(0, types.shape[2]))
    for axis in (left.xaxis, left.yaxis):
        axis.set_major_locator(MaxNLocator(6, integer=True))
    return figure


@styled()
def loss_curves(losses: Mapping[str, Float[Tensor, "E S"]], error: Float[Tensor, "E S"], bound: float) -> Figure:
    """Losses and the error of the sum over the epochs: median, quartiles and range over organisms.

    Args:
        losses: "replication" and "task", epoch 0 first.
        error: Mean absolute error, likewise.
        bound: Of the error, drawn as a line; its square is drawn beside the losses.

    Source: ON Fig. 3.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharex=True)
    for name, values in losses.items():
        _band(left, values, name, *_COURSES[name])
    _band(right, error, "error", INK, "-")
    for axes, line, title in ((left, bound**2, "mean squared error"), (right, bound, "mean absolute error of the sum")):
        axes.axhline(line, color=MUTED, linestyle=":", linewidth=1.2)
        axes.set(yscale="log", xlabel="epoch", title=title)
        axes.minorticks_off()
    left.legend()
    return figure


def _band(axes: Axes, values: Float[Tensor, "E S"], name: str, colour: str, line: str) -> None:
    epochs = np.arange(len(values))
    lowest, low, median, high, highest = np.quantile(values.numpy(), [0, 0.25, 0.5, 0.75, 1], axis=1)
    axes.fill_between(epochs, lowest, highest, color=colour, alpha=0.15, linewidth=0, gid=f"{name}, range")
    band(axes, epochs, (low, median, high), color=colour, alpha=0.3, linestyle=line, linewidth=1.5, label=name)


@styled()
def robustness_boxes(right: pd.DataFrame, running: pd.DataFrame, perfect: pd.DataFrame) -> Figure:
    """How long nets hold out under noise: the right counts on the left, running counts on the right.

    Args:
        right: One row per copy: `nets` ("particles" or "lone nets"), `noise`, `time_to_vergence`, `time_as_fixpoint`.
        running: The same, counted by other rules.
        perfect: Means of the hand-made fixpoint, one row per `noise`; in all panels by the right count.

    Source: ON Fig. 4.
    """
    levels = sorted(right["noise"].unique(), reverse=True)
    hand_made = perfect.set_index("noise").reindex(levels)
    figure, panels = plt.subplots(2, 2, figsize=(WIDTH, 5.2), sharex=True)
    for column, (table, title) in enumerate(((right, "counted anew for each copy"), (running, "running counts"))):
        for axes, count in zip(panels[:, column], SURVIVAL_COUNTS, strict=True):
            grouped_boxes(axes, table, count, group="nets", looks=_NETS)
            axes.plot(range(len(levels)), hand_made[count], **_HAND_MADE, gid="hand-made fixpoint, mean")
            axes.tick_params(axis="x", labelsize=8)
        panels[0, column].set_title(title)
    plt.setp(panels[:, 1], ylabel="")
    plt.setp(panels[1], xlabel="standard deviation of the noise per weight")
    mean = Line2D([], [], label="hand-made fixpoint, mean (right count)", **_HAND_MADE)
    figure.legend(handles=[*swatches(_NETS), mean], loc="outside lower center", ncols=3)
    return figure


@styled()
def substitution(
    errors: Mapping[str, tuple[Float[Tensor, " S"], Float[Tensor, " S"]]], ratios: Mapping[str, Sequence[float]],
    limit: float,
) -> Figure:  # fmt: skip
    """Organisms beside the ordinary nets of their gains, and what fresh samples for each make of the comparison.

    Args:
        errors: Errors of organisms and of nets, by precision.
        ratios: Variance over nets divided by variance over organisms, one per repetition with fresh samples, likewise.
        limit: Of the claim, drawn as a line.

    Source: ON Fig. 5 (left panel).
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.2), gridspec_kw={"width_ratios": (1.15, 1)})
    _pairs(left, errors)
    bins = np.linspace(0, max(1.5, *(max(values) for values in ratios.values())), 41)
    looks: list[dict[str, Any]] = [{"alpha": 0.5}, {"fill": False, "hatch": "////"}]
    for (name, values), look in zip(ratios.items(), looks, strict=True):
        right.hist(values, bins, color=MUTED, edgecolor=INK, linewidth=0.5, label=name, **look)
    right.axvline(1, color=INK, linewidth=1.4, label="equal variances")
    right.axvline(limit, color=SECOND, linestyle="--", linewidth=1.6, label="limit of the claim")
    right.set(title="fresh pairs for each", xlabel="variance, nets over organisms", ylabel="comparisons")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8.5)
    return figure


def _pairs(axes: Axes, errors: Mapping[str, tuple[Tensor, Tensor]]) -> None:
    """Discs for organisms, squares for nets, a line from each to its own."""
    for place, (name, sides) in enumerate(errors.items()):
        ends = [3 * place, 3 * place + 1]
        axes.plot(ends, torch.stack(sides) * 1e7, "-", color=MUTED, linewidth=0.8, zorder=1, gid=f"pair, {name}")
        for end, side, colour, marker in zip(ends, sides, (ACCENT, SECOND), "os", strict=True):
            axes.scatter([end] * len(side), side * 1e7, color=colour, marker=marker, s=22, zorder=2, gid=f"all, {name}")
    ticks = [place for number in range(len(errors)) for place in (3 * number, 3 * number + 1)]
    axes.set_xticks(ticks, [f"{kind}\n{name}" for name in errors for kind in ("organism", "net")], fontsize=8.5)
    axes.set(title="mean absolute error, same pairs", ylabel=r"error in units of $10^{-7}$")
