"""Ids become links, boxes get their anchors, and the registry its page."""

import csv
import io

import pytest
from bs4 import BeautifulSoup

from srnn_lib.claimbook.places import COLUMNS, Places, address, entries_of, to_csv
from srnn_lib.claimbook.scoreboard import TERMS

PAGE = "book/part/one"
BOX = (
    '<div class="srnn-verdict srnn-reproduced"><p><strong>SR-01: ✓ reproduced</strong> As SR-02 says.</p>'
    '<table><thead><tr><th scope="col">Measured</th><th scope="col">Wanted</th></tr></thead><tbody></tbody></table>'
    "<p>Expected: 3. Scale: book.</p></div>"
)


@pytest.fixture
def known():
    def row(name, chapter):
        lists = {"hinges": ["a", "b"], "follows_from": []}
        plain = {key: f"{key}, <{name}>" for key in COLUMNS}
        return {**plain, **lists, "id": name, "chapter": chapter, "checks": [{"value": 0.5}]}

    return Places({"SR-01": row("SR-01", "part/one"), "SR-02": row("SR-02", "part/two")})


@pytest.mark.parametrize(
    ("page", "seen_from", "place", "wanted"),
    [
        ("book/part/one", "book/part/two", "SR-01", "one.html#SR-01"),
        ("book/part/one", "book/scoreboard", "SR-01", "part/one.html#SR-01"),
        ("book/scoreboard", "book/part/one", "", "../scoreboard.html"),
        ("book/part/one", "search", "SR-01", "book/part/one.html#SR-01"),
        ("book/part/one", "book/part/one", "SR-01", "#SR-01"),
        ("book/part/one", "book/part/one", "", "one.html"),
    ],
)
def test_addresses_are_relative(page, seen_from, place, wanted):
    assert address(page, seen_from, place) == wanted


def test_mentions_lead_to_boxes(known):
    html = known.linked("<p>See SR-01, <em>SR-02</em> and (SR-01).</p>", PAGE)
    links = BeautifulSoup(html, "html.parser").find_all("a")
    assert [(link.text, link["href"]) for link in links] == [
        ("SR-01", "#SR-01"), ("SR-02", "two.html#SR-02"), ("SR-01", "#SR-01"),
    ]  # fmt: skip
    assert BeautifulSoup(html, "html.parser").text == "See SR-01, SR-02 and (SR-01)."


@pytest.mark.parametrize(
    "html",
    [
        "<p>SR-99 is no claim, nor are XSR-01, SR-011 and SR-01-b.</p>",
        '<p title="SR-01">nothing</p>',
        '<a href="x">SR-01</a>',
        "<pre><span>SR-01</span></pre>",
        "<script>let a = 'SR-01' < b;</script>",
        "<style>/* SR-01 */</style>",
        "<svg><text>SR-01</text></svg>",
        "<!-- SR-01 -->",
    ],
)
def test_what_is_no_mention_stays(known, html):
    assert known.linked(html, PAGE) == html


def test_what_comes_after_closed_elements_is_linked(known):
    assert known.linked("<a>SR-01</a><br/>SR-02", PAGE).count('class="claim-link"') == 1


def test_a_box_is_a_place_and_leads_on(known):
    box = BeautifulSoup(known.boxed(BOX, PAGE), "html.parser").find("div")
    assert box["id"] == "SR-01"
    ways = {link.text: link["href"] for link in box.select(".srnn-ways a")}
    assert ways == {
        "Row on the scoreboard": "../scoreboard.html#SR-01",
        "Registry entry and data": "../claims.html#SR-01",
    }


def test_a_box_explains_its_words(known):
    box = BeautifulSoup(known.boxed(BOX, PAGE), "html.parser")
    explained = {link.text: link["title"] for link in box.select("a.srnn-term")}
    assert explained == {word: TERMS[word] for word in ("Measured", "Wanted", "Expected")}
    line = BOX.replace("Expected: 3", "share: 1; wanted: above 0; ✓ holds. Expected: 3")
    terms = BeautifulSoup(known.boxed(line, PAGE), "html.parser").select("p a.srnn-term")
    assert {link.text for link in terms} == {"wanted", "Expected"}


@pytest.mark.parametrize("page", ["book/part/two", "book/index"])
def test_the_box_of_another_chapter_is_no_place(known, page):
    assert known.boxed(BOX, page) == BOX


def test_other_outputs_stay(known):
    assert known.boxed("<table></table>", PAGE) == "<table></table>"


def test_the_registrys_page_has_every_entry_and_what_was_stored(known):
    page = BeautifulSoup(known.registry_page({"SR-01": "- id: SR-01\n  note: a < b\n"}), "html.parser")
    assert [section["id"] for section in page.find_all("section")] == ["SR-01", "SR-02"]
    first = page.find("section")
    assert first.find("pre").text == "- id: SR-01\n  note: a < b\n"
    assert '"value": 0.5' in first.find("details").text
    assert [link["href"] for link in first.find_all("a")] == ["part/one.html#SR-01", "scoreboard.html#SR-01"]


def test_entries_are_cut_as_they_stand():
    text = "# Head\n\n- id: SR-01\n  note: one\n\n- id: SR-02\n  note: |\n    - id: none\n"
    assert entries_of(text) == {
        "SR-01": "- id: SR-01\n  note: one\n",
        "SR-02": "- id: SR-02\n  note: |\n    - id: none\n",
    }


def test_the_table_can_be_read_back(known):
    first, second = csv.DictReader(io.StringIO(to_csv(list(known.rows.values())), newline=""))
    assert (first["id"], first["hinges"], first["follows_from"]) == ("SR-01", "a b", "")
    assert second["statement"] == "statement, <SR-02>"
