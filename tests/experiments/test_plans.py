"""The paper's trainings as settings: at its own pace, ten times as fast, and cut short."""

from dataclasses import replace

import pytest

from srnn_lib.experiments import plans
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import sgd, stacks, turnover

PLAN = Plan((12, 8, 4, 4), 5, 24, (4, 12, 24), (12, 3), sgd.SGDRule(0.1, 40), "fan-in", "standard")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"runs": 0}, ("runs", "1 or more")),
        ({"epochs": 0}, ("epochs", "1 or more")),
        ({"snapshots": (25,)}, ("snapshot", "at most 24")),
        ({"snapshots": (0,)}, ("snapshot", "1 or more")),
        ({"scaling": "none"}, ("scaling", "unit, standard")),
        ({"period": 0}, ("period", "1 or more")),
    ],
)
def test_plans_out_of_range_are_refused(change, words, refused):
    with refused(*words):
        replace(PLAN, **change)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: plans.paper_plan("N5"), ("name", "N1, N2, N3, N4")),
        (lambda: plans.paper_plan("N1", "book"), ("level", "scaled, paper")),
        (lambda: plans.short_plan("N1", 2, 0), ("epochs", "1 or more")),
    ],
)
def test_trainings_that_are_not_the_papers_are_refused(make, words, refused):
    with refused(*words):
        make()


@pytest.mark.parametrize("name", plans.RUNS)
def test_scaled_plans_are_the_papers_with_ten_times_the_rate(name):
    paper, scaled = (plans.paper_plan(name, level) for level in ("paper", "scaled"))
    assert (paper.epochs, scaled.epochs) == (50_000, 5_000)
    assert (paper.pace, scaled.pace) == (1, 10)
    assert paper.rule.learning_rate * paper.epochs == pytest.approx(scaled.rule.learning_rate * scaled.epochs)
    assert [epoch // 10 for epoch in paper.snapshots] == list(scaled.snapshots)
    assert {500, 25_000, 50_000} <= set(paper.snapshots)
    combined = plans.paper_plan(name, cutoff=0.005)
    assert (combined.epochs, combined.period, combined.renewal.cutoff) == (500, 50, 0.005)
    assert (combined.fewer, plans.paper_plan(name, seed=3).seed) == (None, 3)


def test_a_short_plan_is_the_scaled_one_cut_short():
    short, scaled = plans.short_plan("N2", 5, 120, seed=1), plans.paper_plan("N2")
    assert (short.runs, short.epochs, short.seed, short.fewer) == (5, 120, 1, None)
    assert short.snapshots == (1, 2, 5, 10, 20, 50, 100, 120)
    assert plans.short_plan("N2", 5, 4).snapshots == (1, 2, 4)
    assert plans.short_plan("N2", 5, 9, every=3).snapshots == (1, 2, 3, 6, 9)
    assert (short.rule, short.init, short.pace) == (scaled.rule, scaled.init, 10)
    assert plans.short_plan("N2", 5, 120, cutoff=0.1).renewal == turnover.TurnoverRule(0.1)


@pytest.mark.parametrize("name", stacks.NETS)
def test_a_plan_is_called_after_its_net(name):
    assert plans.paper_plan(name).net == name
    assert replace(plans.paper_plan(name), widths=(784, 6, 10)).net == "784-6-10"


def test_the_first_runs_are_the_same_however_many_there_are():
    many, few = PLAN.start(), replace(PLAN, runs=2).start()
    assert (many.runs, few.runs, many.widths, many.activation) == (5, 2, PLAN.widths, "tanh")
    for one, other in zip((*many.weights, *many.biases), (*few.weights, *few.biases), strict=True):
        assert one[:2].equal(other)
    assert not replace(PLAN, seed=1).start().weights[0].equal(many.weights[0])
