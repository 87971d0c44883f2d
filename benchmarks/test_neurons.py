"""Stacked runs, statistics and removal costs of BI, on images with as many inked pixels as MNIST has.

Bars: 50 runs of N1, one update of batch 600, in at most 15 ms on two cores and at least 5 times faster than 50
separate torch networks; one pass of statistics over 60,000 images with 100 units in at most twice the forward pass
and 1 GiB.
"""

import time

import psutil
import pytest
import torch

from srnn_lib.neurons import death, modules, moments, sgd, sparse_inputs, stacks

RUNS = {"N1": 50, "N2": 50, "N3": 50, "N4": 28}
BATCH = 600
GIB = 2**30


@pytest.fixture(scope="module")
def images():
    """6,000 images of 784 pixels, inked as often as MNIST's: 67 never, half of them in less than one image in seven."""
    generator = torch.Generator().manual_seed(0)
    pixels = torch.rand(6_000, 784, generator=generator)
    pixels *= torch.rand(6_000, 784, generator=generator) < 0.6 * torch.linspace(0, 1, 784) ** 2.2
    pixels[:, :67] = 0
    return pixels, torch.randint(10, (6_000,), generator=generator)


def trainer(name, images, rare=sparse_inputs.RARE):
    """A stack in training."""
    stack = stacks.random_stack(name, RUNS[name], torch.Generator().manual_seed(0), init="fan-in")
    return sgd.SGD(stack, *images, rule=sgd.SGDRule(0.01, BATCH), seed=0, rare=rare)


def separate(images, updates=5):
    """Seconds per update of 50 networks of torch, one after the other."""
    stack = trainer("N1", images).stack
    nets = [modules.to_module(stack, run) for run in range(50)]
    optimisers = [torch.optim.SGD(net.parameters(), lr=0.01, weight_decay=0.001) for net in nets]
    pixels, labels = images[0][:BATCH], images[1][:BATCH]
    before = time.perf_counter()
    for _ in range(updates):
        for net, optimiser in zip(nets, optimisers, strict=True):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(net(pixels), labels).backward()
            optimiser.step()
    return (time.perf_counter() - before) / updates


def whole(name, images):
    """Seconds per update if no pixel is multiplied by itself."""
    training, times = trainer(name, images, 0.0), []
    for epoch in range(8):
        before = time.perf_counter()
        training.epoch(epoch)
        times.append(time.perf_counter() - before)
    return min(times) / (6_000 // BATCH)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", RUNS)
def test_updates(benchmark, images, name, threads):
    training, numbers = trainer(name, images), iter(range(10**6))
    torch.set_num_threads(threads)
    benchmark.pedantic(lambda: training.epoch(next(numbers)), rounds=8, warmup_rounds=2)
    seconds = benchmark.stats.stats.min / (6_000 // BATCH)
    products = 4 * BATCH * 718 * RUNS[name] * stacks.NETS[name][1]
    benchmark.extra_info["milliseconds_per_update"] = round(1e3 * seconds, 2)
    benchmark.extra_info["times_whole_products"] = round(whole(name, images) / seconds, 2)
    benchmark.extra_info["gigaflop_per_second_of_wide_products"] = round(products / seconds / 1e9)
    if name == "N1":
        benchmark.extra_info["times_separate_runs"] = round(min(separate(images) for _ in range(3)) / seconds, 1)
    torch.set_num_threads(1)


def test_statistics(benchmark):
    """60,000 images, widths 784-100-100-10, one run."""
    stack = stacks.random_stack((784, 100, 100, 10), 1, torch.Generator().manual_seed(0))
    pixels = torch.rand(60_000, 784, generator=torch.Generator().manual_seed(1))
    before = psutil.Process().memory_info().rss
    benchmark.pedantic(moments.measure, (stack, pixels), rounds=5, warmup_rounds=1)
    used = psutil.Process().memory_info().rss - before
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for some in pixels.split(stacks.CHUNK):
            stacks.activations(stack, some)
        times.append(time.perf_counter() - start)
    benchmark.extra_info["times_the_forward_pass"] = round(benchmark.stats.stats.min / min(times), 2)
    benchmark.extra_info["gibibytes_more"] = round(used / GIB, 3)


@pytest.mark.parametrize("name", ["N1", "N3"])
def test_costs_of_every_removal(benchmark, images, name):
    stack = trainer(name, images).stack
    found = moments.measure(stack, images[0])
    benchmark.pedantic(death.costs, (stack, found, images[0]), {"labels": images[1]}, rounds=3)
