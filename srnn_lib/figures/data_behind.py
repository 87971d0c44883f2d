"""The numbers behind a figure, read off what is drawn, and as a table to download.

Panels whose axes are switched off are diagrams: places in them mean nothing, so they have no numbers. Colour bars,
legends, texts, and lines of reference that no legend names are no data.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator
from mpl_toolkits.mplot3d.art3d import Line3D, Path3DCollection
from seaborn.categorical import BoxPlotContainer

from srnn_lib.checks import bad_input

DRAWN = "srnn-drawn"
"""Where an output keeps the numbers of its figure."""
DIGITS = 6
"""Significant ones of a kept number."""
MOST = 4_000
"""Marks that are kept of one artist; of more, every second, every third, and so on."""
_BAR = "<colorbar>"
"""What Matplotlib calls the axes of a colour bar."""
_NUMBERS = ("part", "x", "y", "z", "low", "high", "value")
_COLUMNS = ("panel", "title", "series", "kind", "part", "x_label", "x_name", "x", "y_label", "y_name", "y",
            "z_label", "z", "low", "high", "value_label", "value", "every")  # fmt: skip

Columns = dict[str, Any]
"""Numbers by what they are, and words."""


def numbers_drawn(figure: Figure) -> list[dict[str, Any]]:
    """The panels of a figure that show numbers, each with its words and its series; numbers are texts, with spaces.

    A series is called what a legend would call its artist, or by the artist's `gid`.

    Raises:
        BadInput: A collection of a kind that cannot be read.
    """
    panels = [axes for axes in figure.axes if axes.get_label() != _BAR and _has_axes(axes)]
    read = [{**_words(axes, number), "series": _series(axes)} for number, axes in enumerate(panels, 1)]
    return [panel for panel in read if panel["series"]]


def rows_drawn(panels: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The numbers of a figure as texts in a tidy table, one row per mark; columns that no row fills are left out."""
    table = pd.concat([each for panel in panels for each in _tables(panel)], ignore_index=True)
    table = table.reindex(columns=list(_COLUMNS)).astype(object).fillna("")
    return table.loc[:, (table != "").any()]


def _has_axes(axes: Axes) -> bool:
    return bool(getattr(axes, "_axis3don", axes.axison))


def _words(axes: Axes, number: int) -> dict[str, Any]:
    """What stands at a panel: its number, its title, its labels, and words at its axes in the place of numbers."""
    words: dict[str, Any] = {"panel": str(number), "title": _title(axes)}
    for name, axis in axes._axis_map.items():  # also those of a space
        words |= {f"{name}_label": _label(axes, name), f"{name}_names": _place_names(axis)}
    return {key: value for key, value in words.items() if value}


def _title(axes: Axes) -> str:
    """A panel's title, or that of the panel at the top of its column."""
    place = axes.get_subplotspec()
    column = [each for each in axes.figure.axes if place and _is_above(each, place)]
    titles = [each.get_title(loc) for each in (axes, *column) for loc in ("left", "center", "right")]
    return _plain(next(filter(None, titles), ""))


def _is_above(axes: Axes, place: Any) -> bool:
    other = axes.get_subplotspec()
    return other is not None and (other.get_gridspec(), other.colspan) == (place.get_gridspec(), place.colspan)


def _label(axes: Axes, name: str) -> str:
    """An axis' label, or that of a panel that shares the axis."""
    shared = axes._shared_axes[name].get_siblings(axes)  # type: ignore[attr-defined]
    labels = [getattr(each, f"get_{name}label")() for each in (axes, *shared)]
    return _plain(next(filter(None, labels), ""))


def _place_names(axis: Axis) -> dict[str, str]:
    """Words at the ticks of an axis by their places; none where these are but the numbers in another form."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return {}
    places = np.asarray(axis.get_majorticklocs(), float).tolist()
    texts = map(_plain, axis.get_major_formatter().format_ticks(places))
    names = {_text(place): text for place, text in zip(places, texts, strict=True) if text}
    return {} if all(_is(text, float(place)) for place, text in names.items()) else names


def _is(text: str, number: float) -> bool:
    try:
        return float(text.replace(",", "").replace("−", "-")) == number
    except ValueError:
        return False


def _plain(text: str) -> str:
    """Words in one line, powers of ten as numbers."""
    return re.sub(r"\$10\^\{(-?\d+)\}\$", r"1e\1", text).replace("\n", " ")


def _text(number: float) -> str:
    return f"{number:.{DIGITS}g}"


def _series(axes: Axes) -> list[dict[str, Any]]:
    """What the artists of a panel show, in the order in which they were drawn."""
    inside = {part for container in axes.containers for part in container.get_children()}
    artists = [each for each in (*axes.lines, *axes.collections, *axes.images) if each not in inside]
    shown = (*axes.containers, *(each for each in artists if each.get_visible()))
    found = ({"series": _name(each), **columns} for each in shown for columns in _read(each, axes))
    kept = (_kept(columns) for columns in found)
    return [columns for columns in kept if any(columns.get(name) for name in _NUMBERS)]


def _name(shown: Any) -> str:
    """What a series is called, if it is called anything; what is made of several artists, as the first of them."""
    artist = shown if isinstance(shown, Artist) else next(iter(shown.get_children()), Artist())
    labels = (str(each.get_label() or "") for each in (shown, artist))
    return _plain(next((label for label in labels if label and not label.startswith("_")), artist.get_gid() or ""))


def _kept(columns: Columns) -> dict[str, str]:
    """Columns as texts, without marks that have no place, and thinned if they are many."""
    numbers: dict[str, Any] = {
        name: np.ma.filled(np.ma.asarray(columns[name], float), np.nan) for name in _NUMBERS if name in columns
    }
    table = pd.DataFrame(numbers).replace([np.inf, -np.inf], np.nan).dropna()
    every = -(-len(table) // MOST)
    thin = {"every": str(every)} if every > 1 else {}
    texts = {name: " ".join(map(_text, table[name].iloc[:: every or 1])) for name in table}
    return {**{name: value for name, value in columns.items() if name not in numbers and value}, **thin, **texts}


@singledispatch
def _read(artist: Any, _: Axes) -> Iterator[Columns]:
    """Tables of what an artist shows, each with its kind."""
    if isinstance(artist, Collection):
        raise bad_input("artist", type(artist).__name__, "a kind whose numbers can be read from the figure")
    yield from ()


@_read.register
def _(line: Line2D, axes: Axes) -> Iterator[Columns]:
    x, y = np.asarray(line.get_xdata(orig=False)), np.asarray(line.get_ydata(orig=False))
    inside = line.get_transform().contains_branch_seperately(axes.transData)
    if all(inside):
        yield {"kind": _kind(line), "x": x, "y": y}
    elif any(inside) and not str(line.get_label()).startswith("_"):  # a named line across the panel
        yield {"kind": "level", "x": x[:1]} if inside[0] else {"kind": "level", "y": y[:1]}


def _kind(line: Line2D) -> str:
    return "points" if line.get_linestyle() == "None" or len(np.atleast_1d(line.get_xdata())) == 1 else "line"


@_read.register
def _(line: Line3D, _: Axes) -> Iterator[Columns]:
    yield {"kind": _kind(line), **dict(zip("xyz", line.get_data_3d(), strict=True))}


@_read.register
def _(points: PathCollection, _: Axes) -> Iterator[Columns]:
    x, y = np.ma.asarray(points.get_offsets()).T
    yield {"kind": "points", "x": x, "y": y, **_values(points)}


@_read.register
def _(points: Path3DCollection, _: Axes) -> Iterator[Columns]:
    yield {"kind": "points", **dict(zip("xyz", points._offsets3d, strict=True)), **_values(points)}


def _values(shown: Any) -> Columns:
    """Values that are told by colour, and the label of their bar."""
    if shown.get_array() is None:
        return {}
    bars = [axes for axes in shown.figure.axes if axes.get_label() == _BAR]
    bar = shown.colorbar.ax if shown.colorbar else bars[0] if len(bars) == 1 else None
    return {"value_label": _plain(bar.get_ylabel() if bar else ""), "value": np.ma.ravel(shown.get_array())}


@_read.register
def _(image: AxesImage, _: Axes) -> Iterator[Columns]:
    left, right, bottom, top = image.get_extent()
    rows, columns = image.get_array().shape  # type: ignore[union-attr]
    first, last = (bottom, top) if image.origin == "lower" else (top, bottom)
    places = np.meshgrid(_middles(left, right, columns), _middles(first, last, rows))
    yield {"kind": "pixels", "x": places[0].ravel(), "y": places[1].ravel(), **_values(image)}


def _middles(start: float, end: float, number: int) -> np.ndarray:
    return start + (np.arange(number) + 0.5) * (end - start) / number


@_read.register
def _(area: PolyCollection, _: Axes) -> Iterator[Columns]:
    """Areas between two curves: there along the first, back along the second."""
    for path in area.get_paths():
        corners = np.asarray(path.vertices)
        there = corners[1 : (len(corners) - 1) // 2]
        back = corners[len(there) + 2 : 2 * len(there) + 2][::-1]
        yield {"kind": "band", "x": there[:, 0], "low": there[:, 1], "high": back[:, 1]}


@_read.register
def _(lines: LineCollection, _: Axes) -> Iterator[Columns]:
    segments = lines.get_segments()
    part = np.repeat(np.arange(len(segments)) + 1, [len(each) for each in segments])
    x, y = np.concatenate(segments).T if segments else ([], [])
    yield {"kind": "line", "part": part, "x": x, "y": y}


@_read.register
def _(bars: BarContainer, _: Axes) -> Iterator[Columns]:
    boxes = np.array([(bar.get_x(), bar.get_width(), bar.get_y(), bar.get_height()) for bar in bars]).reshape(-1, 4).T
    left, width, bottom, height = boxes
    if bars.orientation == "horizontal":
        yield {"kind": "bar", "x": width, "y": bottom + height / 2, **_foot(left, width)}
    else:
        yield {"kind": "bar", "x": left + width / 2, "y": height, **_foot(bottom, height)}


def _foot(start: np.ndarray, length: np.ndarray) -> Columns:
    """Both ends of bars, if they do not all begin at zero."""
    return {"low": start, "high": start + length} if start.any() else {}


@_read.register
def _(bars: ErrorbarContainer, axes: Axes) -> Iterator[Columns]:
    line, _, reaches = bars.lines
    for reach in reaches:
        low, high = np.array(reach.get_segments()).reshape(-1, 2, 2).transpose(1, 2, 0)
        across = bool(bars.has_xerr and reach is reaches[0])
        places = {"y": low[1]} if across else {"x": low[0]}
        yield {"kind": "error bar", **places, "low": low[1 - across], "high": high[1 - across]}
    if line is not None:
        yield {"kind": _kind(line), "x": line.get_xdata(), "y": line.get_ydata()}


@_read.register
def _(boxes: BoxPlotContainer, _: Axes) -> Iterator[Columns]:
    """Standing ones: quartiles, the ends of the whiskers, means, and single points beyond."""
    x, median = _ends(boxes.medians).mean(2)
    for number, (kind, artists) in enumerate((("box", boxes.boxes), ("whiskers", boxes.whiskers))):
        ends = _ends(artists)[1].reshape(len(x), -1)
        yield {"kind": kind, "x": x, **({} if number else {"y": median}), "low": ends.min(1), "high": ends.max(1)}
    for kind, lines in (("mean", boxes.means), ("outlier", boxes.fliers)):
        places = np.concatenate([line.get_xydata() for line in lines]) if len(lines) else np.empty((0, 2))
        places, times = np.unique(places, axis=0, return_counts=True)
        many = {"value_label": "how many at this place", "value": times} if kind == "outlier" else {}
        yield {"kind": kind, "x": places[:, 0], "y": places[:, 1], **many}


def _ends(artists: Sequence[Any]) -> np.ndarray:
    """Coordinates of some lines or boxes, `(2, artists, points)`."""
    places = [each.get_xydata() if isinstance(each, Line2D) else each.get_path().vertices for each in artists]
    return np.array(places).transpose(2, 0, 1)


def _tables(panel: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    """The rows of a panel, by series; of several with one name and kind, each has its number."""
    shared = {name: value for name, value in panel.items() if isinstance(value, str)}
    times = Counter((each.get("series"), each["kind"]) for each in panel["series"])
    met = Counter[tuple[str | None, str]]()
    for each in panel["series"]:
        key = each.get("series"), each["kind"]
        met[key] += 1
        part = {"part": str(met[key])} if times[key] > 1 else {}
        split = {name: value.split() if name in _NUMBERS else value for name, value in each.items()}
        names = {f"{name}_name": _named(panel[f"{name}_names"], split[name]) for name in "xyz"
                 if f"{name}_names" in panel and name in split}  # fmt: skip
        yield pd.DataFrame({**shared, **part, **split, **names})


def _named(names: Mapping[str, str], places: Sequence[str]) -> list[str]:
    """The words of the ticks that places are nearest to."""
    ticks = np.array([float(place) for place in names])
    nearest = np.abs(np.array(places, float)[:, None] - ticks).argmin(1)
    return [list(names.values())[each] for each in nearest]
