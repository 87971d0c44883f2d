"""A Sphinx extension that says below every figure of a chapter where it comes from.

There are its numbers as a file, the code that draws it, the day of the run, and the commit that keeps the run. Heat
maps get a second picture for dark pages, which keeps their colours: the style turns those of all other figures.
"""

import base64
import io
import subprocess
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import PIL.Image
from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx

from srnn_lib.claimbook import framed, notebooks, places
from srnn_lib.claimbook.stamps import stamp_of
from srnn_lib.figures.data_behind import DRAWN, rows_drawn

FOLDER = "_static/figures"
STYLE = PurePosixPath("figures/dark.css")
DARK, LIGHT = (0x14, 0x18, 0x1E), (0xDF, 0xE4, 0xEA)
"""What becomes of white and of black."""
_ENDING = "-dark.png"
_RULE = f"""html[data-theme="dark"] img.dark-NAME {{
  content: url(NAME{_ENDING}); filter: none !important; mix-blend-mode: normal !important;
}}"""
_GREY = 40
"""Up to how far apart the parts of a colour are that is taken for ink or paper."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx, once a build."""
    made = _FigureSources()
    app.connect("doctree-resolved", made.place)
    app.connect("build-finished", made.write)
    app.add_css_file(str(STYLE))
    return {"parallel_read_safe": True, "parallel_write_safe": False}


class _FigureSources:
    """What the extension does in one build."""

    def __init__(self) -> None:
        self._tables: dict[str, pd.DataFrame] = {}
        self._dark: dict[str, bytes] = {}

    def place(self, app: Sphinx, doctree: nodes.document, page: str) -> None:
        """Add a line to every figure that a chapter has drawn."""
        path = Path(app.env.doc2path(page))
        if app.builder.format != "html" or path.suffix != ".ipynb":
            return
        nb = notebooks.read_notebook(path)
        drawn, run = _drawn(nb), _run(nb, path)
        numbers = app.env.toc_fignumbers.get(page, {}).get("figure", {})
        for figure in [each for each in doctree.findall(nodes.figure) if drawn.keys() & set(each["ids"])]:
            name = figure["ids"][0]
            self._keep(name, drawn[name], next(figure.findall(nodes.image)))
            number = ".".join(map(str, numbers.get(name, ())))
            ways = [*_data(self._tables.get(name), name, number, page), *_code(figure, name, number), run]
            text = f'<p class="figure-ways">{" · ".join(filter(None, ways))}</p>'
            figure += nodes.legend("", nodes.raw("", text, format="html"))

    def _keep(self, name: str, output: NotebookNode, image: nodes.image) -> None:
        """The table of a figure, if it has numbers, and its picture for dark pages, if it has one."""
        if DRAWN in output.metadata:
            self._tables[name] = table = rows_drawn(output.metadata[DRAWN])
            if (table["kind"] == "pixels").any():
                self._dark[name] = _dark(output)
                image["classes"].append(f"dark-{name}")

    def write(self, app: Sphinx, error: Exception | None) -> None:
        """The files to download, and the pictures for dark pages with their style."""
        if error or app.builder.format != "html":
            return
        folder = Path(app.outdir) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self._tables.items():
            table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\r\n")
        for name, picture in self._dark.items():
            (folder / f"{name}{_ENDING}").write_bytes(picture)
        names = sorted(path.name.removesuffix(_ENDING) for path in folder.glob(f"*{_ENDING}"))  # of earlier builds, too
        rules = [_RULE.replace("NAME", name) for name in names]
        (folder / STYLE.name).write_text("\n".join(["@media screen {", *rules, "}\n"]), encoding="utf-8")


def _drawn(nb: NotebookNode) -> dict[str, NotebookNode]:
    """The outputs of a chapter that are figures, by their labels."""
    outputs = (output for cell in notebooks.code_cells(nb) for output in cell.outputs)
    words = ((output.get("metadata", {}).get("image/png", {}), output) for output in outputs)
    return {about["name"]: output for about, output in words if "name" in about}


def _dark(output: NotebookNode) -> bytes:
    """A picture of 256 colours with paper and ink turned for dark pages, and all other colours as they are."""
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(framed.picture(output.data) or "")))
    colours = np.array(picture.getpalette("RGB"), float).reshape(-1, 3)
    grey = np.ptp(colours, axis=1, keepdims=True) <= _GREY
    turned = LIGHT + colours.mean(1, keepdims=True) / 255 * np.subtract(DARK, LIGHT)
    picture.putpalette(np.where(grey, turned, colours).round().astype(np.uint8).tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _data(table: pd.DataFrame | None, name: str, number: str, page: str) -> Iterator[str]:
    """The link to the numbers of a figure."""
    if table is not None:
        thinned = ", long series thinned" if "every" in table else ""
        to = places.address(f"{FOLDER}/{name}", page).removesuffix(".html") + ".csv"
        yield f"{_link(to, 'Data', number)} (CSV, {len(table):,} rows{thinned})"


def _code(figure: nodes.figure, name: str, number: str) -> Iterator[str]:
    """The link to the cell that draws a figure, which may be folded."""
    above: nodes.Node | None = figure
    while above is not None and "cell" not in getattr(above, "attributes", {}).get("classes", []):
        above = above.parent
    for inside in above.findall(nodes.container) if above is not None else ():
        if "cell_input" in inside["classes"]:
            inside["ids"].append(f"code-of-{name}")
            yield _link(f"#code-of-{name}", "Code", number)


def _link(to: str, word: str, number: str) -> str:
    return f'<a href="{escape(to)}">{word}<span class="book-unseen"> of figure {number}</span></a>'


def _run(nb: NotebookNode, path: Path) -> str:
    """When a chapter was run, and where in the history of the project this run was put."""
    day, digest = stamp_of(nb).get("day"), nb.metadata.get("provenance", {}).get("stamp")
    if not day or not digest:
        return ""
    commit = _commit(digest, path)
    return f"Run of <time>{escape(day)}</time>" + (f", kept in commit <code>{escape(commit)}</code>" if commit else "")


@cache
def _commit(digest: str, path: Path) -> str:
    """The commit that brought a stamp into a file; none without a history, or before it has the stamp."""
    command = ["git", "log", "-1", "--format=%h", f"-S{digest}", "--", path.name]
    try:
        done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True)
    except OSError:  # there is no git
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
