"""The long way to a table, on networks so small that it is short."""

from dataclasses import replace

import pytest

from srnn_lib import results
from srnn_lib.lifecycle import campaign, descent, evidence, expedition, turnover
from srnn_lib.lifecycle.campaign import Plan

TINY = Plan((12, 6, 4, 4), 2, 12, (2, 6, 12), rule=descent.Rule(0.01, 40), init="fan-in")


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Tiny plans in place of the paper's, and a folder of their own for all that is kept."""

    def plan(name, level="scaled", cutoff=None, **changes):
        renewal = None if cutoff is None else turnover.Rule(cutoff)
        number = ("N1", "N2", "N3", "N4").index(name)
        return replace(TINY, **{"seed": number, "renewal": renewal, "period": 4, **changes})

    monkeypatch.setattr(campaign, "plan", plan)
    monkeypatch.setattr(expedition, "GROWN_AT", 60)
    monkeypatch.setattr(expedition, "REMOVED", 5)
    monkeypatch.setattr(expedition.offspring, "AFTER", (0, 10))
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(evidence, "path", lambda name, level: tmp_path / f"{name}-{level}.parquet")
    return tmp_path


def test_every_table_rests_on_the_papers_trainings():
    for level, pace in campaign.LEVELS.items():
        for name in evidence.NAMES:
            assert {plan.pace for plan in expedition.courses(name, level)} == {pace}
    small = expedition.courses("death", "scaled")
    assert [plan.widths for plan in small] == [(784, 5, 20, 10), (784, 10, 10, 10), (784, 20, 5, 10)]
    assert expedition.GROWN_AT // 10 in small[0].snapshots
    (wide,) = expedition.courses("compression", "paper")
    assert (wide.widths[1], wide.runs, wide.epochs, wide.renewal.cutoff) == (100, 28, 5_000, 0)
    assert {plan.renewal.cutoff for plan in expedition.courses("renewal-losses", "scaled") if plan.renewal} == {
        0.0, 0.0005, 0.005, 0.05, 0.5,
    }  # fmt: skip


def test_all_tables_are_made_and_say_where_they_come_from(images, tiny):
    said = []
    paths = list(expedition.make("scaled", images, say=said.append))
    assert [path.name for path in paths] == [f"{name}-scaled.parquet" for name in evidence.NAMES]
    for name, path in zip(evidence.NAMES, paths, strict=True):
        table, stamp = results.read_table(path)
        assert len(table)
        assert stamp["level"] == "scaled"
        assert stamp["courses"] == [campaign.settings(plan, images) for plan in expedition.courses(name, "scaled")]
        assert "srnn_lib.lifecycle.stacks" in stamp["library"]
    assert said


def test_unknown_names_are_refused(images, refused):
    with refused("name", "death"):
        expedition.courses("deaths", "scaled")
    with refused("level", "scaled, paper"):
        list(expedition.make("book", images))
