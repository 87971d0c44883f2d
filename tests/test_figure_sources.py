"""The Sphinx extension that says where a figure comes from, on a page of its own."""

import csv
import io
import subprocess

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from tiny_pages import built

from srnn_lib.claimbook.framed import framed
from srnn_lib.figures.data_behind import DRAWN

INK, PAPER, DEEP = (26, 26, 26), (255, 255, 255), (68, 1, 84)
LINE = {"panel": "1", "title": "losses, all", "series": [{"kind": "line", "x": "0 1", "y": "2 0.5"}]}
MAP = {"panel": "1", "series": [{"kind": "pixels", "x": "0", "y": "0", "value": "3"}]}
WHEN = {"day": "2026-11-27", "stamp": "0123456789abcdef"}
LANGUAGE = {"name": "python", "pygments_lexer": "python"}


def drawing(name, drawn):
    """A cell that shows a picture in ink, paper and one colour."""
    pixels = np.array([[INK, PAPER, DEEP]], np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).quantize(256).save(buffer, "PNG")
    about = {"image/png": {"name": name}, **({DRAWN: drawn} if drawn else {})}
    html = framed(buffer.getvalue(), name=name, alt="A picture.", caption="What it is.")
    output = new_output("display_data", {"text/html": html}, metadata=about)
    shown = {"image": {"alt": "A picture."}, "figure": {"name": name, "caption": "What it is."}}
    cell = new_code_cell(f"draw({name!r})", outputs=[output], execution_count=1)
    cell.metadata.update({"tags": ["hide-input"], "mystnb": shown})
    return cell


def written(folder):
    """A page with a curve, a heat map and a diagram, that was run."""
    cells = [drawing("fig-curve", [LINE]), drawing("fig-map", [MAP]), drawing("fig-diagram", None)]
    nb = new_notebook(
        cells=[new_markdown_cell("# Page"), *cells], metadata={"provenance": WHEN, "language_info": LANGUAGE}
    )
    nbformat.write(nb, folder / "index.ipynb")
    return folder


def rendered(folder):
    assert (
        built(
            folder, extensions=["myst_nb", "figures_unframed", "figure_sources"], numfig=True, nb_execution_mode="off"
        )
        == []
    )
    return BeautifulSoup((folder / "out" / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return written(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def page(book):
    return rendered(book)


def test_a_figure_hands_out_its_numbers(book, page):
    line = page.select_one("#fig-curve figcaption .figure-ways")
    assert line.get_text().startswith("Data of figure 1 (CSV, 2 rows)")
    with (book / "out" / line.select_one("a")["href"]).open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["panel", "title", "kind", "x", "y"],
            ["1", "losses, all", "line", "0", "2"],
            ["1", "losses, all", "line", "1", "0.5"],
        ]


def test_a_figure_leads_to_its_code_inside_the_fold(page):
    for name in ("fig-curve", "fig-diagram"):
        link = page.select(f"#{name} .figure-ways a")[-1]
        code = page.find(id=link["href"].removeprefix("#"))
        assert code.get_text().strip() == f"draw('{name}')"
        assert code.find_parent("details")


def test_a_diagram_has_no_table(book, page):
    line = page.select_one("#fig-diagram .figure-ways")
    assert line.get_text() == "Code of figure 3 · Run of 2026-11-27"
    assert not (book / "out" / "_static" / "figures" / "fig-diagram.csv").exists()


def test_a_heat_map_keeps_its_colours_on_dark_pages(book, page):
    assert page.select_one("#fig-map img")["class"] == ["dark-fig-map"]
    assert not page.select_one("#fig-curve img").get("class")
    folder = book / "out" / "_static" / "figures"
    assert "dark-fig-map {" in (folder / "dark.css").read_text(encoding="utf-8")
    ((ink, paper, deep),) = np.asarray(Image.open(folder / "fig-map-dark.png").convert("RGB")).tolist()
    assert min(ink) > 190
    assert (paper, deep) == ([0x14, 0x18, 0x1E], list(DEEP))


def test_the_commit_is_the_one_that_brought_the_run(tmp_path):
    book = written(tmp_path)

    def git(*words):
        given = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *given, *words], cwd=book, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("add", "index.ipynb")
    git("commit", "-q", "-m", "run")
    run = git("log", "-1", "--format=%h").strip()
    nb = nbformat.read(book / "index.ipynb", as_version=4)
    nb.cells[0].source = "# Another title"
    nbformat.write(nb, book / "index.ipynb")
    git("commit", "-q", "-a", "-m", "prose")
    line = rendered(book).select_one("#fig-map .figure-ways").get_text()
    assert line.endswith(f"Run of 2026-11-27, kept in commit {run}")
