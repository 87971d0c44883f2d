"""The tables behind the choice of the open settings, on a small stand-in."""

from itertools import product

import pytest

from srnn_lib.experiments import calibration, plans
from srnn_lib.neurons import stacks


@pytest.fixture
def images(noise_images):
    return noise_images(600, 28, 10)


def test_a_sweep_has_a_row_per_setting_run_and_round(images):
    said = []
    settings = [("unit", "fan-in", "all"), ("standard", "normal", "weights")]
    table = calibration.calibration_table(images, settings, runs=2, rounds=2, say=said.append)
    assert len(table) == 8
    assert table["epoch"].unique().tolist() == [500, 1000]
    assert table["share"].between(0, 0.5).all()
    assert table["loss"].between(0, 5).all()
    assert set(table[["scaling", "init", "decay"]].itertuples(index=False, name=None)) == set(settings)
    assert len(said) == 2
    assert said[0].startswith("unit, fan-in, all: ")


def test_a_sweep_tries_everything_that_is_open():
    assert len(calibration.GRID) == len(set(calibration.GRID)) == 9
    assert {plan[:2] for plan in calibration.GRID} == set(product(plans.SCALINGS, stacks.INITS))
    plan = calibration.trial("standard", "normal", "all", runs=4, rounds=3)
    assert (plan.net, plan.runs, plan.epochs, plan.period, plan.pace) == ("N4", 4, 150, 50, 10)
    assert (plan.scaling, plan.init, plan.rule.decay, plan.renewal.cutoff) == ("standard", "normal", "all", 0.005)


def test_curves_overlay_at_equal_products_of_rate_and_time(images):
    table = calibration.overlay_table(images, runs=2, epochs=100)
    wide = table.pivot(index=["epoch", "run"], columns="level", values="loss")
    assert len(wide) == 20
    assert (wide["paper"] - wide["scaled"]).abs().max() < 0.02
    assert plans.PACES == {"scaled": 10, "paper": 1}
