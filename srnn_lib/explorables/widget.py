"""An explorable in a live notebook: the file that the page runs, as a widget whose values Python reads and sets."""

from importlib import import_module
from pathlib import Path
from typing import Any

import traitlets

from srnn_lib.checks import bad_input
from srnn_lib.explorables import bundle

_KINDS = {
    bool: traitlets.Bool,
    int: traitlets.Int,
    float: traitlets.Float,
    str: traitlets.Unicode,
    list: traitlets.List,
}
"""Traits by the type of a value; a list is for weights."""

STATES: dict[str, dict[str, Any]] = {
    "feed": {"weights": [], "row": [], "outcome": "", "steps": 0},
    "soup": {"attack": 0.1, "steps": 30, "order": "sequential", "nets": [], "counts": [], "epoch": 0, "playing": False},
    "law-of-four": {"noise": 8, "precision": "float64", "parent": "trained", "survival": []},
    "zero-or-infinity": {"kind": "weightwise", "init": "glorot", "size": 1.0, "counts": []},
    "particles": {"balance": 1, "gains": [], "kinds": [], "errors": [], "epoch": 0.0, "playing": False},
    "death": {"algorithm": "A1", "removed": 0, "left": [], "worth": [], "accuracy": 0.0},
    "digit": {"method": "replicators", "removed": 0, "pixels": [], "answers": [], "accuracy": 0.0},
    "surface": {"noise": 2, "ratios": [], "step": 0, "playing": False},
}
"""What each explorable shares with Python, with its first values. Those that are empty are filled by the explorable."""


def explorable(name: str, root: Path | None = None, **values: Any) -> Any:
    """The explorable of that name as a widget, with these first values; its traits are those of `STATES`.

    Raises:
        BadInput: No such explorable, a value that it does not have, or no package anywidget.
    """
    source = bundle.module(name, root)
    first = STATES[name]
    for key in values:
        if key not in first:
            raise bad_input("value", key, ", ".join(first))
    traits = {key: _trait(value).tag(sync=True) for key, value in first.items()}
    said = f"The explorable “{name}”, live. Run this cell to use it."
    shown = {"_esm": source, "_css": bundle.style(root), "_said": said, "_repr_mimebundle_": _bundle}
    return type("Explorable", (_anywidget().AnyWidget,), {**shown, **traits})(**values)


def _bundle(widget: Any, **_: Any) -> dict[str, Any]:
    """What a notebook shows, and what it keeps: a line, as a stored view of a widget finds no kernel behind it."""
    said = widget._said
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"text/plain": said, "text/html": f"<p>{said}</p>", "application/vnd.jupyter.widget-view+json": view}


def _trait(value: Any) -> Any:
    return _KINDS[type(value)](value)


def _anywidget() -> Any:
    """The package that brings modules into notebooks, which the rendered book does not need."""
    try:
        return import_module("anywidget")
    except ImportError as error:
        raise bad_input("package anywidget", None, "installed", "pip install anywidget") from error
