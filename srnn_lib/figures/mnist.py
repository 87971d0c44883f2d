"""Figures of organisms that learn: both losses and the accuracy, what becomes of the particles, how long they last."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.figure import Figure
from torch import Tensor

from srnn_lib import checks
from srnn_lib.figures.organism_networks import stacked_areas
from srnn_lib.figures.self_replication import SURVIVAL_COUNTS, grouped_boxes
from srnn_lib.figures.style import ACCENT, INK, OUTCOME_COLOURS, SECOND, WIDTH, band, styled, swatches, told_apart
from srnn_lib.replicators.fixpoints import OUTCOMES

CURVES = {
    "replication": (OUTCOME_COLOURS["fixpoint"], "-", 0.2),
    "task": ("#D55E00", "--", 0.2),
    "test images": (ACCENT, "-", 0.2),
    "training images": (SECOND, "--", 0.0),
    "ordinary net, test images": (INK, ":", 0.12),
}
"""Colour and line of a curve, and how dark its band is: no two in one panel share colour or line."""
_LOSSES = ("replication", "task")
_ORDER = ("fixpoint", "zero", "second order", "divergent", "other")
_GROUPS = ((ACCENT, ""), (SECOND, "////"), ("#FFFFFF", "...."))
"""Colour and hatch of the groups of boxes."""


def over_seeds(values: Float[Tensor, "T S"], epochs: Sequence[int], panel: str, curve: str) -> pd.DataFrame:
    """Rows for `learning_curves`: median and range over seeds at every epoch."""
    found = values.double()
    low, median, high = found.amin(1), found.quantile(0.5, dim=1), found.amax(1)
    columns = {"epoch": list(epochs), "low": low, "median": median, "high": high}
    return pd.DataFrame({"panel": panel, "curve": curve, **columns})


@styled()
def learning_curves(table: pd.DataFrame) -> Figure:
    """Losses on a logarithmic axis above accuracies, one column per panel; medians as lines, ranges as bands.

    Training images have no band, as theirs would hide that of test images.

    Args:
        table: Rows of `over_seeds`; `curve` is a key of `CURVES`.

    Raises:
        BadInput: A curve without a look.
    """
    for curve in table["curve"].unique():
        checks.choice("curve", curve, CURVES)
    panels = table.groupby("panel", sort=False)
    figure, grid = plt.subplots(2, len(panels), figsize=(WIDTH, 5.2), sharex=True, sharey="row", squeeze=False)
    for (top, bottom), (panel, rows) in zip(grid.T, panels, strict=True):
        for curve, line in rows.groupby("curve", sort=False):
            colour, dash, shade = CURVES[curve]
            band(top if curve in _LOSSES else bottom, line["epoch"], (line["low"], line["median"], line["high"]),
                 color=colour, alpha=shade, linestyle=dash, linewidth=1.5, label=curve)  # fmt: skip
        top.set(title=panel, yscale="log")
        bottom.set(ylim=(0, 1), xlabel="epochs")
    grid[0, 0].set_ylabel("loss")
    grid[1, 0].set_ylabel("accuracy")
    keys = {line.get_label(): line for axes in grid[:, 0] for line in axes.lines}
    figure.legend(keys.values(), keys, loc="outside lower center", ncols=3)
    return figure


@styled()
def type_areas(types: dict[str, tuple[Int[Tensor, " C"], Int[Tensor, "C S N"]]]) -> Figure:
    """Shares of particles by outcome over the epochs, stacked, mean over seeds; each seed's replicators as a line.

    Args:
        types: Title of the panel, epochs of the snapshots, and the outcomes of the particles at each.

    Only outcomes that are met are drawn, replicators at the bottom.
    """
    met = [name for name in _ORDER if any((found == OUTCOMES.index(name)).any() for _, found in types.values())]
    figure, (panels,) = plt.subplots(1, len(types), figsize=(WIDTH, 3.3), sharey=True, squeeze=False)
    for axes, (title, (epochs, found)) in zip(panels, types.items(), strict=True):
        shares = {name: (found == OUTCOMES.index(name)).double().mean(2) for name in met}
        means = {name: share.mean(1) for name, share in shares.items()}
        stacked_areas(axes, epochs, means, replicators="replicators", linewidth=0.4)
        if "fixpoint" in met:
            lines = axes.plot(epochs, shares["fixpoint"], color=INK, linewidth=0.8, gid="replicators of each seed")
            lines[0].set_label(lines[0].get_gid())
        axes.set(title=title, xlabel="epochs", xlim=(int(epochs[0]), int(epochs[-1])))
    panels[0].set(ylim=(0, 1), ylabel="share of particles")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(met) + 1)
    return figure


@styled()
def lasting_boxes(table: pd.DataFrame) -> Figure:
    """Box plots of how long particles hold out under noise, the groups side by side at every level.

    Args:
        table: One row per noisy copy: `group` (up to three), `noise` (standard deviation), `time_to_vergence`,
            `time_as_fixpoint` (applications).

    Source: ON Fig. 7.
    """
    looks = dict(told_apart(table["group"].unique(), _GROUPS))
    figure, panels = plt.subplots(2, 1, figsize=(WIDTH, 5.2), sharex=True)
    for axes, count in zip(panels, SURVIVAL_COUNTS, strict=True):
        grouped_boxes(axes, table, count, group="group", looks=looks)
    panels[-1].set_xlabel("standard deviation of the noise per weight")
    figure.legend(handles=swatches(looks), loc="outside lower center", ncols=len(looks))
    return figure
