"""Figures of organisms that read images: where replicators sit, how they moved, and when they came."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D
from torch import Tensor

from srnn_lib.figures.organism_networks import curves_by_width
from srnn_lib.figures.projection import Plane, principal_plane
from srnn_lib.figures.style import INK, MUTED, OUTCOME_COLOURS, SECOND, WIDTH, space, styled
from srnn_lib.organisms.organism import Organism

_TYPES = {"replicators": OUTCOME_COLOURS["fixpoint"], "others": MUTED}


@styled()
def pixel_maps(
    maps: Mapping[str, Float[Tensor, " pixels"]], logarithmic: Sequence[str] = (), columns: int = 3
) -> Figure:
    """One value per pixel of square images, as heat maps in rows, each with its own colour bar.

    Args:
        maps: Title of the panel and its values, row by row of the image.
        logarithmic: Titles of the panels whose values, all above zero, are on a logarithmic scale.
        columns: Panels per row.
    """
    rows = -(-len(maps) // columns)
    figure, panels = plt.subplots(rows, columns, figsize=(WIDTH, 2.1 * rows), squeeze=False)
    for axes, (title, values) in zip(panels.flat, maps.items(), strict=False):
        size = round(len(values) ** 0.5)
        norm, ticks = "log" if title in logarithmic else None, [0, size // 2, size - 1]
        shown = axes.imshow(values.reshape(size, size).double().numpy(), cmap="viridis", norm=norm)
        figure.colorbar(shown, ax=axes, shrink=0.82)
        axes.set_title(title, fontsize=9)
        axes.set(xticks=ticks, yticks=ticks)
        axes.spines[:].set_visible(True)
    for axes in list(panels.flat)[len(maps) :]:
        axes.set_axis_off()
    return figure


@styled()
def connections(organism: Organism, replicators: Bool[Tensor, " N"]) -> Figure:
    """Every particle of one organism as a line from its source cell to its target cell; one panel per type.

    Source: ON Fig. 11; authors' `swarm` branch for the places of the cells.
    """
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 3.3), sharey=True)
    names = ["input", *(f"hidden {layer}" for layer in range(1, len(organism.widths) - 1)), "output"]
    for axes, (name, colour), mask in zip(panels, _TYPES.items(), (replicators, ~replicators), strict=True):
        alpha = float(np.clip(120 / max(int(mask.sum()), 1), 0.22, 0.9))
        lines = list(_lines(organism, mask))
        axes.add_collection(LineCollection(lines, colors=colour, alpha=alpha, linewidths=0.7, gid="particles"))
        for layer, width in enumerate(organism.widths):
            size = 2 if width > 20 else 16
            axes.scatter(
                [layer] * width, np.linspace(0, 1, width), s=size, color=INK, zorder=3, linewidths=0, gid="cells"
            )
        axes.set(title=f"{name} ({int(mask.sum())})", xticks=range(len(names)), xticklabels=names)
    panels[0].invert_yaxis()
    panels[0].set_ylabel("place of the cell in its layer")
    return figure


def _lines(organism: Organism, mask: Bool[Tensor, " N"]) -> np.ndarray:
    """Ends of the lines of the masked particles, `(particles, 2, 2)`: layer and normalised place of both cells."""
    layer, target, source = organism.cells[mask].T.double()
    last = torch.tensor(organism.widths, dtype=torch.float64).sub(1).clamp(min=1)
    starts = torch.stack([layer, source / last[layer.long()]], dim=1)
    ends = torch.stack([layer + 1, target / last[layer.long() + 1]], dim=1)
    return torch.stack([starts, ends], dim=1).numpy()


@styled()
def type_trajectories(
    recorded: Float[Tensor, "T N W"], replicators: Bool[Tensor, " N"], every: int, *, shown: int
) -> Figure:
    """Particles of a layer on principal components, epochs upwards: a column per type, on common and on own planes.

    Args:
        recorded: Weights of all particles of the layer at every snapshot.
        replicators: Which of them are replicators at the end.
        every: Epochs between two snapshots.
        shown: Most particles drawn of a type, evenly spaced; all of them make the common plane.

    Source: ON Fig. 12.
    """
    common = principal_plane(recorded, every)
    figure = plt.figure(figsize=(WIDTH, 6.0), layout="none")
    for column, ((name, colour), mask) in enumerate(zip(_TYPES.items(), (replicators, ~replicators), strict=True)):
        chosen = _spaced(mask, shown)
        own = [principal_plane(recorded[:, [net]], every) for net in chosen]
        together = [common._replace(table=common.table[common.table["net"] == net]) for net in chosen]
        for row, (word, planes) in enumerate((("common", together), ("own", own))):
            axes = space(figure, (0.5 * column, 0.49 - 0.5 * row, 0.46, 0.48), ticks=3)
            _paths(axes, planes, colour)
            axes.set_title(f"{name}, {word} components", loc="center", y=0.92)
    return figure


def _spaced(mask: Bool[Tensor, " N"], most: int) -> list[int]:
    """Evenly spaced members, at most so many."""
    members = mask.nonzero()[:, 0]
    if len(members) > most:
        members = members[torch.linspace(0, len(members) - 1, most).long()]
    return members.tolist()


def _paths(axes: Axes3D, planes: Sequence[Plane], colour: str) -> None:
    for plane in planes:
        table = plane.table[["x", "y", "step"]]
        axes.plot(*table.to_numpy().T, color=colour, linewidth=0.8, alpha=0.7, gid="paths")
        axes.scatter(*table.iloc[0], color=SECOND, s=7, depthshade=False, gid="start")
        axes.scatter(*table.iloc[-1], color=INK, s=7, marker="s", depthshade=False, gid="end")
    axes.set_xlabel("component 1", labelpad=-4)
    axes.set_ylabel("component 2", labelpad=-4)
    axes.set_zlabel("epochs", labelpad=-2)
    axes.tick_params(labelsize=7, pad=-2)


@styled()
def shares_by_decile(table: pd.DataFrame, across: str) -> Figure:
    """Share of replicators by decile of some quantity, one line per moment; one panel per width.

    Args:
        table: One row per organism, moment and decile: `width`, `moment`, `decile` (1 to 10), `share`.
        across: What the deciles divide.
    """
    figure, panels = curves_by_width(table, "moment", "decile", "share", 3.5)
    for axes in panels.values():
        axes.set(xlabel=f"decile of {across}", xticks=range(1, 11), ylim=(-0.03, 1.03))
    figure.axes[0].set_ylabel("share of replicators")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
