"""The board: the verdicts that count are those of whole runs at a scale, found where their claim belongs."""

import shutil

import pytest
import tinybook

from srnn_lib.claimbook import Judge, audit, board, chapters, notebooks, runner, scoreboard
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.verdicts import METADATA, OWN

pytest_plugins = ("tinybook_fixtures",)

AT = tinybook.CHAPTER


def verdict_cell(nb):
    return next(cell for cell in nb.cells if notebooks.has(cell, "verdict"))


class TestBoard:
    def test_what_it_holds(self, run_book):
        found = read_board(run_book)
        assert found.book.folder == run_book
        assert [chapter.id for chapter in found.chapters] == [AT]
        assert found.written == {AT}
        assert {name: verdict.word for name, verdict in found.verdicts.items()} == {
            "SR-01": "reproduced",
            "SR-02": "reproduced",
        }
        assert found.verdicts["SR-01"].scale == "book"

    def test_papers_without_claims_are_left_out(self, run_book):
        found = read_board(run_book)
        assert list(found.papers) == ["SR", "ON"]
        assert [claim.id for claim in found.claims_of("SR")] == ["SR-01", "SR-02"]
        assert [claim.id for claim in found.claims_of("ON")] == ["ON-01"]

    def test_a_claim_without_a_verdict_is_open(self, run_book):
        found = read_board(run_book)
        assert [found.word(claim) for claim in found.book.claims.values()] == ["reproduced", "reproduced", "open"]

    def test_a_book_that_never_ran(self, book):
        found = read_board(book)
        assert (found.written, found.verdicts) == ({AT}, {})

    def test_the_book_around_us(self, run_book, monkeypatch):
        monkeypatch.delenv("SRNN_ROOT", raising=False)
        monkeypatch.chdir(run_book / "book")
        assert set(read_board().verdicts) == {"SR-01", "SR-02"}

    def test_todays_criteria_decide(self, run_book):
        tinybook.edit_data(run_book, "claims.yml", lambda held: held[0]["checks"]["margin"].update(book={"above": 0.9}))
        found = read_board(run_book)
        assert found.word(found.book.claims["SR-01"]) == "partly"

    @pytest.mark.parametrize(
        "change",
        [
            lambda cell: cell.outputs.pop(0),
            lambda cell: cell.outputs[0].metadata.pop(METADATA),
            lambda cell: cell.outputs[0].metadata.srnn.update(claim="SR-99"),
            lambda cell: cell.outputs[0].metadata.srnn.update(claim="ON-01"),
            lambda cell: cell.outputs[0].metadata.srnn.update(scale="large"),
            lambda cell: cell.outputs[0].metadata.srnn.update(scale=OWN),
            lambda cell: cell.outputs[0].metadata.srnn.pop("checks"),
            lambda cell: cell.outputs[0].metadata.srnn.checks[0].pop("n"),
            lambda cell: cell.outputs[0].metadata.srnn.checks.pop(),
        ],
    )
    def test_what_is_not_a_verdict_of_the_chapter_does_not_count(self, run_book, change):
        tinybook.edit(run_book, lambda nb: change(verdict_cell(nb)))
        assert list(read_board(run_book).verdicts) == ["SR-02"]

    def test_a_cell_without_the_tag_has_no_verdict(self, run_book):
        tinybook.edit(run_book, lambda nb: verdict_cell(nb).metadata.pop("tags"))
        assert read_board(run_book).verdicts == {}

    def test_payloads_come_with_their_cells(self, run_book):
        nb = chapters.find(AT, run_book).nb
        found = board.payloads(nb)
        assert [payload["claim"] for _, payload, _ in found] == ["SR-01", "SR-02"]
        assert all(cell is verdict_cell(nb) for cell, _, _ in found)
        assert all(data["text/plain"].startswith(payload["claim"]) for _, payload, data in found)
        assert board.payloads(nb, "verdict") == found
        assert board.payloads(nb, "figure") == []


def printed(path):
    """What the verdicts of a notebook show, as text, as HTML, and as payload."""
    found = board.payloads(notebooks.read_notebook(path), "verdict")
    return [(data["text/plain"], data["text/html"], payload) for _, payload, data in found]


def assert_own(path, words):
    """The notebook has both verdicts, and each says everywhere that its settings are the user's own."""
    shown = printed(path)
    assert [payload["claim"] for _, _, payload in shown] == ["SR-01", "SR-02"]
    for text, html, payload in shown:
        assert payload["scale"] == OWN
        assert f"(own settings, which do not count: {words})" in text
        assert f"Own settings, which do not count: {words}." in html
        assert "srnn-own-settings" in html
    table = notebooks.read_notebook(path).cells[-1].outputs[0].data["text/plain"]
    assert table.count("(own settings)") == 2


class TestOwnSettings:
    """Real runs: whoever changes a value sees it said, and the book takes no notice of the verdicts.

    Which values are own is asked of the judge alone, in its tests.
    """

    def test_a_value_typed_by_hand_into_a_chapter(self, book):
        tinybook.edit(book, lambda nb: nb.cells.insert(2, tinybook.code("nets = 41")))
        done = runner.run_chapter(chapters.find(AT, book), progress=False)
        assert_own(done.path, "nets is 41, at book 40")
        tinybook.publish(book)
        assert read_board(book).verdicts == {}
        assert [row["verdict"] for row in scoreboard.rows(read_board(book))] == ["open"] * 3
        found = audit.problems(read_board(book))
        for name in ("SR-01", "SR-02"):
            assert f"{AT}: {name} was found with own settings, which do not count" in found
            assert f"{AT}: {name} has no stored verdict" in found

    def test_values_given_to_the_command(self, run_book):
        before = read_board(run_book).verdicts
        done = runner.run_chapter(chapters.find(AT, run_book), "book", {"nets": 41}, progress=False)
        assert_own(done.path, "nets is 41, at book 40")
        assert read_board(run_book).verdicts == before
        shutil.copy(done.path, chapters.find(AT, run_book).path)
        assert read_board(run_book).verdicts == {}
        found = audit.problems(read_board(run_book))
        assert f"{AT}: SR-01 was found with own settings, which do not count" in found
        assert any("stale" in line and "it was run with other parameters" in line for line in found)

    @pytest.mark.parametrize("given", [{}, {"nets": 40}])
    @pytest.mark.parametrize("scale", ["book", "quick"])
    def test_what_a_scale_plans_or_has_itself_is_not_own(self, book, scale, given):
        plan = runner.plan_run(chapters.find(AT, book), scale, given)
        own = "nets is 40, at quick 5" if given and scale == "quick" else ""
        assert Judge(AT, plan.parameters, book).own == own


def test_a_copy_says_which_of_its_verdicts_are_not_those_of_the_book(run_book):
    chapter = chapters.find("self-application", run_book).nb
    copy = notebooks.read_notebook(chapters.find("self-application", run_book).path)
    assert board.differing(copy, chapter) == []
    (first, *_), (_, second, _) = board.payloads(chapter, "verdict")[0], board.payloads(copy, "verdict")[0]
    second["verdict"] = "partly"
    assert board.differing(copy, chapter) == ["SR-01: partly; in the book: reproduced"]
    first.outputs = []
    assert board.differing(copy, chapter)[0] == "SR-01: partly; in the book: not judged"


def test_a_copy_says_which_of_its_cells_print_something_else(run_book):
    chapter = chapters.find("self-application", run_book).nb
    copy = notebooks.read_notebook(chapters.find("self-application", run_book).path)
    assert board.rewritten(copy, chapter) == []
    written = next(cell for cell in notebooks.code_cells(copy) if cell.outputs and "text" in cell.outputs[0])
    whole = written.outputs[0]
    written.outputs = [{**whole, "text": whole.text[:3]}, {**whole, "text": whole.text[3:]}]
    assert board.rewritten(copy, chapter) == []
    printing = [cell for cell in notebooks.code_cells(copy) if cell.outputs]
    ignored = [cell for cell in printing if notebooks.has(cell, "nbval-ignore-output")]
    for cell in (printing[0], *ignored):
        cell.outputs = [{"output_type": "stream", "name": "stdout", "text": "another text"}]
    assert board.rewritten(copy, chapter) == [printing[0].id]
