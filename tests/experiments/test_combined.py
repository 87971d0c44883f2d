"""The tables of the combined algorithm say what its trainings hold."""

from functools import partial

import numpy as np
import pytest

from srnn_lib.experiments import combined, plans
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.neurons import sgd, turnover

NET = "9-8-4-3"


@pytest.fixture
def course(few_images):
    """Short trainings with a cutoff; None: plain ones."""

    def make(cutoff=0.1, **changes):
        renewal = None if cutoff is None else turnover.TurnoverRule(cutoff)
        rule = sgd.SGDRule(learning_rate=0.01, batch=20)
        values = {"runs": 3, "epochs": 6, "period": 2, "renewal": renewal, "init": "fan-in", "rule": rule}
        return Training(plans.Plan((9, 8, 4, 3), **{**values, **changes}), few_images)

    return make


def test_the_trials_are_those_of_the_registry():
    trials = combined.trials(plans.paper_plan)
    assert len(trials) == len(set(map(str, trials))) == 6 + 2 + 3 + 3
    plain = [plan.net for plan in trials if plan.renewal is None]
    assert plain == ["N1", "N2", "N3"]
    wide = [(p.runs, p.renewal.cutoff, p.renewal.parents) for p in trials if p.net == "N4"]
    full = [(28, 0.0, "efficient"), (28, 0.005, "efficient")]
    swept = [(10, cutoff, "efficient") for cutoff in (0.0005, 0.05, 0.5)]
    assert wide == full + swept + [(10, 0.005, rival) for rival in ("none", "random", "fresh")]
    assert {plan.seed for plan in trials} == {0}
    short = combined.trials(partial(plans.short_plan, runs=2, epochs=3), [0.5], ["none"], 2)
    assert [plan.epochs for plan in short] == [3] * 10


def test_every_row_of_losses_is_the_mean_that_its_epochs_met(course):
    training = course(runs=2)
    met = training.run().losses
    table = combined.loss_table([training], every=20)
    assert list(table.columns) == ["net", "cutoff", "parents", "epoch", "run", "loss"]
    assert table[["net", "cutoff", "parents"]].drop_duplicates().values.tolist() == [[NET, 0.1, "efficient"]]
    assert table["epoch"].unique().tolist() == [20, 40, 60]
    wide = combined.curves(table, NET, 0.1)
    np.testing.assert_allclose(wide.to_numpy(), met.view(3, 2, 2).mean(1), rtol=1e-6)


def test_trainings_go_no_further_than_their_losses_are_wanted(course):
    training = course(runs=2)
    assert combined.loss_table([training], until=30)["epoch"].unique().tolist() == [10, 20, 30]
    assert training.state().epoch == 3
    assert len(combined.loss_table([training], until=99_999)) == 12


def test_epochs_per_row_must_fit_the_pace(course, refused):
    for every in (15, 5):
        with refused(f"every is {every}", "a multiple of 10"):
            combined.loss_table([course()], every=every)


def test_runs_that_do_not_go_on_have_no_rows(course):
    table = combined.loss_table([course(fewer=(4, 1))])
    assert table.groupby("epoch").size().tolist() == [3, 3, 3, 3, 1, 1]


def test_every_replaced_neuron_has_a_row_and_so_has_a_round_without_any(course):
    training = course(0.3)
    found = training.run()
    table = combined.round_table([training])
    assert table["epoch"].unique().tolist() == [20, 40, 60]
    assert table["before"].notna().sum() == found.dead.sum() > 0
    shares = table.groupby(["epoch", "run"])["share"].agg(["first", "nunique"])
    np.testing.assert_allclose(shares["first"], found.dead.double().mean(2).flatten())
    assert (shares["nunique"] == 1).all()
    one = table[(table["epoch"] == 20) & (table["run"] == 1)].dropna()
    chosen = found.dead[0, 1]
    np.testing.assert_allclose(one["before"], found.worth[0, 1, chosen])
    np.testing.assert_allclose(one["after"], found.worth[1, 1, chosen])
    assert (table["before"].dropna() < 0.3).all()
    assert table[table["epoch"] == 60]["after"].isna().all()


def test_a_round_that_replaces_nobody_is_counted(course):
    table = combined.round_table([course(0.0), course(None)])
    assert len(table) == 9
    assert (table["share"] == 0).all()
    assert table["before"].isna().all()


def test_runs_that_do_not_go_on_have_no_rounds(course):
    table = combined.round_table([course(0.0, fewer=(3, 1))])
    assert table.groupby("epoch").size().tolist() == [3, 1, 1]


def test_a_gain_compares_the_same_runs(course):
    table = combined.loss_table([course(None), course(0.5, runs=2)])
    found = combined.gain(table, NET, 0.5)
    assert found.shape == (6, 2)
    plain, renewed = (combined.curves(table, NET, cutoff) for cutoff in (0.0, 0.5))
    np.testing.assert_allclose(found, plain[[0, 1]] - renewed)
    np.testing.assert_allclose(combined.gain(table, NET, 0.5, relative=True), 1 - renewed / plain[[0, 1]], atol=1e-6)
    assert (found.loc[:20] == 0).all(axis=None)
    assert (found.loc[30:] != 0).any(axis=None)


def test_a_cutoff_below_every_neuron_changes_no_bit(course):
    table = combined.loss_table([course(None), course(1e-300)])
    assert (combined.gain(table, NET, 1e-300) == 0).all(axis=None)
