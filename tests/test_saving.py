"""Files are whole or not there, whatever kills their writer; what it leaves behind is swept away."""

import os
import shutil
import subprocess
import sys

import killing
import pytest

from srnn_lib import saving
from srnn_lib.claimbook import cli

pytest_plugins = ("tinybook_fixtures",)


@pytest.fixture
def dead():
    """The number of a process that is no more."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_file_is_the_old_or_the_new_one_whenever_its_writer_dies(tmp_path):
    path = tmp_path / "below" / "file"

    def old():
        shutil.rmtree(path.parent, ignore_errors=True)
        saving.write_whole(path, "old")

    seen = set()
    for _ in killing.deaths(lambda: saving.write_whole(path, "new"), tmp_path, old):
        seen.add(path.read_text())
        saving.sweep(tmp_path.rglob("*"))
        assert names(path.parent) == ["file"]
    assert seen == {"old", "new"}


def test_a_removed_folder_is_whole_or_gone(tmp_path):
    place = tmp_path / "results" / "course"

    def there():
        shutil.rmtree(place.parent, ignore_errors=True)
        place.mkdir(parents=True)
        for name in "abc":
            (place / name).write_text(name)

    for _ in killing.deaths(lambda: saving.remove_folder(place), tmp_path, there):
        assert not place.exists() or names(place) == ["a", "b", "c"]
        saving.sweep(tmp_path.rglob("*"))
        assert names(place.parent) in ([], ["course", "course/a", "course/b", "course/c"])


def test_what_dead_processes_left_is_swept_and_nothing_else(tmp_path, dead):
    own, theirs = saving.process_name(), saving.process_name(dead)
    gone = [f".a.{theirs}.tmp", f"soups.1a2b3c4d-{theirs}.run.ipynb", f".course-5.{theirs}.tmp"]
    stay = [
        f".a.{own}.tmp", f"soups.1a2b3c4d-{own}.run.ipynb", f".a.elsewhere-{dead}.tmp", "notes.tmp", f"{dead}.tmp",
        "soups.ipynb", f"soups-{dead}.ipynb", f".a.{theirs}.tmp.txt",
    ]  # fmt: skip
    for name in gone[:2] + stay:
        (tmp_path / name).write_text("x")
    (tmp_path / gone[2]).mkdir()
    (tmp_path / gone[2] / "state").write_text("x")
    left = saving.sweep(list(tmp_path.rglob("*")))
    assert sorted(path.name for path in left) == sorted(gone)
    assert names(tmp_path) == sorted(stay)


def test_a_number_that_another_process_has_by_now_does_not_keep_a_file(tmp_path):
    path = tmp_path / f".a.{saving.process_name(os.getppid())}.tmp"
    path.write_text("x")
    assert saving.sweep([path]) == []
    os.utime(path, (0, 0))
    assert saving.sweep([path]) == [path]


def test_every_command_sweeps_first(book, monkeypatch, dead):
    monkeypatch.setenv("SRNN_ROOT", str(book))
    before = names(book)
    left = saving.process_name(dead)
    for place in (".", "book", "book/self-replication", "results/courses/a", "_runs/store", "_runs/failed"):
        (book / place).mkdir(parents=True, exist_ok=True)
        (book / place / f".x.{left}.tmp").write_text("x")
    (book / "book" / "self-replication" / f"soups.12345678-{left}.run.ipynb").write_text("{}")
    assert cli.main(["status"]) == 0
    for place in ("_runs", "results"):
        shutil.rmtree(book / place)
    assert names(book) == before


def test_a_full_disk_names_the_file(tmp_path, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*results/table.parquet'"):
        saving.write_whole(tmp_path / "results" / "table.parquet", b"x")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_command_on_a_full_disk_says_one_line(run_book, monkeypatch, capsys):
    monkeypatch.setenv("SRNN_ROOT", str(run_book))
    monkeypatch.setattr(saving, "beside", lambda path: saving.Path("/dev/full"))
    monkeypatch.setattr("pathlib.Path.unlink", lambda path, missing_ok=False: None)
    assert cli.main(["claims", "--write"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: [Errno 28] No space left on device: ")
