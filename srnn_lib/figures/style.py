"""One look for all figures: colours that everyone can tell apart, sizes that fit the page, alt text and caption."""

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import matplotlib.pyplot as plt
import PIL.Image
import seaborn as sns
from IPython.display import display
from matplotlib import rcdefaults
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D
from numpy.typing import ArrayLike

from srnn_lib.checks import bad_input
from srnn_lib.claimbook.framed import framed
from srnn_lib.figures.data_behind import DRAWN, numbers_drawn

Item = TypeVar("Item")
Look = TypeVar("Look")

WIDTH = 7.2
SHARPER = 1.6
"""Pixels of a figure for each pixel of the width at which it is shown."""
OUTCOME_COLOURS = {
    "divergent": "#D55E00", "zero": "#56B4E9", "fixpoint": "#009E73", "second order": "#CC79A7", "other": "#BBBBBB",
}  # fmt: skip
OUTCOME_HATCHES = {"divergent": "////", "zero": "", "fixpoint": "....", "second order": "xx", "other": "\\\\"}
INK, ACCENT, SECOND, MUTED = "#1A1A1A", "#0072B2", "#E69F00", "#6B6B6B"
_RC: dict[Any, Any] = {
    "figure.dpi": 130, "savefig.dpi": 130, "figure.constrained_layout.use": True,
    "font.size": 9.5, "axes.titlesize": 10, "axes.labelsize": 9.5, "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False, "hatch.linewidth": 0.6,
}  # fmt: skip


@contextmanager
def styled() -> Iterator[None]:
    """The book's matplotlib settings, for the length of a `with` block or of the function it decorates.

    They stand on matplotlib's own, not on those that a user may have made.
    """
    with plt.rc_context():
        rcdefaults()
        with sns.axes_style("ticks", rc=_RC), plt.rc_context(_RC):
            yield


def space(figure: Figure, rectangle: tuple[float, float, float, float], *, ticks: int, azimuth: float = -58) -> Axes3D:
    """A part of a figure in which nets move over a plane, with time upwards: `ticks` numbers at most on each axis."""
    axes = Axes3D(figure, rectangle)
    figure.add_axes(axes)
    axes.view_init(elev=18, azim=azimuth)
    axes.set_box_aspect((1, 1, 0.85), zoom=0.9)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.pane.set_alpha(0.35)
        axis.set_major_locator(MaxNLocator(ticks, integer=axis is axes.zaxis))
    return axes


def band(axes: Axes, x: ArrayLike, edges: Iterable[ArrayLike], *, color: str, alpha: float, **line: Any) -> None:
    """A line with a band of its colour; `edges` are the lower end of the band, the line, and the upper end."""
    low, middle, high = edges
    axes.fill_between(x, low, high, color=color, alpha=alpha, linewidth=0, gid=line.get("label"))
    axes.plot(x, middle, color=color, **line)


def name_boxes(axes: Axes, names: Iterable[str]) -> None:
    """Say of groups of boxes, in the order in which they were drawn, what they are: the data of the figure tell it."""
    drawn: list[Any] = axes.containers
    for boxes, name in zip(drawn, names, strict=True):
        plt.setp(boxes.boxes, gid=name)


def told_apart(several: Iterable[Item], looks: Sequence[Look]) -> Iterator[tuple[Item, Look]]:
    """Every one of several things with a look of its own.

    Raises:
        BadInput: There are more of them than looks.
    """
    items = list(several)
    if len(items) > len(looks):
        raise bad_input("number of things to tell apart", len(items), f"at most {len(looks)} in this figure")
    return zip(items, looks, strict=False)


def swatches(looks: Mapping[str, tuple[str, str]]) -> list[Patch]:
    """Keys of a legend, one for every name with its colour and hatch."""
    return [Patch(facecolor=colour, hatch=hatch, edgecolor=INK, label=name) for name, (colour, hatch) in looks.items()]


def power(level: float) -> str:
    """A level as a label: a power of ten where it is one, "none" for zero."""
    if level == 0:
        return "none"
    exponent = math.log10(level)
    whole = math.isclose(exponent, round(exponent), abs_tol=1e-9)
    return rf"$10^{{{round(exponent)}}}$" if whole else f"{level:.1g}"


def show(figure: Figure, name: str, *, caption: str, alt: str) -> None:
    """Put a figure on the page as a PNG of 256 colours, with its words; its label and its width go with it.

    Args:
        figure: Closed afterwards.
        name: Label, such as "fig-sr-4".
        caption: Shown below it: what it means.
        alt: Read aloud instead of it: what can be seen.

    The numbers that it shows go with it, for the page to hand out.
    """
    picture, numbers = _pixels(figure), numbers_drawn(figure)
    plt.close(figure)
    buffer = io.BytesIO()
    picture.quantize(256).save(buffer, "PNG", optimize=True)
    words: dict[str, Any] = {"alt": alt, "caption": caption, "name": name, "width": round(picture.width / SHARPER)}
    shown = {"text/html": framed(buffer.getvalue(), **words), "text/plain": alt}
    display(shown, metadata={"image/png": words, **({DRAWN: numbers} if numbers else {})}, raw=True)


def _pixels(figure: Figure) -> PIL.Image.Image:
    """The figure as it is drawn, sharp enough for screens of twice the usual density."""
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, dpi=SHARPER * _RC["savefig.dpi"], bbox_inches="tight", pad_inches=0.06)
    return PIL.Image.open(buffer).convert("RGB")
