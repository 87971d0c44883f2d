"""The page that sums up a paper: every claim once, sorted by what its verdict hinges on, never out of date."""

import re
from dataclasses import replace

import pytest
import tinybook

from srnn_lib.claimbook import audit, scoreboard, summary
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.registry import Book

pytest_plugins = ("tinybook_fixtures",)

PAGE = "# Summed up\n\nBefore.\n\n<!-- summary:start -->\n<!-- summary:end -->\n\nAfter.\n"


def hinge(folder, **hinges):
    """Give claims of the tiny registry what they hinge on."""

    def change(held):
        for entry in held:
            if (name := entry["id"].replace("-", "_")) in hinges:
                entry["hinges_on"] = hinges[name]

    tinybook.edit_data(folder, "claims.yml", change)
    return folder


def block(folder, paper="SR"):
    return summary.block(paper, read_board(folder))


def headings(text):
    return [line for line in text.splitlines() if line.startswith("#")]


def test_what_holds_as_stated_is_said_in_the_claims_words(run_book):
    text = block(run_book)
    assert headings(text) == ["## At a glance", "## What held as stated"]
    assert "  - ✓ reproduced: 2" in text
    assert "- [SR-01](self-application.ipynb): Most nets end at zero." in text


def test_what_is_no_measurement_and_what_rests_on_longer_runs_is_marked(run_book):
    tinybook.edit_data(run_book, "claims.yml", lambda held: held[0].update(kind="analytical"))
    assert "Most nets end at zero. (analytical)\n" in block(run_book)
    board = read_board(run_book)
    verdicts = {name: replace(found, scale="paper") for name, found in board.verdicts.items()}
    assert "Most nets end at zero. (analytical, paper)\n" in summary.block("SR", replace(board, verdicts=verdicts))


def test_a_claim_stands_under_the_first_thing_it_hinges_on(run_book):
    text = block(hinge(run_book, SR_01=["steps", "float32"], SR_02=["float32"]))
    assert headings(text) == [
        "## At a glance", "## What hinges on something", "### The number format", "### How long one goes on",
    ]  # fmt: skip
    first, second = text.split("### ")[1:]
    assert "[SR-02]" in first and "[SR-01]" not in first and Book(run_book).hinges["float32"].meaning in first
    assert "[SR-01]" in second and "share at zero: 0.62 [0.47, 0.76], n = 40" in second
    assert "*Hinges on this, too:* the number format." in second
    glance = text.split("## ")[1]
    assert re.findall(r"\[(\S+)\]", glance) == ["SR-02", "SR-01"]


def test_what_fails_says_what_was_wanted(run_book):
    path = run_book / "book" / "claims.yml"
    text = (
        path.read_text(encoding="utf-8")
        .replace("{min: 0.4, max: 0.8}", "{min: 0.9}")
        .replace("{above: 0}", "{above: 0.9}")
    )
    path.write_text(text, encoding="utf-8")
    text = block(run_book)
    assert headings(text) == [
        "## At a glance",
        "## What held as stated",
        "## What did not hold as stated, or stays open",
    ]
    assert "share at zero: 0.62 [0.47, 0.76], n = 40, wanted at least 0.9; " in text
    assert "share at zero minus share divergent: 0.55, wanted above 0.9" in text
    assert "  - ✗ not reproduced: 1" in text


def test_a_paper_without_verdicts_has_open_claims_and_no_links(run_book):
    text = block(run_book, "ON")
    assert "  - ○ open: 1" in text and "* - ON-01\n" in text
    assert "Nothing yet." in text


class TestPage:
    @pytest.fixture
    def page(self, run_book):
        """The tiny book's page, written by hand but for the block."""
        path = run_book / "book" / "self-replication" / "summary.md"
        path.write_text(PAGE, encoding="utf-8")
        return path

    def test_the_block_is_filled_and_the_rest_is_kept(self, run_book, page):
        tinybook.publish(run_book)
        text = page.read_text(encoding="utf-8")
        assert text.startswith(PAGE.split("<!--")[0]) and text.endswith("-->\n\nAfter.\n")
        assert "## At a glance" in text
        tinybook.publish(run_book)
        assert page.read_text(encoding="utf-8") == text

    def test_a_page_that_is_out_of_date_is_a_fault(self, run_book, page):
        faults = [fault for fault in audit.problems(read_board(run_book)) if "summary" in fault]
        assert faults == [f"book/self-replication/summary.md is not up to date; {audit.REMEDY}"]
        tinybook.publish(run_book)
        assert [fault for fault in audit.problems(read_board(run_book)) if "summary" in fault] == []

    def test_a_page_without_its_marks_is_an_error(self, run_book, page, refused):
        page.write_text("# Summed up\n", encoding="utf-8")
        with refused("book/self-replication/summary.md", "lacks the marks", "<!-- summary:start -->"):
            scoreboard.files(read_board(run_book))


def test_the_order_of_the_hinges_is_that_of_their_file(run_book):
    def turn(held):
        for name in list(held)[:1]:
            held[name] = held.pop(name)

    tinybook.edit_data(run_book, "hinges.yml", turn)
    text = block(hinge(run_book, SR_01=["steps"], SR_02=["float32"]))
    assert headings(text)[-2:] == ["### How long one goes on", "### The number format"]
