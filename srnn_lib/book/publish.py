"""Executed notebooks made fit to be kept: the same run gives the same file, and figures carry their words."""

import copy
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

from srnn_lib import notebooks
from srnn_lib.checks import BadInput

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"


def clean(nb: NotebookNode) -> NotebookNode:
    """A copy of `nb` without what an earlier run left in it; papermill itself drops outputs and counts."""
    nb = copy.deepcopy(nb)
    nb.cells = [cell for cell in nb.cells if not notebooks.has(cell, "injected-parameters")]
    nb.metadata.pop("provenance", None)
    return nb


def finish(nb: NotebookNode) -> NotebookNode:
    """The executed notebook as it is kept: no times, paths or random names, figures ready for the book.

    Raises:
        BadInput: A cell shows several figures.
    """
    for name in ("papermill", "widgets"):
        nb.metadata.pop(name, None)
    nb.metadata["kernelspec"] = dict(KERNEL)
    nb.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(nb.cells, 1):
        for name in ("execution", "papermill"):
            cell.metadata.pop(name, None)
        if notebooks.has(cell, "injected-parameters"):
            cell.metadata["tags"] = ["injected-parameters", "remove-cell"]
            cell["id"] = "injected-parameters"
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if len(figures := _figures(cell)) > 1:
            raise BadInput(f"cell {number} shows several figures; the book can caption one per cell")
        _publish(cell, figures)
    return nbformat.reads(nbformat.writes(nb), as_version=4)  # as it will be read, so that fingerprints agree


def _figures(cell: NotebookNode) -> list[Mapping[str, str]]:
    """The words of each figure with alt text that the cell shows."""
    images = [output.get("metadata", {}).get("image/png", {}) for output in cell.get("outputs", [])]
    return [image for image in images if "alt" in image]


def _publish(cell: NotebookNode, figures: list[Mapping[str, str]]) -> None:
    """Copy a figure's alt text, caption and label to where the book looks for them; drop views of widgets."""
    for image in figures:
        box = cell.metadata.get("mystnb", {})
        cell.metadata["mystnb"] = {**box, **_labels(image, box)}
    for output in cell.get("outputs", []):
        if "text/html" in output.get("data", {}):
            output.data.pop(WIDGET, None)


def _labels(image: Mapping[str, str], box: Mapping[str, Any]) -> dict[str, Any]:
    labels: dict[str, Any] = {"image": {**box.get("image", {}), "alt": image["alt"]}}
    if "caption" in image:
        labels["figure"] = {key: image[key] for key in ("caption", "name") if key in image}
    return labels
