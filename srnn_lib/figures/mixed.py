"""Shares of nets against a setting, the kinds of outcome told apart."""

from itertools import product

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from srnn_lib import checks
from srnn_lib.figures.style import INK, OUTCOME_COLOURS, WIDTH, band, power, styled

_LOOKS = {
    "zero": (OUTCOME_COLOURS["zero"], "--", "s"),
    "fixpoint": (OUTCOME_COLOURS["fixpoint"], "-", "o"),
    "both": (INK, ":", ""),
}
"""Colour, line and marker of a kind of outcome: each differs, so that none is told by colour alone."""


@styled()
def share_lines(
    table: pd.DataFrame, *, across: str, logged: pd.DataFrame | None = None, names: dict[str, str] | None = None
) -> Figure:
    """Shares of nets as lines with their intervals as bands: one row of panels per margin, one column per reduction.

    Args:
        table: One row per point: `margin`, `reduction`, `steps`, `outcome` ("zero", "fixpoint" or "both"), `share`,
            `low`, `high`.
        across: What `steps` counts.
        logged: Values to compare with, drawn as open marks: `margin`, `reduction`, `steps`, `share`.
        names: What the legend calls the outcomes; an outcome without a name is called by its own.

    Raises:
        BadInput: An outcome without a look.
    """
    for outcome in table["outcome"].unique():
        checks.choice("outcome", outcome, _LOOKS)
    margins, reductions = table["margin"].unique(), table["reduction"].unique()
    size = (WIDTH, 1.0 + 2.1 * len(margins))
    figure, panels = plt.subplots(len(margins), len(reductions), figsize=size, sharex=True, sharey=True, squeeze=False)
    for axes, (margin, reduction) in zip(panels.flat, product(margins, reductions), strict=True):
        for outcome, line in _of(table, margin, reduction).groupby("outcome", sort=False):
            colour, style, marker = _LOOKS[outcome]
            band(axes, line["steps"], (line["low"], line["share"], line["high"]), color=colour, alpha=0.2,
                 linestyle=style, marker=marker, markersize=4, linewidth=1.4,
                 label=(names or {}).get(outcome, outcome))  # fmt: skip
        if logged is not None and len(points := _of(logged, margin, reduction)):
            axes.plot(points["steps"], points["share"], "D", color="none", markeredgecolor=INK, markersize=5,
                      label="authors' log")  # fmt: skip
        axes.set_title(rf"{reduction}, $\varepsilon=$" + power(margin))
    plt.setp(panels[:, 0], ylabel="share of nets")
    panels[0, 0].set_ylim(-0.04, 1.04)
    panels[-1, len(reductions) // 2].set_xlabel(across)
    keys = {line.get_label(): line for axes in panels.flat for line in axes.lines}
    figure.legend(keys.values(), keys, loc="outside lower center", ncols=len(keys))
    return figure


def _of(table: pd.DataFrame, margin: float, reduction: str) -> pd.DataFrame:
    return table[(table["margin"] == margin) & (table["reduction"] == reduction)]
