"""The committed tables of long runs hold what their stamps say, and nothing that the paper's plans do not have."""

import json
from dataclasses import asdict
from functools import partial

import pandas as pd
import pytest

from srnn_lib import saving
from srnn_lib.claimbook import results, seeds, store
from srnn_lib.claimbook.registry import Book
from srnn_lib.experiments import accuracies, benchmarks, calibration, levels, make_tables, plans
from srnn_lib.neurons import turnover

KEPT = [
    (name, level)
    for level in plans.PACES
    for name in levels.TRAINING_COLUMNS
    if levels.table_path(name, level).is_file()
]
PLACES = pd.Index(["epoch", "run", "neuron", "algorithm", "parent", "after", "method", "removed", "kind"])
"""Columns that say what a row is about, beside its training."""


def called(plan):
    """What the columns of a table call a plan."""
    rule = plan.renewal or turnover.TurnoverRule(0.0)
    return {"net": plan.net, "cutoff": rule.cutoff, "parents": rule.parents, "scaling": plan.scaling, "init": plan.init}


def planned(name, level):
    """The plans of a table by their settings, images aside."""
    made = make_tables.SOURCES[name].plans(partial(plans.paper_plan, level=level))
    return {json.dumps(asdict(plan), sort_keys=True): plan for plan in made}


def stamped(name, level):
    """Rows of a kept table, and the plans that its stamp names."""
    rows, stamp = results.read_table(levels.table_path(name, level))
    assert stamp["level"] == level
    known = planned(name, level)
    images = [each.pop("images") for each in stamp["courses"]]
    assert images
    assert all(found[:2] == ["mnist", 28] for found in images)
    return rows, [known[json.dumps(each, sort_keys=True)] for each in stamp["courses"]]


def test_the_networks_that_the_chapter_on_replication_begins_with_are_kept():
    own = Book.here().by_scale.values("programmed-death/replication", "book")
    for net in ("N1", "N2", "N3"):
        plan = plans.short_plan(net, own["runs"], own["epochs"], every=own["epochs"], seed=own["seed"])
        begun = "-".join(map(str, plan.widths))
        (path,) = (saving.root() / "results" / "courses").glob(
            f"course-{begun}-*/epoch-{own['epochs']:06d}.safetensors"
        )
        tensors, settings = store.read_result(path)
        assert settings.pop("images")[:2] == [own["image_set"], 28]
        assert settings == json.loads(json.dumps(asdict(plan)))
        assert all(each.isfinite().all() and len(each) == own["runs"] for each in tensors.values())


def test_there_are_some():
    assert ("compression", "scaled") in KEPT


def test_every_kept_table_is_one_that_can_be_made():
    wanted = {levels.table_path(name, level) for level in levels.LEVELS for name in levels.tables_of(level)}
    folder = levels.table_path("death").parents[1]
    assert set(results.kept_tables(folder)) <= wanted | {benchmarks.table_file(folder), seeds.seeds_path(folder)}


@pytest.mark.parametrize(("name", "level"), KEPT)
def test_rows_are_of_the_stamped_trainings(name, level):
    rows, trained = stamped(name, level)
    by = levels.TRAINING_COLUMNS[name]
    if by:
        wanted = [tuple(called(plan)[column] for column in by) for plan in trained]
        assert len(set(wanted)) == len(wanted)
        assert set(rows[by].itertuples(index=False, name=None)) == set(wanted)
    if name != "combined-rounds":  # where a run has as many rows as neurons that were replaced
        assert not rows.duplicated([*by, *rows.columns.intersection(PLACES)]).any()


@pytest.mark.parametrize(("name", "level"), [place for place in KEPT if place[0] != "plateau"])
def test_every_run_of_the_paper_is_there(name, level):
    rows, trained = stamped(name, level)
    for plan in trained:
        mine = rows
        for column in levels.TRAINING_COLUMNS[name]:
            mine = mine[mine[column] == called(plan)[column]]
        assert set(mine["run"]) == set(range(plan.runs))


def test_every_setting_was_tried_as_often():
    table = levels.kept_table("calibration")
    counts = table.groupby(["scaling", "init", "decay"]).size()
    assert set(counts.index) == set(calibration.GRID)
    assert set(counts) == {3 * 2}
    assert set(table["epoch"]) == {500, 1000}


def test_the_chosen_settings_are_among_those_that_were_tried():
    chosen = plans.CALIBRATED
    assert (chosen["scaling"], chosen["init"], "weights") in calibration.GRID
    assert plans.paper_plan("N1").rule.decay == "weights"


def test_both_rates_were_overlaid_for_the_same_runs_and_epochs():
    table = levels.kept_table("overlay")
    wide = table.pivot(index=["epoch", "run"], columns="level", values="loss")
    assert set(wide.columns) == set(plans.PACES)
    assert wide.notna().all(axis=None)
    assert len(wide) == 50 * 5


def test_fifty_further_organisms_of_each_kind_were_followed_to_the_end():
    table, own = levels.kept_table("accuracies", "more"), accuracies.settings()
    counts = table.groupby(["net", "family"])["organism"].nunique()
    assert set(counts.index) == {(kind, family) for kind in accuracies.READERS for family in accuracies.FAMILIES}
    assert set(counts) == {own["seeds"]}
    assert own["seed"] not in accuracies.FAMILIES
    ends = table.groupby("net")["epoch"].max().to_dict()
    assert ends == {"width 3": own["epochs"], "width 5": own["epochs"], "two layers": own["variant_epochs"]}
    assert not table.duplicated(["net", "family", "organism", "epoch"]).any()
