"""Shares of nets against a setting, the kinds of outcome told apart."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from srnn_lib import checks
from srnn_lib.figures.style import INK, OUTCOME_COLOURS, WIDTH, Drawing, power, styled

LOOKS = {
    "zero": (OUTCOME_COLOURS["zero"], "--", "s"),
    "fixpoint": (OUTCOME_COLOURS["fixpoint"], "-", "o"),
    "both": (INK, ":", ""),
}
"""Colour, line and marker of a kind of outcome: each differs, so that none is told by colour alone."""


def share_lines(
    table: pd.DataFrame,
    caption: str,
    alt: str,
    across: str,
    logged: pd.DataFrame | None = None,
    names: dict[str, str] | None = None,
) -> Drawing:
    """Shares of nets as lines with their intervals as bands: one row of panels per margin, one column per reduction.

    Args:
        table: One row per point: `margin`, `reduction`, `steps`, `outcome` (a key of `LOOKS`), `share`, `low`, `high`.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
        across: What `steps` counts.
        logged: Values to compare with, drawn as open marks: `margin`, `reduction`, `steps`, `share`.
        names: What the legend calls the outcomes; an outcome without a name is called by its own.

    Raises:
        BadInput: An outcome without a look.
    """
    for outcome in table["outcome"].unique():
        checks.choice("outcome", outcome, LOOKS)
    margins, reductions = table["margin"].unique(), table["reduction"].unique()
    size = (WIDTH, 1.0 + 2.1 * len(margins))
    with styled():
        grid = {"sharex": True, "sharey": True, "squeeze": False}
        figure, panels = plt.subplots(len(margins), len(reductions), figsize=size, **grid)
        for row, margin in zip(panels, margins, strict=True):
            for axes, reduction in zip(row, reductions, strict=True):
                _lines(axes, _of(table, margin, reduction), names or {})
                _marks(axes, logged, margin, reduction)
                axes.set_title(rf"{reduction}, $\varepsilon=$" + power(margin))
            row[0].set_ylabel("share of nets")
        panels[0, 0].set_ylim(-0.04, 1.04)
        panels[-1, len(reductions) // 2].set_xlabel(across)
        keys = {line.get_label(): line for axes in panels.flat for line in axes.lines}
        figure.legend(keys.values(), keys, loc="outside lower center", ncols=len(keys))
    return Drawing(figure, caption, alt)


def _of(table: pd.DataFrame, margin: float, reduction: str) -> pd.DataFrame:
    return table[(table["margin"] == margin) & (table["reduction"] == reduction)]


def _lines(axes: Axes, points: pd.DataFrame, names: dict[str, str]) -> None:
    for outcome, line in points.groupby("outcome", sort=False):
        colour, style, marker = LOOKS[outcome]
        axes.fill_between(line["steps"], line["low"], line["high"], color=colour, alpha=0.2, linewidth=0)
        axes.plot(line["steps"], line["share"], style, color=colour, marker=marker, markersize=4, linewidth=1.4,
                  label=names.get(outcome, outcome))  # fmt: skip


def _marks(axes: Axes, logged: pd.DataFrame | None, margin: float, reduction: str) -> None:
    if logged is None or (points := _of(logged, margin, reduction)).empty:
        return
    axes.plot(points["steps"], points["share"], "D", color="none", markeredgecolor=INK, markersize=5,
              label="authors' log")  # fmt: skip
