"""Chapters: found by name, and fresh only as long as nothing behind their outputs changed."""

import shutil
from pathlib import Path

import pytest
import tinybook
from nbformat.v4 import new_markdown_cell, new_output

from srnn_lib.claimbook import chapters, notebooks, runner
from srnn_lib.claimbook.cli import main
from srnn_lib.claimbook.provenance import State
from srnn_lib.claimbook.registry import Book

pytest_plugins = ("tinybook_fixtures",)


def state(folder, name=tinybook.CHAPTER):
    return chapters.state(chapters.find(name, folder))


def change(folder, scale, settings):
    """Other settings of the tiny chapter at a scale, in the file of the scales."""
    tinybook.edit_data(folder, "scales.yml", lambda held: held["chapters"][tinybook.CHAPTER][scale].update(settings))


class TestFinding:
    def test_in_the_papers_order_without_copies_and_hidden_files(self, book):
        for name in ("self-replication/soups", "self-replication/definitions", "appendix/zoo"):
            tinybook.write(book, name=name)
        for name in (
            "self-replication/.ipynb_checkpoints/soups-checkpoint",
            "_build/x",
            "self-replication/soups.7.run",
        ):
            tinybook.write(book, name=name)
        found = [chapter.id for chapter in chapters.find_all(book)]
        assert found == ["self-replication/definitions", tinybook.CHAPTER, "self-replication/soups"]
        assert chapters.strays(Book.here(book)) == ["appendix/zoo.ipynb"]

    @pytest.mark.parametrize("name", ["Untitled", "self-replication/Untitled", "self-replication/Untitled1", "a/b/c"])
    def test_a_stray_stops_nothing_and_is_named_by_the_check(self, run_book, name, monkeypatch, capsys):
        monkeypatch.setenv("SRNN_ROOT", str(run_book))
        (run_book / "book" / name).parent.mkdir(parents=True, exist_ok=True)
        (run_book / "book" / f"{name}.ipynb").write_text("{}")
        assert main(["status"]) == 0
        assert main(["claims", "--check"]) == 1
        assert capsys.readouterr().err == f"error: book/{name}.ipynb is no chapter of papers.yml; remove it or add it\n"

    @pytest.mark.parametrize(
        "name",
        [
            "self-replication/self-application",
            "self-application",
            "book/self-replication/self-application.ipynb",
            "./book/self-replication/self-application.ipynb",
        ],
    )
    def test_by_its_names(self, book, name):
        assert chapters.find(name, book).id == tinybook.CHAPTER
        assert chapters.find(name, book).path.is_file()

    def test_missing_and_ambiguous(self, book, refused):
        tinybook.write(book, name="self-replication/definitions")
        tinybook.write(book, name="organism-networks/definitions")
        with refused("chapter is 'self-aplication'", "did you mean 'self-replication/self-application'?"):
            chapters.find("self-aplication", book)
        with refused("chapter is 'definitions'", "self-replication/definitions or organism-networks/definitions"):
            chapters.find("definitions", book)

    def test_an_empty_book(self, book, refused):
        shutil.rmtree(book / "book" / "self-replication")
        assert chapters.find_all(book) == []
        with refused("chapter is 'soups'", "there is no chapter in book/ yet"):
            chapters.find("soups", book)

    @pytest.mark.parametrize("content", ["", "{}", "[1]", "no json", '{"nbformat": 4, "cells": 3}'])
    def test_a_broken_notebook(self, book, refused, content):
        (book / "book" / f"{tinybook.CHAPTER}.ipynb").write_text(content)
        with refused("self-application.ipynb is not a notebook"):
            chapters.state(chapters.find("self-application", book))


class TestScales:
    def test_all_parameters_at_a_scale(self, book):
        chapter = chapters.find("self-application", book)
        assert chapter.at("book") == {"scale": "book", **tinybook.SETTINGS} == chapter.defaults
        assert chapter.at("quick") == {"scale": "quick", **tinybook.SETTINGS, "nets": 5, "learning_rate": 1e-3}
        assert list(chapter.at("quick")) == list(chapter.defaults)

    @pytest.mark.parametrize(("scale", "hint"), [("paper", ""), ("scaled", ""), ("quik", "did you mean 'quick'?")])
    def test_a_scale_that_it_does_not_have(self, book, refused, scale, hint):
        with refused(f"scale of {tinybook.CHAPTER} is {scale!r}; allowed: book, quick", hint):
            chapters.find("self-application", book).at(scale)

    def test_a_chapter_without_scales(self, book, refused):
        tinybook.write(book, name="self-replication/soups")
        with refused("chapter in scales.yml is 'self-replication/soups'", tinybook.CHAPTER):
            chapters.find("soups", book).at("book")

    def test_without_a_file(self, book, refused):
        (book / "book" / "scales.yml").unlink()
        with refused("scales.yml cannot be read"):
            chapters.find("self-application", book).at("quick")

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"nets": 41}, "nets is 40, 41"),
            ({"nets": 40.5}, "nets is 40, 40.5"),
            ({"noise_levels": [0.1]}, "noise_levels is [0.1, 0.001], [0.1]"),
            ({"nets": 41, "seed": 4}, "seed is 3, 4; nets is 40, 41"),
            ({"trials": 7}, "trials is nothing, 7"),
            ({"seed": None}, "seed is 3, None"),
        ],
    )
    @pytest.mark.parametrize("scale", ["book", "quick"])
    def test_a_cell_that_says_something_else_is_refused(self, book, refused, settings, words, scale):
        change(book, "book", settings)
        with refused(f"{tinybook.CHAPTER}: its parameters cell and scales.yml disagree: {words}"):
            chapters.find("self-application", book).at(scale)

    def test_a_parameter_that_only_the_cell_has(self, book, refused):
        tinybook.edit_data(book, "scales.yml", lambda held: held["chapters"][tinybook.CHAPTER]["book"].pop("seed"))
        with refused(f"{tinybook.CHAPTER}: its parameters cell and scales.yml disagree: seed is 3, nothing"):
            chapters.find("self-application", book).at("book")

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"nets": 0}, "nets is 0; allowed: a whole number, 1 or more"),
            ({"nets": "5"}, "nets is '5'; allowed: a whole number"),
            ({"seed": -1}, "seed is -1; allowed: a whole number, 0 or more"),
            ({"learning_rate": 0}, "learning_rate is 0; allowed: a finite number above 0"),
            ({"noise_levels": 0.1}, "noise_levels is 0.1; allowed: a list"),
            ({"noise_levels": [0.1, -1]}, "noise_levels[1] is -1; allowed: a finite number above 0"),
        ],
    )
    def test_a_value_that_breaks_its_rule_is_named_with_its_place(self, book, refused, settings, words):
        change(book, "quick", settings)
        with refused(f"scales.yml, {tinybook.CHAPTER}, quick: {words}"):
            chapters.find("self-application", book).at("quick")
        assert chapters.find("self-application", book).at("book")["nets"] == 40


class TestFingerprints:
    def test_outputs_counts_prose_and_injected_cells_do_not_count(self):
        nb = tinybook.chapter()
        before = notebooks.source_hash(nb)
        nb.cells[3].outputs = [new_output("stream", text="40 nets\n")]
        nb.cells[3].execution_count = 7
        nb.cells.insert(2, tinybook.code("nets = 3", "injected-parameters"))
        nb.cells[4].source += "\n"
        nb.cells[0].source = "# Another title"
        nb.cells.append(new_markdown_cell("More prose."))
        assert notebooks.source_hash(nb) == before

    @pytest.mark.parametrize(
        "change",
        [
            lambda nb: nb.cells[3].update(source="x = 1"),
            lambda nb: nb.cells[3].metadata.update(tags=["hide-input"]),
            lambda nb: nb.cells.reverse(),
            lambda nb: nb.cells.append(tinybook.code("")),
        ],
    )
    def test_sources_tags_and_order_count(self, change):
        nb = tinybook.chapter()
        before = notebooks.source_hash(nb)
        change(nb)
        assert notebooks.source_hash(nb) != before


class TestState:
    def test_never_run(self, book):
        assert state(book) == State("never run")

    def test_fresh(self, run_book):
        assert state(run_book) == State("fresh")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda nb: nb.cells[3].update(source="x = 1"), "its cells changed"),
            (
                lambda nb: nb.cells[3].outputs[0].update(text="41 nets\n"),
                "its outputs were changed after the run",
            ),
            (lambda nb: nb.cells[3].update(execution_count=9), "its outputs were changed after the run"),
        ],
    )
    def test_stale(self, run_book, change, reason):
        tinybook.edit(run_book, change)
        assert state(run_book) == State("stale", reason)

    @pytest.mark.parametrize(
        "change", [lambda stamp: stamp.update(scale="quick"), lambda stamp: stamp.parameters.update(nets=5)]
    )
    def test_a_run_with_other_parameters(self, run_book, change):
        tinybook.edit_stamp(run_book, change)
        assert state(run_book) == State("stale", "it was run with other parameters")
        tinybook.edit(run_book, lambda nb: nb.metadata.provenance.update(day="2020-01-01"))
        assert state(run_book).reason.startswith("its stamp was changed after the run; it was run")

    def test_other_settings_in_the_book_make_it_stale(self, run_book):
        source = tinybook.PARAMETERS.replace("nets = 40", "nets = 50")
        tinybook.edit(run_book, lambda nb: nb.cells[1].update(source=source))
        change(run_book, "book", {"nets": 50})
        assert state(run_book) == State("stale", "its cells changed; it was run with other parameters")

    def test_other_settings_at_another_scale_do_not(self, run_book):
        change(run_book, "quick", {"nets": 6})
        assert state(run_book) == State("fresh")

    def test_a_cell_that_says_something_else_is_refused(self, run_book, refused):
        change(run_book, "book", {"nets": 50})
        with refused(f"{tinybook.CHAPTER}: its parameters cell and scales.yml disagree: nets is 40, 50"):
            state(run_book)

    def test_a_change_of_a_used_module_is_named(self, run_book, library):
        with (library / "claimbook" / "estimates.py").open("a") as file:
            file.write("\nNEW = 1\n")
        assert state(run_book) == State("stale", "srnn_lib.claimbook.estimates changed")

    def test_a_change_of_a_module_behind_a_used_one_is_named(self, run_book, library):
        with (library / "checks.py").open("a") as file:
            file.write("\nNEW = 1\n")
        assert state(run_book) == State("stale", "srnn_lib.checks changed")

    def test_a_cell_that_only_shows_a_panel_may_change(self, book):
        nb = chapters.find("self-application", book).nb
        before = notebooks.source_hash(nb)
        panel = tinybook.code("from srnn_lib.claimbook.panels import Panel", notebooks.LIVE, "remove-cell")
        tinybook.write(book, tinybook.chapter(*nb.cells[2:], panel))
        after = chapters.find("self-application", book)
        assert notebooks.source_hash(after.nb) == before
        assert "srnn_lib.claimbook.panels" not in after.library()

    def test_a_change_elsewhere_or_of_words_only_leaves_it_fresh(self, run_book, library):
        (library / "claimbook" / "runner.py").write_text("broken = \n")
        init = library / "claimbook" / "__init__.py"
        init.write_text(init.read_text() + "\nNEW = 1\n")
        estimates = library / "claimbook" / "estimates.py"
        estimates.write_text("# A comment.\n" + estimates.read_text().replace('"""Share of', '"""The share of'))
        assert state(run_book) == State("fresh")

    def test_a_module_that_is_gone(self, run_book, library):
        (library / "claimbook" / "estimates.py").unlink()
        (library / "claimbook" / "__init__.py").write_text("from srnn_lib.claimbook.judge import Judge\n")
        assert "srnn_lib.claimbook.estimates changed" in state(run_book).reason

    def test_another_version_is_only_noted(self, run_book):
        tinybook.edit_stamp(run_book, lambda stamp: stamp.packages.update(torch="1.0"))
        assert state(run_book) == State("fresh", note="ran with torch 1.0")


class TestLibrary:
    def test_code_that_is_not_python(self, book, refused):
        tinybook.write(book, tinybook.chapter(tinybook.code("x = 1"), tinybook.code("x = = 1")))
        with refused(f"{tinybook.CHAPTER}: code cell 3, line 1: invalid syntax"):
            chapters.find("self-application", book).library()

    def test_notebook_commands_are_no_fault(self, book):
        cell = tinybook.code("import sys\nif 'colab' in sys.modules:\n    %pip install x\nfrom srnn_lib import saving")
        tinybook.write(book, tinybook.chapter(cell))
        assert set(chapters.find("self-application", book).library()) == {"srnn_lib.checks", "srnn_lib.saving"}


class TestTheBookItself:
    """What must hold for every chapter there is."""

    FOLDER = Path(__file__).resolve().parents[2]

    def test_every_chapter_of_the_papers_is_written(self):
        found = chapters.find_all(self.FOLDER)
        assert [chapter.id for chapter in found] == found[0].book.order

    def test_parameters_follow_the_rules_at_every_scale(self):
        found = chapters.find_all(self.FOLDER)
        planned = [
            runner.plan_run(chapter, scale) for chapter in found for scale in chapter.book.by_scale.of(chapter.id)
        ]
        assert len(planned) >= 2 * len(found) > 0
        assert all(plan.parameters["scale"] == plan.scale for plan in planned)
        assert all(plan.replaces == (plan.scale == "book") for plan in planned)


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        (None, []),
        ("root: a\nparts: [{caption: P, chapters: [{file: b, sections: [{file: c}]}, {file: d}]}]\n", [*"abcd"]),
        ("root: a\nchapters: [{file: b}, {url: https://c.org}]\n", ["a", "b"]),
    ],
)
def test_the_table_of_contents_is_read_at_any_depth(tmp_path, text, pages):
    if text:
        (tmp_path / "_toc.yml").write_text(text)
    assert chapters.toc_pages(tmp_path) == pages
