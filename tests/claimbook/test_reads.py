"""What a chapter read while it ran belongs to what its outputs rest on."""

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest
import tinybook
import torch

from srnn_lib import saving
from srnn_lib.claimbook import chapters, reads, results, runner
from srnn_lib.claimbook.registry import Book

pytest_plugins = ("tinybook_fixtures",)

READING = """from pathlib import Path

from srnn_lib.claimbook import results, seals
from srnn_lib.claimbook.registry import Book

logs = Book.here().data("logs.yml")
kept = results.read_table(Path("../../results/death.parquet"))[0]
there = results.has_table(Path("../../results/other.parquet"))
seals.note_read(Path("../../results/courses/one/epoch-000001.safetensors"))"""
NETWORK = "results/courses/one/epoch-000001.safetensors"


@pytest.fixture(scope="module")
def read_once(tmp_path_factory):
    """A book whose chapter has read facts, a table, a network, and that another table is not there; run once."""
    book = tinybook.make(tmp_path_factory.mktemp("reading"))
    (book / "book" / "logs.yml").write_text("zero: {weightwise: 27}\n", encoding="utf-8")
    tinybook.keep_table(book)
    saving.save_tensors(book / NETWORK, {"weights": torch.ones(3)}, {"seed": 3})
    tinybook.write(book, tinybook.chapter(tinybook.code(READING)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SRNN_ROOT", str(book))
        runner.run_chapter(chapters.find("self-application"), progress=False)
    return book


@pytest.fixture
def reading(read_once, tmp_path, monkeypatch):
    """A copy of that book, as the place we are in."""
    shutil.copytree(read_once, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SRNN_ROOT", str(tmp_path))
    return tmp_path


def why(folder):
    return chapters.state(chapters.find("self-application", folder)).reason


def test_a_run_stores_what_it_read(reading):
    stamp = chapters.find("self-application").nb.metadata["provenance"]["reads"]
    assert list(stamp) == ["book/logs.yml", NETWORK, "results/death.parquet", "results/other.parquet"]
    assert stamp["results/other.parquet"] == ""
    assert why(reading) == ""


def test_other_facts_make_it_stale(reading):
    (reading / "book" / "logs.yml").write_text("# counted again\nzero:\n  weightwise: 27\n", encoding="utf-8")
    assert why(reading) == ""
    (reading / "book" / "logs.yml").write_text("zero: {weightwise: 28}\n", encoding="utf-8")
    assert why(reading) == "book/logs.yml changed"


def test_other_rows_make_it_stale_and_another_stamp_does_not(reading):
    path = tinybook.keep_table(reading, day="2020-01-01")
    assert why(reading) == ""
    rows, stamp = results.read_table(path)
    results.write_table(rows.assign(loss=rows["loss"] + 1e-12), path, stamp)
    assert why(reading) == "results/death.parquet changed"


def test_other_networks_make_it_stale(reading):
    saving.save_tensors(reading / NETWORK, {"weights": torch.zeros(3)}, {"seed": 3})
    assert why(reading) == f"{NETWORK} changed"
    (reading / NETWORK).unlink()
    assert why(reading) == f"{NETWORK} is missing or damaged"


def test_a_table_that_was_not_there_makes_it_stale(reading):
    tinybook.keep_table(reading, "other")
    assert why(reading) == "results/other.parquet changed"


def test_a_damaged_or_missing_file_makes_it_stale(reading):
    (reading / "results" / "death.parquet").write_bytes(b"")
    (reading / "book" / "logs.yml").unlink()
    assert why(reading) == "book/logs.yml is missing or damaged; results/death.parquet is missing or damaged"


def test_nothing_is_noted_without_a_runner(book, monkeypatch):
    monkeypatch.delenv(reads.VARIABLE, raising=False)
    results.read_table(tinybook.keep_table(book))
    assert reads.VARIABLE not in os.environ


def test_files_outside_the_project_are_not_noted(book, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("SRNN_ROOT", str(book))
    outside = tinybook.keep_table(tmp_path_factory.mktemp("outside"))
    with reads.collected() as found:
        results.read_table(outside)
    assert found == {}


def test_other_processes_are_listened_to_and_what_was_set_before_comes_back(book, monkeypatch):
    monkeypatch.setenv("SRNN_ROOT", str(book))
    monkeypatch.setenv(reads.VARIABLE, str(book / "outer"))
    path = tinybook.keep_table(book)
    with reads.collected() as found:
        code = f"from srnn_lib.claimbook import results; results.read_table({str(path)!r})"
        subprocess.run([sys.executable, "-c", code], check=True)
    assert found == {"results/death.parquet": results.rows_digest(results.read_table(path)[0])}
    assert os.environ[reads.VARIABLE] == str(book / "outer")


def test_digests_are_those_of_rows_and_columns():
    rows = pd.DataFrame({"net": ["N1", "N2"], "loss": [0.5, 0.25]})
    found = {
        results.rows_digest(each)
        for each in (
            rows,
            rows[::-1],
            rows.rename(columns={"loss": "cost"}),
            rows.assign(net="N1"),
            rows[["loss", "net"]],
        )
    }
    assert len(found) == 5
    assert results.rows_digest(rows.copy()) in found


def test_the_logs_of_the_real_book_have_a_digest():
    assert len(saving.digest(Book.here().data("authors_logs.yml"))) == 64
