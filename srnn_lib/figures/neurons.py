"""Figures of what neurons are worth, and of what it costs to lose them."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.axes import Axes
from torch import Tensor

from srnn_lib.figures.style import ACCENT, INK, SECOND, WIDTH, Drawing, styled

SIDES = {
    "the loss rises": {"marker": "o", "facecolor": ACCENT, "edgecolor": ACCENT, "alpha": 0.7},
    "the loss falls": {"marker": "s", "facecolor": "none", "edgecolor": SECOND},
}
"""A removal that costs something, and one that gains."""


def worth_and_cost(
    panels: Mapping[str, tuple[Float[Tensor, " n"], Float[Tensor, " n"]]], caption: str, alt: str
) -> Drawing:
    """What neurons are worth by some measures, against how the loss changes without each; one mark per neuron.

    Args:
        panels: Title of the panel, a measure of every neuron, and the change of the loss. On logarithmic scales:
            neurons with a measure or a change of 0 are not shown.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    with styled():
        figure, row = plt.subplots(1, len(panels), figsize=(WIDTH, 3.0), squeeze=False, sharex=True, sharey=True)
        for axes, (title, (worth, cost)) in zip(row[0], panels.items(), strict=True):
            _marks(axes, worth, cost)
            axes.set_title(title)
        row[0, 0].set_ylabel("measure")
        figure.legend(*row[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=len(SIDES))
    return Drawing(figure, caption, alt)


def _marks(axes: Axes, worth: Tensor, cost: Tensor) -> None:
    for (label, look), chosen in zip(SIDES.items(), (cost > 0, cost < 0), strict=True):
        axes.scatter(cost[chosen].abs(), worth[chosen], s=18, linewidth=0.9, label=label, **look)
    axes.set(xscale="log", yscale="log", xlabel=r"size of $\Delta\langle H\rangle$")
    axes.grid(color=INK, alpha=0.12, linewidth=0.6)
    axes.minorticks_off()
