"""What several figures of the part on organism networks share."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from srnn_lib.figures.style import ACCENT, INK, MUTED, OUTCOME_COLOURS, OUTCOME_HATCHES, SECOND, WIDTH, band, told_apart

_LINES = (
    (INK, "-", "o"), (ACCENT, "--", "s"), (SECOND, "-.", "^"), ("#CC79A7", ":", "D"), (MUTED, (0, (5, 1, 1, 1)), "v"),
    ("#56B4E9", (0, (1, 1)), "P"),
)  # fmt: skip
"""Colour, line and marker of a method: each differs, so that none is told by colour alone."""


def curves_by_width(
    table: pd.DataFrame, lines: str, along: str, value: str, height: float
) -> tuple[Figure, dict[int, Axes]]:
    """A panel per width: medians and quartiles of `value` along `along`, one line per value of `lines` (up to six)."""
    groups = table.groupby("width", sort=False)
    figure, row = plt.subplots(1, len(groups), figsize=(WIDTH, height), sharey=True, squeeze=False)
    panels = {}
    for axes, (width, rows) in zip(row[0], groups, strict=True):
        panels[int(width)] = axes
        for (name, some), (colour, line, marker) in told_apart(rows.groupby(lines, sort=False), _LINES):
            values = some.groupby(along)[value]
            edges = values.quantile(0.25), values.median(), values.quantile(0.75)
            band(axes, edges[1].index, edges, color=colour, alpha=0.12, linestyle=line, marker=marker,
                 markersize=3.5, linewidth=1.3, markevery=2, label=name)  # fmt: skip
        axes.set_title(f"width {width}")
    return figure, panels


def stacked_areas(
    axes: Axes, epochs: Sequence[int] | Tensor, counts: Mapping[str, Tensor], *, replicators: str, **look: Any
) -> None:
    """Counts of outcomes at some epochs, `(epochs,)` each, stacked in their order; `replicators` names fixpoints."""
    below = np.zeros(len(epochs))
    for outcome, count in counts.items():
        top = below + count.numpy()
        axes.fill_between(
            epochs, below, top, facecolor=OUTCOME_COLOURS[outcome], hatch=OUTCOME_HATCHES[outcome], edgecolor=INK,
            label=replicators if outcome == "fixpoint" else outcome, **look,
        )  # fmt: skip
        below = top
