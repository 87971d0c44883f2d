"""The authors' settings: their values, and the numbers that their logs and the simulations of them show."""

import pytest
import torch
from scipy import stats

from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.training import Schedule
from srnn_lib.replicators import dynamics, fixpoints, population
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.presets import PRESETS, preset
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Weightwise


@pytest.mark.parametrize(
    ("name", "rule", "rest"),
    [
        ("alife2019", UpdateRule(0.01, "single"), (1e-4, "glorot", "source", "keras")),
        ("artl2021", UpdateRule(0.04, "full"), (1e-5, "fan-in", "target", "layer")),
        ("artl2021-robustness", UpdateRule(0.004, "full", 0.9, 1000), (1e-5, "fan-in", "target", "layer")),
        ("organism2022", UpdateRule(0.004, "full", 0.9, 25), (1e-5, "glorot", "target", "global")),
    ],
)
def test_values(name, rule, rest):
    found = preset(name)
    assert found.name == name
    assert found.rule == rule
    assert (found.epsilon, found.init, found.order, found.codes) == rest
    assert found.source


@pytest.mark.parametrize("name", PRESETS)
def test_the_nets_of_the_paper(name, seeded, dtype):
    weightwise = 27 if name == "organism2022" else 14
    for reduction, kind, weights in (
        ("weightwise", Weightwise, weightwise), ("aggregating", Aggregating, 20), ("recurrent", Recurrent, 17),
    ):  # fmt: skip
        made = preset(name).reduction(reduction, "tanh")
        assert isinstance(made, kind)
        assert (made.architecture.order, made.architecture.activation) == (preset(name).order, "tanh")
        nets = preset(name).population(made, 5, seeded(), dtype)
        assert (nets.shape, nets.dtype) == ((5, weights), population.DTYPES[dtype])
    assert preset(name).reduction("weightwise").codes == preset(name).codes


def test_organisms_and_their_schedule_are_those_of_the_preset(seeded):
    settings, shape = preset("organism2022"), Organism()
    assert shape.replication == settings.reduction("weightwise")
    assert Schedule(self_steps=25).rule(shape.particles) == settings.rule
    assert torch.equal(shape.populate(1, seeded())[0], settings.population(shape.replication, 18, seeded()))


def test_unknown_names_are_refused(refused):
    with refused("preset", "'alife2091'", "alife2019, artl2021", "did you mean 'alife2019'?"):
        preset("alife2091")
    with refused("reduction", "'weight-wise'", "weightwise, aggregating, recurrent", "did you mean 'weightwise'?"):
        preset("alife2019").reduction("weight-wise")
    with refused("activation", "'gelu'", "linear, tanh, relu, sigmoid"):
        preset("alife2019").reduction("weightwise", "gelu")


# Calibration. Intervals hold 99.9 % of binomial outcomes; the seeds are fixed.


def _share_is(hits, expected):
    low, high = stats.binom(len(hits), expected).interval(0.999)
    return low <= int(hits.sum()) <= high


def _outcomes_of_self_application(name, nets, generator, recurrence):
    settings = preset("alife2019")
    reduction = settings.reduction(name)
    start = population.initialise(reduction.architecture, nets, generator, init=settings.init, recurrence=recurrence)
    final = dynamics.last(dynamics.self_application(reduction, start, 100))
    return fixpoints.classify(reduction, final, settings.epsilon)


@pytest.mark.parametrize(
    ("name", "recurrence", "divergent"),
    [
        ("weightwise", "svd", 0.43),  # a simulation of 4,000; 127 of 290 in the logs
        ("aggregating", "svd", 10 / 270),  # pooled logs
        ("recurrent", "svd", 0.955),  # a simulation; 46 of 50 in the log
        ("recurrent", "haar", 0.898),  # a simulation
    ],
)
def test_self_application_ends_at_infinity_or_at_zero(name, recurrence, divergent, seeded):
    outcomes = _outcomes_of_self_application(name, 2000, seeded(), recurrence)
    assert _share_is(fixpoints.is_outcome(outcomes, "divergent"), divergent)
    assert fixpoints.is_outcome(outcomes, "divergent", "zero").double().mean() > 0.99


def test_self_training_makes_fixpoints(seeded):
    settings, generator = preset("alife2019"), seeded()
    reduction = settings.reduction("weightwise")
    start = settings.population(reduction, 200, generator)
    final = dynamics.last(dynamics.self_training(reduction, start, settings.rule, steps=1000, generator=generator))
    outcomes = fixpoints.classify(reduction, final, settings.epsilon)
    assert fixpoints.is_outcome(outcomes, "fixpoint").double().mean() >= 0.98
    assert not fixpoints.is_outcome(fixpoints.classify(reduction, start, settings.epsilon), "fixpoint").any()


def test_full_batches_make_fixpoints_too(seeded):
    settings = preset("artl2021")
    reduction = settings.reduction("weightwise")
    start = settings.population(reduction, 200, seeded())
    final = dynamics.last(dynamics.self_training(reduction, start, settings.rule, steps=2500))
    outcomes = fixpoints.classify(reduction, final, settings.epsilon)
    assert fixpoints.is_outcome(outcomes, "fixpoint").double().mean() > 0.93


def test_not_detaching_leads_to_zero(seeded):
    settings = preset("artl2021")
    reduction = settings.reduction("weightwise")
    start = settings.population(reduction, 40, seeded())
    rule = UpdateRule(settings.rule.learning_rate, "full", detach=False)
    final = dynamics.last(dynamics.self_training(reduction, start, rule, steps=2500))
    tally = fixpoints.tally(fixpoints.classify(reduction, final, 1e-3))
    assert tally["zero"] > 20
    assert tally["zero"] > tally["fixpoint"]


@pytest.mark.parametrize(
    ("dtype", "vergence", "holding"),
    [
        (
            "float32",  # the authors' log
            [3.80, 5.02, 6.58, 8.10, 9.71, 11.46, 13.05, 14.66, 21.89, 26.28],
            [0, 0, 0, 0, 0.04, 1.55, 3.24, 4.94, 11.90, 16.24],
        ),
        (
            "float64",  # a simulation
            [4.63, 5.91, 7.32, 8.89, 10.49, 12.18, 13.90, 15.51, 17.13, 18.82],
            [0, 0, 0, 0, 0.03, 1.53, 3.23, 4.87, 6.55, 8.22],
        ),
    ],
)
def test_survival_of_the_noisy_identity(dtype, vergence, holding, seeded):
    """Applications until zero or infinity, at noise 1, 0.1, … 1e-9; the standard error here is at most 0.08."""
    settings = preset("alife2019")
    reduction = settings.reduction("weightwise")
    parent = population.identity(reduction.architecture, dtype)
    levels = [10.0**-power for power in range(10)]
    clones = population.clone_with_noise(parent, levels, 1000, seeded()).flatten(0, 2)
    found = dynamics.survival(reduction, clones, 100, settings.epsilon)
    assert found.verged.all()
    for counted, expected in ((found.time_to_vergence, vergence), (found.time_as_fixpoint, holding)):
        assert counted.reshape(10, 1000).double().mean(dim=1).tolist() == pytest.approx(expected, abs=0.3)
