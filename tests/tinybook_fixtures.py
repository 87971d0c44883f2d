"""The tiny book as fixtures; a plugin of its own, so that pytest loads it before any test does."""

import shutil

import pytest
import tinybook

from srnn_lib.claimbook import provenance

pytest_plugins = ("pytester",)


@pytest.fixture
def book(tmp_path):
    """The tiny book, not yet run."""
    return tinybook.make(tmp_path)


@pytest.fixture
def run_book(tmp_path):
    """The tiny book after its run, with its scoreboard; run once per process."""
    shutil.copytree(tinybook.executed(), tmp_path, dirs_exist_ok=True)
    tinybook.publish(tmp_path)
    return tmp_path


@pytest.fixture
def nbval(pytester, monkeypatch):
    """Exit code and output of pytest under the book's guards, in a folder; no process of its own."""

    def run(folder, *arguments):
        monkeypatch.chdir(tinybook.guarded(folder))
        done = pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
        return done.ret, done.stdout.str()

    return run


@pytest.fixture
def library(tmp_path_factory, monkeypatch):
    """A copy of the library that a test may change, and whose fingerprints are taken."""
    copy = tmp_path_factory.mktemp("library") / "srnn_lib"
    shutil.copytree(provenance.FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "FOLDER", copy)
    return copy
