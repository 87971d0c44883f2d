"""The Sphinx extension that shows a chapter's main figure early, on a page of its own."""

from bs4 import BeautifulSoup
from PIL import Image
from tiny_pages import built

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


def rendered(folder, text):
    (folder / "index.md").write_text(text, encoding="utf-8")
    Image.new("RGB", (4, 4), "red").save(folder / "end.png")
    said = built(folder, extensions=["myst_parser", "figures_ahead"], numfig=True)
    return BeautifulSoup((folder / "out" / "index.html").read_text(encoding="utf-8"), "html.parser"), said


def test_the_picture_stands_in_the_box_and_its_words_below_the_figure_alone(tmp_path):
    body, said = rendered(tmp_path, PAGE)
    assert said == []
    ahead, there = body.select_one(".ahead img"), body.select_one("figure img")
    assert ahead["src"] == there["src"]
    assert (ahead["alt"], there["alt"]) == ("", "A red square.")
    assert len(body.select("#fig-end")) == 1
    assert body.select_one(".ahead a")["href"] == "#fig-end"


def test_a_box_that_looks_at_nothing_is_a_warning(tmp_path):
    body, said = rendered(tmp_path, PAGE.replace("{numref}`fig-end`", "Nothing"))
    assert not body.select(".ahead img")
    assert len(said) == 1
    assert "no figure of this page" in said[0]
