"""A stamp that lacks something, or says something else than the run has left, is named and stops nothing."""

import pytest
import tinybook

from srnn_lib.claimbook import audit, chapters, stamps
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.cli import main
from srnn_lib.claimbook.stamps import STAMP_FIELDS

pytest_plugins = ("tinybook_fixtures",)

ODD = (None, [], "x", -1e400, {"a": 1}, True)


@pytest.fixture
def here(run_book, monkeypatch):
    """The tiny book as the place we are in."""
    monkeypatch.setenv("SRNN_ROOT", str(run_book))
    return run_book


def test_a_run_leaves_a_whole_stamp(here):
    nb = chapters.find("self-application").nb
    assert stamps.stamp_faults(nb) == []
    assert stamps.stamp_of(nb) == {name: nb.metadata.provenance[name] for name in STAMP_FIELDS}


@pytest.mark.parametrize("field", STAMP_FIELDS)
def test_a_missing_field_is_named_by_every_command(here, field, capsys):
    tinybook.edit_stamp(here, lambda stamp: stamp.pop(field))
    assert main(["status"]) == 0
    assert f"its stamp has no {field} that can be read" in capsys.readouterr().out
    assert any(f"its stamp has no {field}" in fault for fault in audit.problems(read_board(here)))
    assert main(["claims"]) == 0
    assert main(["claims", "--check"]) == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", STAMP_FIELDS)
def test_a_field_of_another_kind_counts_as_missing_or_is_found_by_the_digest(here, field, odd):
    tinybook.edit(here, lambda nb: nb.metadata.provenance.update({field: odd}))
    nb = chapters.find("self-application").nb
    assert "its stamp was changed after the run" in stamps.stamp_faults(nb)
    assert chapters.state(chapters.find("self-application")).kind == "stale"


@pytest.mark.parametrize("odd", ["x", [1], 3])
def test_something_else_in_the_place_of_a_stamp(here, odd):
    tinybook.edit(here, lambda nb: nb.metadata.update(provenance=odd))
    assert chapters.state(chapters.find("self-application")).kind == "stale"
    assert main(["status"]) == 0


def test_a_stamp_of_before_stamps_had_a_digest(here):
    tinybook.edit(here, lambda nb: nb.metadata.provenance.pop("stamp"))
    assert chapters.state(chapters.find("self-application")).reason == "its stamp has no digest of itself"
