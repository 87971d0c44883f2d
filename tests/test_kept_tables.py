"""The committed tables of long runs hold what their stamps say, and nothing that the paper's plans do not have."""

import json
from dataclasses import asdict

import pandas as pd
import pytest

from srnn_lib import results
from srnn_lib.lifecycle import evidence, expedition, renewal, turnover

KEPT = [(name, level) for level in evidence.LEVELS for name in evidence.NAMES if evidence.path(name, level).is_file()]

PLACES = pd.Index(["epoch", "run", "neuron", "algorithm", "parent", "after", "method", "removed", "kind"])
"""Columns that say what a row is about, beside its training."""


def course(plan):
    """What the columns of a table call a plan."""
    rule = plan.renewal or turnover.Rule(0.0)
    return {"net": renewal.name(plan), "cutoff": rule.cutoff, "parents": rule.parents}


def planned(name, level):
    """The plans of a table by their settings, images aside."""
    return {json.dumps(asdict(plan), sort_keys=True): plan for plan in expedition.courses(name, level)}


def stamped(name, level):
    """Rows of a kept table, and the plans that its stamp names."""
    rows, stamp = results.read_table(evidence.path(name, level))
    assert stamp["level"] == level
    plans = planned(name, level)
    images = [each.pop("images") for each in stamp["courses"]]
    assert images
    assert all(found[:2] == ["mnist", 28] for found in images)
    return rows, [plans[json.dumps(each, sort_keys=True)] for each in stamp["courses"]]


def test_there_are_some():
    assert ("compression", "scaled") in KEPT


@pytest.mark.parametrize(("name", "level"), KEPT)
def test_rows_are_of_the_stamped_trainings(name, level):
    rows, plans = stamped(name, level)
    by = evidence.COURSES[name]
    if by:
        wanted = [tuple(course(plan)[column] for column in by) for plan in plans]
        assert len(set(wanted)) == len(wanted)
        assert set(rows[by].itertuples(index=False, name=None)) == set(wanted)
    if name != "renewal-rounds":  # where a run has as many rows as neurons that were replaced
        assert not rows.duplicated([*by, *rows.columns.intersection(PLACES)]).any()


@pytest.mark.parametrize(("name", "level"), [place for place in KEPT if place[0] != "plateau"])
def test_every_run_of_the_paper_is_there(name, level):
    rows, plans = stamped(name, level)
    for plan in plans:
        mine = rows
        for column in evidence.COURSES[name]:
            mine = mine[mine[column] == course(plan)[column]]
        if len(mine):
            assert set(mine["run"]) == set(range(plan.runs))
