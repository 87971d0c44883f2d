"""Figures of the part on organism networks: the drawing of an organism, and how organisms learn to add."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import torch
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Patch
from matplotlib.ticker import MaxNLocator
from torch import Tensor

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
from srnn_lib.organisms.organism import Organism
from srnn_lib.replicators import fixpoints

REPLICATION, TASK = "#BBBBBB", OUTCOME_COLOURS["fixpoint"]
INPUTS = ("weight $v$", "layer $l$", "cell $c$", "place $p$", "task $x$")
COURSES = {"replication": (ACCENT, "-"), "task": (SECOND, "--")}
COUNTS = {"time_to_vergence": "time to vergence", "time_as_fixpoint": "time as fixpoint"}
NETS = {"particles": ACCENT, "lone nets": SECOND}
HATCH = "//////"
HAND_MADE = {
    "color": INK, "marker": "D", "markerfacecolor": "white", "markersize": 4, "linestyle": ":", "linewidth": 0.8,
}  # fmt: skip


def anatomy(organism: Organism, caption: str, alt: str) -> Drawing:
    """A particle, a cell made of particles, and the organism made of cells, side by side.

    Args:
        organism: Its shape and its particles' shape are drawn; the cell is the first one of the second layer.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: ON Fig. 1.
    """
    with styled():
        figure, panels = plt.subplots(1, 3, figsize=(WIDTH, 2.9), gridspec_kw={"width_ratios": (1.35, 1, 1.2)})
        _particle(panels[0], organism.particle.widths)
        _cell(panels[1], organism.widths[1])
        _organism(panels[2], organism)
        for axes, title in zip(panels, ("(a) particle", "(b) cell", "(c) organism"), strict=True):
            axes.set_title(title)
            axes.set_axis_off()
            axes.set_ylim(-2.6, 2.5)
    return Drawing(figure, caption, alt)


def _heights(width: int, spacing: float = 1.0) -> np.ndarray:
    return spacing * ((width - 1) / 2 - np.arange(width))


def _dots(axes: Axes, place: float, heights: np.ndarray, colour: str = "white", marker: str = "o") -> None:
    axes.scatter([place] * len(heights), heights, s=95, color=colour, marker=marker, edgecolor=INK, zorder=3)


def _particle(axes: Axes, widths: Sequence[int]) -> None:
    """Rows of cells; replication inputs are grey squares, the task input a green disc."""
    for layer, (before, after) in enumerate(pairwise(widths)):
        for low, high in product(_heights(before, 0.9), _heights(after, 0.9)):
            axes.plot([layer, layer + 1], [low, high], color=MUTED, linewidth=0.6, zorder=1)
        _dots(axes, layer + 1, _heights(after, 0.9))
    entries = _heights(5, 0.9)
    _dots(axes, 0, entries[:4], REPLICATION, "s")
    _dots(axes, 0, entries[4:], TASK)
    for word, height in zip(INPUTS, entries, strict=True):
        axes.text(-0.3, height, word, ha="right", va="center", fontsize=8.5)
    axes.text(len(widths) - 0.7, 0, "new $v$,\nor $g\\,x$", ha="left", va="center", fontsize=8.5)
    axes.set_xlim(-2.0, len(widths) + 0.6)


def _cell(axes: Axes, particles: int) -> None:
    """One signal through each particle, and the sum of what they answer."""
    for number, height in enumerate(_heights(particles, 1.5)):
        axes.plot([-0.8, 0], [height, height], color=TASK, linewidth=1.4, zorder=1)
        axes.plot([0, 2.2], [height, 0], color=ACCENT, linewidth=1.3, zorder=1)
        box = FancyBboxPatch((-0.42, height - 0.42), 0.84, 0.84, "round,pad=0.04", facecolor="white", edgecolor=ACCENT)
        axes.add_patch(box).set_zorder(2)
        axes.text(0, height, rf"$\mathcal{{N}}_{number}$", ha="center", va="center", fontsize=9)
        axes.text(-0.9, height, f"$x_{number}$", ha="right", va="center", fontsize=9)
    _dots(axes, 2.2, np.zeros(1))
    axes.text(2.2, 0.32, r"$\sum$", ha="center", va="bottom", fontsize=9)
    axes.plot([2.2, 3.0], [0, 0], color=INK, linewidth=1.0, zorder=1)
    axes.set_xlim(-1.4, 3.2)


def _organism(axes: Axes, organism: Organism) -> None:
    """All cells, and a square for the particle on every edge; those of the cell drawn beside it are marked."""
    for layer, target, source in organism.cells.tolist():
        ends = _heights(organism.widths[layer], 1.5)[source], _heights(organism.widths[layer + 1], 1.5)[target]
        shown = layer == 1 and target == 0
        colour = ACCENT if shown else MUTED
        axes.plot([layer, layer + 1], ends, color=colour, linewidth=1.3 if shown else 0.7, zorder=2 if shown else 1)
        axes.scatter(layer + 0.24, ends[0] + 0.24 * (ends[1] - ends[0]), s=26, marker="s", zorder=3,
                     color=ACCENT if shown else "white", edgecolor=colour, linewidth=0.9)  # fmt: skip
    for layer, width in enumerate(organism.widths):
        _dots(axes, layer, _heights(width, 1.5), TASK if layer == 0 else "white")
    axes.set_xlim(-0.4, len(organism.widths) - 0.6)


def type_courses(types: Int[Tensor, "E S N"], epochs: Sequence[int], caption: str, alt: str) -> Drawing:
    """What particles are, over the epochs: all outcomes in the first organism, and the replicators in every organism.

    Args:
        types: Outcomes as indices into `fixpoints.OUTCOMES`.
        epochs: After which they were found.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: ON Fig. 2 (left panel).
    """
    with styled():
        figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharex=True, sharey=True)
        _stack(left, types[:, 0], epochs)
        counts = (types == fixpoints.OUTCOMES.index("fixpoint")).sum(2).double()
        for course in counts.T:
            right.step(epochs, course, where="post", color=MUTED, linewidth=0.8, alpha=0.7)
        right.plot(epochs, counts.mean(1), color=OUTCOME_COLOURS["fixpoint"], linewidth=2, label="mean")
        right.plot([], [], color=MUTED, linewidth=0.8, label="one organism")
        right.legend(loc="lower right")
        left.set(xlabel="epoch", ylabel="particles", title="first organism", xlim=(epochs[0], epochs[-1]))
        right.set(xlabel="epoch", title=f"replicators, {types.shape[1]} organisms")
        for axis in (left.xaxis, left.yaxis):
            axis.set_major_locator(MaxNLocator(6, integer=True))
    return Drawing(figure, caption, alt)


def _stack(axes: Axes, types: Int[Tensor, "E N"], epochs: Sequence[int]) -> None:
    """Stacked steps of the outcomes that occur; replicators at the bottom."""
    below = np.zeros(len(types))
    for outcome in ("fixpoint", "second order", "zero", "divergent", "other"):
        count = (types == fixpoints.OUTCOMES.index(outcome)).sum(1).numpy()
        if count.any():
            axes.fill_between(
                epochs, below, below + count, step="post", facecolor=OUTCOME_COLOURS[outcome], edgecolor=INK,
                hatch=OUTCOME_HATCHES[outcome], linewidth=0.5, label="replicator" if outcome == "fixpoint" else outcome,
            )  # fmt: skip
        below = below + count
    axes.set_ylim(0, types.shape[1])
    axes.legend(loc="lower right", frameon=True, framealpha=1)


def loss_curves(
    losses: Mapping[str, Float[Tensor, "E S"]], error: Float[Tensor, "E S"], bound: float, caption: str, alt: str
) -> Drawing:
    """Losses and the error of the sum over the epochs: median, quartiles and range over organisms.

    Args:
        losses: "replication" and "task", epoch 0 first.
        error: Mean absolute error, likewise.
        bound: Of the error, drawn as a line; its square is drawn beside the losses.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: ON Fig. 3.
    """
    with styled():
        figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharex=True)
        for name, values in losses.items():
            _band(left, values, name, *COURSES[name])
        _band(right, error, "error", INK, "-")
        for axes, level in ((left, bound**2), (right, bound)):
            axes.axhline(level, color=MUTED, linestyle=":", linewidth=1.2)
            axes.set_yscale("log")
            axes.minorticks_off()
            axes.set_xlabel("epoch")
        left.set_title("mean squared error")
        right.set_title("mean absolute error of the sum")
        left.legend()
    return Drawing(figure, caption, alt)


def _band(axes: Axes, values: Float[Tensor, "E S"], name: str, colour: str, line: str) -> None:
    epochs = np.arange(len(values))
    lowest, low, median, high, highest = np.quantile(values.numpy(), [0, 0.25, 0.5, 0.75, 1], axis=1)
    axes.fill_between(epochs, lowest, highest, color=colour, alpha=0.15, linewidth=0)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.3, linewidth=0)
    axes.plot(epochs, median, line, color=colour, linewidth=1.5, label=name)


def robustness_boxes(
    right: pd.DataFrame, running: pd.DataFrame, perfect: pd.DataFrame, caption: str, alt: str
) -> Drawing:
    """How long nets hold out under noise: the right counts on the left, running counts on the right.

    Args:
        right: One row per copy: `nets` (a key of `NETS`), `noise`, `time_to_vergence`, `time_as_fixpoint`.
        running: The same, counted by other rules.
        perfect: Means of the hand-made fixpoint, one row per `noise`; in all panels by the right count.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: ON Fig. 4.
    """
    levels = sorted(right["noise"].unique(), reverse=True)
    hand_made = perfect.set_index("noise").reindex(levels)
    with styled():
        figure, panels = plt.subplots(2, 2, figsize=(WIDTH, 5.2), sharex=True)
        for column, (table, title) in enumerate(((right, "counted anew for each copy"), (running, "running counts"))):
            for axes, count in zip(panels[:, column], COUNTS, strict=True):
                _boxes(axes, table, count, levels)
                axes.plot(range(len(levels)), hand_made[count], **HAND_MADE)
                axes.set(xlabel="", ylabel=COUNTS[count] if column == 0 else "")
                axes.set_xticks(range(len(levels)), [power(level) for level in levels], fontsize=8)
            panels[0, column].set_title(title)
            panels[1, column].set_xlabel("standard deviation of the noise per weight")
        looks = {"particles": "", "lone nets": HATCH}
        keys = [Patch(facecolor=NETS[name], hatch=hatch, edgecolor=INK, label=name) for name, hatch in looks.items()]
        keys.append(plt.Line2D([], [], label="hand-made fixpoint, mean (right count)", **HAND_MADE))
        figure.legend(handles=keys, loc="outside lower center", ncols=3)
    return Drawing(figure, caption, alt)


def _boxes(axes: Axes, table: pd.DataFrame, count: str, levels: Sequence[float]) -> None:
    sns.boxplot(
        table, x="noise", y=count, hue="nets", order=levels, hue_order=list(NETS), palette=NETS, saturation=1, ax=axes,
        linewidth=0.8, fliersize=1.2, linecolor=INK, gap=0.15, legend=False, showmeans=True,
        meanprops={"marker": "_", "markeredgecolor": INK, "markersize": 7, "markeredgewidth": 1.6},
    )  # fmt: skip
    for box in axes.containers[1].boxes:
        box.set_hatch(HATCH)


def substitution(
    errors: Mapping[str, tuple[Float[Tensor, " S"], Float[Tensor, " S"]]], ratios: Mapping[str, Sequence[float]],
    limit: float, caption: str, alt: str,
) -> Drawing:  # fmt: skip
    """Organisms beside the ordinary nets of their gains, and what fresh samples for each make of the comparison.

    Args:
        errors: Errors of organisms and of nets, by precision.
        ratios: Variance over nets divided by variance over organisms, one per repetition with fresh samples, likewise.
        limit: Of the claim, drawn as a line.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: ON Fig. 5 (left panel).
    """
    with styled():
        figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.2), gridspec_kw={"width_ratios": (1.15, 1)})
        _pairs(left, errors)
        bins = np.linspace(0, max(1.5, *(max(values) for values in ratios.values())), 41)
        for (name, values), look in zip(
            ratios.items(), ({"alpha": 0.5}, {"fill": False, "hatch": "////"}), strict=True
        ):
            right.hist(values, bins, color=MUTED, edgecolor=INK, linewidth=0.5, label=name, **look)
        right.axvline(1, color=INK, linewidth=1.4, label="equal variances")
        right.axvline(limit, color=SECOND, linestyle="--", linewidth=1.6, label="limit of the claim")
        right.set(title="fresh pairs for each", xlabel="variance, nets over organisms", ylabel="comparisons")
        figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8.5)
    return Drawing(figure, caption, alt)


def _pairs(axes: Axes, errors: Mapping[str, tuple[Tensor, Tensor]]) -> None:
    """Discs for organisms, squares for nets, a line from each to its own."""
    for place, sides in enumerate(errors.values()):
        ends = [3 * place, 3 * place + 1]
        axes.plot(ends, torch.stack(sides) * 1e7, "-", color=MUTED, linewidth=0.8, zorder=1)
        for end, side, colour, marker in zip(ends, sides, (ACCENT, SECOND), "os", strict=True):
            axes.scatter([end] * len(side), side * 1e7, color=colour, marker=marker, s=22, zorder=2)
    ticks = [place for number in range(len(errors)) for place in (3 * number, 3 * number + 1)]
    axes.set_xticks(ticks, [f"{kind}\n{name}" for name in errors for kind in ("organism", "net")], fontsize=8.5)
    axes.set(title="mean absolute error, same pairs", ylabel=r"error in units of $10^{-7}$")
