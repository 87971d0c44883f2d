"""Executed notebooks made fit to be kept: the same run gives the same file, and figures carry their words."""

import copy

import nbformat
from nbformat import NotebookNode

from srnn_lib.checks import BadInput
from srnn_lib.claimbook import notebooks

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"
FOLDED = ("hide-input", "hide-cell", "remove-input", "remove-cell")
"""Tags of cells whose source the page folds or leaves out; a notebook window folds it, too."""


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
        if any(notebooks.has(cell, tag) for tag in FOLDED):
            cell.metadata["jupyter"] = {**cell.metadata.get("jupyter", {}), "source_hidden": True}
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        _publish(cell, number)
    return nbformat.reads(nbformat.writes(nb), as_version=4)  # as it will be read, so that fingerprints agree


def other_words(nb: NotebookNode) -> list[str]:
    """Figures whose caption, alternative text or label on the page is not what the run has put out, in words."""
    faults = []
    for number, cell in enumerate(notebooks.code_cells(nb), 1):
        for image in _figures(cell):
            box = cell.metadata.get("mystnb", {})
            shown = {"alt": box.get("image", {}).get("alt"), **box.get("figure", {})}
            other = [key for key in ("alt", "caption", "name") if key in image and shown.get(key) != image[key]]
            faults += [f"code cell {number} shows another {key} than its run has put out" for key in other]
    return faults


def _figures(cell: NotebookNode) -> list[NotebookNode]:
    """What goes with the figures that a cell has put out."""
    images = [output.get("metadata", {}).get("image/png", {}) for output in cell.get("outputs", [])]
    return [image for image in images if "alt" in image]


def _publish(cell: NotebookNode, number: int) -> None:
    """Copy a figure's alt text, width, caption and label to where the book looks for them; drop views of widgets."""
    figures = _figures(cell)
    if len(figures) > 1:
        raise BadInput(f"cell {number} shows several figures; the book can caption one per cell")
    for image in figures:
        box = dict(cell.metadata.get("mystnb", {}))
        width = {"width": f"{image['width']}px"} if "width" in image else {}
        box["image"] = {**box.get("image", {}), "alt": image["alt"], **width}
        if "caption" in image:
            box["figure"] = {key: image[key] for key in ("caption", "name") if key in image}
        cell.metadata["mystnb"] = box
    for output in cell.get("outputs", []):
        if "text/html" in output.get("data", {}):
            output.data.pop(WIDGET, None)
