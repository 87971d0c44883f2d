"""Applying nets to nets, against the plain version."""

import oracle
import pytest
import torch

from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Weightwise


def test_applying_one_net_to_another(reduction, dtype, draw, close):
    nets, others = draw(reduction, 3, dtype=dtype), draw(reduction, 3, seed=1, dtype=dtype)
    plain = [
        net.tensor(net.applied_to(values.tolist()))
        for net, values in zip(oracle.nets(reduction, nets), others, strict=True)
    ]
    result = reduction.apply(nets, others)
    assert (result.dtype, result.shape) == (nets.dtype, nets.shape)
    close(result, torch.stack(plain))


def test_applying_a_net_to_itself(reduction, dtype, draw, close):
    nets = draw(reduction, 3, dtype=dtype)
    before = nets.clone()
    close(
        reduction.apply(nets, nets),
        torch.stack([net.tensor(net.applied_to(net.read())) for net in oracle.nets(reduction, nets)]),
    )
    assert torch.equal(nets, before)


def test_training_pairs(reduction, dtype, draw, close):
    others = draw(reduction, 3, seed=1, dtype=dtype)
    inputs, targets = reduction.training_pairs(others)
    plain = [net.pairs(values.tolist()) for net, values in zip(oracle.nets(reduction, others), others, strict=True)]
    close(inputs, torch.stack([pair[0] for pair in plain]))
    close(targets, torch.stack([pair[1] for pair in plain]))
    widths = reduction.architecture.widths
    steps = 1 if isinstance(reduction, Aggregating) else reduction.architecture.weight_count
    assert inputs.shape == (3, steps, widths[0])
    assert targets.shape == (3, steps, widths[-1])
    assert reduction.samples == (steps if isinstance(reduction, Weightwise) else 1)


def test_aggregates_by_hand():
    reduction = Aggregating(Architecture((2, 1, 2)))
    nets = torch.tensor([[1.0, 3.0, 5.0, 9.0], [1.0, 0.0, 2.0, 0.5]])
    assert reduction.reduce(nets).tolist() == [[[2.0, 7.0]], [[0.5, 1.25]]]
    assert reduction.apply(nets[1:], nets[1:]).tolist() == [[1.0, 1.0, 0.25, 0.25]]
    assert Aggregating(reduction.architecture, "max").reduce(nets).tolist() == [[[3.0, 9.0]], [[1.0, 2.0]]]


def test_the_remainder_joins_the_last_sub_list():
    assert Aggregating(Architecture((4, 2, 1, 4))).sizes == [3, 3, 3, 5]
    assert Aggregating().sizes == [5, 5, 5, 5]


def test_dealing_at_random_keeps_members_and_answers_together(seeded, draw):
    reduction = Aggregating(shuffle=seeded())
    nets = draw(reduction, 50)
    first, second = reduction.apply(nets, nets), reduction.apply(nets, nets)
    assert not torch.equal(first, second)
    for row in first:
        assert sorted(row.unique(return_counts=True)[1].tolist()) == [5, 5, 5, 5]
    assert not torch.equal(first, Aggregating().apply(nets, nets))


def test_dealing_at_random_is_undone_where_the_net_is_the_identity(seeded):
    """A net that answers what it reads copies each average to the members of its own sub-list."""
    reduction = Aggregating(Architecture((4, 4)), shuffle=seeded())
    net = torch.eye(4).reshape(1, 16)
    other = torch.arange(16.0)[None]
    dealt = reduction.apply(net, other)[0]
    for answer in dealt.unique():
        members = other[0][dealt == answer]
        assert len(members) == 4
        assert members.mean() == pytest.approx(answer.item())
    assert dealt.mean() == pytest.approx(7.5)


def test_dealing_at_random_does_not_depend_on_neighbours(seeded, draw):
    nets = draw(Aggregating(), 30)
    together = Aggregating(shuffle=seeded(3)).apply(nets, nets)
    assert torch.equal(together[:7], Aggregating(shuffle=seeded(3)).apply(nets[:7], nets[:7]))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Weightwise(Architecture((3, 2, 1))), ("widths", "(3, 2, 1)", "4 inputs and 1 outputs")),
        (lambda: Weightwise(codes="Layer"), ("codes", "'Layer'", "layer, keras", "did you mean 'layer'?")),
        (lambda: Aggregating(aggregate="mead"), ("aggregate", "mean, max", "did you mean 'mean'?")),
        (lambda: Aggregating(Architecture((4, 2, 3))), ("widths", "(4, 2, 3)", "4 inputs and 4 outputs")),
        (lambda: Recurrent(Architecture((1, 2, 2, 1))), ("architecture", "feed-forward", "recurrent")),
        (lambda: Recurrent(Architecture((2, 1), recurrent=True)), ("widths", "(2, 1)", "1 inputs and 1 outputs")),
    ],
)
def test_nets_that_do_not_fit_are_refused(build, words, refused):
    with refused(*words):
        build()


@pytest.mark.parametrize("position", [0, 1], ids=["net", "other"])
def test_weights_of_another_architecture_are_refused(paper_reduction, position, refused):
    count = paper_reduction.architecture.weight_count
    nets = [torch.zeros(2, count), torch.zeros(2, count)]
    nets[position] = torch.zeros(2, count - 1)
    with refused("weights", str(count)):
        paper_reduction.apply(*nets)
