"""The rendered pages as files: complete, linked, described, and in need of nothing from outside."""

import csv
import math
import re
from functools import cache
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup
from pages import HTML, PAGES, ROOT, require

from srnn_lib.claimbook import notebooks
from srnn_lib.claimbook.chapters import find_all
from srnn_lib.claimbook.content import read_yaml
from srnn_lib.figures.data_behind import DRAWN

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
DIAGRAMS = {"fig-sr-0", "fig-on-1"}
AXES = {"x", "y", "z", "low", "high", "value"}
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


def test_no_page_loads_what_it_does_without(page):
    loaded = [script["src"] for script in soup(page).find_all("script", src=True)]
    needless = ["fontawesome.js"] + ([] if page == "search.html" else ["searchtools.js", "searchindex.js"])
    assert [address for address in loaded if any(name in address for name in needless)] == []


def test_the_first_page_is_light():
    files = [
        tag.get("src") or tag["href"] for tag in soup("book/index.html").select("script[src], link[rel=stylesheet]")
    ]
    files += [picture["src"] for picture in soup("book/index.html").select("img[src]")]
    sizes = {name: (HTML / "book" / name.partition("?")[0]).stat().st_size for name in {*files}}
    assert sum(sizes.values()) < 900_000, sorted(sizes.items(), key=lambda each: -each[1])[:5]


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


@pytest.mark.parametrize("chapter", find_all(ROOT), ids=lambda chapter: chapter.path.stem)
def test_every_figure_of_a_chapter_hands_out_its_numbers_its_code_and_its_run(chapter):
    page = chapter.path.relative_to(ROOT).with_suffix(".html").as_posix()
    outputs = [output.get("metadata", {}) for cell in notebooks.code_cells(chapter.nb) for output in cell.outputs]
    shown = {about["image/png"]["name"]: about.get(DRAWN) for about in outputs if "name" in about.get("image/png", {})}
    assert {name for name, drawn in shown.items() if not drawn} <= DIAGRAMS
    for name, drawn in shown.items():
        (line,) = soup(page).select(f"figure#{name} figcaption .figure-ways")
        *data, code = (link["href"] for link in line.select("a"))
        assert soup(page).find(id=code.removeprefix("#")).find_parent(class_="cell").find(id=name)
        assert f"Run of {chapter.nb.metadata.provenance.day}" in line.get_text()
        assert len(data) == bool(drawn)
        for address in data:
            with ((HTML / page).parent / address).open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            assert f"{len(rows):,} rows" in line.get_text()
            assert {row["panel"] for row in rows} == {panel["panel"] for panel in drawn}
            assert all(math.isfinite(float(row[key])) for row in rows for key in AXES & row.keys() if row[key])


def test_every_series_of_a_figure_has_a_name_or_is_the_only_one_of_its_panel():
    outputs = [output for chapter in find_all(ROOT) for cell in chapter.nb.cells for output in cell.get("outputs", [])]
    panels = [panel for output in outputs for panel in output.get("metadata", {}).get(DRAWN, [])]
    assert panels
    assert [panel["title"] for panel in panels if len(panel["series"]) > 1
            and not all(each.get("series") for each in panel["series"])] == []  # fmt: skip


def test_every_figure_of_the_chapters_is_numbered():
    require("index.html")
    figures = [figure for page in PAGES if page.startswith("book/") for figure in soup(page).select("article figure")]
    assert figures
    unnumbered = [figure.get("id") for figure in figures if not figure.select_one("figcaption .caption-number")]
    assert unnumbered == []
