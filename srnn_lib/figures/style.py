"""One look for all figures: colours that everyone can tell apart, sizes that fit the page, alt text and caption."""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import seaborn as sns
from IPython.display import Image, display
from matplotlib.figure import Figure

WIDTH = 7.2
OUTCOME_COLOURS = {
    "divergent": "#D55E00",
    "zero": "#56B4E9",
    "fixpoint": "#009E73",
    "second order": "#CC79A7",
    "other": "#BBBBBB",
}
OUTCOME_HATCHES = {"divergent": "////", "zero": "", "fixpoint": "....", "second order": "xx", "other": "\\\\"}
INK, ACCENT, SECOND, MUTED = "#1A1A1A", "#0072B2", "#E69F00", "#6B6B6B"
_RC = {
    "figure.dpi": 130,
    "savefig.dpi": 130,
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.labelsize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "figure.constrained_layout.use": True,
}


class Drawing(NamedTuple):
    """A figure with the words that belong to it: what a sighted reader is told, and what everyone else is."""

    figure: Figure
    caption: str
    alt: str


@contextmanager
def styled() -> Iterator[None]:
    """The book's matplotlib settings, for the length of a `with` block only."""
    with sns.axes_style("ticks", rc=_RC), plt.rc_context(_RC):
        yield


def power(level: float) -> str:
    """A level as a label: a power of ten where it is one, "none" for zero."""
    if level == 0:
        return "none"
    exponent = math.log10(level)
    whole = math.isclose(exponent, round(exponent), abs_tol=1e-9)
    return rf"$10^{{{round(exponent)}}}$" if whole else f"{level:.1g}"


def show(drawing: Drawing, name: str) -> None:
    """Put a drawing on the page as a PNG that carries its caption, its alt text and the label `name`."""
    buffer = io.BytesIO()
    drawing.figure.savefig(buffer, format="png", bbox_inches="tight", pad_inches=0.06, metadata={"Software": None})
    plt.close(drawing.figure)
    words: dict[str, Any] = {"alt": drawing.alt, "caption": drawing.caption, "name": name}
    display(Image(buffer.getvalue()), metadata={"image/png": words})
