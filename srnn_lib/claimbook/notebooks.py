"""Notebooks as files: reading, writing, tags, fingerprints, whether one was run from top to bottom."""

import ast
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from srnn_lib.checks import BadInput
from srnn_lib.claimbook.stamps import stamp_faults
from srnn_lib.saving import digest, write_whole

UNCHECKED = ("nbval-ignore-output", "nbval-skip")
LIVE = "live"
"""Tag of cells that only give a reader something to use, such as a panel: nothing that is kept rests on them."""


def read_notebook(path: Path) -> NotebookNode:
    """The notebook at `path`.

    Raises:
        BadInput: Missing, or not a notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except Exception as error:  # nbformat raises AttributeError, KeyError and its own kinds for broken files
        raise BadInput(f"{path} is not a notebook: {str(error).splitlines()[0]}") from error


def write_notebook(nb: NotebookNode, path: Path) -> None:
    """Validate `nb` and replace the file at `path` with it in one step."""
    nbformat.validate(nb)
    write_whole(path, nbformat.writes(nb) + "\n")


def has(cell: NotebookNode, tag: str) -> bool:
    """Whether `cell` carries `tag`."""
    return tag in cell.metadata.get("tags", [])


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    """The code cells that contain something, in order."""
    return [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]


def parse_cell(source: str) -> ast.Module:
    """Syntax tree of a cell; lines for the notebook itself (`%pip …`, `!ls`, `name?`) count as `pass`.

    Raises:
        BadInput: Not Python.
    """
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):  # a null byte is a ValueError in older versions
        pass
    try:
        return ast.parse(re.sub(r"(?m)^(\s*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", r"\1pass", source))
    except SyntaxError as error:
        raise BadInput(f"line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise BadInput(f"it cannot be parsed: {error}") from error


def source_hash(nb: NotebookNode) -> str:
    """Fingerprint of what results rest on: sources and tags of such code cells; prose may change without a new run."""
    written = [cell for cell in nb.cells if cell.cell_type == "code" and not has(cell, "injected-parameters")]
    written = [cell for cell in written if not has(cell, LIVE)]
    return digest([[c.source.rstrip(), sorted(c.metadata.get("tags", []))] for c in written])


def texts(nb: NotebookNode) -> list[str]:
    """Everything that was written into cells, prose included, without injected cells."""
    return [cell.source.rstrip() for cell in nb.cells if not has(cell, "injected-parameters")]


def outputs_hash(nb: NotebookNode) -> str:
    """Fingerprint of what was computed: all counts and outputs, in order."""
    return digest([[cell.execution_count, cell.outputs] for cell in code_cells(nb)])


def unfinished(nb: NotebookNode) -> list[str]:
    """Why the outputs are not those of one run from top to bottom, fit to be compared; empty if they are."""
    cells = code_cells(nb)
    faults = stamp_faults(nb)
    if [cell.execution_count for cell in cells] != list(range(1, len(cells) + 1)):
        faults.append("its cells do not count from 1 upwards: they were not all run, or not in order")
    return faults + [f"code cell {number} {fault}" for number, cell in enumerate(cells, 1) for fault in _faults(cell)]


def _faults(cell: NotebookNode) -> list[str]:
    kinds = {output.output_type for output in cell.outputs}
    faults = ["ends in an error"] if "error" in kinds else []
    if has(cell, "nbval-skip") or "NBVAL_" in cell.source:
        faults.append("asks not to be checked by nbval")
    if has(cell, "verdict"):
        faults += ["is a verdict that prints nothing"] * (not kinds)
        faults += [f"is a verdict with the tag {tag}" for tag in UNCHECKED if has(cell, tag)]
    return faults
