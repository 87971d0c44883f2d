"""Kept tables stand beside a run's own, and never instead of it without being named."""

import pandas as pd
import pytest

from srnn_lib import results
from srnn_lib.lifecycle import evidence

OWN = pd.DataFrame({"net": ["N1"], "run": [0], "loss": [0.5]})
KEPT = pd.DataFrame({"net": ["N1", "N1"], "run": [0, 1], "loss": [0.25, 0.75]})


@pytest.fixture(autouse=True)
def here(empty_book):
    return empty_book


def keep(level, table=KEPT):
    results.write_table(table, evidence.path("plateau", level), {"day": "today"})


def test_without_kept_tables_there_is_the_run_alone():
    found = evidence.levels("plateau", OWN, "book")
    assert list(found) == ["book"]
    assert evidence.highest(found) == ("book", OWN)


def test_kept_tables_stand_above_the_run():
    keep("paper")
    keep("scaled")
    found = evidence.levels("plateau", OWN, "book")
    assert list(found) == ["book", "scaled", "paper"]
    assert found["book"] is OWN
    level, table = evidence.highest(found)
    assert level == "paper"
    pd.testing.assert_frame_equal(table, KEPT)


def test_a_table_counts_as_soon_as_it_has_the_trainings_of_the_run():
    other = OWN.assign(net="N2")
    keep("scaled", KEPT.assign(net=["N1", "N3"]))
    assert list(evidence.levels("plateau", pd.concat([OWN, other]), "book")) == ["book"]
    found = evidence.levels("plateau", OWN, "book")
    assert found["scaled"].values.tolist() == [["N1", 0, 0.25]]
    assert list(evidence.levels("plateau", other, "book")) == ["book"]


def test_tables_of_one_training_are_whole():
    results.write_table(KEPT, evidence.path("compression", "scaled"), {"day": "today"})
    assert len(evidence.levels("compression", OWN.assign(net="N4"), "book")["scaled"]) == 2


def test_other_scales_stand_alone():
    keep("scaled")
    assert list(evidence.levels("plateau", OWN, "quick")) == ["quick"]


def test_what_does_not_fit_is_refused(refused):
    keep("scaled", KEPT.rename(columns={"loss": "cost"}))
    with refused("columns of bi-plateau-scaled.parquet", "loss", "make it again"):
        evidence.levels("plateau", OWN, "book")
    with refused("name", "plateau"):
        evidence.levels("plateaus", OWN, "book")
    with refused("level", "scaled, paper"):
        evidence.path("plateau", "book")
