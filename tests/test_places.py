"""Claims as places on the rendered pages: one box each, to which every mention, square and row leads."""

import json
import re
from collections import Counter
from functools import cache
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from pages import HTML, PAGES, ROOT, require

pytestmark = pytest.mark.site

ROWS = json.loads((ROOT / "book" / "scoreboard.json").read_text(encoding="utf-8"))
BOXES = {row["id"]: f"book/{row['chapter']}.html#{row['id']}" for row in ROWS}
BOOK = [page for page in PAGES if page.startswith("book/")]
CLOSED = ["a", "code", "pre", "script", "style", "svg", "h1", "h2", "h3", "h4", "summary", "title", "button"]


@cache
def soup(page):
    return BeautifulSoup(require(page).read_text(encoding="utf-8"), "html.parser")


def target(page, link):
    """Where a link of a page leads, seen from the root."""
    address, _, place = unquote(link["href"]).partition("#")
    found = ((HTML / page).parent / address).resolve() if address else (HTML / page).resolve()
    return f"{found.relative_to(HTML.resolve()).as_posix()}#{place}"


def test_every_claim_has_exactly_one_box():
    require("book/index.html")
    found = Counter(f"{page}#{box['id']}" for page in BOOK for box in soup(page).select(".srnn-verdict[id]"))
    assert found == Counter(BOXES.values())


def test_every_box_leads_to_its_row_and_to_its_entry():
    for claim, place in BOXES.items():
        page = place.partition("#")[0]
        box = soup(page).find(id=claim)
        ways = [target(page, link) for link in box.select(".srnn-ways a")]
        assert ways == [f"book/scoreboard.html#{claim}", f"book/claims.html#{claim}"]


@pytest.mark.parametrize("page", ["book/scoreboard.html", "book/claims.html"])
def test_every_claim_has_its_place_that_leads_to_the_box(page):
    for claim, place in BOXES.items():
        assert place in [target(page, link) for link in soup(page).find(id=claim).find_all("a", href=True)]


def test_every_square_leads_to_its_box():
    page = "book/index.html"
    squares = soup(page).select(".claim-squares a")
    assert [target(page, link) for link in squares] == [BOXES[row["id"]] for row in ROWS]
    assert [link["aria-label"] for link in squares] == [f"{row['id']}: {row['verdict']}" for row in ROWS]


@pytest.mark.parametrize("page", BOOK)
def test_every_mention_is_a_link_to_its_box(page):
    require(page)
    loose, wrong = [], []
    for text in soup(page).select_one("article").find_all(string=re.compile(r"[A-Z]+-\d\d")):
        if page != "book/claims.html" and not text.find_parent(CLOSED):
            loose += [name for name in re.findall(r"(?<![\w-])[A-Z]+-\d\d(?![\w-])", text) if name in BOXES]
    for link in soup(page).select("article a"):
        if link.text in BOXES and target(page, link) != BOXES[link.text]:
            wrong.append((link.text, link["href"]))
    assert (loose, wrong) == ([], [])


def test_every_note_is_shown():
    rows = {row["id"]: soup("book/scoreboard.html").find("tr", id=row["id"]).get_text() for row in ROWS}
    assert [row["id"] for row in ROWS if bool(row["note"]) != ("Why:" in rows[row["id"]])] == []


def test_the_scoreboard_is_light():
    assert require("book/scoreboard.html").stat().st_size < 500_000
