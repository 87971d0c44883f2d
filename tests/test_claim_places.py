"""The Sphinx extension on a small book of its own."""

import json

import pytest
from bs4 import BeautifulSoup
from tiny_pages import built

BOX = '<div class="srnn-verdict srnn-partly"><p><strong>SR-01: ◐ partly</strong> It is.</p></div>'
PAGES = {
    "index": """# SR-01 in a heading

Prose on SR-01 and `SR-01`, and [SR-01](one.md).

![squares](assets/scoreboard.svg)

```{toctree}
one
scoreboard
```
""",
    "one": f"# One\n\n```{{raw}} html\n{BOX}\n```\n",
    "scoreboard": """# Scoreboard

```{list-table}
:class: scoreboard

* - [SR-01](one.md)
  - ◐ partly (scaled)
```
""",
}
ROW = {
    "id": "SR-01", "paper": "SR", "chapter": "one", "place": "§1", "kind": "empirical", "verdict": "partly",
    "scale": "scaled", "value": None, "low": None, "high": None, "n": 1, "expected": "", "criterion": "",
    "note": "", "hinges": [], "follows_from": [], "checks": [], "statement": "It </script> is.",
}  # fmt: skip
DATA = {
    "scoreboard.json": json.dumps([ROW]),
    "claims.yml": "- id: SR-01\n  note: none\n",
    "papers.yml": "SR: {title: On nets, part: one, chapters: {one: One}}\n",
    "hinges.yml": "luck: {title: luck, meaning: none}\n",
    "assets/scoreboard.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The rendered pages."""
    folder = tmp_path_factory.mktemp("places")
    for name, text in {**{f"{name}.md": text for name, text in PAGES.items()}, **DATA}.items():
        (folder / "book" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "book" / name).write_text(text, encoding="utf-8")
    settings = {"root_doc": "book/index", "myst_enable_extensions": []}
    assert built(folder, extensions=["myst_parser", "claim_places"], **settings) == []
    return folder / "out"


def page(site, name):
    return BeautifulSoup((site / "book" / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def test_prose_and_old_links_lead_to_the_box_but_headings_and_code_do_not(site):
    body = page(site, "index").find(role="main")
    links = [link["href"] for link in body.select("p a.claim-link")]
    assert links == ["one.html#SR-01", "one.html#SR-01"]
    assert not body.select("h1 a.claim-link, code a")


def test_a_square_leads_to_the_box_and_says_what_it_is(site):
    (square,) = page(site, "index").select(".claim-squares a")
    assert (square["href"], square["aria-label"]) == ("one.html#SR-01", "SR-01: partly")


def test_the_box_is_there(site):
    assert page(site, "one").find(id="SR-01")["class"] == ["srnn-verdict", "srnn-partly"]


def test_a_row_is_a_place_with_a_badge(site):
    row = page(site, "scoreboard").find("tr", id="SR-01")
    assert row.select_one("span.verdict.partly").text == "partly"
    assert row.find_all("td")[1].text.strip() == "partly (scaled)"
    assert [link["href"] for link in row.find_all("a")] == ["one.html#SR-01", "claims.html#SR-01"]


def test_data_on_the_page_ends_no_script(site):
    (script,) = [each.text for each in page(site, "scoreboard").find_all("script") if "srnnClaims" in each.text]
    found = json.loads(script.split("srnnClaims = ")[1].split(";\n")[0])
    assert found == [ROW]


def test_files_lie_beside_the_pages(site):
    assert json.loads((site / "book" / "scoreboard.json").read_text()) == [ROW]
    assert (site / "book" / "scoreboard.csv").read_text().startswith("id,paper,chapter")
    assert page(site, "claims").find("section", id="SR-01")


def test_the_search_knows_the_claim_and_where_it_is_mentioned(site):
    text = (site / "_static" / "claims-index.js").read_text(encoding="utf-8")
    (found,) = json.loads(text.removeprefix("globalThis.srnnClaims = ").rstrip(";\n"))
    assert (found["href"], found["page"]) == ("book/one.html#SR-01", "book/one")
    assert sorted(found["on"]) == ["book/index", "book/one", "book/scoreboard"]
