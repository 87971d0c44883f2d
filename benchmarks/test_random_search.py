"""Random search: 100,000 random nets of each of the three reductions, drawn and asked what they are.

Bar: at most 5 s for all three.
"""

import torch

from srnn_lib.replicators import fixpoints
from srnn_lib.replicators.presets import REDUCTIONS, preset

NETS = 100_000


def search():
    """How often each outcome is met among the random nets of each reduction."""
    settings, generator, found = preset("alife2019"), torch.Generator().manual_seed(0), {}
    for name in REDUCTIONS:
        reduction = settings.reduction(name)
        nets = settings.population(reduction, NETS, generator)
        found[name] = fixpoints.tally(fixpoints.classify(reduction, nets, settings.epsilon))
    return found


def test_random_search(benchmark):
    found = benchmark.pedantic(search, rounds=5, warmup_rounds=1)
    benchmark.extra_info["nets_per_second"] = round(len(REDUCTIONS) * NETS / benchmark.stats.stats.min)
    assert [sum(tally.values()) for tally in found.values()] == [NETS] * 3
