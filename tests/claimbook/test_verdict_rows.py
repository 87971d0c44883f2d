"""The verdicts of many runs in one table: every quantity with its settings, decided by today's registry."""

import json

import nbformat
import pytest
import tinybook

from srnn_lib.claimbook import notebooks, runner
from srnn_lib.claimbook.board import payloads
from srnn_lib.claimbook.chapters import find
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.stamps import with_digest
from srnn_lib.claimbook.verdict_rows import VERDICT_COLUMNS, verdict_rows
from srnn_lib.claimbook.verdicts import OWN

pytest_plugins = ("tinybook_fixtures",)


@pytest.fixture
def rows(run_book):
    """The table of the tiny chapter, whose notebook and whose stamp may be changed first."""
    path = find(tinybook.CHAPTER, run_book).path

    def read(change=lambda nb: None, **stamp):
        nb = nbformat.read(path, as_version=4)
        change(nb)
        made = {**nb.metadata["provenance"], "outputs": notebooks.outputs_hash(nb), **stamp}
        made.pop("stamp")
        nb.metadata["provenance"] = with_digest(made)
        nbformat.write(nb, path)
        return verdict_rows([path], Book.here(run_book))

    return read


def payload(nb, claim):
    """The stored verdict on a claim, to be changed in place."""
    (found,) = [each for _, each, _ in payloads(nb) if each["claim"] == claim]
    return found


def test_there_is_a_row_for_every_quantity_and_one_headline_for_every_verdict(rows):
    table = rows()
    assert list(table.columns) == list(VERDICT_COLUMNS)
    assert list(table["quantity"]) == ["zero_share", "margin", "error"]
    assert list(table["headline"]) == [True, False, True]
    assert list(table["claim"]) == ["SR-01", "SR-01", "SR-02"]
    assert list(table["word"]) == ["reproduced"] * 3
    assert list(table["result"]) == ["holds"] * 3
    assert not table["side"].any()
    first = table.iloc[0]
    assert 0 < first["low"] < first["value"] < first["high"] < 1
    assert first["n"] == 40


def test_what_a_run_has_drawn_from_kept_tables_is_in_and_what_stands_beside_it_is_not(rows):
    def rest_on_tables(nb):
        kept = payload(nb, "SR-02")
        kept["scale"] = OWN
        kept["beside"] = [dict(kept)]

    table = rows(rest_on_tables, parameters={"scale": "book", **tinybook.SETTINGS, "draw": 4})
    assert list(table["draw"]) == [4] * 3
    assert list(table["claim"]) == ["SR-01", "SR-01", "SR-02"]


def test_every_row_has_the_settings_of_its_run(rows):
    for row in rows(device="cuda").to_dict("records"):
        assert (row["chapter"], row["scale"], row["seed"], row["device"]) == (tinybook.CHAPTER, "book", 3, "cuda")
        assert json.loads(row["parameters"]) == {"scale": "book", **tinybook.SETTINGS}
        assert row["notebook"] == "self-application.ipynb"


def test_another_library_is_another_digest(rows):
    assert set(rows()["library"]).isdisjoint(rows(library={"srnn_lib.checks": "0"})["library"])


def test_a_run_with_own_settings_is_judged_at_its_scale(rows):
    def own(nb):
        payload(nb, "SR-01")["scale"] = OWN

    assert list(rows(own)["word"]) == ["reproduced"] * 3
    assert list(rows(own, scale="quick")["scale"]) == ["quick"] * 3


def test_a_verdict_of_kept_tables_alone_is_left_out(rows):
    def kept(nb):
        payload(nb, "SR-01")["scale"] = "scaled"

    assert list(rows(kept)["claim"]) == ["SR-02"]


def test_a_real_run_with_own_settings(book):
    plan = runner.plan_run(find(tinybook.CHAPTER, book), "quick", {"seed": 5}).at(book / "there" / "it.ipynb")
    done = runner.execute(plan, progress=False)
    table = verdict_rows([done.path], Book.here(book))
    assert len(table) == 3
    assert set(table["seed"]) == {5}
    assert set(table["scale"]) == {"quick"}


def test_todays_criterion_decides(rows, run_book):
    tinybook.edit_data(run_book, "claims.yml", lambda held: held[1]["checks"]["error"].update(book={"above": 0}))
    table = rows()
    assert list(table["word"]) == ["reproduced", "reproduced", "not reproduced"]
    assert list(table["result"]) == ["holds", "holds", "fails"]


def test_what_stands_beside_from_kept_tables_is_no_result_of_the_run(rows):
    def raise_level(nb):
        held = payload(nb, "SR-02")
        below = json.loads(json.dumps(held))
        held.update(scale="scaled", beside=[below])
        held["checks"][0].update(value=9.0, low=9.0, high=9.0)

    table = rows(raise_level)
    assert list(table["value"])[2] == 0
    assert list(table["scale"])[2] == "book"


def test_a_claim_without_checks_has_a_row_without_a_quantity(rows, run_book):
    def drop(held):
        held[1].pop("checks")
        held[1]["lost"] = "All of it."

    tinybook.edit_data(run_book, "claims.yml", drop)
    last = rows(lambda nb: payload(nb, "SR-02").update(checks=[])).iloc[2]
    assert (last["word"], last["headline"], last["quantity"]) == ("not testable", True, "")
    assert last[["value", "n", "side"]].isna().all()


def test_nothing_measured_is_no_number(rows):
    def lose(nb):
        payload(nb, "SR-02")["checks"][0].update(value=None, low=None, high=None, n=0)

    last = rows(lose).iloc[2]
    assert last["word"] == "open"
    assert last[["value", "low", "high"]].isna().all()
    assert last["result"] == "nothing"


def test_without_notebooks_there_is_an_empty_table(book):
    table = verdict_rows([], Book.here(book))
    assert (list(table.columns), len(table)) == (list(VERDICT_COLUMNS), 0)


@pytest.mark.parametrize(
    ("change", "stamp", "words"),
    [
        (lambda nb: None, {"outputs": "0"}, ("its outputs were changed after the run",)),
        (lambda nb: payload(nb, "SR-01").update(claim="SR-77"), {}, ("SR-77 is not in the registry",)),
        (lambda nb: payload(nb, "SR-01")["checks"].pop(), {}, ("SR-01 needs the quantities zero_share, margin",)),
        (lambda nb: payload(nb, "SR-01").pop("checks"), {}, ("the stored verdict on SR-01 is damaged",)),
        (lambda nb: None, {"scale": "huge"}, ("scale is 'huge'",)),
    ],
)
def test_a_notebook_that_cannot_be_trusted_is_refused(rows, refused, change, stamp, words):
    with refused("self-application.ipynb cannot be merged", "run it again", *words):
        rows(change, **stamp)


def test_a_notebook_that_was_not_run_is_refused(book, refused):
    with refused("self-application.ipynb cannot be merged", "it was not run by srnn_lib"):
        verdict_rows([find(tinybook.CHAPTER, book).path], Book.here(book))
    with refused("none.ipynb cannot be read"):
        verdict_rows([book / "none.ipynb"], Book.here(book))
