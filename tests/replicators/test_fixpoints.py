"""Fixpoints: what algebra says about them, and the classes against the plain version."""

import oracle
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.replicators import chunks, dynamics, fixpoints, population
from srnn_lib.replicators.architecture import POSITION_CODES, WEIGHT_ORDERS, Architecture
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.reductions import Aggregating, Weightwise

HIDDEN = st.lists(st.integers(1, 4), min_size=0, max_size=4).map(tuple)
SETTINGS = {"order": st.sampled_from(WEIGHT_ORDERS), "codes": st.sampled_from(POSITION_CODES)}


def _hand_made(hidden, order, codes, sign, dtype):
    reduction = Weightwise(Architecture((4, *hidden, 1), order=order), codes)
    return reduction, population.identity(reduction.architecture, dtype, sign)


# What algebra says


@given(hidden=HIDDEN, **SETTINGS)
def test_the_identity_net_is_an_exact_fixpoint(hidden, order, codes, dtype):
    reduction, net = _hand_made(hidden, order, codes, 1.0, dtype)
    assert fixpoints.self_error(reduction, net).item() == 0
    assert fixpoints.is_fixpoint(reduction, net, 1e-30).all()
    assert fixpoints.names(fixpoints.classify(reduction, net)) == ["fixpoint"]


@given(hidden=HIDDEN, **SETTINGS)
def test_the_identity_net_returns_every_other_net(hidden, order, codes, draw):
    reduction, net = _hand_made(hidden, order, codes, 1.0, "float64")
    others = draw(reduction, 5)
    assert torch.equal(reduction.apply(net.expand_as(others), others), others)


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu"])
def test_the_zero_net_is_a_fixpoint_called_zero(paper_reduction, activation, dtype):
    net = Architecture(
        paper_reduction.architecture.widths, activation, recurrent=paper_reduction.architecture.recurrent
    )
    reduction = type(paper_reduction)(net)
    zero = torch.zeros(1, net.weight_count, dtype=population.DTYPES[dtype])
    assert fixpoints.self_error(reduction, zero).item() == 0
    assert fixpoints.is_zero(zero).all()
    assert fixpoints.names(fixpoints.classify(reduction, zero)) == ["zero"]


@given(hidden=HIDDEN.filter(lambda hidden: len(hidden) % 2 == 0), **SETTINGS)
def test_the_net_of_second_order(hidden, order, codes, dtype):
    """With an odd number of layers the negated net is the identity map: both brackets return exactly."""
    reduction, net = _hand_made(hidden, order, codes, -1.0, dtype)
    mirror = reduction.apply(net, net)
    assert torch.equal(mirror, -net)
    assert fixpoints.self_error(reduction, net).item() == 2
    for bracket in fixpoints.BRACKETS:
        assert fixpoints.is_second_order(reduction, net, 1e-30, bracket).all()
        assert fixpoints.names(fixpoints.classify(reduction, net, bracket=bracket)) == ["second order"]
    assert fixpoints.self_error(reduction, mirror).item() == 0
    assert fixpoints.names(fixpoints.classify(reduction, mirror)) == ["fixpoint"]


@given(hidden=HIDDEN.filter(lambda hidden: len(hidden) % 2 == 1), **SETTINGS)
def test_the_brackets_differ_where_the_layers_are_even(hidden, order, codes):
    """There the negated net negates too, so the new net applied to the original does not return it."""
    reduction, net = _hand_made(hidden, order, codes, -1.0, "float64")
    assert fixpoints.names(fixpoints.classify(reduction, net, bracket="right")) == ["second order"]
    assert fixpoints.names(fixpoints.classify(reduction, net, bracket="left")) == ["other"]


@pytest.fixture(scope="module", params=[2, 3, 4], ids="{} layers".format)
def trained(request, draw):
    """A linear weightwise net of so many layers and eight trained fixpoints of it, in double precision."""
    reduction = Weightwise(Architecture((4, *[2] * (request.param - 1), 1)))
    start, rule = draw(reduction, 60, seed=1), UpdateRule(0.04, batch="full")
    weights = dynamics.last(dynamics.self_training(reduction, start, rule, steps=3000))
    return reduction, weights[fixpoints.self_error(reduction, weights) < 1e-14][:8]


def _multiplied(reduction, weights):
    """The one row e = W_L … W_1 by which a linear net maps its input."""
    rows = []
    for net in weights:
        product, *rest = [matrix[0] for matrix in reduction.architecture.layers(net[None])]
        for matrix in rest:
            product = matrix @ product
        rows.append(product[0])
    return torch.stack(rows)


def test_trained_fixpoints_read_the_weight_and_nothing_else(trained):
    reduction, weights = trained
    assert len(weights) == 8
    expected = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64).expand(8, 4)
    torch.testing.assert_close(_multiplied(reduction, weights), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [1 + 1e-6, 1.02, 0.97])
def test_self_application_multiplies_a_deviation_by_the_layers_plus_one(trained, scale):
    """A fixpoint scaled by a becomes the same fixpoint scaled by a^(L+1): in ln a, L+1 times as far away."""
    reduction, weights = trained
    layers = len(reduction.architecture.matrices)
    for nets in (population.identity(reduction.architecture, "float64"), weights):
        scaled = reduction.apply(scale * nets, scale * nets)
        torch.testing.assert_close(scaled, scale ** (layers + 1) * nets, rtol=0, atol=1e-12)


def _jacobian(reduction, net):
    return torch.func.jacrev(lambda weights: reduction.apply(weights[None], weights[None])[0])(net)


def test_the_weights_are_an_eigenvector_with_multiplier_layers_plus_one(trained):
    reduction, weights = trained
    layers = len(reduction.architecture.matrices)
    for net in (population.identity(reduction.architecture, "float64")[0], *weights):
        jacobian = _jacobian(reduction, net)
        torch.testing.assert_close(jacobian @ net, (layers + 1) * net, rtol=0, atol=1e-11)
        assert torch.linalg.eigvals(jacobian).abs().max() > layers + 1 - 1e-9


def test_layers_plus_one_leads_at_the_identity_net(trained):
    """It usually leads at trained fixpoints too, but not at all of them: see the next test."""
    reduction = trained[0]
    layers = len(reduction.architecture.matrices)
    jacobian = _jacobian(reduction, population.identity(reduction.architecture, "float64")[0])
    sizes = torch.linalg.eigvals(jacobian).abs().sort(descending=True).values
    assert sizes[0].item() == pytest.approx(layers + 1)
    assert sizes[1] < layers + 0.5


def test_few_trained_fixpoints_have_a_larger_multiplier_than_layers_plus_one(draw):
    reduction = Weightwise()
    start = draw(reduction, 200, seed=1)
    weights = dynamics.last(dynamics.self_training(reduction, start, UpdateRule(0.04, batch="full"), steps=4000))
    weights = weights[fixpoints.self_error(reduction, weights) < 1e-9]
    jacobians = torch.func.vmap(lambda net: _jacobian(reduction, net))(weights)
    leading = torch.linalg.eigvals(jacobians).abs().amax(dim=1)
    assert len(weights) > 150
    assert (leading > 4 - 1e-6).all()
    assert 0 < (leading > 4 + 1e-6).double().mean() < 0.1


# Classes


@pytest.fixture(params=["float32", "float64"])
def mixture(request, draw):
    """Nets of every class, in no order: 60 random ones and 6 crafted ones between them."""
    reduction, dtype = Weightwise(), request.param
    crafted = torch.cat([
        population.identity(reduction.architecture, dtype),
        population.identity(reduction.architecture, dtype, -1.0),
        torch.zeros(1, 14, dtype=population.DTYPES[dtype]),
        torch.full((1, 14), 9e-6, dtype=population.DTYPES[dtype]),
        *(population.identity(reduction.architecture, dtype) for _ in range(2)),
    ])  # fmt: skip
    crafted[4, 3], crafted[5, 3] = torch.nan, torch.inf
    nets = torch.cat([draw(reduction, 60, dtype=dtype), crafted])
    return reduction, nets[torch.arange(66).reshape(6, 11).T.flatten()]


@pytest.mark.parametrize("bracket", fixpoints.BRACKETS)
def test_classes_equal_the_plain_ones(mixture, bracket):
    reduction, nets = mixture
    found = fixpoints.names(fixpoints.classify(reduction, nets, bracket=bracket))
    assert found == [net.outcome(1e-5, bracket) for net in oracle.nets(reduction, nets)]
    assert set(found) == set(fixpoints.OUTCOMES)


def test_random_nets_are_classified_like_the_plain_ones(reduction, draw):
    nets = 0.7 * draw(reduction, 6)
    for epsilon in (1e-5, 0.3, 0.9):
        found = fixpoints.names(fixpoints.classify(reduction, nets, epsilon))
        assert found == [net.outcome(epsilon, "right") for net in oracle.nets(reduction, nets)]


def test_chunks_change_nothing(mixture, monkeypatch):
    reduction, nets = mixture
    whole = fixpoints.classify(reduction, nets.repeat(5, 1))
    monkeypatch.setitem(chunks.NUMBERS_AT_ONCE, "cpu", 1)
    assert torch.equal(fixpoints.classify(reduction, nets.repeat(5, 1)), whole)
    assert whole.shape == (330,)


def test_chunks_change_nothing_where_weights_are_dealt_at_random(seeded, draw, monkeypatch):
    nets = 0.5 * draw(Aggregating(), 500)
    whole = fixpoints.classify(Aggregating(shuffle=seeded(3)), nets, epsilon=0.5)
    monkeypatch.setitem(chunks.NUMBERS_AT_ONCE, "cpu", 1)
    assert torch.equal(fixpoints.classify(Aggregating(shuffle=seeded(3)), nets, epsilon=0.5), whole)


def test_the_order_of_the_questions():
    """A net can pass several tests; the first class counts, and zero is never a replicator."""
    reduction = Weightwise()
    zero = torch.full((1, 14), 1e-7)
    assert fixpoints.is_fixpoint(reduction, zero).all()
    assert fixpoints.is_second_order(reduction, zero).all()
    identity = population.identity(reduction.architecture)
    assert fixpoints.is_second_order(reduction, identity).all()
    broken = torch.full((1, 14), torch.nan)
    outcomes = fixpoints.classify(reduction, torch.cat([identity, zero, broken]))
    assert fixpoints.names(outcomes) == ["fixpoint", "zero", "divergent"]


def test_margins_are_strict():
    reduction = Weightwise(Architecture((4, 1)))
    net = torch.tensor([[0.5, 0, 0, 0]], dtype=torch.float64)  # becomes [0.25, 0, 0, 0]
    assert fixpoints.self_error(reduction, net).item() == 0.25
    assert not fixpoints.is_fixpoint(reduction, net, 0.25).any()
    assert fixpoints.is_fixpoint(reduction, net, 0.25 + 1e-12).all()
    assert not fixpoints.is_zero(net, 0.5).any()
    assert fixpoints.is_zero(net, 0.5 + 1e-12).all()


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_one_bad_weight_makes_a_net_divergent(value, paper_reduction, draw):
    for place in (0, -1):
        nets = draw(paper_reduction, 3)
        nets[1, place] = value
        assert fixpoints.is_divergent(nets).tolist() == [False, True, False]
        assert not fixpoints.is_fixpoint(paper_reduction, nets, 1e30)[1]
        assert not fixpoints.is_second_order(paper_reduction, nets, 1e30)[1]
        assert fixpoints.classify(paper_reduction, nets)[1] == fixpoints.OUTCOMES.index("divergent")


def test_tally_and_had():
    outcomes = torch.tensor([4, 2, 2, 0])
    assert fixpoints.tally(outcomes) == {"divergent": 1, "zero": 0, "fixpoint": 2, "second order": 0, "other": 1}
    assert fixpoints.is_outcome(outcomes, "fixpoint", "divergent").tolist() == [False, True, True, True]
    assert fixpoints.is_outcome(outcomes, "zero").tolist() == [False] * 4


def test_no_nets_have_no_outcomes():
    outcomes = fixpoints.classify(Weightwise(), torch.zeros(0, 14))
    assert outcomes.shape == (0,)
    assert sum(fixpoints.tally(outcomes).values()) == 0


# Bad input

BAD_MARGINS = (0.0, -1e-5, float("nan"), float("inf"))


@pytest.mark.parametrize("epsilon", BAD_MARGINS)
@pytest.mark.parametrize(
    "function",
    [
        lambda reduction, nets, epsilon: fixpoints.is_zero(nets, epsilon),
        fixpoints.is_fixpoint,
        fixpoints.is_second_order,
        fixpoints.classify,
        lambda reduction, nets, epsilon: dynamics.survival(reduction, nets, epsilon=epsilon),
    ],
    ids=["is_zero", "is_fixpoint", "is_second_order", "classify", "survival"],
)
def test_bad_margins_are_refused(function, epsilon, refused):
    with refused(f"epsilon is {epsilon}", "above 0"):
        function(Weightwise(), torch.zeros(1, 14), epsilon)


def test_bad_names_and_counts_are_refused(refused):
    nets = torch.zeros(1, 14)
    for function in (fixpoints.is_second_order, fixpoints.classify):
        with refused("bracket", "'rihgt'", "right, left", "did you mean 'right'?"):
            function(Weightwise(), nets, bracket="rihgt")
    with refused("outcome", "'fixpont'", "divergent, zero", "did you mean 'fixpoint'?"):
        fixpoints.is_outcome(torch.tensor([1]), "fixpont")


def test_a_replicator_is_a_fixpoint_and_not_zero():
    reduction = Weightwise()
    identity = population.identity(reduction.architecture)
    nets = torch.cat([identity, 0 * identity, 2 * identity])
    assert fixpoints.is_replicator(reduction, nets).tolist() == [True, False, False]
