"""The generated files: deterministic, complete, and saying what the verdicts say."""

import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import tinybook

from srnn_lib.claimbook import scoreboard, squares
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.verdicts import SYMBOLS

pytest_plugins = ("tinybook_fixtures",)

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def text(folder, name):
    return (folder / name).read_text(encoding="utf-8")


def test_files_are_deterministic(run_book):
    board = read_board(run_book)
    assert scoreboard.files(board) == scoreboard.files(read_board(run_book))
    assert {path.relative_to(run_book).as_posix() for path in scoreboard.files(board)} == {
        "README.md",
        "book/cost.md",
        "book/scoreboard.json",
        "book/scoreboard.md",
        "book/assets/scoreboard.svg",
    }


def test_json_has_every_claim_with_every_key(run_book):
    rows = json.loads(text(run_book, "book/scoreboard.json"))
    keys = ["id", "paper", "kind", "verdict", "scale", "value", "low", "high", "expected", "chapter", "n"]
    keys += ["place", "statement", "criterion", "note", "hinges", "follows_from", "checks"]
    assert [list(row) for row in rows] == [keys] * 3
    first, second, third = rows
    assert (first["id"], first["verdict"], first["scale"], first["value"], first["n"]) == (
        "SR-01", "reproduced", "book", 0.625, 40,
    )  # fmt: skip
    assert first["low"] < first["value"] < first["high"]
    assert (second["value"], second["low"], second["n"]) == (0.0, 0.0, 1)
    assert (third["verdict"], third["scale"], third["value"], third["n"]) == ("open", None, None, None)
    assert [check["label"] for check in first["checks"]] == ["share at zero", "share at zero minus share divergent"]
    assert first["checks"][0]["bounds"] == {"min": 0.4, "max": 0.8}
    assert (first["checks"][0]["side"], third["checks"]) == (False, [])


def test_page_links_written_chapters_and_explains_every_word(run_book):
    page = text(run_book, "book/scoreboard.md")
    assert "3 claims: of 3 empirical: 2 reproduced, 1 open." in page
    assert "[SR-01](self-replication/self-application.ipynb)" in page
    assert "* - ON-01" in page
    assert "share at zero: 0.62 [0.47, 0.76], n = 40" in page
    assert "*Expected:* 0.54 (27 of 50, log)" in page
    assert "✓ reproduced" in page
    assert all(f"{sign} **{word}**: " in page for word, sign in SYMBOLS.items())
    assert [line for line in page.splitlines() if line.startswith("#")] == [
        "# Scoreboard",
        "## How to read a box",
        "## Self-Replication in Neural Networks",
        "### Self-application",
        "## Constructing Organism Networks from Collaborative Self-Replicators",
        "### Definitions",
    ]


def test_page_says_why_and_on_what_a_verdict_hinges(run_book):
    tinybook.edit_data(run_book, "claims.yml", lambda held: held[0].update(note="Half.", hinges_on=["float32"]))
    page = scoreboard.files(read_board(run_book))[run_book / "book" / "scoreboard.md"]
    assert page.count("*Why:* Half.\n\n    *Hinges on:* the number format\n  - ✓ reproduced") == 1
    assert page.count("*Why:*") == page.count("*Hinges on:*") == 1


def test_page_says_nothing_where_nothing_is_expected(run_book):
    page = text(run_book, "book/scoreboard.md")
    assert page.count("*Expected:*") == 1
    assert "none printed" not in page


def test_kinds_are_counted_apart(run_book):
    def kinds(held):
        held[0]["kind"], held[1]["kind"] = "by construction", "analytical"

    tinybook.edit_data(run_book, "claims.yml", kinds)
    page = scoreboard.files(read_board(run_book))[run_book / "book" / "scoreboard.md"]
    counted = "of 1 empirical: 1 open; of 1 analytical: 1 reproduced; of 1 by construction: 1 reproduced"
    assert f"3 claims: {counted}." in page
    assert "SR: of 1 analytical: 1 reproduced; of 1 by construction: 1 reproduced." in page


def test_page_says_which_quantity_failed(run_book):
    path = run_book / "book" / "claims.yml"
    path.write_text(text(run_book, "book/claims.yml").replace("{above: 0}", "{above: 0.9}"), encoding="utf-8")
    page = scoreboard.files(read_board(run_book))[run_book / "book" / "scoreboard.md"]
    assert "share at zero minus share divergent: 0.55, wanted above 0.9" in page
    assert "◐ partly" in page


def test_a_verdict_that_rests_on_a_kept_table_names_its_scale(run_book):
    def edit(nb):
        stored = next(cell for cell in nb.cells if cell.metadata.get("tags") == ["verdict"]).outputs[0].metadata.srnn
        stored.update(beside=[{**stored}], scale="scaled")

    tinybook.edit(run_book, edit)
    page = scoreboard.files(read_board(run_book))[run_book / "book" / "scoreboard.md"]
    assert "✓ reproduced (scaled)" in page
    assert [row["scale"] for row in scoreboard.rows(read_board(run_book))] == ["scaled", "book", None]


def test_the_page_follows_the_books_papers(run_book):
    tinybook.edit_data(run_book, "papers.yml", lambda held: held["SR"]["chapters"].update({"self-application": "Self"}))
    page = scoreboard.files(read_board(run_book))[run_book / "book" / "scoreboard.md"]
    assert "### Self\n" in page


def test_cost_page_comes_from_the_stamps(run_book):
    tinybook.edit_stamp(run_book, lambda stamp: stamp.update(seconds=12.3, memory_mib=345))
    page = scoreboard.files(read_board(run_book))[run_book / "book" / "cost.md"]
    assert "| book | 12.3 s | 345 MiB |" in page
    assert "Chapters: 1. Together: 12 s." in page
    assert re.search(r"- Python 3\.\d+\.\d+, .*torch [\w.+]+, torchvision [\w.+]+\n\Z", page)


def test_cost_page_says_what_else_was_measured_before_the_chapters(run_book):
    board = read_board(run_book)
    plain, page = (scoreboard.files(board, said)[run_book / "book" / "cost.md"] for said in ("", "A coin takes 1 s."))
    assert "# Cost\n\n## Every chapter\n\nTime" in plain
    assert page == plain.replace("# Cost\n\n", "# Cost\n\nA coin takes 1 s.\n\n", 1)


def test_cost_page_says_who_ran_with_what(run_book):
    first = run_book / "book" / "self-replication" / "self-application.ipynb"
    tinybook.edit_stamp(run_book, lambda stamp: stamp.update(python="3.1.4", packages={"torch": "2"}))
    shutil.copy(first, first.with_name("soups.ipynb"))
    tinybook.edit_stamp(run_book, lambda stamp: stamp.update(python="3.1.5"))
    page = scoreboard.files(read_board(run_book))[run_book / "book" / "cost.md"]
    assert page.splitlines()[-2:] == [
        "- Python 3.1.5, torch 2 (self-replication/self-application)",
        "- Python 3.1.4, torch 2 (self-replication/soups)",
    ]


def test_cost_page_of_a_book_that_never_ran(tmp_path):
    tinybook.make(tmp_path)
    assert "Chapters: 0." in scoreboard.files(read_board(tmp_path))[tmp_path / "book" / "cost.md"]


def test_readme_keeps_everything_but_its_block(run_book):
    lines = text(run_book, "README.md").splitlines()
    assert lines == [
        "# Tiny",
        "<!-- scoreboard:start -->",
        "- **SR**, *Self-Replication in Neural Networks*: of 2 empirical: 2 reproduced.",
        "- **ON**, *Constructing Organism Networks from Collaborative Self-Replicators*: of 1 empirical: 1 open.",
        "<!-- scoreboard:end -->",
        "End.",
    ]


@pytest.mark.parametrize("content", [None, "", "<!-- scoreboard:start -->", "<!-- scoreboard:end --> only"])
def test_readme_without_its_marks_is_an_error(run_book, refused, content):
    path = run_book / "README.md"
    path.unlink() if content is None else path.write_text(content)
    with refused("README.md is missing or lacks the marks", "<!-- scoreboard:start -->"):
        scoreboard.files(read_board(run_book))


def all_claims():
    words = list(SYMBOLS)
    papers = (("SR", 54), ("ON", 40), ("BI", 36))
    ids = [f"{paper}-{number:02d}" for paper, last in papers for number in range(1, last + 1)]
    return [(name, words[place % 5]) for place, name in enumerate(ids)]


class TestPicture:
    @pytest.fixture
    def picture(self):
        """All 130 claims with every verdict."""
        return ET.fromstring(squares.scoreboard_svg(all_claims(), Book(ROOT).papers))

    def test_every_claim_has_its_square(self, picture):
        titles = [title.text for title in picture.findall(f"./{SVG}use/{SVG}title")]
        assert titles == [f"{name}: {word}" for name, word in all_claims()]

    def test_squares_do_not_overlap_and_stay_inside(self, picture):
        places = [(float(use.get("x")), float(use.get("y"))) for use in picture.findall(f"{SVG}use")]
        width, height = float(picture.get("width")), float(picture.get("height"))
        assert len(set(places)) == len(places) == 130 + 5
        assert all(0 < x <= width - squares._SIDE and 0 < y <= height - squares._SIDE for x, y in places)
        assert all(abs(x - u) >= squares._SIDE or abs(y - v) >= squares._SIDE
                   for i, (x, y) in enumerate(places) for u, v in places[:i])  # fmt: skip

    def test_verdicts_differ_in_colour_and_in_sign(self, picture):
        looks = [
            (
                group.find(f"{SVG}rect").get("fill"),
                "".join(ET.tostring(part, "unicode") for part in group[1:]),
            )
            for group in picture.findall(f"./{SVG}defs/{SVG}g")
        ]
        assert len(looks) == len(SYMBOLS)
        assert len({colour for colour, _ in looks}) == len({sign for _, sign in looks}) == len(looks)
        assert all(sign for _, sign in looks)

    def test_it_says_in_words_what_it_shows(self, picture):
        assert picture.get("role") == "img"
        assert picture.get("aria-labelledby").split() == [picture[0].get("id"), picture[1].get("id")]
        assert picture.find(f"{SVG}title").text == "Verdicts on 130 claims"
        assert "26 reproduced, 26 partly, 26 not reproduced" in picture.find(f"{SVG}desc").text

    def test_every_word_that_can_be_is_drawn(self):
        assert list(squares.VERDICT_LOOKS) == list(SYMBOLS) == list(scoreboard.MEANINGS)

    def test_a_paper_without_claims_has_no_block(self):
        papers = Book(ROOT).papers
        found = squares.scoreboard_svg([("SR-01", "open")], papers)
        assert [name for name in papers if f">{name}: " in found] == ["SR"]
        assert found == squares.scoreboard_svg([("SR-01", "open")], {"SR": papers["SR"]})

    def test_a_title_may_hold_any_letter(self):
        papers = {"SR": Book(ROOT).papers["SR"].model_copy(update={"title": "R & D < 1"})}
        drawing = ET.fromstring(squares.scoreboard_svg([("SR-01", "open")], papers))
        assert "SR: R & D < 1" in [text.text for text in drawing.iter(f"{SVG}text")]

    def test_as_html_every_square_leads_to_its_claim_and_says_which_it_is(self):
        rows = [{"id": name, "paper": name[:2], "verdict": word, "statement": "<&>"} for name, word in all_claims()]
        board = squares.linked_squares(rows, Book(ROOT).papers, {row["id"]: f"#{row['id']}" for row in rows})
        drawing = ET.fromstring(board)
        links = drawing.findall("./ul/li/a")
        assert [link.get("href") for link in links] == [f"#{name}" for name, _ in all_claims()]
        assert [link.get("aria-label") for link in links] == [f"{name}: {word}" for name, word in all_claims()]
        assert [use.get("href") for use in drawing.iter("use")][:5] == [
            "#verdict-" + word.replace(" ", "-") for _, word in all_claims()[:5]
        ]
        assert links[0].get("title") == "SR-01: reproduced. <&>"
        assert "reproduced 26" in [
            item.find("svg").tail for item in drawing.findall("./ul/li") if item.find("svg") is not None
        ]
