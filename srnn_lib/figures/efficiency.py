"""Figures of what neurons are worth, and of what it costs to lose them."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from srnn_lib.figures.style import ACCENT, INK, SECOND, WIDTH, styled

_SIDES: dict[str, dict[str, Any]] = {
    "the loss rises": {"marker": "o", "facecolor": ACCENT, "edgecolor": ACCENT, "alpha": 0.7},
    "the loss falls": {"marker": "s", "facecolor": "none", "edgecolor": SECOND},
}
"""A removal that costs something, and one that gains."""


@styled()
def worth_and_cost(panels: Mapping[str, tuple[Float[Tensor, " n"], Float[Tensor, " n"]]]) -> Figure:
    """What neurons are worth by some measures, against how the loss changes without each; one mark per neuron.

    Args:
        panels: Title of the panel, a measure of every neuron, and the change of the loss. On logarithmic scales:
            neurons with a measure or a change of 0 are not shown.
    """
    figure, (row,) = plt.subplots(1, len(panels), figsize=(WIDTH, 3.0), squeeze=False, sharex=True, sharey=True)
    for axes, (title, (worth, cost)) in zip(row, panels.items(), strict=True):
        for (label, look), chosen in zip(_SIDES.items(), (cost > 0, cost < 0), strict=True):
            axes.scatter(cost[chosen].abs(), worth[chosen], s=18, linewidth=0.9, label=label, **look)
        axes.set(title=title, xscale="log", yscale="log", xlabel=r"size of $\Delta\langle H\rangle$")
        axes.grid(color=INK, alpha=0.12, linewidth=0.6)
        axes.minorticks_off()
    row[0].set_ylabel("measure")
    figure.legend(*row[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(_SIDES))
    return figure
