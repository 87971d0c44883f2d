"""Soups: a thousand at once, sequential order, against the plain loop over modules.

Bar: 1,000 soups × 20 nets × 30 steps of self-training per epoch (one full-batch update each) with at least 300 times
the net-steps per second of the plain loop, which is measured on a small piece. Single-pair updates, the rule of 2019,
are measured beside it on 30 soups. The loop runs in float64, in which the library is held equal to it: a net that an
attack has made large trains at the edge of stability and multiplies the rounding of float32 within a few epochs.
"""

import pytest
import torch
from soup_loop import Loop

from srnn_lib.experiments.soups import chronicle
from srnn_lib.randomness import seeded
from srnn_lib.replicators import fixpoints, soup
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.presets import preset
from srnn_lib.replicators.soup_schedule import SoupSchedule

SETTINGS = preset("alife2019")
REDUCTION = SETTINGS.reduction("weightwise")
SCHEDULE = SoupSchedule(attack_chance=0.1, training_steps=30)
RULES = {"full": UpdateRule(SETTINGS.rule.learning_rate, "full"), "single": SETTINGS.rule}
NETS = 20
PIECE = {"full": (1, 5), "single": (1, 1)}  # soups and epochs of the plain loop
WHOLE = {"full": (1000, 20), "single": (30, 20)}


def start(soups, dtype):
    """Random soups, the same first ones for everybody."""
    return SETTINGS.population(REDUCTION, soups * NETS, seeded(0), dtype).unflatten(0, (soups, NETS))


def evolve(name, soups, epochs, dtype="float32"):
    """Events of soups, all at once, and the soups at the end."""
    process = soup.evolve(
        REDUCTION, start(soups, dtype), SCHEDULE, rule=RULES[name], epochs=epochs, generator=seeded(1), epsilon=1e-4
    )
    events, path = chronicle(process)
    return events, path[-1]


def loop(name):
    """Events and nets of the plain loop."""
    soups, epochs = PIECE[name]
    return Loop(REDUCTION, start(soups, "float64"), SCHEDULE, RULES[name]).evolve(epochs, seeded(1))


@pytest.mark.parametrize("name", RULES)
def test_soups(measure, name):
    soups, epochs = WHOLE[name]
    count = soups * NETS * epochs * SCHEDULE.training_steps
    row = {"what": f"soups, {name}", "way": "library", "unit": "net-step", "nets": soups * NETS}
    _, final = measure(lambda: evolve(name, soups, epochs), count, rounds=2, **row)
    assert not fixpoints.is_divergent(final).all()


@pytest.mark.parametrize("name", RULES)
def test_the_loop_over_modules(measure, name):
    soups, epochs = PIECE[name]
    count = soups * NETS * epochs * SCHEDULE.training_steps
    row = {"what": f"soups, {name}", "way": "modules", "unit": "net-step", "nets": soups * NETS}
    plain = measure(lambda: loop(name), count, rounds=2, **row)
    events, final = evolve(name, soups, epochs, "float64")
    assert [tuple(row) for row in events.iloc[:, :5].itertuples(index=False)] == [event[:5] for event in plain.events]
    torch.testing.assert_close(final, plain.weights, rtol=1e-6, atol=1e-6)
