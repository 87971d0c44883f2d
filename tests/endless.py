"""What a process of its own does until it is killed: the tests' modules cannot be imported there, this one can."""

import time

import torch

from srnn_lib.experiments import checkpoints, organisms, resuming
from srnn_lib.organisms import Addition, Organism, Schedule, training
from srnn_lib.randomness import seeded
from srnn_lib.replicators import dynamics, preset


def train(training):
    """Train and save after every epoch."""
    torch.set_num_threads(1)
    checkpoints.MINUTES = 0
    training.run()


class Walk:
    """A random walk that remembers all of its places: the smallest process there is to resume."""

    def __init__(self):
        self.generator, self.steps, self.path = seeded(5), 0, torch.zeros(1, 3)

    def advance(self):
        self.steps += 1
        self.path = torch.cat([self.path, self.path[-1:] + torch.rand(3, generator=self.generator)])

    def state(self):
        return {"path": self.path, "steps": torch.tensor(self.steps), "generator": self.generator.get_state()}

    def resume(self, state):
        self.path, self.steps = state["path"], int(state["steps"])
        self.generator.set_state(state["generator"])


def walk(path):
    """Walk and save after every step."""
    torch.set_num_threads(1)
    resuming.SECONDS_BETWEEN = 0
    resuming.go_on(Walk(), 10**6, path=path, settings={})


EPOCHS = 6


def organisms_trained():
    """Two organisms that add."""
    task = Addition(pairs=60, batch=20, test_pairs=50)
    return organisms.trained(Organism(), task, Schedule(2), seeds=2, epochs=EPOCHS, seed=7, every=EPOCHS)


def train_organisms():
    """Train them and save after every epoch; never come further than half way."""
    torch.set_num_threads(1)
    resuming.SECONDS_BETWEEN, advance = 0, training.Pupil.advance
    training.Pupil.advance = lambda pupil: advance(pupil) if pupil.epoch < EPOCHS // 2 else time.sleep(600)
    organisms_trained()


def nets():
    """Nets in self-training by single pairs, five steps a stretch."""
    settings = preset("alife2019")
    start = settings.population(settings.reduction("weightwise"), 40, seeded(1))
    course = dynamics.self_training(
        settings.reduction("weightwise"), start, settings.rule, steps=10**6, generator=seeded(2)
    )
    return dynamics.Recording(course, 5, slice(0))


def train_nets(path):
    """Train nets and save after every stretch."""
    torch.set_num_threads(1)
    resuming.SECONDS_BETWEEN = 0
    resuming.go_on(nets(), 10**5, path=path, settings={})
