"""The book on paper: pages as they are printed, and all of them bound into one PDF."""

import re
from pathlib import Path

import print_book
import pytest
from browser import launched
from pages import HTML, require
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
ASSETS = (ROOT / "book" / "assets").as_uri()
PAGE = f"""<!doctype html><html lang="en" data-content_root="{{up}}"><meta charset="utf-8"><title>{{title}}</title>
<link rel="stylesheet" href="{ASSETS}/book.css"><link rel="stylesheet" href="{ASSETS}/page.css">
<script src="{ASSETS}/page.js"></script><body><article class="bd-article">{{body}}</article>"""
FILM = """<div class="srnn-film"><button>Play</button><input type="range" min="0" max="7" value="0">
<output>frame 0</output></div><script>
document.querySelector("input").oninput = (event) => {
  document.querySelector("output").textContent = `frame ${event.target.value}`;
};
</script>"""
PAGES = {
    "book/index": f"""<h1>The book</h1><p><a href="one/nets.html#SR-01">SR-01</a> <a href="claims.yml">data</a>
<a href="https://example.org/">web</a></p>{FILM}<h2 id="end">What was found</h2><p>Much.</p>""",
    "book/one/nets": """<h1>Nets</h1><details><summary>Claims</summary><p>What was folded.</p></details>
<div style="break-after: page">See <a href="#end">the end</a> and <a href="../index.html#end">the other end</a>.</div>
<p id="SR-01">The claim.</p><h2 id="end">What held</h2><p>All.</p>""",
}
CONTENTS = {"root": "book/index", "parts": [{"caption": "First part", "chapters": [{"file": "book/one/nets"}]}]}


@pytest.fixture(scope="module")
def chrome():
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def book(chrome, tmp_path_factory):
    """A book of two pages, printed; the second one takes two sheets."""
    folder = tmp_path_factory.mktemp("book")
    for name, body in PAGES.items():
        file = folder / f"{name}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PAGE.format(title=name, up="../" * name.count("/"), body=body), encoding="utf-8")
    print_book.print_book(chrome, folder, list(PAGES), CONTENTS, folder)
    return PdfReader(folder / print_book.WHOLE)


def bookmarks(pdf, entries):
    """Titles with the numbers of their pages; what is below a title follows it as a list."""
    return [
        bookmarks(pdf, each) if isinstance(each, list) else (each.title, pdf.get_destination_page_number(each) + 1)
        for each in entries
    ]


def targets(pdf, number):
    """Where the links of one page lead: to a numbered page, or to an address."""
    found = []
    for link in (each.get_object() for each in pdf.pages[number - 1].get("/Annots", [])):
        action = link.get("/A", DictionaryObject())
        to = link.get("/Dest", action.get("/D"))
        place = pdf.named_destinations.get(str(to))
        found.append(pdf.get_destination_page_number(place) + 1 if place else str(action["/URI"]))
    return found


def test_the_pages_of_the_book_are_numbered_throughout(book):
    assert [page.extract_text().split()[-1] for page in book.pages] == ["1", "2", "3"]


def test_its_bookmarks_are_parts_chapters_and_sections(book):
    chapter = [("Nets", 2), [("What held", 3)]]
    assert bookmarks(book, book.outline) == [("The book", 1), [("What was found", 1)], ("First part", 2), chapter]


def test_its_links_lead_to_the_place_that_the_page_meant(book):
    assert targets(book, 1) == [3, "https://example.org/"]
    assert targets(book, 2) == [3, 1]


def test_what_is_folded_is_open_and_a_film_stands_at_its_end(book):
    assert "frame 7" in book.pages[0].extract_text()
    assert "Play" not in book.pages[0].extract_text()
    assert "What was folded." in book.pages[1].extract_text()


def test_it_is_tagged_for_screen_readers(book):
    assert "/StructTreeRoot" in book.trailer["/Root"]


def test_a_chapter_is_printed_with_its_still_and_with_its_claims(chrome, tmp_path):
    require("book/self-replication/definitions.html")
    page = print_book.opened(chrome, HTML / "book/self-replication/definitions.html")
    print_book.print_page(page, tmp_path / "page.pdf")
    pdf = PdfReader(tmp_path / "page.pdf")
    text = " ".join(sheet.extract_text() for sheet in pdf.pages)
    assert pdf.outline[0].title in text
    assert "Train one step" not in text  # the live one's button; that of its still is a part of a picture
    assert "What the paper says" in text
    assert re.search(r"SR-10: ✓\s+reproduced", text)
    page.locator(".srnn-explorable").wait_for()  # it is live again
    page.close()
