"""Figures of soups: nets on their way, who attacked whom, and what is left of a soup."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D
from torch import Tensor

from srnn_lib.figures.projection import Plane, principal_plane
from srnn_lib.figures.self_replication import trajectories
from srnn_lib.figures.style import ACCENT, INK, OUTCOME_COLOURS, SECOND, WIDTH, band, styled, told_apart
from srnn_lib.figures.weight_space import log_from_zero

ATTACKED = "#D55E00"
_FAMILIES = (ACCENT, "#009E73", SECOND, "#CC79A7", "#56B4E9")


def attacked_places(plane: Plane, attacks: pd.DataFrame) -> pd.DataFrame:
    """Where the victims of attacks stood at the end of the epoch of the attack, as rows of the plane's table."""
    hit = attacks[["victim", "epoch"]].set_axis(["net", "step"], axis=1).astype(int).drop_duplicates()
    return plane.table.merge(hit, on=["net", "step"])


@styled()
def soup_trajectories(
    soups: Mapping[str, tuple[Float[Tensor, "T N W"], pd.DataFrame]], families: int | None = None
) -> Figure:
    """Soups over the plane of their two main components, epochs upwards, attacked nets marked; one panel per entry.

    Args:
        soups: Title of the panel, one soup after every epoch, and its attacks (`epoch`, `victim`).
        families: Number of families of equal size, one after the other; their nets share a colour.
    """
    planes = {title: principal_plane(recorded) for title, (recorded, _) in soups.items()}
    figure = trajectories(planes, "epochs")
    spaces = [axes for axes in figure.axes if isinstance(axes, Axes3D)]
    for axes, plane, (recorded, attacks) in zip(spaces, planes.values(), soups.values(), strict=True):
        if families:
            for net, line in enumerate(axes.lines[: recorded.shape[1]]):
                line.set_color(_FAMILIES[net * families // recorded.shape[1] % len(_FAMILIES)])
        hit = attacked_places(plane, attacks)
        axes.scatter(hit["x"], hit["y"], hit["step"], color=ATTACKED, marker="x", s=11, linewidth=0.8,
                     depthshade=False, label="attacked in this epoch")  # fmt: skip
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="upper center")
    return figure


@styled()
def fixpoint_counts(table: pd.DataFrame, nets: int) -> Figure:
    """Mean numbers of fixpoints in a soup over the steps of self-training per epoch, one panel per title.

    Args:
        table: One row per point: `panel`, `steps`, `outcome` (named as in `fixpoints.OUTCOMES`), `value`, and `low`
            and `high`, which are missing for logged values: these are drawn as open marks without whiskers.
        nets: Per soup; the top of the axis.
    """
    panels = table.groupby("panel", sort=False)
    figure, (grid,) = plt.subplots(1, len(panels), figsize=(WIDTH, 3.2), sharey=True, squeeze=False)
    for axes, (panel, rows) in zip(grid, panels, strict=True):
        _counts(axes, rows[rows["outcome"] == "fixpoint"], "non-zero fixpoints", OUTCOME_COLOURS["fixpoint"], "o")
        _counts(axes, rows[rows["outcome"] == "zero"], "zero", OUTCOME_COLOURS["zero"], "s")
        axes.set(title=panel, xlabel="steps of self-training per epoch", ylim=(-0.3, nets + 0.3))
    grid[0].set_ylabel(f"mean number among {nets} nets")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _counts(axes: Axes, rows: pd.DataFrame, word: str, colour: str, marker: str) -> None:
    """One outcome of one panel, measured and logged."""
    ours, logged = rows[rows["low"].notna()], rows[rows["low"].isna()]
    reach = [ours["value"] - ours["low"], ours["high"] - ours["value"]]
    axes.errorbar(ours["steps"], ours["value"], yerr=reach, color=colour, marker=marker, markersize=4.5,
                  linewidth=1.3, capsize=2.5, label=f"{word}, measured")  # fmt: skip
    axes.plot(logged["steps"], logged["value"], linestyle="none", marker=marker, markersize=7.5, color=INK,
              markerfacecolor="none", label=f"{word}, authors' log")  # fmt: skip


@styled()
def displacement_curves(table: pd.DataFrame) -> Figure:
    """Median displacements over the epochs on a logarithmic axis that goes on to zero, quartiles shaded.

    Args:
        table: One row per line and epoch: `line` (up to four), `epoch`, `low`, `median`, `high`.
    """
    looks = ((ATTACKED, "-"), (SECOND, "--"), (ACCENT, "-"), (INK, "--"))
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    for (line, rows), (colour, dash) in told_apart(table.groupby("line", sort=False), looks):
        edges = rows["low"], rows["median"], rows["high"]
        band(axes, rows["epoch"], edges, color=colour, alpha=0.13, linestyle=dash, linewidth=1.4, label=line)
    log_from_zero([axes])
    axes.set(xlabel="epoch", ylabel="displacement of a net")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def quartiles(values: Mapping[int, Tensor], line: str) -> pd.DataFrame:
    """Rows for `displacement_curves`: quartiles of the finite displacements, zero or not, of an epoch that has any."""
    rows = []
    for epoch, lengths in values.items():
        lengths = lengths[lengths.isfinite()].double()
        if len(lengths):
            rows.append((line, epoch, *lengths.quantile(lengths.new_tensor([0.25, 0.5, 0.75])).tolist()))
    return pd.DataFrame(rows, columns=["line", "epoch", "low", "median", "high"])
