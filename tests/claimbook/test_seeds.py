"""Further seeds: run again, kept as a table, told in every box, and found out where they are not what was found."""

import json

import pandas as pd
import pytest
import tinybook

from srnn_lib.claimbook import audit, chapters, cli, results, seeds, sweeps, verdict_rows
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.judge import Judge
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.verdicts import restore

pytest_plugins = ("tinybook_fixtures",)

WORDS = {"SR-01": ["reproduced", "partly", "reproduced"], "SR-02": ["reproduced"] * 3}


def keep(folder, found=WORDS, code="code", draws=()):
    """A table of such words under the seeds 1, 2, ..., or for these draws; the value is the place, if that is one."""
    shared = {"chapter": tinybook.CHAPTER, "headline": True, "quantity": "error", "low": 0.0, "high": 1.0}
    rows = [
        {
            **shared,
            "claim": claim,
            "word": word,
            **({"seed": 0, "draw": place} if draws else {"seed": place, "draw": 0}),
        }
        | {"value": float(place) if not draws or claim in draws else 0.5}
        for claim, said in found.items()
        for place, word in reversed(list(enumerate(said, 1)))
    ]
    seeds.write(pd.DataFrame(rows), {tinybook.CHAPTER: code}, "srnn_lib.claimbook.verdict_rows", folder)


def judging(folder, scale="book", **changed):
    values = {"scale": scale, **Book(folder).by_scale.values(tinybook.CHAPTER, scale), **changed}
    return Judge(tinybook.CHAPTER, values, folder)


def test_words_come_in_the_order_of_the_seeds(book):
    assert seeds.words(book) == {}
    keep(book)
    assert seeds.words(book) == {claim: tuple(said) for claim, said in WORDS.items()}


def test_chapters_that_did_not_run_keep_their_words(book):
    keep(book)
    rows = results.read_table(seeds.seeds_path(book))[0]
    more = rows.assign(chapter="other", headline=True, quantity="", value=0.0, low=0.0, high=0.0)
    seeds.write(more[:1].assign(claim="SR-03"), {"other": "its code"}, "srnn_lib.claimbook.verdict_rows", book)
    assert seeds.words(book) == {claim: tuple(said) for claim, said in WORDS.items()} | {"SR-03": ("reproduced",)}
    assert seeds.stale(book, {tinybook.CHAPTER: "code", "other": "other code"}) == ["other"]


def test_draws_that_move_nothing_are_left_out_whatever_seeds_move(book):
    rows = pd.DataFrame({"seed": [1, 2, 0, 0], "draw": [0, 0, 1, 2], "value": [0.1, 0.2, 0.5, 0.5]})
    shared = {"chapter": tinybook.CHAPTER, "claim": "SR-01", "word": "partly", "headline": True, "quantity": "error"}
    seeds.write(rows.assign(**shared, low=0.0, high=1.0), {tinybook.CHAPTER: "code"}, verdict_rows.__name__, book)
    assert seeds.words(book) == {"SR-01": ("partly", "partly")}
    assert seeds.words(book, drawn=True) == {}


def test_a_box_says_how_often_the_word_was_the_same(book):
    keep(book)
    judge = judging(book)
    found = judge("SR-01", zero_share=0.5, margin=0.1)
    assert found.again == "2 of 3 further seeds give this word, 1 partly"
    assert found.again in str(found) and found.again in found._repr_html_()
    assert judge("SR-02", error=0.0).again == "3 of 3 further seeds give this word"


def test_it_survives_being_stored(book):
    keep(book)
    found = judging(book)("SR-01", zero_share=0.5, margin=0.1)
    assert restore(found.claim, json.loads(json.dumps(found.payload)), ["quick", "book"]) == found


def test_they_are_those_of_the_run_and_not_of_kept_tables(book):
    keep(book)
    found = judging(book)("SR-02", {"book": {"error": 0.0}, "scaled": {"error": 1.0}})
    assert (found.again, found.beside[0].again) == ("", "3 of 3 further seeds give this word")
    assert found.beside[0].again in str(found)


def test_draws_are_told_of_the_verdict_that_rests_on_kept_runs(book):
    keep(book, draws=["SR-02"])
    assert (seeds.words(book), seeds.words(book, drawn=True)) == ({}, {"SR-02": ("reproduced",) * 3})
    found = judging(book)("SR-02", {"book": {"error": 1.0}, "scaled": {"error": 0.0}})
    assert found.again == "3 of 3 draws of as many of its runs, with replacement, give this word"
    assert found.beside[0].again == ""
    assert restore(found.claim, json.loads(json.dumps(found.payload)), ["quick", "book", "scaled"]).again == found.again


def test_a_verdict_of_drawn_runs_is_the_readers_own(book):
    values = {"scale": "book", **Book(book).by_scale.values(tinybook.CHAPTER, "book")}
    found = Judge(tinybook.CHAPTER, {**values, "draw": 3, "nets": 41}, book)("SR-02", {"scaled": {"error": 0.0}})
    assert "do not count" in str(found)


@pytest.mark.parametrize("changed", [{"scale": "quick"}, {"nets": 41}])
def test_other_runs_say_nothing_of_them(book, changed):
    keep(book)
    assert judging(book, **changed)("SR-02", error=0.0).again == ""


def test_without_a_table_a_verdict_is_as_before(book):
    assert "seeds" not in judging(book)("SR-02", error=0.0).payload


def test_words_that_are_not_in_the_table_are_a_fault(run_book):
    assert not any("seeds" in line for line in audit.problems(read_board(run_book)))
    keep(run_book)
    assert "SR-01 is not what `python -m srnn_lib seeds` found" in audit.problems(read_board(run_book))


def test_a_table_of_older_code_is_stale(book):
    assert seeds.stale(book, {tinybook.CHAPTER: "code"}) == []
    keep(book)
    assert seeds.stale(book, {tinybook.CHAPTER: "code"}) == []
    assert seeds.stale(book, {tinybook.CHAPTER: "other"}) == [tinybook.CHAPTER]


def test_the_command_runs_what_is_not_done_and_keeps_the_words(run_book, monkeypatch, capsys):
    monkeypatch.chdir(run_book)
    monkeypatch.setenv("SRNN_ROOT", str(run_book))
    (run_book / "some.yml").write_text(f"scale: quick\nseeds: [1, 2]\nchapters: {{{tinybook.CHAPTER}: }}\n")
    assert cli.main(["seeds", "some.yml"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        f"{tinybook.CHAPTER}, seed 1", f"{tinybook.CHAPTER}, seed 2", "results/seeds.parquet",
    ]  # fmt: skip
    rows = results.read_table(run_book / "results" / "seeds.parquet")[0]
    assert rows[["claim", "seed"]].to_numpy().tolist() == [["SR-01", 1], ["SR-02", 1], ["SR-01", 2], ["SR-02", 2]]
    assert cli.main(["seeds", "some.yml"]) == 0
    assert capsys.readouterr().out == "results/seeds.parquet\n"


def test_status_names_chapters_with_other_code(run_book, monkeypatch, capsys):
    monkeypatch.setenv("SRNN_ROOT", str(run_book))
    chapter = chapters.find(tinybook.CHAPTER, run_book)
    keep(run_book, code=sweeps.code(chapter))
    assert cli.main(["status"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[:2] == ["results/seeds", "fresh"]
    keep(run_book)
    assert cli.main(["status"]) == 0
    assert f"{tinybook.CHAPTER} has other code now" in capsys.readouterr().out.splitlines()[-1]
