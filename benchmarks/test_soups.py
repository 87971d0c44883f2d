"""Soups: a thousand at once, sequential order, against the plain loop over modules.

Bar: 1,000 soups × 20 nets × 100 epochs × 30 steps of self-training (one full-batch update each) with at least 300 times
the net-steps per second of the plain loop, which is measured on a small piece. Single-pair updates, the rule of 2019,
are measured beside it on 30 soups. The loop runs in float64, in which the library is held equal to it: a net that an
attack has made large trains at the edge of stability and multiplies the rounding of float32 within a few epochs.
"""

import time

import pytest
import torch
from soup_loop import Loop

from srnn_lib.experiments.soups import chronicle
from srnn_lib.replicators import fixpoints, soup
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.presets import preset
from srnn_lib.replicators.soup_schedule import SoupSchedule

SETTINGS = preset("alife2019")
REDUCTION = SETTINGS.reduction("weightwise")
SCHEDULE = SoupSchedule(attack_chance=0.1, training_steps=30)
RULES = {"full": UpdateRule(SETTINGS.rule.learning_rate, "full"), "single": SETTINGS.rule}
NETS = 20
PIECE = {"full": (1, 10), "single": (1, 2)}  # soups and epochs of the plain loop
WHOLE = {"full": (1000, 100), "single": (30, 100)}


def generator(seed):
    """The same draws for everybody."""
    return torch.Generator().manual_seed(seed)


def start(soups, dtype):
    """Random soups, the same first ones for everybody."""
    return SETTINGS.population(REDUCTION, soups * NETS, generator(0), dtype).unflatten(0, (soups, NETS))


def evolve(name, soups, epochs, dtype="float32"):
    """Events of soups, all at once, and the soups at the end."""
    process = soup.evolve(
        REDUCTION, start(soups, dtype), SCHEDULE, rule=RULES[name], epochs=epochs, generator=generator(1), epsilon=1e-4
    )
    events, path = chronicle(process)
    return events, path[-1]


def loop_rate(name):
    """Net-steps per second of the plain loop, the faster of two runs, after a look at its result."""
    soups, epochs = PIECE[name]
    times = []
    for _ in range(2):
        before = time.perf_counter()
        loop = Loop(REDUCTION, start(soups, "float64"), SCHEDULE, RULES[name]).evolve(epochs, generator(1))
        times.append(time.perf_counter() - before)
    events, final = evolve(name, soups, epochs, "float64")
    assert [tuple(row) for row in events.iloc[:, :5].itertuples(index=False)] == [event[:5] for event in loop.events]
    torch.testing.assert_close(final, loop.weights, rtol=1e-6, atol=1e-6)
    return soups * NETS * epochs * SCHEDULE.training_steps / min(times)


@pytest.mark.parametrize("name", RULES)
def test_soups(benchmark, name):
    soups, epochs = WHOLE[name]
    _, final = benchmark.pedantic(evolve, (name, soups, epochs), rounds=1, warmup_rounds=0)
    rate = soups * NETS * epochs * SCHEDULE.training_steps / benchmark.stats.stats.min
    benchmark.extra_info["net_steps_per_second"] = round(rate)
    benchmark.extra_info["times_the_plain_loop"] = round(rate / loop_rate(name))
    assert not fixpoints.is_divergent(final).all()
