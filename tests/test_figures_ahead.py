"""The Sphinx extension that shows a chapter's main figure early, on a page of its own."""

from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sphinx.application import Sphinx

PAGE = """# Page

```{admonition} Where this leads
:class: ahead
{numref}`fig-end` shows the end.
```

```{figure} end.png
:name: fig-end
:alt: A red square.

The end.
```
"""


def rendered(folder, text, said):
    (folder / "index.md").write_text(text, encoding="utf-8")
    Image.new("RGB", (4, 4), "red").save(folder / "end.png")
    settings = {"extensions": ["myst_parser", "figures_ahead"], "numfig": True}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[1] / "extensions")
        app = Sphinx(folder, None, folder / "out", folder / "trees", "html", settings, status=None, warning=said)
        app.build()
    return BeautifulSoup((folder / "out" / "index.html").read_text(encoding="utf-8"), "html.parser")


def test_the_picture_stands_in_the_box_and_its_words_below_the_figure_alone(tmp_path):
    body = rendered(tmp_path, PAGE, said := StringIO())
    # A second Sphinx in one process says of docutils' nodes that they are known already.
    assert [line for line in said.getvalue().splitlines() if "already registered" not in line] == []
    ahead, there = body.select_one(".ahead img"), body.select_one("figure img")
    assert ahead["src"] == there["src"]
    assert (ahead["alt"], there["alt"]) == ("", "A red square.")
    assert len(body.select("#fig-end")) == 1
    assert body.select_one(".ahead a")["href"] == "#fig-end"


def test_a_box_that_looks_at_nothing_is_a_warning(tmp_path):
    assert not rendered(tmp_path, PAGE.replace("{numref}`fig-end`", "Nothing"), said := StringIO()).select(".ahead img")
    assert "no figure of this page" in said.getvalue()
