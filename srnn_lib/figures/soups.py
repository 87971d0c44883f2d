"""Figures of soups: nets on their way, who attacked whom, and what is left of a soup."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib.figures import self_replication
from srnn_lib.figures.style import ACCENT, INK, OUTCOME_COLOURS, SECOND, WIDTH, Drawing, styled
from srnn_lib.replicators.projection import Plane, principal_plane

ATTACKED = "#D55E00"
FAMILIES = (ACCENT, "#009E73", SECOND, "#CC79A7", "#56B4E9")


def attacked_places(plane: Plane, attacks: pd.DataFrame) -> pd.DataFrame:
    """Where the victims of attacks stood at the end of the epoch of the attack, as rows of the plane's table."""
    hit = attacks[["victim", "epoch"]].set_axis(["net", "step"], axis=1).astype(int).drop_duplicates()
    return plane.table.merge(hit, on=["net", "step"])


def soup_trajectories(
    soups: Mapping[str, tuple[Float[Tensor, "T N W"], pd.DataFrame]],
    caption: str,
    alt: str,
    families: int | None = None,
) -> Drawing:
    """Soups over the plane of their two main components, epochs upwards, attacked nets marked; one panel per entry.

    Args:
        soups: Title of the panel, one soup after every epoch, and its attacks (`epoch`, `victim`).
        caption: Shown below the figure.
        alt: Read aloud instead of it.
        families: Number of families of equal size, one after the other; their nets share a colour.
    """
    planes = {title: principal_plane(recorded) for title, (recorded, _) in soups.items()}
    drawing = self_replication.trajectories(planes, "epochs", caption, alt)
    with styled():
        for axes, (title, plane) in zip(drawing.figure.axes, planes.items(), strict=True):
            recorded, attacks = soups[title]
            if families:
                for net, line in enumerate(axes.lines[: recorded.shape[1]]):
                    line.set_color(FAMILIES[net * families // recorded.shape[1] % len(FAMILIES)])
            hit = attacked_places(plane, attacks)
            axes.scatter(hit["x"], hit["y"], hit["step"], color=ATTACKED, marker="x", s=11, linewidth=0.8,
                         depthshade=False, label="attacked in this epoch")  # fmt: skip
        drawing.figure.legend(*drawing.figure.axes[0].get_legend_handles_labels(), loc="upper center")
    return drawing


def fixpoint_counts(table: pd.DataFrame, nets: int, caption: str, alt: str) -> Drawing:
    """Mean numbers of fixpoints in a soup over the steps of self-training per epoch, one panel per title.

    Args:
        table: One row per point: `panel`, `steps`, `outcome` (named as in `fixpoints.OUTCOMES`), `value`, and `low`
            and `high`, which are missing for logged values: these are drawn as open marks without whiskers.
        nets: Per soup; the top of the axis.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    panels = table["panel"].unique()
    with styled():
        figure, grid = plt.subplots(1, len(panels), figsize=(WIDTH, 3.2), sharey=True)
        for axes, panel in zip(np.atleast_1d(grid), panels, strict=True):
            for outcome, marker in (("fixpoint", "o"), ("zero", "s")):
                rows = table[(table["panel"] == panel) & (table["outcome"] == outcome)]
                _counts(axes, rows, outcome, marker)
            axes.set_title(panel)
            axes.set_xlabel("steps of self-training per epoch")
            axes.set_ylim(-0.3, nets + 0.3)
        np.atleast_1d(grid)[0].set_ylabel(f"mean number among {nets} nets")
        figure.legend(*np.atleast_1d(grid)[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return Drawing(figure, caption, alt)


def _counts(axes: plt.Axes, rows: pd.DataFrame, outcome: str, marker: str) -> None:
    """One outcome of one panel, measured and logged."""
    word = {"fixpoint": "non-zero fixpoints", "zero": "zero"}[outcome]
    colour = OUTCOME_COLOURS[outcome]
    ours, logged = rows[rows["low"].notna()], rows[rows["low"].isna()]
    reach = [ours["value"] - ours["low"], ours["high"] - ours["value"]]
    axes.errorbar(ours["steps"], ours["value"], yerr=reach, color=colour, marker=marker, markersize=4.5,
                  linewidth=1.3, capsize=2.5, label=f"{word}, measured")  # fmt: skip
    axes.plot(logged["steps"], logged["value"], linestyle="none", marker=marker, markersize=7.5, color=INK,
              markerfacecolor="none", label=f"{word}, authors' log")  # fmt: skip


def displacement_curves(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """Median displacements over the epochs on a logarithmic axis, quartiles shaded.

    Args:
        table: One row per line and epoch: `line`, `epoch`, `low`, `median`, `high`.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    looks = ((ATTACKED, "-"), (SECOND, "--"), (ACCENT, "-"), (INK, "--"))
    with styled():
        figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
        for (colour, dash), (line, rows) in zip(looks, table.groupby("line", sort=False), strict=False):
            axes.plot(rows["epoch"], rows["median"], dash, color=colour, linewidth=1.4, label=line)
            axes.fill_between(rows["epoch"], rows["low"], rows["high"], color=colour, alpha=0.13, linewidth=0)
        axes.set_yscale("log")
        axes.set_xlabel("epoch")
        axes.set_ylabel("displacement of a net")
        figure.legend(loc="outside lower center", ncols=2)
    return Drawing(figure, caption, alt)


def quartiles(values: Mapping[int, Tensor], line: str) -> pd.DataFrame:
    """Rows for `displacement_curves`: quartiles of the positive finite displacements of every epoch that has any."""
    rows = []
    for epoch, lengths in values.items():
        lengths = lengths[lengths.isfinite() & (lengths > 0)].double()
        if len(lengths):
            low, median, high = torch.quantile(lengths, torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64)).tolist()
            rows.append({"line": line, "epoch": epoch, "low": low, "median": median, "high": high})
    return pd.DataFrame(rows, columns=["line", "epoch", "low", "median", "high"])
