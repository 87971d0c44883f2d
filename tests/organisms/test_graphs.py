"""Organisms on a GPU: the same draws, the same training up to rounding; and all that a graph needs, on the CPU."""

from itertools import pairwise

import pytest
import torch
from graphs import Repeated

from srnn_lib.organisms import training
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Addition, Classification
from srnn_lib.organisms.training import Pupil, Schedule
from srnn_lib.replicators import captured
from srnn_lib.replicators.architecture import Architecture

SCHEDULES = {
    "as in the chapters": Schedule(3),
    "momentum kept": Schedule(2, self_momentum="kept"),
    "no momentum": Schedule(2, momentum=0.0),
    "task momentum reset": Schedule(2, task_momentum="reset"),
    "task alone": Schedule(0),
    "replication alone": Schedule(3, task=False),
    "gradient through targets": Schedule(2, detach=False),
}
PARTICLES = [Architecture((5, 3, 3, 1)), Architecture((5, 3, 1), "tanh", linear_output=True)]
every_schedule = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
every_particle = pytest.mark.parametrize("particle", PARTICLES, ids=["linear", "tanh"])


@pytest.fixture(params=["addition", "images"])
def lesson(request, images):
    """A task, and the widths of an organism for it."""
    if request.param == "addition":
        return Addition(pairs=60, batch=20, test_pairs=50), (2, 3, 3, 1)
    return Classification(images, batch=50, noise=0.1), (12, 3, 3, 4)


def pupil(lesson, particle, schedule, seeded, device="cpu"):
    task, widths = lesson
    shape = Organism(widths, particle, "gelu", "each")
    weights = shape.populate(3, seeded(), dtype="float64")
    return Pupil(shape, weights, task, schedule=schedule, epochs=4, generator=seeded(1), every=2, device=device)


def course(learner, epochs=4):
    for _ in range(epochs):
        learner.advance()
    return vars(learner.history())


@every_schedule
@every_particle
def test_steps_that_change_everything_in_place_are_the_same(particle, schedule, lesson, seeded, monkeypatch):
    expected = course(pupil(lesson, particle, schedule, seeded))
    monkeypatch.setattr(captured, "possible", lambda weights: weights.dtype == torch.float64)
    monkeypatch.setattr(training, "Captured", Repeated)
    first, second = (pupil(lesson, particle, schedule, seeded) for _ in range(2))
    buffer = first.weights
    course(first, 2)
    assert first.weights is buffer
    second.resume({name: tensor.contiguous().clone() for name, tensor in first.state().items()})
    for found in (course(first, 2), course(second, 2)):
        for name, value in expected.items():
            torch.testing.assert_close(found[name], value, rtol=1e-12, atol=1e-14, equal_nan=True)


@pytest.mark.gpu
@every_schedule
@every_particle
def test_a_gpu_trains_as_the_cpu_does(particle, schedule, lesson, seeded):
    expected = course(pupil(lesson, particle, schedule, seeded))
    learner = pupil(lesson, particle, schedule, seeded, "cuda")
    found = course(learner)
    assert learner.weights.is_cuda
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-9, atol=1e-11, equal_nan=True)


@pytest.mark.gpu
@every_schedule
def test_a_training_goes_on_from_a_gpu_to_the_cpu_and_back(schedule, lesson, seeded):
    expected = course(pupil(lesson, PARTICLES[0], schedule, seeded))
    devices = ["cuda", "cpu", "cuda", "cpu"]
    learners = [pupil(lesson, PARTICLES[0], schedule, seeded, device) for device in devices]
    for before, after in pairwise(learners):
        before.advance()
        after.resume({name: tensor.cpu().contiguous() for name, tensor in before.state().items()})
    found = course(learners[-1], 1)
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-9, atol=1e-11, equal_nan=True)
