"""Children of trained fixpoints, and children on lines between them."""

import pandas as pd
import pytest
import torch

from srnn_lib.experiments import weight_space
from srnn_lib.replicators import dynamics, fixpoints, population
from srnn_lib.replicators.presets import preset

SETTINGS = preset("artl2021")
REDUCTION = SETTINGS.reduction("weightwise")
LEVELS = [1e-1, 1e-4]


@pytest.fixture(scope="module")
def elders():
    candidates = SETTINGS.population(REDUCTION, 20, torch.Generator().manual_seed(0), "float64")
    return weight_space.raise_parents(REDUCTION, SETTINGS.rule, candidates, 4, 2500)


@pytest.fixture(scope="module")
def rows(elders):
    return weight_space.noisy_cloning(
        REDUCTION,
        SETTINGS.rule,
        elders,
        levels=LEVELS,
        children=3,
        steps=400,
        generator=torch.Generator().manual_seed(1),
    )


def test_parents_are_fixpoints(elders):
    assert elders.shape == (4, 14)
    assert set(fixpoints.names(fixpoints.classify(REDUCTION, elders))) == {"fixpoint"}


def test_too_few_fixpoints_are_refused(refused):
    candidates = SETTINGS.population(REDUCTION, 5, torch.Generator().manual_seed(0))
    with refused("parents is 4", "at most 0"):
        weight_space.raise_parents(REDUCTION, SETTINGS.rule, candidates, 4, 1)


def test_rows_against_one_child_at_a_time(elders, rows):
    drifted = dynamics.last(dynamics.self_training(REDUCTION, elders, SETTINGS.rule, steps=400))
    clones = population.clone_with_noise(elders, LEVELS, 3, torch.Generator().manual_seed(1))
    for place, (level, parent, child) in enumerate((v, p, c) for v in range(2) for p in range(4) for c in range(3)):
        start = clones[level, parent, child]
        end = dynamics.last(dynamics.self_training(REDUCTION, start[None], SETTINGS.rule, steps=400))[0]
        row = rows.iloc[place]
        assert (row["noise"], row["parent"]) == (LEVELS[level], parent)
        own = elders[parent]
        expected = [start - own, end - own, end - drifted[parent], drifted[parent] - own, end - start]
        found = row[["before", "after", "drifted", "drift", "travel"]].astype(float).tolist()
        assert found == pytest.approx([float(each.abs().mean()) for each in expected], rel=1e-6, abs=1e-15)


def test_changes_are_named_by_the_distances(rows):
    nearer, farther = rows["after"] < rows["before"], rows["after"] > rows["before"]
    assert (rows["change"] == "approaching").equals(nearer)
    assert (rows["change"] == "distancing").equals(farther)


def test_a_child_that_stays_where_it_is_is_stationary():
    changes = weight_space._changes(pd.Series([1.0, 1.0, 1.0]), pd.Series([0.5, 2.0, 1.0]))
    assert list(changes) == ["approaching", "distancing", "stationary"]


def test_noise_below_the_spacing_of_floats_leaves_float32_children_with_their_parent(elders):
    found = weight_space.noisy_cloning(
        REDUCTION,
        SETTINGS.rule,
        elders.float(),
        levels=[1e-13],
        children=3,
        steps=50,
        generator=torch.Generator().manual_seed(1),
    )
    assert (found["before"] == 0).all()
    assert found.groupby("parent")["travel"].nunique().eq(1).all()


def test_quality_tells_mean_from_largest():
    net = population.identity(REDUCTION.architecture, "float64")
    net[0, 1] = 1e-3
    found = weight_space.quality(REDUCTION, net)
    error = (REDUCTION.apply(net, net) - net).abs()
    assert found["mean_error"][0] == pytest.approx(float(error.mean()))
    assert found["max_error"][0] == pytest.approx(float(error.max()))
    assert not found["fixpoint"][0]


def test_children_on_a_line(elders):
    found = weight_space.on_the_line(REDUCTION, SETTINGS.rule, elders[:2], seconds=elders[2:], children=5, steps=300)
    assert found["place"].tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8] * 2)
    assert found["before"].tolist() == pytest.approx((found["place"] * found["apart"]).tolist())
    start = torch.lerp(elders[1], elders[3], 0.6)[None]
    end = dynamics.last(dynamics.self_training(REDUCTION, start, SETTINGS.rule, steps=300))
    assert found["after"].iloc[8] == pytest.approx(float((end[0] - elders[1]).abs().mean()), rel=1e-6)
    assert found["second_after"].iloc[8] == pytest.approx(float((end[0] - elders[3]).abs().mean()), rel=1e-6)
    assert found["second_before"].tolist() == pytest.approx(((1 - found["place"]) * found["apart"]).tolist())


@pytest.mark.slow
def test_training_projects_small_noise_on_the_surface_of_fixpoints(elders):
    """Ten of fourteen directions survive, so the mean square shrinks by 10 / 14."""
    rested = dynamics.last(dynamics.self_training(REDUCTION, elders, SETTINGS.rule, steps=10_000))
    start = population.clone_with_noise(rested, [1e-4], 60, torch.Generator().manual_seed(2))[0].flatten(0, 1)
    end = dynamics.last(dynamics.self_training(REDUCTION, start, SETTINGS.rule, steps=10_000))
    home = rested.repeat_interleave(60, 0)
    shrinks = (end - home).square().mean() / (start - home).square().mean()
    assert float(shrinks) == pytest.approx(10 / 14, abs=0.03)
