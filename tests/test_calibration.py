"""The tables behind the choice of the open settings, on a small stand-in."""

import pytest
import torch

from srnn_lib.data import Images
from srnn_lib.lifecycle import calibration, protocol


@pytest.fixture
def images(seeded, tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    pixels = torch.rand(600, 784, generator=seeded(3))
    labels = (pixels[:, :9].sum(1) * 9).long() % 10
    return Images("mnist", 28, pixels, labels, pixels, labels, {})


def test_a_sweep_has_a_row_per_setting_run_and_round(images):
    said = []
    table = calibration.sweep(images, [("unit", "fan-in", "all"), ("standard", "normal", "weights")], 2, 2, said.append)
    assert len(table) == 8
    assert table["epoch"].unique().tolist() == [500, 1000]
    assert table["share"].between(0, 0.5).all()
    assert table["loss"].between(0, 5).all()
    assert len(said) == 2
    assert len(calibration.GRID) == 16


def test_curves_overlay_at_equal_products_of_rate_and_time(images):
    table = calibration.overlay(images, runs=2, epochs=100)
    wide = table.pivot(index=["epoch", "run"], columns="level", values="loss")
    assert len(wide) == 20
    assert (wide["paper"] - wide["scaled"]).abs().max() < 0.02
    assert protocol.LEVELS == {"scaled": 10, "paper": 1}
