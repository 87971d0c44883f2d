"""The long way to a table, on networks so small that it is short."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from srnn_lib import results
from srnn_lib.lifecycle import campaign, descent, evidence, expedition, protocol, turnover
from srnn_lib.lifecycle.protocol import Plan

TINY = Plan((12, 6, 4, 4), 2, 12, (2, 6, 12), rule=descent.Rule(0.01, 40), init="fan-in")


@pytest.fixture
def tiny(empty_book, tmp_path, monkeypatch):
    """Tiny plans in place of the paper's, and a book of their own for all that is kept."""

    def plan(name, level="scaled", cutoff=None, **changes):
        renewal = None if cutoff is None else turnover.Rule(cutoff)
        number = ("N1", "N2", "N3", "N4").index(name)
        return replace(TINY, **{"seed": number, "renewal": renewal, "period": 4, **changes})

    monkeypatch.setattr(protocol, "plan", plan)
    monkeypatch.setattr(expedition, "GROWN_AT", 60)
    monkeypatch.setattr(expedition, "REMOVED", 5)
    monkeypatch.setattr(expedition.offspring, "AFTER", (0, 10))
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(campaign, "MINUTES", 0)
    return empty_book


def test_every_table_rests_on_the_papers_trainings():
    for level, pace in protocol.LEVELS.items():
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
    assert [path.name for path in paths] == [f"bi-{name}-scaled.parquet" for name in evidence.NAMES]
    for name, path in zip(evidence.NAMES, paths, strict=True):
        table, stamp = results.read_table(path)
        assert len(table)
        assert stamp["level"] == "scaled"
        assert stamp["courses"] == [campaign.settings(plan, images) for plan in expedition.courses(name, "scaled")]
        assert "srnn_lib.lifecycle.stacks" in stamp["library"]
    assert said
    assert list((tiny / "results" / "courses").glob("course-*/")) == []  # nobody needs to take them along


def test_a_table_that_is_there_gets_what_it_lacks(images, tiny, monkeypatch):
    (path,) = expedition.make("scaled", images, ["death"])
    whole, stamp = results.read_table(path)
    assert len(list((tiny / "results" / "courses").glob("course-*/"))) == 3  # other tables want them, too
    first = whole[whole["net"] == whole["net"].iloc[0]].reset_index(drop=True)
    results.write_table(first, path, {**stamp, "courses": stamp["courses"][:1]})
    first_plan = campaign.settings(expedition.courses("death", "scaled")[0], images)
    run = campaign.run

    def guarded(plan, *given, **named):
        assert campaign.settings(plan, images) != first_plan
        return run(plan, *given, **named)

    monkeypatch.setattr(campaign, "run", guarded)
    assert list(expedition.make("scaled", images, ["death"])) == [path]
    assert results.read_table(path)[1]["courses"] == stamp["courses"]
    monkeypatch.setattr(campaign, "run", None)
    assert list(expedition.make("scaled", images, ["death"])) == []


def test_without_training_tables_hold_what_has_come_far_enough(images, tiny):
    assert list(expedition.make("scaled", images, ["death"], train=False)) == []
    one, other, _ = expedition.courses("death", "scaled")
    campaign.run(one, images)
    campaign.run(other, images, until=6)
    (path,) = expedition.make("scaled", images, ["death"], train=False)
    assert results.read_table(path)[1]["courses"] == [campaign.settings(one, images)]


def test_another_machine_goes_on_without_the_snapshots(images, tiny, tmp_path, monkeypatch):
    (path,) = expedition.make("scaled", images, ["death"])
    whole, _ = results.read_table(path)
    path.unlink()
    for folder in [*(tiny / "results" / "courses").iterdir(), tmp_path / "store"]:
        shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    for plan in expedition.courses("death", "scaled"):
        campaign.adopt(plan, images)
        campaign.run(plan, images, until=7)
    assert list(expedition.make("scaled", images, ["death"], train=False)) == []
    for snapshot in (tiny / "results" / "courses").glob("*/epoch-*"):
        snapshot.unlink()
    shutil.rmtree(tmp_path / "store")
    list(expedition.make("scaled", images, ["death"]))
    pd.testing.assert_frame_equal(results.read_table(path)[0], whole)


def test_unknown_names_are_refused(images, refused):
    with refused("name", "death"):
        expedition.courses("deaths", "scaled")
    with refused("level", "scaled, paper"):
        list(expedition.make("book", images))
