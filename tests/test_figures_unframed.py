"""The Sphinx extension that makes figures of the page from those of a notebook, on a page of its own."""

import base64

import nbformat
import pytest
import tinybook
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from tiny_pages import built

from srnn_lib.claimbook import publish
from srnn_lib.claimbook.framed import framed

WORDS = {"alt": "A dot.", "caption": "One dot.", "name": "fig-dot", "width": 3}
OTHER = "<p>A box of HTML.</p>"


@pytest.fixture(scope="module")
def body(tmp_path_factory):
    """The page of a notebook that shows a figure and a box of HTML."""
    folder = tmp_path_factory.mktemp("page")
    html = framed(base64.b64decode(tinybook.PNG), alt=WORDS["alt"], caption=WORDS["caption"], width=3)
    nb = tinybook.chapter(tinybook.code("show()"), tinybook.code("box()"))
    figure, box = nb.cells[-2:]
    figure.outputs = [new_output("display_data", {"text/html": html}, metadata={"image/png": WORDS})]
    box.outputs = [new_output("display_data", {"text/html": OTHER})]
    nbformat.write(publish.finish(nb), folder / "index.ipynb")
    built(folder, extensions=["myst_nb", "figures_unframed"], numfig=True, nb_execution_mode="off")
    return BeautifulSoup((folder / "out" / "index.html").read_text(encoding="utf-8"), "html.parser")


def test_the_page_has_the_figure_once_with_its_number_and_its_words(body):
    (figure,) = body.select("figure")
    assert figure["id"] == "fig-dot"
    assert figure.select_one("figcaption").get_text().strip().startswith("Fig. 1 One dot.")
    (image,) = body.select("img")
    assert image["alt"] == "A dot."
    assert image["src"].startswith("_images/")


def test_other_html_stays_as_it_is(body):
    assert [each.text for each in body.select(".cell_output > p, .output > p")] == ["A box of HTML."]
