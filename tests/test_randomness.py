"""Draws: what a net receives must not depend on its neighbours, the precision or earlier calls."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from srnn_lib import randomness

LARGEST_SEED = 2**64 - 1
"""Of torch's generators."""
DRAWS = {"uniform": randomness.uniform, "normal": randomness.normal, "permutations": randomness.permutations}
draws = pytest.mark.parametrize("name", DRAWS)


@draws
@given(few=st.integers(1, 40), more=st.integers(0, 200), length=st.integers(1, 20), seed=st.integers(0, 2**32))
def test_a_net_draws_the_same_beside_any_number_of_others(name, seeded, few, more, length, seed):
    alone = DRAWS[name](seeded(seed), few, length)
    together = DRAWS[name](seeded(seed), few + more, length)
    assert torch.equal(together[:few], alone)


@draws
def test_a_call_spends_one_number_however_much_it_draws(name, seeded):
    small, large = seeded(), seeded()
    DRAWS[name](small, 1, 1)
    DRAWS[name](large, 1000, 20)
    assert torch.equal(DRAWS[name](small, 5, 3), DRAWS[name](large, 5, 3))


@draws
def test_calls_differ_and_repeat_with_the_seed(name, seeded):
    generator = seeded()
    first, second = DRAWS[name](generator, 50, 7), DRAWS[name](generator, 50, 7)
    assert not torch.equal(first, second)
    assert torch.equal(first, DRAWS[name](seeded(), 50, 7))
    assert not torch.equal(first, DRAWS[name](seeded(1), 50, 7))


@draws
def test_the_global_generator_is_left_alone(name, seeded):
    before = torch.get_rng_state()
    DRAWS[name](seeded(), 10, 4)
    assert torch.equal(torch.get_rng_state(), before)


def test_shapes_and_precision(seeded):
    assert randomness.uniform(seeded(), 3, 2, 5).shape == (3, 2, 5)
    assert randomness.normal(seeded(), 3).shape == (3,)
    assert randomness.permutations(seeded(), 3, 5).shape == (3, 5)
    assert randomness.uniform(seeded(), 3).dtype == randomness.normal(seeded(), 3).dtype == torch.float64


def test_distributions(seeded):
    flat = randomness.uniform(seeded(), 20_000, low=-3.0, high=5.0)
    assert flat.min() >= -3 and flat.max() < 5
    assert stats.kstest(flat, stats.uniform(-3, 8).cdf).pvalue > 1e-3
    assert stats.kstest(randomness.normal(seeded(), 20_000), stats.norm.cdf).pvalue > 1e-3


def test_every_order_is_equally_likely(seeded):
    orders = randomness.permutations(seeded(), 6000, 3)
    assert torch.equal(orders.sort(dim=1).values, torch.arange(3).expand(6000, 3))
    counts = (orders @ torch.tensor([9, 3, 1])).unique(return_counts=True)[1]
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("extreme", [0.0, 1 - 2.0**-53])
def test_normal_draws_are_finite_at_both_ends(extreme, seeded, monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *shape, **_: torch.full(shape, extreme, dtype=torch.float64))
    assert randomness.normal(seeded(), 3).isfinite().all()


@given(seed=st.integers(0, LARGEST_SEED))
def test_a_seed_makes_the_generator_of_torch_on_the_cpu(seed):
    generator = randomness.seeded(seed)
    assert generator.initial_seed() == seed
    assert generator.device.type == "cpu"
    same, theirs = torch.rand(3, generator=generator), torch.Generator().manual_seed(seed)
    assert torch.equal(same, torch.rand(3, generator=theirs))


@pytest.mark.parametrize("seed", [-1, 1.0, True, "0", None])
def test_a_seed_that_is_none_is_refused(seed, refused):
    with refused(f"seed is {seed!r}", "a whole number, 0 or more"):
        randomness.seeded(seed)


def test_keyed_generators_depend_on_each_of_their_keys_and_on_nothing_else():
    keys = [(0, "order", 0), (1, "order", 0), (0, "start", 0), (0, "order", 1), (0, "order", 10), (10, "order", 0)]
    first, again = ([randomness.keyed(*key).initial_seed() for key in keys] for _ in range(2))
    assert first == again
    assert len(set(first)) == len(keys)


@draws
def test_a_negative_count_is_refused(name, seeded, refused):
    with refused("-1", "or more"):
        DRAWS[name](seeded(), -1, 3)
