"""Noisy copies under self-application."""

import pytest
import torch

from srnn_lib.replicators import dynamics, population
from srnn_lib.replicators.presets import preset
from srnn_lib.replicators.robustness import noisy_survival

LEVELS = [1e-1, 1e-4, 1e-7]


@pytest.fixture
def reduction():
    return preset("artl2021").reduction("weightwise")


@pytest.fixture
def parents(reduction):
    return torch.cat([population.identity(reduction.architecture, "float64")] * 2)


def survive(reduction, parents, levels, copies=5, seed=0):
    return noisy_survival(
        reduction, parents, levels, copies=copies, generator=torch.Generator().manual_seed(seed), steps=60, epsilon=1e-5
    )


def test_rows_are_the_counts_of_each_copy(reduction, parents):
    rows = survive(reduction, parents, LEVELS)
    assert rows["noise"].tolist() == [level for level in LEVELS for _ in range(10)]
    noisy = population.clone_with_noise(parents, LEVELS, 5, torch.Generator().manual_seed(0))
    for place, level in enumerate(LEVELS):
        alone = dynamics.survival(reduction, noisy[place].flatten(0, 1), 60, 1e-5)
        assert rows.loc[rows["noise"] == level, "time_to_vergence"].tolist() == alone.time_to_vergence.tolist()


def test_less_noise_lasts_longer(reduction, parents):
    means = survive(reduction, parents, LEVELS).groupby("noise")["time_to_vergence"].mean()
    assert means[1e-7] > means[1e-4] + 3 > means[1e-1] + 6


def test_noise_zero_gives_exact_copies_after_the_noisy_ones(reduction, parents):
    rows = survive(reduction, parents, [0.0, *LEVELS])
    exact = rows[rows["noise"] == 0]
    assert len(exact) == 10 and not exact["verged"].any()
    assert (exact["time_as_fixpoint"] == 60).all()
    assert rows[rows["noise"] > 0].equals(survive(reduction, parents, LEVELS))


def test_a_negative_level_is_refused(reduction, parents, refused):
    with refused("noise level is -0.1", "above 0"):
        survive(reduction, parents, [-0.1])


def test_nothing_to_follow_is_refused(reduction, parents, refused):
    with refused("parents is 'no net'", "train longer"):
        survive(reduction, parents[:0], LEVELS)
