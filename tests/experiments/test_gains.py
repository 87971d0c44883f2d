"""Smaller and larger first weights: everything else is as calibrated, and the factor one changes nothing."""

import pytest
import torch

from srnn_lib.experiments import calibration, gains
from srnn_lib.experiments.checkpoints import Training


@pytest.fixture
def images(noise_images):
    return noise_images(600, 28, 10)


def test_the_factor_one_gives_the_rows_of_the_calibration(images):
    found = gains.gain_table(images, (0.5, 1.0), runs=2)
    wanted = calibration.calibration_table(images, [("unit", "fan-in", "weights")], runs=2)
    same = found[found["gain"] == 1.0]
    for column in ("run", "epoch", "share", "loss"):
        assert same[column].tolist() == wanted[column].tolist()
    assert len(found) == 2 * 2 * 2
    assert found["share"].between(0, 0.5).all()


def test_plain_training_begins_with_multiples(images):
    plan = calibration.trial("unit", "fan-in", "weights", runs=2, rounds=1)
    training = Training(plan, images)
    half, whole = gains.trained_from(training, (0.5, 1.0), 1)
    trainer = training.trainer(plan.start().convert(lambda tensor: 0.5 * tensor))
    trainer.epoch(0)
    assert torch.equal(half.weights[0], trainer.stack.weights[0])
    assert not torch.equal(half.weights[0], whole.weights[0])


def test_a_factor_of_nothing_is_refused(images, refused):
    with refused("gain", "0"):
        gains.gain_table(images, (0.0,), runs=1)
