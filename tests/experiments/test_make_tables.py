"""The long way to a table, on networks so small that it is short."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from srnn_lib.claimbook import results
from srnn_lib.experiments import calibration, checkpoints, compression, levels, make_tables, plans, replication
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import sgd, stacks, turnover

TINY = Plan((12, 6, 4, 4), 2, 12, (2, 6, 12), init="fan-in")
"""At both levels; `period` is what there is between two rounds."""
NETS = {f"N{number}": (12, 5 + number, 4, 4) for number in range(1, 5)}


@pytest.fixture
def tiny(empty_book, tmp_path, monkeypatch):
    """Tiny plans in place of the paper's, and a book of their own for all that is kept."""

    def plan(name, level="scaled", cutoff=None, **changes):
        renewal = None if cutoff is None else turnover.TurnoverRule(cutoff)
        rule = sgd.SGDRule(plans.PACES[level] * plans.PAPER_RATE, 40)
        own = {"widths": NETS[name]}
        return replace(TINY, **{**own, "rule": rule, "renewal": renewal, "period": 4, **changes})

    monkeypatch.setattr(plans, "paper_plan", plan)
    monkeypatch.setattr(stacks, "NETS", NETS)
    monkeypatch.setattr(replication, "GROWN_AT", 60)
    monkeypatch.setattr(compression, "REMOVED", 5)
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(checkpoints, "MINUTES", 0)
    return empty_book


def courses(book):
    """Folders of trainings that would be committed."""
    return list((book / "results" / "courses").glob("course-*/"))


def made(*given, **named):
    return list(make_tables.make_tables(*given, **named))


@pytest.fixture
def settings(images):
    """Settings of the trainings of a table, which its stamp names."""
    return lambda name: [training.settings for training in make_tables.trainings_of(name, "scaled", images)]


def test_every_table_rests_on_the_papers_trainings(images):
    for level, pace in plans.PACES.items():
        for name in levels.TRAINING_COLUMNS:
            assert {training.plan.pace for training in make_tables.trainings_of(name, level, images)} == {pace}
    small = [training.plan for training in make_tables.trainings_of("death", "scaled", images)]
    assert [plan.widths for plan in small] == [(784, 5, 20, 10), (784, 10, 10, 10), (784, 20, 5, 10)]
    assert replication.GROWN_AT // 10 in small[0].snapshots
    (wide,) = (training.plan for training in make_tables.trainings_of("compression", "paper", images))
    assert (wide.widths[1], wide.runs, wide.epochs, wide.renewal.cutoff) == (100, 28, 5_000, 0)
    combined = [training.plan.renewal for training in make_tables.trainings_of("combined-losses", "scaled", images)]
    assert {rule.cutoff for rule in combined if rule} == {0.0, 0.0005, 0.005, 0.05, 0.5}
    turned = [training.plan.renewal for training in make_tables.trainings_of("combined-rounds", "scaled", images)]
    assert turned == [rule for rule in combined if rule]


def test_every_table_has_a_source():
    assert set(make_tables.SOURCES) == set(levels.TRAINING_COLUMNS)
    assert set(make_tables.SETTINGS_SOURCES) == set(levels.SETTINGS_TABLES)


@pytest.mark.parametrize("level", levels.LEVELS)
def test_every_training_of_a_table_has_one_name_and_every_name_one_training(level, images):
    named = make_tables.named_trainings(level)
    for table in make_tables.SOURCES:
        wanted = [training.plan for training in make_tables.trainings_of(table, level, images)]
        found = [each.plan for each in named.values() if table in each.tables]
        assert sorted(map(repr, found)) == sorted(map(repr, wanted))
        assert all(make_tables.SOURCES[table].needed(plan) <= named[make_tables._name(plan)].needed for plan in wanted)
    assert {"N1", "N4-0", "N4-0.005", "N4-0.0005", "N4-0.005-fresh"} <= set(named)
    assert len({each.digest for each in named.values()}) == len(named)


def test_a_training_is_carried_out_by_its_name_as_far_as_tables_need_it(images, tiny, tmp_path):
    said = []
    folder = make_tables.run_training("N2", "scaled", images, say=said.append)
    one, two, three = make_tables.trainings_of("death", "scaled", images)
    assert [each.state().epoch for each in (one, two, three)] == [0, 12, 0]
    assert folder == two.folder
    assert folder.parent == tmp_path / "store"
    assert said
    before = (folder / "state.safetensors").stat().st_mtime_ns
    assert make_tables.run_training("N2", "scaled", images) == folder
    assert (folder / "state.safetensors").stat().st_mtime_ns == before


def test_a_table_only_measures_what_was_trained_by_name(images, tiny, monkeypatch):
    for name, each in make_tables.named_trainings("scaled").items():
        if "plateau" in each.tables:
            make_tables.run_training(name, "scaled", images)
    monkeypatch.setattr(checkpoints, "_train", lambda *_: pytest.fail("it was trained again"))
    (path,) = made("scaled", images, ["plateau"])
    assert len(results.read_table(path)[1]["courses"]) == 3


@pytest.mark.parametrize(
    ("name", "level", "words"),
    [
        ("N1", "book", ("level is 'book'", "scaled, paper")),
        ("N5", "paper", ("training is 'N5'", "allowed: N1, N2")),
        ("N4", "paper", ("training is 'N4'", "did you mean 'N4-0'?")),
    ],
)
def test_a_training_that_a_level_does_not_have_is_refused(images, tiny, name, level, words, refused):
    with refused(*words):
        make_tables.run_training(name, level, images)


@pytest.mark.slow
def test_all_tables_are_made_and_say_where_they_come_from(images, tiny, settings, monkeypatch):
    for name in make_tables.SETTINGS_SOURCES:  # the next test makes them
        monkeypatch.setitem(make_tables.SETTINGS_SOURCES, name, lambda *_, **__: pd.DataFrame({"loss": [0.5]}))
    said = []
    paths = made("scaled", images, say=said.append)
    assert paths == [levels.table_path(name) for name in levels.TABLES]
    for name, path in zip(levels.TABLES, paths, strict=True):
        table, stamp = results.read_table(path)
        assert len(table)
        assert stamp["level"] == "scaled"
        assert stamp["command"] == f"python -m srnn_lib evidence scaled {name}"
        assert {"srnn_lib.neurons.stacks", *stamp["modules"]} <= set(stamp["library"])
        assert results.table_state(path).kind == "fresh"
        if name in levels.TRAINING_COLUMNS:
            assert stamp["courses"] == settings(name)
            assert set(levels.TRAINING_COLUMNS[name]) <= set(table.columns)
    assert said
    assert courses(tiny) == []  # nobody needs to take them along
    assert made("scaled", images) == []


def test_the_tables_of_settings_are_those_of_the_calibration_made_once(images, tiny, monkeypatch):
    assert made("scaled", images, ["calibration", "overlay"], train=False) == []
    given = {}

    def remembering(name, source):
        return lambda *asked, **named: given.setdefault(name, source(*asked, **named))

    for name, source in make_tables.SETTINGS_SOURCES.items():
        monkeypatch.setitem(make_tables.SETTINGS_SOURCES, name, remembering(name, source))
    paths = made("scaled", images, ["calibration", "overlay"])
    assert [path.name for path in paths] == ["bi-calibration.parquet", "bi-overlay.parquet"]
    sweep, overlay = (results.read_table(path) for path in paths)
    pd.testing.assert_frame_equal(sweep[0], given["calibration"])
    pd.testing.assert_frame_equal(overlay[0], given["overlay"])
    assert set(sweep[0][["scaling", "init", "decay"]].itertuples(index=False, name=None)) == set(calibration.GRID)
    assert set(overlay[0]["level"]) == set(plans.PACES)
    for _, stamp in (sweep, overlay):
        assert stamp["modules"] == ["srnn_lib.experiments.calibration"]
    before = [path.read_bytes() for path in paths]
    given.clear()
    assert made("scaled", images, ["calibration", "overlay"]) == []
    assert (given, [path.read_bytes() for path in paths]) == ({}, before)


@pytest.mark.slow
def test_a_table_that_is_there_gets_what_it_lacks(images, tiny, monkeypatch, settings):
    (path,) = made("scaled", images, ["death"])
    whole, stamp = results.read_table(path)
    assert len(courses(tiny)) == 3  # other tables want them, too
    first = whole[whole["net"] == "N1"]
    results.write_table(first, path, {**stamp, "courses": stamp["courses"][:1]})
    run = Training.run

    def guarded(training, *given, **named):
        assert training.settings != settings("death")[0]
        return run(training, *given, **named)

    monkeypatch.setattr(Training, "run", guarded)
    assert made("scaled", images, ["death"]) == [path]
    assert results.read_table(path)[1]["courses"] == stamp["courses"]
    pd.testing.assert_frame_equal(results.read_table(path)[0], whole)
    monkeypatch.setattr(Training, "run", None)
    assert made("scaled", images, ["death"]) == []


def test_without_training_tables_hold_what_has_come_far_enough(images, tiny):
    assert made("scaled", images, ["death"], train=False) == []
    one, other, _ = make_tables.trainings_of("death", "scaled", images)
    one.run()
    other.run(until=6)
    (path,) = made("scaled", images, ["death"], train=False)
    assert results.read_table(path)[1]["courses"] == [one.settings]


def test_a_neuron_is_added_where_a_training_has_come_that_far(images, tiny):
    one, other, _ = make_tables.trainings_of("replication", "scaled", images)
    one.run(until=6)
    other.run(until=5)
    (path,) = made("scaled", images, ["replication"], train=False)
    assert results.read_table(path)[1]["courses"] == [one.settings]
    assert one.state().epoch == 6


@pytest.mark.slow
def test_another_machine_goes_on_without_the_snapshots(images, tiny, tmp_path):
    (path,) = made("scaled", images, ["death"])
    whole, _ = results.read_table(path)
    path.unlink()
    for folder in (tiny / "results" / "courses", tmp_path / "store"):
        shutil.rmtree(folder)
    for training in make_tables.trainings_of("death", "scaled", images):
        training.move_to_repo()
        training.run(until=7)
    assert made("scaled", images, ["death"], train=False) == []
    for snapshot in (tiny / "results" / "courses").glob("*/epoch-*"):
        snapshot.unlink()
    shutil.rmtree(tmp_path / "store")
    made("scaled", images, ["death"])
    pd.testing.assert_frame_equal(results.read_table(path)[0], whole)


@pytest.mark.parametrize(
    ("level", "names", "words"),
    [
        ("book", [], ("level is 'book'", "scaled, paper")),
        ("scaled", ["death", "deaths"], ("table is 'deaths'", "did you mean 'death'?")),
        ("paper", ["death", "overlay"], ("table is 'overlay'", "death, compression")),
        ("paper", ["calibration"], ("table is 'calibration'", "death, compression")),
    ],
)
def test_what_a_level_does_not_have_is_refused_before_anything_is_done(images, tiny, level, names, words, refused):
    with refused(*words):
        make_tables.make_tables(level, images, names)
    assert not (tiny / "results").exists()
