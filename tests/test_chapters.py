"""Chapters: found by name, and fresh only as long as nothing behind their outputs changed."""

import ast
import shutil
from pathlib import Path

import pytest
import tinybook
from nbformat.v4 import new_markdown_cell, new_output

from srnn_lib import notebooks, provenance
from srnn_lib.book import chapters

pytest_plugins = ("tinybook_fixtures",)


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A copy of the library that a test may change."""
    copy = tmp_path / "library" / "srnn_lib"
    shutil.copytree(provenance.FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "FOLDER", copy)
    return copy


def state(folder, name=tinybook.CHAPTER):
    return chapters.state(chapters.find(name, folder))


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
        assert found == [
            "self-replication/definitions",
            tinybook.CHAPTER,
            "self-replication/soups",
            "appendix/zoo",
        ]

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
    def test_what_a_scale_changes(self, book):
        chapter = chapters.find("self-application", book)
        assert chapter.at("book") == {}
        assert chapter.at("quick") == {"nets": 5, "learning_rate": 1e-3, "scale": "quick"}
        assert chapter.at("paper") == {"scale": "paper"}

    def test_without_a_file(self, book):
        (book / "book" / "scales.yml").unlink()
        assert chapters.find("self-application", book).at("quick") == {"scale": "quick"}

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("self-replication/soup: {}", ("chapter in scales.yml is 'self-replication/soup'",)),
            ("self-replication/self-application: {quik: {}}", ("'quik'", "did you mean 'quick'?")),
            ("self-replication/self-application: {book: {nets: 3}}", ("'book'", "quick, paper")),
            ("self-replication/self-application: {quick: 3}", ("quick in scales.yml is 3", "a mapping")),
            ("self-replication/self-application: {quick: {scale: book}}", ("quick in scales.yml is",)),
            ("- 3", ("scales.yml is not a mapping",)),
        ],
    )
    def test_faults_are_named(self, book, refused, text, words):
        (book / "book" / "scales.yml").write_text(text)
        with refused(*words):
            chapters.find("self-application", book).at("quick")

    def test_unknown_scale(self, book, refused):
        with refused("scale is 'quik'", "did you mean 'quick'?"):
            chapters.find("self-application", book).at("quik")


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

    @pytest.mark.parametrize(
        ("source", "names"),
        [
            ("import srnn_lib.checks", {"srnn_lib.checks"}),
            ("import srnn_lib.checks as c, os", {"srnn_lib.checks"}),
            ("from srnn_lib import checks, files as f", {"srnn_lib.checks", "srnn_lib.files"}),
            ("from srnn_lib.checks import count", {"srnn_lib.checks"}),
            ("def late():\n    from srnn_lib import files", {"srnn_lib.files"}),
            ("import srnn_lib, torch", set()),
            ("from srnn_lib import __version__, nothing", set()),
            ("import srnn_library.checks", set()),
        ],
    )
    def test_library_modules_are_found(self, source, names):
        assert provenance.imported(ast.parse(source)) == names

    def test_relative_imports_and_packages(self, library):
        (library / "part").mkdir()
        (library / "part" / "__init__.py").write_text("from . import inner\n")
        (library / "part" / "inner.py").write_text("from ..checks import count\nfrom .other import x\n")
        (library / "part" / "other.py").write_text("x = 1\n")
        found = provenance.fingerprints(provenance.imported(ast.parse("import srnn_lib.part.inner")))
        modules = ["srnn_lib.checks", "srnn_lib.part", "srnn_lib.part.inner", "srnn_lib.part.other"]
        assert list(found) == modules

    @pytest.mark.parametrize(
        ("before", "after", "same"),
        [
            ("x = 1\n", '"""Docs."""\n\nx = 1  # a comment\n', True),
            (
                "def f(a, b):\n    return a\n",
                'def f(\n    a, b,\n):\n    """Docs."""\n    return (a)\n',
                True,
            ),
            ("class A:\n    x = 'a'\n", 'class A:\n    """Docs."""\n    x = "a"\n', True),
            ("x = 1\n", "x = 2\n", False),
            ("x = 1\n", "x = 1.0\n", False),
            ("x = None\n", "x = ...\n", False),
            ("def f(a=1): pass\n", "def f(a): pass\n", False),
            ("x = a + b\n", "x = a - b\n", False),
            ("x = [a for a in b if a]\n", "x = [a for a in b]\n", False),
            ("f('text')\n", "f('Text')\n", False),
        ],
    )
    def test_only_what_runs_counts(self, library, before, after, same):
        found = []
        for source in (before, after):
            (library / "probe.py").write_text(source)
            found.append(provenance.fingerprints(["srnn_lib.probe"]))
        assert (found[0] == found[1]) is same

    def test_an_unknown_module(self, refused):
        with refused("library module is 'srnn_lib.populaton'"):
            provenance.fingerprints(["srnn_lib.populaton"])

    def test_every_module_of_the_library_has_one(self):
        names = [
            f"srnn_lib.{'.'.join(path.relative_to(provenance.FOLDER).with_suffix('').parts)}"
            for path in provenance.FOLDER.rglob("*.py")
            if path.name != "__init__.py"
        ]
        assert set(names) <= set(provenance.fingerprints(names))


class TestState:
    def test_never_run(self, book):
        assert state(book) == chapters.State("never run")

    def test_fresh(self, run_book):
        assert state(run_book) == chapters.State("fresh")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda nb: nb.cells[3].update(source="x = 1"), "its cells changed"),
            (
                lambda nb: nb.cells[3].outputs[0].update(text="41 nets\n"),
                "its outputs were changed after the run",
            ),
            (lambda nb: nb.cells[3].update(execution_count=9), "its outputs were changed after the run"),
            (lambda nb: nb.metadata.provenance.update(scale="quick"), "it was run with other parameters"),
            (lambda nb: nb.metadata.provenance.parameters.update(nets=5), "it was run with other parameters"),
        ],
    )
    def test_stale(self, run_book, change, reason):
        tinybook.edit(run_book, change)
        assert state(run_book) == chapters.State("stale", reason)

    def test_a_change_of_a_used_module_is_named(self, run_book, library):
        with (library / "estimates.py").open("a") as file:
            file.write("\nNEW = 1\n")
        assert state(run_book) == chapters.State("stale", "srnn_lib.estimates changed")

    def test_a_change_of_a_module_behind_a_used_one_is_named(self, run_book, library):
        with (library / "checks.py").open("a") as file:
            file.write("\nNEW = 1\n")
        assert state(run_book) == chapters.State("stale", "srnn_lib.checks changed")

    def test_a_change_elsewhere_or_of_words_only_leaves_it_fresh(self, run_book, library):
        (library / "runner.py").write_text("broken = \n")
        estimates = library / "estimates.py"
        estimates.write_text("# A comment.\n" + estimates.read_text().replace('"""Share of', '"""The share of'))
        assert state(run_book) == chapters.State("fresh")

    def test_a_module_that_is_gone(self, run_book, library):
        (library / "estimates.py").unlink()
        assert "srnn_lib.estimates changed" in state(run_book).reason

    def test_another_version_is_only_noted(self, run_book):
        tinybook.edit(run_book, lambda nb: nb.metadata.provenance.packages.update(torch="1.0"))
        assert state(run_book) == chapters.State("fresh", note="ran with torch 1.0")

    def test_code_that_is_not_python(self, book, refused):
        tinybook.write(book, tinybook.chapter(tinybook.code("x = 1"), tinybook.code("x = = 1")))
        with refused(f"{tinybook.CHAPTER}: code cell 3, line 1: invalid syntax"):
            chapters.find("self-application", book).library()

    def test_notebook_commands_are_no_fault(self, book):
        cell = tinybook.code("import sys\nif 'colab' in sys.modules:\n    %pip install x\nfrom srnn_lib import files")
        tinybook.write(book, tinybook.chapter(cell))
        assert set(chapters.find("self-application", book).library()) == {"srnn_lib.checks", "srnn_lib.files"}


class TestTheBookItself:
    """What must hold for every chapter there is."""

    FOLDER = Path(__file__).parents[1]

    def test_parameters_follow_the_rules_at_every_scale(self):
        from srnn_lib.book import parameters, runner

        planned = [
            runner.plan(chapter, scale) for chapter in chapters.find_all(self.FOLDER) for scale in parameters.SCALES
        ]
        assert all(plan.parameters["scale"] == plan.scale for plan in planned)
