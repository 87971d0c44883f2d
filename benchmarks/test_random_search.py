"""Random search: 100,000 random nets of each of the three reductions, drawn and asked what they are.

Bar: at most 5 s for all three.
"""

from srnn_lib.randomness import seeded
from srnn_lib.replicators import fixpoints
from srnn_lib.replicators.presets import REDUCTIONS, preset

NETS = 100_000


def search():
    """How often each outcome is met among the random nets of each reduction."""
    settings, generator, found = preset("alife2019"), seeded(0), {}
    for name in REDUCTIONS:
        reduction = settings.reduction(name)
        nets = settings.population(reduction, NETS, generator)
        found[name] = fixpoints.tally(fixpoints.classify(reduction, nets, settings.epsilon))
    return found


def test_random_search(measure):
    found = measure(search, len(REDUCTIONS) * NETS, what="random search", way="library", rounds=2, unit="net")
    assert [sum(tally.values()) for tally in found.values()] == [NETS] * 3
