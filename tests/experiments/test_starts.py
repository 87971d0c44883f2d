"""Other starts of the combined algorithm: their rows say which start they are of, and are those of its table."""

from functools import partial

import pandas as pd
import pytest

from srnn_lib.experiments import combined, plans, starts
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.neurons import sgd, turnover


@pytest.fixture
def trainings(few_images, tmp_path, monkeypatch):
    """Two starts, without and with rounds, in a run store of their own."""
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    rule = sgd.SGDRule(learning_rate=0.01, batch=20)

    def course(_, cutoff, **changes):
        changes = {"renewal": turnover.TurnoverRule(cutoff), "init": "fan-in", **changes}
        return plans.Plan((9, 8, 4, 3), epochs=4, period=2, rule=rule, **changes)

    return [Training(plan, few_images) for plan in starts.start_trials(course, starts.STARTS, runs=2)]


def test_every_start_is_tried_without_and_with_the_algorithm():
    trials = starts.start_trials(partial(plans.paper_plan, level="scaled"))
    plain = plans.paper_plan("N4", cutoff=0.0)
    chosen = (plain.scaling, plain.init)
    assert chosen not in starts.STARTS
    found = [(plan.scaling, plan.init, plan.renewal.cutoff) for plan in trials if plan.renewal.parents == "efficient"]
    assert found == [(*start, cutoff) for start in starts.STARTS for cutoff in (0.0, 0.005)]
    others = [(plan.scaling, plan.init, plan.renewal, plan.runs) for plan in trials[len(found) :]]
    assert others == [(*chosen, turnover.TurnoverRule(0.005, parents=name), 5) for name in ("survivors", "least")]
    assert {(plan.net, plan.epochs) for plan in trials} == {("N4", 500)}


def test_rows_are_those_of_the_table_of_losses(trainings):
    found = starts.start_table(trainings)
    assert list(found.columns[:2]) == ["scaling", "init"]
    wanted = combined.loss_table(trainings)
    pd.testing.assert_frame_equal(found.drop(columns=["scaling", "init"]), wanted)
    assert set(found[["scaling", "init"]].itertuples(index=False, name=None)) == {
        ("unit", "fan-in"),
        *starts.STARTS,
    }


def test_it_goes_no_further_than_asked(trainings):
    assert starts.start_table(trainings, until=20)["epoch"].max() == 20
    assert all(training.state().epoch == 2 for training in trainings)
