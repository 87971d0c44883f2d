"""Stacks of networks beside separate ones, on images with as many inked pixels as MNIST has.

Bars: no stack slower than with all pixels in one product; one pass of statistics over 60,000 images with 100 units in
at most twice the forward pass.
"""

from itertools import pairwise

import pytest
import torch

from srnn_lib.neurons import death, modules, moments, sgd, sparse_inputs, stacks
from srnn_lib.randomness import seeded

RUNS = {"N1": 50, "N2": 50, "N3": 50, "N4": 28}
BATCH, IMAGES = 600, 6_000


@pytest.fixture(scope="module")
def images():
    """Images of 784 pixels, inked as often as MNIST's: 67 never, half of them in less than one image in seven."""
    generator = seeded(0)
    pixels = torch.rand(IMAGES, 784, generator=generator)
    pixels *= torch.rand(IMAGES, 784, generator=generator) < 0.6 * torch.linspace(0, 1, 784) ** 2.2
    pixels[:, :67] = 0
    return pixels, torch.randint(10, (IMAGES,), generator=generator)


def stack_of(name):
    """Random runs of that net."""
    return stacks.random_stack(name, RUNS[name], seeded(0), init="fan-in")


def row(name):
    """What is written down of an update of all runs, with the products that it needs if every pixel is multiplied."""
    widths = stacks.NETS[name]
    weights = sum(columns * rows for columns, rows in pairwise(widths))
    flop = BATCH * RUNS[name] * (6 * weights - 2 * widths[0] * widths[1])
    return {"what": name, "unit": "update", "nets": RUNS[name], "flop": flop}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("way", ["library", "dense"])
def test_updates(measure, device, images, name, way):
    stack, placed = stack_of(name).convert(lambda part: part.to(device)), [each.to(device) for each in images]
    rare = sparse_inputs.RARE if way == "library" else 0.0
    training = sgd.SGD(stack, *placed, rule=sgd.SGDRule(0.01, BATCH), seed=0, rare=rare)
    numbers = iter(range(10**6))
    measure(lambda: training.epoch(next(numbers)), IMAGES // BATCH, way=way, **row(name))


@pytest.mark.parametrize("name", RUNS)
def test_separate_networks(measure, device, images, name):
    """Networks of torch, one after the other."""
    nets = [modules.to_module(stack_of(name), run).to(device) for run in range(RUNS[name])]
    optimisers = [torch.optim.SGD(net.parameters(), lr=0.01, weight_decay=0.001) for net in nets]
    pixels, labels = (each[:BATCH].to(device) for each in images)

    def update():
        for net, optimiser in zip(nets, optimisers, strict=True):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(net(pixels), labels).backward()
            optimiser.step()

    measure(update, 1, way="separate networks", rounds=3, **row(name))


@pytest.mark.parametrize("way", ["library", "forward pass"])
def test_statistics(measure, way):
    """60,000 images, widths 784-100-100-10, one run."""
    stack = stacks.random_stack((784, 100, 100, 10), 1, seeded(0))
    pixels = torch.rand(60_000, 784, generator=seeded(1))

    def forward():
        for some in pixels.split(stacks.CHUNK):
            stacks.activations(stack, some)

    call = forward if way == "forward pass" else lambda: moments.measure(stack, pixels)
    measure(call, len(pixels), what="statistics", way=way, rounds=3, unit="image")


@pytest.mark.parametrize("name", ["N1", "N3"])
def test_costs_of_every_removal(measure, images, name):
    stack = stack_of(name)
    found = moments.measure(stack, images[0])
    call = lambda: death.costs(stack, found, images[0], labels=images[1])  # noqa: E731
    measure(call, RUNS[name], what=f"costs of removal, {name}", way="library", rounds=2, unit="run")
