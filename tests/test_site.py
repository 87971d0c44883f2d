"""The rendered pages as files: complete, linked, described, and in need of nothing from outside."""

import re
from functools import cache
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup
from pages import HTML, PAGES, ROOT, require

from srnn_lib.claimbook.content import read_yaml

pytestmark = pytest.mark.site

# Elements and attributes whose address a browser fetches by itself.
FETCHED = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "image": "href",
    "img": "src",
    "input": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "track": "src",
    "video": "src",
}
NAVIGATION = {"next", "prev", "search", "index", "canonical", "author"}
OUTSIDE = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)
ROLE = re.compile(r"\{[a-z:-]+\}`|```\{|:::\{|\{\{ ?[a-z_]+ ?\}\}")


@cache
def soup(page):
    return BeautifulSoup(require(page).read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(page):
    """All ids of a page."""
    return {tag["id"] for tag in soup(page).find_all(id=True)}


@pytest.fixture(params=PAGES)
def page(request):
    require(request.param)
    return request.param


def test_no_address_from_outside_is_fetched(page):
    outside = [
        address
        for name, attribute in FETCHED.items()
        for element in soup(page).find_all(name)
        if not NAVIGATION & set(element.get("rel", []))
        for address in [element.get(attribute, ""), element.get("srcset", "")]
        if OUTSIDE.match(address)
    ]
    assert outside == []


def test_no_style_fetches_from_outside(page):
    styles = [element.get_text() for element in soup(page).find_all("style")]
    styles += [element["style"] for element in soup(page).find_all(style=True)]
    assert [text for text in styles if re.search(r"(url\(|@import)[\s\"']*(https?:)?//", text)] == []


def test_no_stylesheet_fetches_from_outside():
    require("index.html")
    sheets = sorted(HTML.rglob("*.css"))
    assert sheets
    loads = re.compile(r"(?:url\(|@import)[\s\"']*((?:https?:)?//[^\s\"')]+)")
    assert {s.name: loads.findall(s.read_text(encoding="utf-8")) for s in sheets} == {s.name: [] for s in sheets}


def test_every_link_leads_to_a_page_and_a_place(page):
    broken = []
    for link in soup(page).select("article a[href], nav a[href]"):
        address, place = urldefrag(unquote(link["href"]))
        if re.match(r"[a-z]+:|//", address):
            continue
        target = (HTML / page).parent / address if address else HTML / page
        if not target.is_file():
            broken.append(link["href"])
        elif place and target.suffix == ".html":
            name = target.resolve().relative_to(HTML.resolve()).as_posix()
            broken += [link["href"]] * (place not in anchors(name))
    assert broken == []


def test_every_picture_says_what_it_shows(page):
    pictures = soup(page).select("article img:not(.ahead img)")  # what looks ahead is said by the sentence above it
    silent = [p["src"][:80] for p in pictures if re.match(r"_images/|$|\S+\.(png|svg|jpg)$", p.get("alt", ""))]
    assert silent == []


def test_no_markup_is_left_unrendered(page):
    article = soup(page).find("article")
    text = (
        ""
        if article is None
        else "".join(
            piece
            for piece in article.find_all(string=True)
            if not piece.find_parent(["pre", "code", "script", "style"])
        )
    )
    assert ROLE.findall(text) == []


def test_every_page_of_the_table_of_contents_is_rendered():
    toc = read_yaml(ROOT / "_toc.yml")
    pages = [page for part in toc["parts"] for page in part["chapters"]]
    pages += [below for page in pages for below in page.get("sections", [])]
    names = [toc["root"], *(page["file"] for page in pages)]
    for name in names:
        require(f"{name}.html")
    assert len(names) == len(set(names))


def test_the_root_leads_to_the_book():
    assert soup("index.html").find("meta", {"http-equiv": "Refresh"})["content"].endswith("url=book/index.html")


def test_every_figure_of_the_chapters_is_numbered():
    require("index.html")
    figures = [figure for page in PAGES if page.startswith("book/") for figure in soup(page).select("article figure")]
    assert figures
    unnumbered = [figure.get("id") for figure in figures if not figure.select_one("figcaption .caption-number")]
    assert unnumbered == []
