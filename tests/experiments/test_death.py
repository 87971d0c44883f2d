"""The table of deaths is what the parts of the library say about each neuron; its statistics are the textbook's."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from drawn import networks
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from srnn_lib.experiments import death as experiment
from srnn_lib.experiments import plans
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.neurons import death, efficiency, sgd


@given(networks())
def test_what_is_measured_is_what_the_library_says_of_every_neuron(case):
    stack, inputs, found, layer = case
    labels = torch.arange(len(inputs)) % stack.widths[-1]
    got = experiment.measure_deaths(stack, inputs, labels, layer)
    assert list(got) == ["local", "spectral", "unexplained", "A1", "A2", "A3", "A4"]
    assert {each.shape for each in got.values()} == {(stack.runs, stack.widths[layer])}
    for algorithm, measure in experiment.RANKED_BY.items():
        torch.testing.assert_close(got[measure], efficiency.worth(stack, found, layer, algorithm))
        torch.testing.assert_close(
            got[algorithm], death.costs(stack, found, inputs, labels=labels, layer=layer, algorithm=algorithm)
        )


PLAN = plans.Plan((12, 5, 4, 4), 3, 6, (2, 4, 6), (4, 2), sgd.SGDRule(0.01, 40), scaling="standard")


@pytest.fixture
def training(images, tmp_path, monkeypatch):
    """A short training on noise, two of whose three runs go on."""
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "store"))
    return Training(PLAN, images)


def test_the_table_has_a_row_per_net_snapshot_run_and_neuron(training, monkeypatch):
    other = replace(training, plan=replace(PLAN, widths=(12, 7, 4)))
    said = []
    rows = experiment.death_table([training, other], said.append)
    assert list(rows.columns)[:4] == ["net", "epoch", "run", "neuron"]
    assert set(rows["epoch"]) == {20, 40, 60}
    assert rows.groupby("net").size().to_dict() == {"12-5-4-4": 5 * (3 + 3 + 2), "12-7-4": 7 * (3 + 3 + 2)}
    assert rows.groupby("net")["neuron"].max().to_dict() == {"12-5-4-4": 4, "12-7-4": 6}
    assert {str(kind) for kind in rows.dtypes.iloc[4:]} == {"float32"}
    assert [line for line in said if "measured" in line][::3] == [
        "12-5-4-4, epoch 2 of 6: measured", "12-7-4, epoch 2 of 6: measured",
    ]  # fmt: skip
    wanted = experiment.measure_deaths(training.snapshot(4), training.inputs, training.labels)
    one = rows[(rows["net"] == "12-5-4-4") & (rows["epoch"] == 40)].sort_values(["run", "neuron"])
    for name, values in wanted.items():
        np.testing.assert_allclose(one[name], values.flatten(), rtol=1e-6, atol=1e-9)
    monkeypatch.setattr(experiment, "measure_deaths", None)  # nothing is measured again
    assert experiment.death_table([training, other]).equals(rows)


def test_what_a_training_has_come_by_is_measured_before_it_is_over(training):
    assert list(experiment.measured(training)) == []
    training.run(5)
    assert [epoch for epoch, _ in experiment.measured(training)] == [2, 4]
    assert not training.has("deaths-000002")


def test_what_was_measured_travels_without_the_snapshots(training, empty_book):
    training.move_to_repo()
    training.run(5)
    before = dict(experiment.measured(training))
    assert training.has("deaths-000002")
    for path in (*training.folder.glob("epoch-*"), *empty_book.parent.glob("store/*.safetensors")):
        path.unlink()
    after = dict(experiment.measured(training))
    assert list(before) == list(after) == [2, 4]
    for epoch, found in before.items():
        assert all(torch.equal(values, after[epoch][name]) for name, values in found.items())


def drawn_table(runs=3):
    """A table of `death_table` with random numbers: one net, two epochs; the last run stops after the first."""
    places = pd.MultiIndex.from_product(
        [["one"], [10, 20], range(runs), range(4)], names=["net", "epoch", "run", "neuron"]
    ).to_frame(index=False)
    places = places[(places["epoch"] == 10) | (places["run"] < runs - 1)].reset_index(drop=True)
    generator = np.random.default_rng(1)
    names = (*dict.fromkeys(experiment.RANKED_BY.values()), *experiment.RANKED_BY)
    return places.assign(**{name: generator.normal(size=len(places)).astype("float32") for name in names})


def test_lasting_runs_are_those_of_the_last_epoch():
    rows = experiment.lasting(drawn_table())
    assert set(rows["run"]) == {0, 1}
    assert (rows.groupby("epoch").size() == 8).all()


def test_the_least_efficient_neuron_is_that_of_the_algorithm():
    rows = experiment.by_algorithm(drawn_table())
    assert len(rows) == 4 * len(drawn_table())
    found = experiment.least(rows)
    assert len(found) == 4 * (3 + 2)
    for algorithm, measure in experiment.RANKED_BY.items():
        for (epoch, run), some in drawn_table().groupby(["epoch", "run"]):
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
    found = experiment.regression_slopes(rows, torch.Generator().manual_seed(0), 20)
    found = found.set_index(["net", "algorithm", "epoch"])
    for place, some in rows.groupby(["net", "algorithm", "epoch"]):
        row = found.loc[place]
        assert row["slope"] == pytest.approx(stats.linregress(some["cost"], some["worth"]).slope, rel=1e-9)
        assert row["low"] <= row["high"]


def test_intervals_of_slopes_hold_the_truth(seeded):
    found = experiment.regression_slopes(drawn_rows(runs=40), seeded())
    truth = np.where(found["algorithm"] == "A1", 2.0, -3.0)
    assert ((found["low"] - 0.02 < truth) & (truth < found["high"] + 0.02)).all()
    assert (found["high"] - found["low"] < 0.1).all()


def test_with_one_run_there_is_nothing_to_draw(seeded):
    found = experiment.regression_slopes(drawn_rows(runs=1), seeded(), 10)
    np.testing.assert_allclose(found["low"], found["slope"], rtol=1e-9)
    np.testing.assert_allclose(found["high"], found["slope"], rtol=1e-9)


def test_association_is_the_rank_correlation_of_all_neurons_over_runs(seeded):
    rows = drawn_rows(runs=8).query("algorithm == 'A1' and net == 'N1' and epoch == 10")
    found = experiment.association(rows, seeded(), 50)
    assert found.value == stats.spearmanr(rows["worth"], rows["cost"]).statistic
    assert found.low <= found.value <= found.high
    assert found.n == 8  # runs


@given(st.integers(1, 6))
def test_means_of_resampled_runs(runs):
    values = torch.arange(runs * 4.0).view(runs, 2, 2)
    found = experiment.resample(values, torch.Generator().manual_seed(1), 500)
    assert found.shape == (500, 2, 2)
    assert (found >= values.amin(0) - 1e-9).all()
    assert (found <= values.amax(0) + 1e-9).all()
    torch.testing.assert_close(found[:, 0, 1] - found[:, 0, 0], torch.ones(500, dtype=torch.float64))
    torch.testing.assert_close(found.mean(0), values.mean(0).double(), rtol=0, atol=1.0)


def test_correlations_within_runs_do_not_see_what_runs_differ_by():
    rows = drawn_rows(runs=4, units=30)
    rows["cost"] += 100 * rows["run"]  # pooled, this alone would order the neurons
    found = experiment.within(rows)
    assert found.xs("A1", level="algorithm").min() > 0.9
    assert found.xs("A2", level="algorithm").max() < -0.9
    assert len(found) == 2 * 2 * 2


def test_a_ratio_of_means(seeded):
    pairs = torch.tensor([[1.0, 2.0], [3.0, 4.0], [2.0, 6.0]])
    found = experiment.ratio(pairs, seeded())
    assert found.value == pytest.approx(0.5)
    assert 1 / 3 - 1e-9 <= found.low <= found.value <= found.high <= 0.75 + 1e-9
    assert found.n == 3
