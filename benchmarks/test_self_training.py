"""Self-training of a population: every engine against one module per net, and against the update of the weights alone.

Bars: 1,000 weightwise nets × 2,500 full-batch steps by the kernels in at most three times what an in-place update with
momentum takes for as many weights, and at least 1,000 times the net-steps per second of the plain loop.
"""

import time

import oracle
import pytest
import torch

from srnn_lib.randomness import seeded
from srnn_lib.replicators import dynamics, fixpoints
from srnn_lib.replicators.architecture import nets_adjacent
from srnn_lib.replicators.engines import Trainer
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
@pytest.mark.parametrize("engine", ["compiled", "plain", "autograd"])
def test_engines(benchmark, loop_rates, engine, dtype):
    final = benchmark.pedantic(train, (engine, NETS, STEPS, dtype), rounds=5, warmup_rounds=1)
    report(benchmark, NETS * STEPS, loop_rates)
    assert fixpoints.is_fixpoint(REDUCTION, final).double().mean() > 0.9


@pytest.mark.parametrize("nets", [10, 100, 10_000, 100_000, 1_000_000])
@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_many_nets(benchmark, engine, nets):
    """The steps alone, without drawing the nets."""
    weights, steps = nets_adjacent(start(nets)), min(max(100, 1_000_000 // nets), 5_000)
    trainer = Trainer(REDUCTION, SETTINGS.rule, engine=engine)
    benchmark.pedantic(trainer.steps, (weights, steps), rounds=3, warmup_rounds=1)
    report(benchmark, nets * steps)


def test_the_update_alone(benchmark):
    """What no engine can go below that computes in tensors: momentum and weights, in place, with a given gradient."""
    weights, velocity, gradient = (torch.rand(14, NETS) for _ in range(3))

    def update():
        for _ in range(STEPS):
            velocity.mul_(0.9).add_(gradient)
            weights.sub_(velocity, alpha=1e-6)

    benchmark.pedantic(update, rounds=5, warmup_rounds=1)
    report(benchmark, NETS * STEPS)


SLOWER = {
    "single pairs": ("alife2019", "weightwise", "linear"),
    "single pairs, tanh": ("alife2019", "weightwise", "tanh"),
    "full batch, tanh": ("artl2021", "weightwise", "tanh"),
    "full batch, sigmoid": ("artl2021", "weightwise", "sigmoid"),
    "aggregating": ("artl2021", "aggregating", "linear"),
    "recurrent": ("artl2021", "recurrent", "linear"),
    "recurrent, tanh": ("artl2021", "recurrent", "tanh"),
}


@pytest.mark.parametrize("name", SLOWER)
@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_other_nets(benchmark, engine, name):
    settings, kind, activation = preset(SLOWER[name][0]), *SLOWER[name][1:]
    reduction, nets, steps = settings.reduction(kind, activation), 600, 20
    weights = 0.6 * settings.population(reduction, nets, seeded(0))

    def trained():
        trainer = Trainer(reduction, settings.rule, seeded(1), engine)
        return trainer.steps(nets_adjacent(weights), steps)

    benchmark.pedantic(trained, rounds=3, warmup_rounds=1)
    report(benchmark, nets * steps)


@pytest.mark.parametrize("name", LOOPS)
def test_loop_over_modules(benchmark, name):
    final = benchmark.pedantic(LOOPS[name], (LOOP_NETS, LOOP_STEPS), rounds=5, warmup_rounds=1)
    report(benchmark, LOOP_NETS * LOOP_STEPS)
    torch.testing.assert_close(final, train("plain", LOOP_NETS, LOOP_STEPS), rtol=1e-4, atol=1e-4)
