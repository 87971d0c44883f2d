"""Organisms beside ordinary networks of their shape, and beside a loop over modules.

Bars: on a batch of 1,000 images, five steps of self-training of 2,550 particles and one on the task in at most 1.8
times what the ordinary network's step takes; twenty-five and one in at most 2.8 times. Times do not depend on what the
images show, so they are random.
"""

import pytest
import torch
from organism_loop import Loop
from torch import nn

from srnn_lib.data import Images
from srnn_lib.organisms import training
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Addition, Classification
from srnn_lib.organisms.training import Schedule
from srnn_lib.randomness import seeded
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.engines import Trainer

BATCH, BATCHES = 1000, 60
ORGANISM = Organism((225, 10, 10, 10, 10), activation="gelu", residual="each")
PRODUCTS = (
    6 * BATCH * ORGANISM.particles - 2 * BATCH * 225 * 10
)  # of an ordinary step; nobody asks for the pixels' slope
SELF_STEPS = {"5:1": 5, "25:1": 25}
ROW = {"unit": "batch", "flop": PRODUCTS, "weights": ORGANISM.particles}


@pytest.fixture
def task(device):
    """Random images of 15 x 15 pixels, of ten classes; hardly any to be examined on."""
    pixels, labels = torch.rand(BATCH * BATCHES, 225, generator=seeded(0)), torch.arange(BATCH * BATCHES) % 10
    pixels, labels = pixels.to(device), labels.to(device)
    return Classification(Images("random", 15, pixels, labels, pixels[:100], labels[:100], {}), BATCH)


class Ordinary(nn.Module):
    """The network of the organism's shape as one writes it in torch."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(i, o, bias=False) for o, i in ORGANISM.shapes)

    def forward(self, inputs):
        first, *hidden, last = self.layers
        signal = nn.functional.gelu(first(inputs))
        for layer in hidden:
            signal = signal + nn.functional.gelu(layer(signal))
        return last(signal)


@pytest.mark.parametrize("name", SELF_STEPS)
def test_organisms(measure, device, task, name):
    start = ORGANISM.populate(1, seeded(0))
    given = {"schedule": Schedule(SELF_STEPS[name]), "epochs": 1}
    if device != "cpu":  # where the first epoch records what the others repeat
        given |= {"epochs": 10, "device": device}

    def train():
        return training.train(ORGANISM, start, task, generator=seeded(1), **given)

    course = measure(train, BATCHES * given["epochs"], what="organism", way=name, **ROW)
    assert course.weights[-1].isfinite().all()


def test_an_ordinary_network(measure, device, task):
    network = Ordinary().to(device)
    optimiser = torch.optim.SGD(network.parameters(), 0.004, momentum=0.9)
    seen = [(inputs.to(device), targets.to(device)) for inputs, targets in task.epoch(1, seeded(1))]

    def epoch():
        for inputs, targets in seen:
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(inputs), targets).backward()
            optimiser.step()

    measure(epoch, BATCHES, what="organism", way="ordinary network", **ROW)


@pytest.mark.parametrize("way", ["library", "modules"])
def test_both_lessons(measure, way):
    """One step of each for 1,200 particles of 55 weights, by the library and by one module per particle."""
    organism, schedule = Organism((225, 5, 5, 10), Architecture((5, 5, 5, 1))), Schedule(1)
    inputs, targets = torch.rand(2000, 225, generator=seeded(0)), torch.rand(2000, 10, generator=seeded(1))
    start = organism.populate(1, seeded(0))
    loop, trainer = Loop(organism, start[0], schedule), Trainer(organism.replication, schedule.rule(organism.particles))

    def library():
        weights = organism.stacked(trainer.step(organism.nets(start)))
        gradient = training.task_gradient(organism, weights, Addition(), inputs, targets)[0]
        return (weights - schedule.learning_rate * gradient)[0]

    def modules():
        loop.replicate()
        loop.perform(inputs, targets)
        return loop.flat()

    torch.testing.assert_close(library(), modules(), rtol=1e-3, atol=1e-5)
    call, rounds = (library, 50) if way == "library" else (modules, 2)
    measure(call, organism.particles, what="both lessons", way=way, rounds=rounds, unit="particle")
