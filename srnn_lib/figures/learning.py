"""Figures of organisms that learn: both losses and the accuracy, what becomes of the particles, how long they last."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from torch import Tensor

from srnn_lib import checks
from srnn_lib.figures import self_replication
from srnn_lib.figures.style import (
    ACCENT,
    INK,
    OUTCOME_COLOURS,
    OUTCOME_HATCHES,
    SECOND,
    WIDTH,
    Drawing,
    power,
    styled,
)
from srnn_lib.replicators.fixpoints import OUTCOMES

CURVES = {
    "replication": (OUTCOME_COLOURS["fixpoint"], "-", 0.2),
    "task": ("#D55E00", "--", 0.2),
    "test images": (ACCENT, "-", 0.2),
    "training images": (SECOND, "--", 0.0),
    "ordinary net, test images": (INK, ":", 0.12),
}
"""Colour and line of a curve, and how dark its band is: no two in one panel share colour or line."""
LOSSES = ("replication", "task")
STACK = ("fixpoint", "zero", "second order", "divergent", "other")
NAMES = {"fixpoint": "replicators"}
GROUPS = ((ACCENT, ""), (SECOND, "////"), ("#FFFFFF", "...."))
"""Colour and hatch of the groups of boxes."""


def over_seeds(values: Float[Tensor, "T S"], epochs: Sequence[int], panel: str, curve: str) -> pd.DataFrame:
    """Rows for `learning_curves`: median and range over seeds at every epoch."""
    found = values.double()
    low, median, high = found.amin(1), found.quantile(0.5, dim=1), found.amax(1)
    columns = {"epoch": list(epochs), "low": low, "median": median, "high": high}
    return pd.DataFrame({"panel": panel, "curve": curve, **columns})


def learning_curves(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """Losses on a logarithmic axis above accuracies, one column per panel; medians as lines, ranges as bands.

    Training images have no band, as theirs would hide that of test images.

    Args:
        table: Rows of `over_seeds`; `curve` is a key of `CURVES`.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Raises:
        BadInput: A curve without a look.
    """
    for curve in table["curve"].unique():
        checks.choice("curve", curve, CURVES)
    panels = table["panel"].unique()
    with styled():
        grid = {"sharex": True, "sharey": "row", "squeeze": False}
        figure, axes = plt.subplots(2, len(panels), figsize=(WIDTH, 5.2), **grid)
        for column, panel in zip(axes.T, panels, strict=True):
            rows = table[table["panel"] == panel]
            lost = rows["curve"].isin(LOSSES)
            _curves(column[0], rows[lost])
            _curves(column[1], rows[~lost])
            column[0].set_title(panel)
            column[0].set_yscale("log")
            column[1].set_ylim(0, 1)
            column[1].set_xlabel("epochs")
        axes[0, 0].set_ylabel("loss")
        axes[1, 0].set_ylabel("accuracy")
        keys = {line.get_label(): line for ax in axes[:, 0] for line in ax.lines}
        figure.legend(keys.values(), keys, loc="outside lower center", ncols=3)
    return Drawing(figure, caption, alt)


def _curves(axes: Axes, rows: pd.DataFrame) -> None:
    for curve, line in rows.groupby("curve", sort=False):
        colour, dash, shade = CURVES[curve]
        axes.fill_between(line["epoch"], line["low"], line["high"], color=colour, alpha=shade, linewidth=0)
        axes.plot(line["epoch"], line["median"], dash, color=colour, linewidth=1.5, label=curve)


def type_areas(types: dict[str, tuple[Int[Tensor, " C"], Int[Tensor, "C S N"]]], caption: str, alt: str) -> Drawing:
    """Shares of particles by outcome over the epochs, stacked, mean over seeds; each seed's replicators as a line.

    Args:
        types: Title of the panel, epochs of the snapshots, and the outcomes of the particles at each.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Only outcomes that are met are drawn, replicators at the bottom.
    """
    codes = {name: OUTCOMES.index(name) for name in STACK}
    met = [name for name in STACK if any((found == codes[name]).any() for _, found in types.values())]
    with styled():
        figure, panels = plt.subplots(1, len(types), figsize=(WIDTH, 3.3), sharey=True, squeeze=False)
        for axes, (title, (epochs, found)) in zip(panels[0], types.items(), strict=True):
            shares = [(found == codes[name]).double().mean(2) for name in met]
            _stack(axes, epochs, met, [share.mean(1) for share in shares])
            if "fixpoint" in met:
                axes.plot(epochs, shares[0], color=INK, linewidth=0.8)
                axes.lines[0].set_label("replicators of each seed")
            axes.set_title(title)
            axes.set_xlabel("epochs")
            axes.set_xlim(int(epochs[0]), int(epochs[-1]))
        panels[0, 0].set_ylim(0, 1)
        panels[0, 0].set_ylabel("share of particles")
        figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=len(met) + 1)
    return Drawing(figure, caption, alt)


def _stack(axes: Axes, epochs: Tensor, names: Sequence[str], shares: Sequence[Tensor]) -> None:
    below = np.zeros(len(epochs))
    for name, share in zip(names, shares, strict=True):
        top = below + share.numpy()
        axes.fill_between(
            epochs, below, top, facecolor=OUTCOME_COLOURS[name], hatch=OUTCOME_HATCHES[name], edgecolor=INK,
            linewidth=0.4, label=NAMES.get(name, name),
        )  # fmt: skip
        below = top


def lasting(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """Box plots of how long particles hold out under noise, the groups side by side at every level.

    Args:
        table: One row per noisy copy: `group` (up to three), `noise` (standard deviation), `time_to_vergence`,
            `time_as_fixpoint` (applications).
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: ON Fig. 7.
    """
    levels = sorted(table["noise"].unique(), reverse=True)
    looks = dict(zip(table["group"].unique(), GROUPS, strict=False))
    with styled():
        figure, panels = plt.subplots(2, 1, figsize=(WIDTH, 5.2), sharex=True)
        for axes, (count, word) in zip(panels, self_replication.COUNTS.items(), strict=True):
            _boxes(axes, table, count, levels, looks)
            axes.set(xlabel="", ylabel=word)
            axes.set_xticks(range(len(levels)), [power(level) for level in levels])
        panels[-1].set_xlabel("standard deviation of the noise per weight")
        keys = [Patch(facecolor=c, hatch=h, edgecolor=INK, label=name) for name, (c, h) in looks.items()]
        figure.legend(handles=keys, loc="outside lower center", ncols=len(keys))
    return Drawing(figure, caption, alt)


def _boxes(axes: Axes, table: pd.DataFrame, count: str, levels: Sequence[float], looks: Mapping) -> None:
    sns.boxplot(
        table, x="noise", y=count, hue="group", order=levels, hue_order=list(looks), saturation=1, ax=axes,
        palette=[colour for colour, _ in looks.values()], linewidth=0.8, fliersize=1, linecolor=INK, gap=0.12,
        legend=False, showmeans=True,
        meanprops={"marker": "_", "markeredgecolor": INK, "markersize": 6, "markeredgewidth": 1.6},
    )  # fmt: skip
    for boxes, (_, hatch) in zip(axes.containers, looks.values(), strict=True):
        for box in boxes.boxes:
            box.set_hatch(hatch)
