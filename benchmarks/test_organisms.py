"""Organisms: one epoch of images, one step beside an ordinary network, both lessons beside a loop over modules.

Bars: 200 epochs of 60 batches of 1,000 images for 2,550 particles in at most 60 s; a step on the task by 1,200
particles of 55 weights in at most 1.5 times that of a plain torch network of their shape; and both lessons of these
particles at least 300 times as fast as a loop over one torch module per particle. Times do not depend on what the
images show, so they are random.
"""

import time

import pytest
import torch
from organism_loop import Loop
from torch import nn

from srnn_lib.data import Images
from srnn_lib.organisms import training
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Addition, Classification
from srnn_lib.organisms.training import Schedule
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.engines import Trainer

EPOCHS = 200
PARTICLE = Architecture((5, 5, 5, 1))
RATE, MOMENTUM = 0.004, 0.9


def generator(seed=0):
    """The same draws for everybody."""
    return torch.Generator().manual_seed(seed)


def images(train, test=1000):
    """Random images of 15 x 15 pixels, of ten classes."""
    pixels, labels = torch.rand(train + test, 225, generator=generator()), torch.arange(train + test) % 10
    return Images("random", 15, pixels[:train], labels[:train], pixels[train:], labels[train:], {})


class Stepper:
    """What one step on the task is in the library: gradient, momentum, update."""

    def __init__(self, organism, task):
        self.organism, self.task = organism, task
        self.weights, self.velocity = organism.populate(1, generator()), 0.0

    def step(self, inputs, targets):
        """One update of all weights."""
        gradient = training.task_gradient(self.organism, self.weights, self.task, inputs, targets)[0]
        self.velocity = MOMENTUM * self.velocity + gradient
        self.weights = self.weights.sub(self.velocity, alpha=RATE)


def fastest(function, rounds):
    """Wall time of the fastest of some calls."""
    times = []
    for _ in range(rounds):
        before = time.perf_counter()
        function()
        times.append(time.perf_counter() - before)
    return min(times)


def test_epoch_of_images(benchmark):
    task = Classification(images(60_000), 1000)
    organism = Organism((225, 10, 10, 10, 10), activation="gelu", residual="each")
    start = organism.populate(1, generator())

    def epoch():
        return training.train(organism, start, task, schedule=Schedule(5), epochs=1, generator=generator(1))

    course = benchmark.pedantic(epoch, rounds=3, warmup_rounds=1)
    benchmark.extra_info["seconds_for_200_epochs"] = round(EPOCHS * benchmark.stats.stats.min, 1)
    assert organism.particles == 2550
    assert course.weights[-1].isfinite().all()


def test_task_step_beside_an_ordinary_network(benchmark):
    organism = Organism((225, 5, 5, 10), PARTICLE, "gelu")
    task = Classification(images(2000))
    inputs, targets = task.images.train, task.images.train_labels
    stepper = Stepper(organism, task)
    module = organism.module(organism.gains(stepper.weights)[0])
    optimiser = torch.optim.SGD(module.parameters(), RATE, momentum=MOMENTUM)

    def ordinary():
        optimiser.zero_grad()
        nn.functional.cross_entropy(module(inputs), targets).backward()
        optimiser.step()

    benchmark.pedantic(stepper.step, (inputs, targets), rounds=300, warmup_rounds=20)
    plain = fastest(ordinary, 300)
    benchmark.extra_info["ordinary_milliseconds"] = round(1e3 * plain, 3)
    benchmark.extra_info["times_an_ordinary_step"] = round(benchmark.stats.stats.min / plain, 2)
    assert (organism.particles, PARTICLE.weight_count) == (1200, 55)
    assert stepper.weights.isfinite().all()


def test_both_lessons_beside_the_loop(benchmark):
    organism = Organism((225, 5, 5, 10), PARTICLE)
    inputs, targets = torch.rand(2000, 225, generator=generator()), torch.rand(2000, 10, generator=generator(1))
    stepper, schedule = Stepper(organism, Addition()), Schedule(1)
    loop = Loop(organism, stepper.weights[0], schedule)
    trainer = Trainer(organism.replication, schedule.rule(organism.particles))

    def both():
        stepper.weights = organism.stacked(trainer.step(organism.nets(stepper.weights)))
        stepper.step(inputs, targets)

    def plainly():
        loop.replicate()
        loop.perform(inputs, targets)

    before = stepper.weights
    both()
    plainly()
    torch.testing.assert_close(stepper.weights[0], loop.flat(), rtol=1e-3, atol=1e-5)
    assert not torch.equal(stepper.weights, before)
    benchmark.pedantic(both, rounds=100, warmup_rounds=10)
    benchmark.extra_info["times_the_loop"] = round(fastest(plainly, 3) / benchmark.stats.stats.min)


@pytest.fixture(autouse=True)
def one_thread():
    """What the bars are for."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
