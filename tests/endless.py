"""What a process of its own does until it is killed: the tests' modules cannot be imported there, this one can."""

import torch

from srnn_lib.experiments import checkpoints, resuming
from srnn_lib.randomness import seeded


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
