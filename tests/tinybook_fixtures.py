"""The tiny book as fixtures; a plugin of its own, so that pytest loads it before any test does."""

import shutil

import pytest
import tinybook


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
