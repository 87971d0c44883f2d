"""Parts of populations give the bits of the whole, and bound the memory."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from srnn_lib.replicators import chunks, fixpoints
from srnn_lib.replicators.architecture import nets_adjacent
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.reductions import Aggregating, Weightwise

RULES = [UpdateRule(0.02, "full", 0.9, 2), UpdateRule(0.02, "single")]


class Largest(TorchDispatchMode):
    """The size of the largest memory that a new tensor has."""

    def __init__(self):
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(self, function, types, given=(), named=None):
        made = function(*given, **(named or {}))
        sizes = [leaf.untyped_storage().nbytes() for leaf in tree_leaves(made) if isinstance(leaf, torch.Tensor)]
        self.bytes = max([self.bytes, *sizes])
        return made


@pytest.fixture
def at_once(monkeypatch):
    """Sets how many nets of a reduction make a part."""
    return lambda nets, reduction: monkeypatch.setitem(chunks.NUMBERS_AT_ONCE, "cpu", nets * reduction.numbers)


@pytest.mark.parametrize("nets", [64, 192, 256])
def test_applications_in_parts_are_those_of_the_whole(nets, reduction, dtype, draw, at_once):
    weights, others = draw(reduction, 777, dtype=dtype), draw(reduction, 777, seed=1, dtype=dtype)
    pairs = [(weights, others), (weights, weights), (nets_adjacent(weights), others), (weights[::3], others[::3])]
    pairs += [(weights[5:6], others), (weights, others[5:6]), (weights[5:6].expand(777, -1), others)]
    whole = [reduction.apply(*pair) for pair in pairs]
    at_once(nets, reduction)
    for pair, expected in zip(pairs, whole, strict=True):
        assert torch.equal(reduction.apply(*pair), expected)


@pytest.mark.parametrize("rule", RULES, ids=["full", "single"])
@pytest.mark.parametrize("engine", ["plain", "autograd"])
def test_plain_steps_in_parts_are_those_of_the_whole(paper_reduction, rule, engine, dtype, draw, seeded, at_once):
    weights = 0.5 * draw(paper_reduction, 3000, dtype=dtype)
    results = []
    for nets in (4096, 1024):
        at_once(nets, paper_reduction)
        trainer = Trainer(paper_reduction, rule, seeded(), engine)
        results.append(trainer.steps(trainer.steps(weights, 2), 1, other=weights))
    assert torch.equal(*results)


def test_populations_of_different_sizes_are_refused(draw, refused):
    with refused("numbers of nets is [2, 3]", "the same in both, or 1"):
        Weightwise().apply(draw(Weightwise(), 2), draw(Weightwise(), 3))


@pytest.mark.parametrize("nets", [1, 63, 64, 65, 640, 1000])
def test_parts_are_whole_blocks_and_cover_the_population_once(nets):
    parts = chunks.slices(nets, 2**19 // 200)
    covered = [place for part in parts for place in range(nets)[part]]
    assert covered == list(range(nets))
    assert {part.start % chunks.ALIGNED for part in parts} == {0}


@pytest.mark.parametrize("nets", [1, 64, 200, 640])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_wanted_nets_come_in_whole_blocks_and_the_end_last(nets, share, seeded):
    wanted = torch.rand(nets, generator=seeded()) < share
    found = chunks.aligned(wanted)
    assert len(found.unique()) == len(found)
    assert set(wanted.nonzero()[:, 0].tolist()) <= set(found.tolist())
    end = nets % chunks.ALIGNED
    if not wanted.any():
        assert len(found) == 0
        return
    assert len(found) % chunks.ALIGNED == end
    assert found[len(found) - end :].tolist() == list(range(nets - end, nets))
    assert len(found) < int(wanted.sum()) + chunks.ALIGNED + end


def test_a_net_moves_if_any_bit_of_it_does():
    before = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [torch.nan, 0.0]])
    after = torch.tensor([[1.0, 0.0], [1.0, -0.0], [1.0 + 2**-23, 0.0], [torch.nan, 0.0]])
    assert chunks.moved(before, after).tolist() == [False, True, True, True]


def test_no_tensor_is_much_larger_than_a_large_population(paper_reduction, draw, seeded):
    """Whole, the pieces of a weightwise net alone would be four times the population."""
    weights = draw(paper_reduction, 100_000, dtype="float32")
    population = weights.untyped_storage().nbytes()
    with Largest() as seen:
        paper_reduction.apply(weights, weights)
        fixpoints.classify(paper_reduction, weights)
        fixpoints.self_error(paper_reduction, weights)
        for engine in ("compiled", "plain"):
            Trainer(paper_reduction, RULES[0], engine=engine).steps(weights, 1)
    assert population <= seen.bytes <= 1.1 * population


def test_a_reduction_that_draws_deals_for_all_nets_at_once(draw, seeded, at_once):
    weights = draw(Aggregating(), 777)
    whole = Aggregating(shuffle=seeded(3)).apply(weights, weights)
    at_once(64, Aggregating())
    assert torch.equal(Aggregating(shuffle=seeded(3)).apply(weights, weights), whole)
