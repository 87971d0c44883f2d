"""Figures of organisms that read images: where replicators sit, how they moved, what is left without them."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from srnn_lib.figures.style import ACCENT, INK, MUTED, OUTCOME_COLOURS, SECOND, WIDTH, Drawing, styled
from srnn_lib.organisms.organism import Organism
from srnn_lib.replicators.projection import Plane, principal_plane

TYPES = {"replicators": OUTCOME_COLOURS["fixpoint"], "others": MUTED}
LINES = (
    (INK, "-", "o"), (ACCENT, "--", "s"), (SECOND, "-.", "^"), ("#CC79A7", ":", "D"), (MUTED, (0, (5, 1, 1, 1)), "v"),
    ("#56B4E9", (0, (1, 1)), "P"),
)  # fmt: skip
"""Colour, line and marker of a method: each differs, so that none is told by colour alone."""


def pixel_maps(
    maps: Mapping[str, Float[Tensor, " pixels"]],
    caption: str,
    alt: str,
    logarithmic: Sequence[str] = (),
    columns: int = 3,
) -> Drawing:
    """One value per pixel of square images, as heat maps in rows, each with its own colour bar.

    Args:
        maps: Title of the panel and its values, row by row of the image.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
        logarithmic: Titles of the panels whose values, all above zero, are on a logarithmic scale.
        columns: Panels per row.
    """
    rows = -(-len(maps) // columns)
    with styled():
        figure, panels = plt.subplots(rows, columns, figsize=(WIDTH, 2.1 * rows), squeeze=False)
        for axes, (title, values) in zip(panels.flat, maps.items(), strict=False):
            size = round(len(values) ** 0.5)
            norm = "log" if title in logarithmic else None
            shown = axes.imshow(values.reshape(size, size).double().numpy(), cmap="viridis", norm=norm)
            figure.colorbar(shown, ax=axes, shrink=0.82)
            axes.set_title(title, fontsize=9)
            axes.set_xticks([0, size // 2, size - 1])
            axes.set_yticks([0, size // 2, size - 1])
            axes.spines[:].set_visible(True)
        for axes in list(panels.flat)[len(maps) :]:
            axes.set_axis_off()
    return Drawing(figure, caption, alt)


def connections(organism: Organism, replicators: Bool[Tensor, " N"], caption: str, alt: str) -> Drawing:
    """Every particle of one organism as a line from its source cell to its target cell; one panel per type.

    Args:
        organism: Shape.
        replicators: Which particles are of that type.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: ON Fig. 11; authors' `swarm` branch for the places of the cells.
    """
    with styled():
        figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 3.3), sharey=True)
        masks = (replicators, ~replicators)
        for axes, (name, colour), mask in zip(panels, TYPES.items(), masks, strict=True):
            alpha = float(np.clip(120 / max(int(mask.sum()), 1), 0.22, 0.9))
            axes.add_collection(LineCollection(_lines(organism, mask), colors=colour, alpha=alpha, linewidths=0.7))
            for layer, width in enumerate(organism.widths):
                small = width > 20
                heights = np.linspace(0, 1, width)
                axes.scatter([layer] * width, heights, s=2 if small else 16, color=INK, zorder=3, linewidths=0)
            axes.set_title(f"{name} ({int(mask.sum())})")
            axes.set_xticks(range(len(organism.widths)), _layer_names(organism))
        panels[0].invert_yaxis()
        panels[0].set_ylabel("place of the cell in its layer")
    return Drawing(figure, caption, alt)


def _lines(organism: Organism, mask: Bool[Tensor, " N"]) -> np.ndarray:
    """Ends of the lines of the masked particles, `(particles, 2, 2)`: layer and normalised place of both cells."""
    layer, target, source = organism.cells[mask].T.double()
    last = torch.tensor(organism.widths, dtype=torch.float64).sub(1).clamp(min=1)
    starts = torch.stack([layer, source / last[layer.long()]], dim=1)
    ends = torch.stack([layer + 1, target / last[layer.long() + 1]], dim=1)
    return torch.stack([starts, ends], dim=1).numpy()


def _layer_names(organism: Organism) -> list[str]:
    return ["input", *(f"hidden {layer}" for layer in range(1, len(organism.widths) - 1)), "output"]


def type_trajectories(
    recorded: Float[Tensor, "T N W"],
    replicators: Bool[Tensor, " N"],
    every: int,
    shown: int,
    caption: str,
    alt: str,
) -> Drawing:
    """Particles of a layer on principal components, epochs upwards: a column per type, on common and on own planes.

    Args:
        recorded: Weights of all particles of the layer at every snapshot.
        replicators: Which of them are replicators at the end.
        every: Epochs between two snapshots.
        shown: Most particles drawn of a type, evenly spaced; all of them make the common plane.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: ON Fig. 12.
    """
    common = principal_plane(recorded, every)
    with styled():
        figure = plt.figure(figsize=(WIDTH, 6.0), layout="none")
        for column, (name, mask) in enumerate(zip(TYPES, (replicators, ~replicators), strict=True)):
            chosen = _spaced(mask, shown)
            own = [principal_plane(recorded[:, [net]], every) for net in chosen]
            together = [Plane(common.table[common.table["net"] == net], *common[1:]) for net in chosen]
            for row, planes in enumerate((together, own)):
                axes = figure.add_axes((0.5 * column, 0.49 - 0.5 * row, 0.46, 0.48), projection="3d")
                _paths(axes, planes, TYPES[name])
                axes.set_title(f"{name}, {('common', 'own')[row]} components", loc="center", y=0.92)
    return Drawing(figure, caption, alt)


def _spaced(mask: Bool[Tensor, " N"], most: int) -> list[int]:
    """Evenly spaced members, at most so many."""
    members = mask.nonzero()[:, 0]
    if len(members) > most:
        members = members[torch.linspace(0, len(members) - 1, most).long()]
    return members.tolist()


def _paths(axes: Axes, planes: Sequence[Plane], colour: str) -> None:
    for plane in planes:
        table = plane.table
        axes.plot(table["x"], table["y"], table["step"], color=colour, linewidth=0.8, alpha=0.7)
        axes.scatter(*table[["x", "y", "step"]].iloc[0], color=SECOND, s=7, depthshade=False)
        axes.scatter(*table[["x", "y", "step"]].iloc[-1], color=INK, s=7, marker="s", depthshade=False)
    axes.set_xlabel("component 1", labelpad=-4)
    axes.set_ylabel("component 2", labelpad=-4)
    axes.set_zlabel("epochs", labelpad=-2)
    axes.view_init(elev=18, azim=-58)
    axes.set_box_aspect((1, 1, 0.85), zoom=0.9)
    axes.tick_params(labelsize=7, pad=-2)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.pane.set_alpha(0.35)
        axis.set_major_locator(MaxNLocator(3, integer=axis is axes.zaxis))


def accuracies(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """Test accuracies by method, one mark per organism and a bar at the median; one panel per width.

    Args:
        table: One row per organism and method: `width`, `method`, `accuracy`. Methods keep their order.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    widths, methods = table["width"].unique(), list(table["method"].unique())
    with styled():
        size = (WIDTH, 1.1 + 0.32 * len(methods))
        figure, panels = plt.subplots(1, len(widths), figsize=size, sharex=True, sharey=True, squeeze=False)
        for axes, width in zip(panels[0], widths, strict=True):
            for place, method in enumerate(methods):
                values = table.loc[(table["width"] == width) & (table["method"] == method), "accuracy"].to_numpy()
                offsets = place + np.linspace(-0.22, 0.22, len(values))
                axes.plot(values, offsets, "o", color=ACCENT, markeredgecolor="white", markersize=5, zorder=3)
                axes.plot([np.median(values)] * 2, [place - 0.38, place + 0.38], color=INK, linewidth=1.8, zorder=2)
            axes.axvline(0.1, color=MUTED, linestyle=":", linewidth=1)
            axes.set_title(f"width {width}")
            axes.set_xlabel("test accuracy")
            axes.grid(axis="y", alpha=0.25)
        panels[0, 0].set_yticks(range(len(methods)), methods)
        panels[0, 0].invert_yaxis()
    return Drawing(figure, caption, alt)


def accuracy_curves(table: pd.DataFrame, marks: Mapping[int, Sequence[float]], caption: str, alt: str) -> Drawing:
    """Accuracy against the share of weights removed, by method: medians over organisms, quartiles as a band.

    Args:
        table: One row per organism, method and sparsity: `width`, `method`, `sparsity`, `accuracy`.
        marks: Sparsities marked at the lower edge, per width: those of the replicators.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    with styled():
        figure, panels = _by_width(table, "method", "sparsity", "accuracy", 3.9)
        for width, axes in panels.items():
            axes.plot(marks[width], [0.02] * len(marks[width]), "|", color=INK, markersize=9, label="replicators")
            axes.set_xlabel("share of weights removed")
            axes.set_ylim(0, 1)
        first = next(iter(panels.values()))
        first.set_ylabel("test accuracy")
        figure.legend(*first.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Drawing(figure, caption, alt)


def _by_width(table: pd.DataFrame, lines: str, along: str, value: str, height: float) -> tuple[Figure, dict[int, Axes]]:
    """A panel per width, with medians and quartiles of `value` along `along`, one line per value of `lines`."""
    widths = table["width"].unique()
    figure, row = plt.subplots(1, len(widths), figsize=(WIDTH, height), sharey=True, squeeze=False)
    panels = dict(zip(widths, row[0], strict=True))
    for width, axes in panels.items():
        groups = table[table["width"] == width].groupby(lines, sort=False)
        for look, (name, rows) in zip(LINES, groups, strict=False):
            _curve(axes, rows.groupby(along)[value], look, name)
        axes.set_title(f"width {width}")
    return figure, panels


def _curve(axes: Axes, groups: pd.api.typing.SeriesGroupBy, look: tuple, name: str) -> None:
    colour, line, marker = look
    middle = groups.median()
    low, high = groups.quantile(0.25), groups.quantile(0.75)
    axes.fill_between(middle.index, low, high, color=colour, alpha=0.12, linewidth=0)
    axes.plot(middle.index, middle, color=colour, linestyle=line, marker=marker, markersize=3.5, linewidth=1.3,
              markevery=2, label=name)  # fmt: skip


def shares_by_decile(table: pd.DataFrame, across: str, caption: str, alt: str) -> Drawing:
    """Share of replicators by decile of some quantity, one line per moment; one panel per width.

    Args:
        table: One row per organism, moment and decile: `width`, `moment`, `decile` (1 to 10), `share`.
        across: What the deciles divide.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    with styled():
        figure, panels = _by_width(table, "moment", "decile", "share", 3.5)
        for axes in panels.values():
            axes.set_xlabel(f"decile of {across}")
            axes.set_xticks(range(1, 11))
            axes.set_ylim(-0.03, 1.03)
        first = next(iter(panels.values()))
        first.set_ylabel("share of replicators")
        figure.legend(*first.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return Drawing(figure, caption, alt)
