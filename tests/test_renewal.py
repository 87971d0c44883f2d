"""The tables of the combined algorithm say what its courses hold."""

from functools import partial

import numpy as np

from srnn_lib.lifecycle import campaign, protocol, renewal, turnover

WIDTHS = (9, 8, 4, 3)


def course(cutoff=0.1, **changes):
    rule = protocol.plan("N1").rule.__class__(learning_rate=0.01, batch=20)
    values = {"runs": 3, "epochs": 6, "period": 2, "renewal": turnover.Rule(cutoff), "init": "fan-in"}
    return protocol.Plan(WIDTHS, rule=rule, **{**values, **changes})


def test_the_trials_are_those_of_the_registry():
    plans = renewal.trials(protocol.plan)
    assert len(plans) == len(set(map(str, plans))) == 6 + 2 + 3 + 3
    plain = [renewal.name(plan) for plan in plans if plan.renewal is None]
    assert plain == ["N1", "N2", "N3"]
    wide = [(p.runs, p.renewal.cutoff, p.renewal.parents) for p in plans if renewal.name(p) == "N4"]
    full = [(28, 0.0, "efficient"), (28, 0.005, "efficient")]
    swept = [(10, cutoff, "efficient") for cutoff in (0.0005, 0.05, 0.5)]
    assert wide == full + swept + [(10, 0.005, rival) for rival in ("none", "random", "fresh")]
    assert {plan.seed for plan in plans} == {0}
    brief = renewal.trials(partial(protocol.brief, runs=2, epochs=3), [0.5], ["none"], 2)
    assert [plan.epochs for plan in brief] == [3] * 10


def test_every_row_of_losses_is_the_mean_that_its_epochs_met(few_images):
    plan = course(runs=2)
    met = campaign.run(plan, few_images).losses
    table = renewal.losses([plan], few_images, every=20)
    assert table[["net", "cutoff", "parents"]].drop_duplicates().values.tolist() == [["9-8-4-3", 0.1, "efficient"]]
    assert table["epoch"].unique().tolist() == [20, 40, 60]
    wide = renewal.curves(table, "9-8-4-3", 0.1)
    np.testing.assert_allclose(wide.to_numpy(), met.view(3, 2, 2).mean(1), rtol=1e-6)
    assert len(renewal.losses([plan], few_images, until=30)) == 6


def test_epochs_per_row_must_fit_the_pace(few_images, refused):
    with refused("every is 15", "a multiple of 10"):
        renewal.losses([course()], few_images, every=15)


def test_runs_that_do_not_go_on_have_no_rows(few_images):
    table = renewal.losses([course(fewer=(4, 1))], few_images)
    assert table.groupby("epoch").size().tolist() == [3, 3, 3, 3, 1, 1]


def test_every_replaced_neuron_has_a_row_and_so_has_a_round_without_any(few_images):
    plan = course(0.3)
    found = campaign.run(plan, few_images)
    table = renewal.rounds([plan], few_images)
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


def test_a_round_that_replaces_nobody_is_counted(few_images):
    table = renewal.rounds([course(0.0), course(0.0, renewal=None)], few_images)
    assert len(table) == 9
    assert (table["share"] == 0).all()
    assert table["before"].isna().all()


def test_a_gain_compares_the_same_runs(few_images):
    plans = [course(0.0, renewal=None), course(0.0), course(0.5, runs=2)]
    table = renewal.losses(plans[::2], few_images)
    net = "9-8-4-3"
    found = renewal.gain(table, net, 0.5)
    assert found.shape == (6, 2)
    plain, renewed = (renewal.curves(table, net, cutoff) for cutoff in (0.0, 0.5))
    np.testing.assert_allclose(found, plain[[0, 1]] - renewed)
    np.testing.assert_allclose(renewal.gain(table, net, 0.5, relative=True), 1 - renewed / plain[[0, 1]], atol=1e-6)
    assert (found.loc[:20] == 0).all(axis=None)
    assert (found.loc[30:] != 0).any(axis=None)


def test_a_cutoff_below_every_neuron_changes_no_bit(few_images):
    table = renewal.losses([course(0.0, renewal=None), course(1e-300)], few_images)
    assert (renewal.gain(table, "9-8-4-3", 1e-300) == 0).all(axis=None)
