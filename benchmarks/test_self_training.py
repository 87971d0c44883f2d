"""Self-training of a population: both engines against one module per net.

Bars: 1,000 weightwise nets × 2,500 full-batch steps in at most 1 s with the closed form, and at least 1,000 times the
net-steps per second of the plain loop.
"""

import time

import oracle
import pytest
import torch

from srnn_lib.replicators import dynamics, fixpoints
from srnn_lib.replicators.presets import preset

SETTINGS = preset("artl2021")
REDUCTION = SETTINGS.reduction("weightwise")
NETS, STEPS = 1000, 2500
LOOP_NETS, LOOP_STEPS = 10, 250  # enough steps for the making of the modules not to count


def start(nets, dtype="float32"):
    """The same random nets for everybody."""
    return SETTINGS.population(REDUCTION, nets, torch.Generator().manual_seed(0), dtype)


def train(engine, nets, steps, dtype="float32"):
    """The population after so many steps."""
    process = dynamics.self_training(REDUCTION, start(nets, dtype), SETTINGS.rule, steps=steps, engine=engine)
    return dynamics.last(process)


class Concatenated(oracle.Net):
    """The loop over modules at its best: weights read by one concatenation instead of one by one."""

    def self_train(self, optimiser):
        weights = torch.cat([kernel.weight.flatten() for kernel in self.kernels]).detach()[:, None]
        optimiser.zero_grad()
        torch.nn.functional.mse_loss(self(torch.cat([weights, self.codes], dim=1)), weights).backward()
        optimiser.step()


def plain_loop(nets, steps):
    """One module per net, weights read one by one, as the authors' code does it."""
    modules = oracle.nets(REDUCTION, start(nets))
    optimisers = oracle.optimisers(modules, SETTINGS.rule.learning_rate)
    for _ in range(steps):
        for net, optimiser in zip(modules, optimisers, strict=True):
            net.train_on(net.read(), optimiser)
    return oracle.population(modules)


def concatenating_loop(nets, steps):
    """One module per net, weights read by one concatenation."""
    modules = [Concatenated(REDUCTION, row) for row in start(nets)]
    optimisers = oracle.optimisers(modules, SETTINGS.rule.learning_rate)
    for _ in range(steps):
        for net, optimiser in zip(modules, optimisers, strict=True):
            net.self_train(optimiser)
    return oracle.population(modules)


LOOPS = {"plain": plain_loop, "concatenating": concatenating_loop}


def seconds(function, *arguments):
    """Wall time of the fastest of five calls."""
    times = []
    for _ in range(5):
        before = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - before)
    return min(times)


@pytest.fixture(scope="module")
def loop_rates():
    """Net-steps per second of each loop over modules."""
    return {name: LOOP_NETS * LOOP_STEPS / seconds(loop, LOOP_NETS, LOOP_STEPS) for name, loop in LOOPS.items()}


def report(benchmark, net_steps, rates=None):
    """Net-steps per second of the fastest round, and how many times faster than each loop."""
    rate = net_steps / benchmark.stats.stats.min
    benchmark.extra_info["net_steps_per_second"] = round(rate)
    for name, loop_rate in (rates or {}).items():
        benchmark.extra_info[f"times_the_{name}_loop"] = round(rate / loop_rate)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_closed_form(benchmark, loop_rates, dtype):
    final = benchmark.pedantic(train, ("linear", NETS, STEPS, dtype), rounds=7, warmup_rounds=1)
    report(benchmark, NETS * STEPS, loop_rates)
    assert fixpoints.is_fixpoint(REDUCTION, final).double().mean() > 0.9


def test_autograd(benchmark, loop_rates):
    final = benchmark.pedantic(train, ("autograd", NETS, STEPS), rounds=3, warmup_rounds=1)
    report(benchmark, NETS * STEPS, loop_rates)
    assert fixpoints.is_fixpoint(REDUCTION, final).double().mean() > 0.9


@pytest.mark.parametrize("name", LOOPS)
def test_loop_over_modules(benchmark, name):
    final = benchmark.pedantic(LOOPS[name], (LOOP_NETS, LOOP_STEPS), rounds=5, warmup_rounds=1)
    report(benchmark, LOOP_NETS * LOOP_STEPS)
    torch.testing.assert_close(final, train("linear", LOOP_NETS, LOOP_STEPS), rtol=1e-4, atol=1e-4)
