"""Statistics of tables of deaths are the textbook's, on tables whose answers are known."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from srnn_lib.lifecycle import mortality, statistics


def table(runs=3):
    """A table of `mortality.table` with random numbers: one net, two epochs; the last run stops after the first."""
    places = pd.MultiIndex.from_product(
        [["one"], [10, 20], range(runs), range(4)], names=["net", "epoch", "run", "neuron"]
    ).to_frame(index=False)
    places = places[(places["epoch"] == 10) | (places["run"] < runs - 1)].reset_index(drop=True)
    generator = np.random.default_rng(1)
    names = (*dict.fromkeys(mortality.MEASURES.values()), *mortality.MEASURES)
    return places.assign(**{name: generator.normal(size=len(places)).astype("float32") for name in names})


def test_lasting_runs_are_those_of_the_last_epoch():
    rows = statistics.lasting(table())
    assert set(rows["run"]) == {0, 1}
    assert (rows.groupby("epoch").size() == 8).all()


def test_the_least_efficient_neuron_is_that_of_the_algorithm():
    rows = statistics.by_algorithm(table())
    assert len(rows) == 4 * len(table())
    found = statistics.least(rows)
    assert len(found) == 4 * (3 + 2)
    for algorithm, measure in mortality.MEASURES.items():
        for (epoch, run), some in table().groupby(["epoch", "run"]):
            row = found[(found["algorithm"] == algorithm) & (found["epoch"] == epoch) & (found["run"] == run)]
            best = some.loc[some[measure].idxmin()]
            assert row["neuron"].item() == best["neuron"]
            assert row["cost"].item() == pytest.approx(best[algorithm])


def drawn_rows(seed=0, runs=6, units=5, epochs=(10, 20)):
    """Rows of `by_algorithm` with slopes 2 and −3 in the algorithms A1 and A2, and noise."""
    generator = np.random.default_rng(seed)
    places = pd.MultiIndex.from_product(
        [["N1", "N2"], epochs, range(runs), range(units), ["A1", "A2"]],
        names=["net", "epoch", "run", "neuron", "algorithm"],
    )
    rows = places.to_frame(index=False)
    rows["cost"] = generator.normal(size=len(rows))
    slope = np.where(rows["algorithm"] == "A1", 2.0, -3.0)
    rows["worth"] = 5 + slope * rows["cost"] + 0.1 * generator.normal(size=len(rows))
    return rows


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.integers(1, 7))
def test_slopes_are_those_of_a_linear_fit(seed, runs):
    rows = drawn_rows(seed, runs)
    found = statistics.slopes(rows, torch.Generator().manual_seed(0), 20)
    found = found.set_index(["net", "algorithm", "epoch"])
    for place, some in rows.groupby(["net", "algorithm", "epoch"]):
        row = found.loc[place]
        assert row["slope"] == pytest.approx(stats.linregress(some["cost"], some["worth"]).slope, rel=1e-9)
        assert row["low"] <= row["high"]


def test_intervals_of_slopes_hold_the_truth(seeded):
    found = statistics.slopes(drawn_rows(runs=40), seeded())
    truth = np.where(found["algorithm"] == "A1", 2.0, -3.0)
    assert ((found["low"] - 0.02 < truth) & (truth < found["high"] + 0.02)).all()
    assert (found["high"] - found["low"] < 0.1).all()


def test_with_one_run_there_is_nothing_to_draw(seeded):
    found = statistics.slopes(drawn_rows(runs=1), seeded(), 10)
    np.testing.assert_allclose(found["low"], found["slope"], rtol=1e-9)
    np.testing.assert_allclose(found["high"], found["slope"], rtol=1e-9)


def test_association_is_the_rank_correlation_of_all_neurons(seeded):
    rows = drawn_rows(runs=8).query("algorithm == 'A1' and net == 'N1' and epoch == 10")
    found = statistics.association(rows, seeded(), 50)
    assert found.value == stats.spearmanr(rows["worth"], rows["cost"]).statistic
    assert found.low <= found.value <= found.high
    assert found.n == 40


@given(st.integers(1, 6))
def test_means_of_resampled_runs(runs):
    values = torch.arange(runs * 4.0).view(runs, 2, 2)
    found = statistics.resample(values, torch.Generator().manual_seed(1), 500)
    assert found.shape == (500, 2, 2)
    assert (found >= values.amin(0) - 1e-9).all()
    assert (found <= values.amax(0) + 1e-9).all()
    torch.testing.assert_close(found[:, 0, 1] - found[:, 0, 0], torch.ones(500, dtype=torch.float64))
    torch.testing.assert_close(found.mean(0), values.mean(0).double(), rtol=0, atol=1.0)


def test_correlations_within_runs_do_not_see_what_runs_differ_by():
    rows = drawn_rows(runs=4, units=30)
    rows["cost"] += 100 * rows["run"]  # pooled, this alone would order the neurons
    found = statistics.within(rows)
    assert found.xs("A1", level="algorithm").min() > 0.9
    assert found.xs("A2", level="algorithm").max() < -0.9
    assert len(found) == 2 * 2 * 2


def test_a_ratio_of_means(seeded):
    pairs = torch.tensor([[1.0, 2.0], [3.0, 4.0], [2.0, 6.0]])
    found = statistics.ratio(pairs, seeded())
    assert found.value == pytest.approx(0.5)
    assert 1 / 3 - 1e-9 <= found.low <= found.value <= found.high <= 0.75 + 1e-9
    assert found.n == 3
