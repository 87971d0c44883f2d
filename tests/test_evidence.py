"""Kept tables stand beside a run's own, and never instead of it without being named."""

import pandas as pd
import pytest

from srnn_lib import files, results
from srnn_lib.lifecycle import evidence

OWN = pd.DataFrame({"net": ["N1"], "run": [0], "loss": [0.5]})
KEPT = pd.DataFrame({"net": ["N1", "N1"], "run": [0, 1], "loss": [0.25, 0.75]})


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty book as the place we are in."""
    (tmp_path / "book").mkdir()
    for name in files.LANDMARKS:
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "results").mkdir()
    monkeypatch.setenv("SRNN_ROOT", str(tmp_path))
    return tmp_path


def keep(level, table=KEPT):
    results.write_table(table, evidence.path("plateau", level), {"day": "today"})


def test_without_kept_tables_there_is_the_run_alone(here):
    found = evidence.levels("plateau", OWN, "book")
    assert list(found) == ["book"]
    assert evidence.highest(found) == ("book", OWN)


def test_kept_tables_stand_above_the_run(here):
    keep("paper")
    keep("scaled")
    found = evidence.levels("plateau", OWN, "book")
    assert list(found) == ["book", "scaled", "paper"]
    assert found["book"] is OWN
    level, table = evidence.highest(found)
    assert level == "paper"
    pd.testing.assert_frame_equal(table, KEPT)


def test_other_scales_stand_alone(here):
    keep("scaled")
    assert list(evidence.levels("plateau", OWN, "quick")) == ["quick"]


def test_what_does_not_fit_is_refused(here, refused):
    keep("scaled", KEPT.rename(columns={"loss": "cost"}))
    with refused("columns of bi-plateau-scaled.parquet", "loss", "make it again"):
        evidence.levels("plateau", OWN, "book")
    with refused("name", "plateau"):
        evidence.levels("plateaus", OWN, "book")
    with refused("level", "scaled, paper"):
        evidence.path("plateau", "book")
