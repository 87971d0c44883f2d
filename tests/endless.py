"""What a process of its own does until it is killed: the tests' modules cannot be imported there, this one can."""

import torch

from srnn_lib.experiments import checkpoints


def train(training):
    """Train and save after every epoch."""
    torch.set_num_threads(1)
    checkpoints.MINUTES = 0
    training.run()
