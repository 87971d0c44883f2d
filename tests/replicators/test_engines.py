"""Training: both engines against the plain version, and the gradient against finite differences."""

import oracle
import pytest
import torch

from srnn_lib import randomness
from srnn_lib.replicators import engines
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Weightwise

FULL = UpdateRule(learning_rate=0.02, batch="full")
SINGLE = UpdateRule(learning_rate=0.02, batch="single")
MOMENTUM = {"momentum": 0.9, "reset_every": 2}


@pytest.fixture
def small(draw):
    """Random nets of moderate size: a linear recurrent net magnifies rounding without bound."""
    return lambda *args, **settings: 0.6 * draw(*args, **settings)


def _trained(reduction, weights, rule, steps, generator=None, engine="auto"):
    trainer = Trainer(reduction, rule, generator, engine)
    for _ in range(steps):
        weights = trainer.step(weights)
    return weights


def _plainly_trained(reduction, weights, rule, steps, generator=None):
    modules = oracle.nets(reduction, weights)
    in_sequence = rule.batch == "single" and isinstance(reduction, Weightwise)
    for step in range(steps):
        if step == 0 or (rule.reset_every and step % rule.reset_every == 0):
            optimisers = oracle.optimisers(modules, rule.learning_rate, rule.momentum)
        orders = [None] * len(modules)
        if in_sequence:
            orders = randomness.permutations(generator, *weights.shape).tolist()
        for net, optimiser, order in zip(modules, optimisers, orders, strict=True):
            net.train_on(net.read(), optimiser, order)
    return oracle.population(modules)


@pytest.mark.parametrize("engine", ["auto", "autograd"])
def test_full_batch_steps(reduction, engine, dtype, small, close):
    weights = small(reduction, 2, dtype=dtype)
    result = _trained(reduction, weights, FULL, 3, engine=engine)
    assert (result.dtype, result.shape) == (weights.dtype, weights.shape)
    close(result, _plainly_trained(reduction, weights, FULL, 3))


@pytest.mark.parametrize("engine", ["auto", "autograd"])
def test_single_pairs_in_the_same_order(reduction, engine, dtype, seeded, small, close):
    weights = small(reduction, 2, dtype=dtype)
    result = _trained(reduction, weights, SINGLE, 2, seeded(5), engine)
    close(result, _plainly_trained(reduction, weights, SINGLE, 2, seeded(5)))


@pytest.mark.parametrize("rule", [UpdateRule(0.02, "full", **MOMENTUM), UpdateRule(0.02, "single", **MOMENTUM)])
@pytest.mark.parametrize("engine", ["auto", "autograd"])
def test_momentum_that_is_reset(paper_reduction, rule, engine, seeded, small, close):
    weights = small(paper_reduction, 2)
    result = _trained(paper_reduction, weights, rule, 5, seeded(5), engine)
    close(result, _plainly_trained(paper_reduction, weights, rule, 5, seeded(5)))


def test_momentum_is_kept_where_nothing_resets_it(small, close):
    rule, weights = UpdateRule(0.02, "full", momentum=0.9), small(Weightwise(), 2)
    close(_trained(Weightwise(), weights, rule, 5), _plainly_trained(Weightwise(), weights, rule, 5))


@pytest.mark.parametrize(
    "reduction",
    [
        Weightwise(Architecture((4, 1)), "raw"),
        Weightwise(Architecture((4, 3, 5, 2, 1)), "global"),
        Weightwise(Architecture((4, 3, 1), "linear", order="source"), "keras"),
        Aggregating(Architecture((3, 5, 2, 3))),
        Aggregating(Architecture((2, 2), order="source"), "max"),
    ],
)
@pytest.mark.parametrize("batch", engines.BATCHES)
def test_the_closed_form_is_the_derivative_for_any_widths(reduction, batch, seeded, small, close):
    weights, rule = small(reduction, 20), UpdateRule(0.01, batch)
    close(
        _trained(reduction, weights, rule, 3, seeded(), "linear"),
        _trained(reduction, weights, rule, 3, seeded(), "autograd"),
    )


@pytest.mark.parametrize("engine", ["auto", "autograd"])
@pytest.mark.parametrize("rule", [FULL, SINGLE])
def test_training_on_another_net(reduction, rule, engine, seeded, small, close):
    """The "learn" interaction: the pairs come from the other net, which stays as it is."""
    weights, other = small(reduction, 2), small(reduction, 2, seed=1)
    kept = other.clone()
    modules = oracle.nets(reduction, weights)
    orders = [None, None]
    if rule.batch == "single" and isinstance(reduction, Weightwise):
        orders = randomness.permutations(seeded(5), *weights.shape).tolist()
    for net, teacher, order in zip(modules, other, orders, strict=True):
        (optimiser,) = oracle.optimisers([net], rule.learning_rate)
        net.train_on(teacher.tolist(), optimiser, order)
    close(Trainer(reduction, rule, seeded(5), engine).step(weights, other), oracle.population(modules))
    assert torch.equal(other, kept)


@pytest.mark.parametrize("engine", ["auto", "autograd"])
def test_the_order_of_the_pairs_can_be_given(paper_reduction, engine, seeded, draw):
    weights = draw(paper_reduction, 4)
    drawn = Trainer(paper_reduction, SINGLE, seeded(5), engine).step(weights)
    order = randomness.permutations(seeded(5), 4, paper_reduction.samples)
    trainer = Trainer(paper_reduction, SINGLE, seeded(6), engine)
    assert torch.equal(trainer.step(weights, order=order), drawn)
    if paper_reduction.samples > 1:
        assert not torch.equal(trainer.step(weights, order=order.flip(1)), drawn)


@pytest.mark.parametrize("rule", [FULL, UpdateRule(0.05, "full", detach=False)], ids=["detached", "not detached"])
def test_training_on_another_net_is_not_training_on_oneself(rule, draw):
    weights, other = draw(Weightwise(), 3), draw(Weightwise(), 3, seed=1)
    trainer = Trainer(Weightwise(), rule)
    assert not torch.equal(trainer.step(weights, other), trainer.step(weights))


@pytest.mark.parametrize("build", [Weightwise, Aggregating], ids=["weightwise", "aggregating"])
def test_the_closed_form_never_takes_a_net_with_feedback(build, small, close):
    """Either such a net is refused, or both engines agree on it."""
    plain = build().architecture
    try:
        reduction = build(Architecture(plain.widths, recurrent=True))
    except ValueError:
        return
    weights = small(reduction, 3)
    close(_trained(reduction, weights, FULL, 1), _trained(reduction, weights, FULL, 1, engine="autograd"))


# Finite differences


def _losses(reduction, weights, sources):
    """Mean squared error of every net on the training pairs of its source."""
    inputs, targets = reduction.training_pairs(sources)
    return (reduction.architecture.forward(weights, inputs) - targets).square().mean(dim=(1, 2))


def _difference_quotients(reduction, weights, detach):
    """Central differences of the loss by every weight; without `detach` the training pairs follow the weights."""
    rows, step = [], 1e-6
    for net in weights:
        shifts = step * torch.eye(len(net), dtype=net.dtype)
        up, down, still = net + shifts, net - shifts, net.expand(len(net), -1)
        pairs = (still, still) if detach else (up, down)
        rows.append((_losses(reduction, up, pairs[0]) - _losses(reduction, down, pairs[1])) / (2 * step))
    return torch.stack(rows)


@pytest.mark.parametrize("engine", ["auto", "autograd"])
def test_gradient_by_finite_differences(reduction, engine, draw):
    weights = draw(reduction, 8)
    gradient = engines.choose(reduction, engine).on_net(reduction, weights, weights)
    expected = _difference_quotients(reduction, weights, detach=True)
    torch.testing.assert_close(gradient, expected, rtol=1e-7, atol=1e-7)
    assert expected.abs().max() > 1e-3


def test_total_derivative_by_finite_differences(reduction, draw):
    weights = draw(reduction, 8)
    gradient = weights - _trained(reduction, weights, UpdateRule(1.0, "full", detach=False), 1)
    expected = _difference_quotients(reduction, weights, detach=False)
    torch.testing.assert_close(gradient, expected, rtol=1e-7, atol=1e-7)
    assert (expected - _difference_quotients(reduction, weights, detach=True)).abs().max() > 1e-3


def test_training_leaves_its_argument_alone(paper_reduction, seeded, draw):
    weights = draw(paper_reduction, 3)
    before = weights.clone()
    for rule in (FULL, SINGLE, UpdateRule(0.1, "full", momentum=0.5), UpdateRule(0.1, "full", detach=False)):
        result = _trained(paper_reduction, weights, rule, 2, seeded())
        assert not result.requires_grad
        assert torch.equal(weights, before)


# Choosing


def test_auto_takes_the_closed_form_exactly_where_it_holds():
    for reduction in (Weightwise(), Aggregating()):
        assert isinstance(engines.choose(reduction), engines.Linear)
        assert isinstance(engines.choose(reduction, "autograd"), engines.Autograd)
    for reduction in (Recurrent(), Weightwise(Architecture(activation="tanh"))):
        assert isinstance(engines.choose(reduction), engines.Autograd)


@pytest.mark.parametrize("reduction", [Recurrent(), Weightwise(Architecture(activation="relu"))])
def test_the_closed_form_is_refused_elsewhere(reduction, refused):
    with refused("engine", "'linear'", "autograd or auto"):
        engines.choose(reduction, "linear")


NAN = float("nan")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"learning_rate": NAN}, ("learning_rate is nan", "above 0")),
        ({"learning_rate": 0}, ("learning_rate is 0", "above 0")),
        ({"learning_rate": -0.1}, ("learning_rate is -0.1", "above 0")),
        ({"learning_rate": float("inf")}, ("learning_rate is inf", "finite")),
        ({"learning_rate": "0.1"}, ("learning_rate is '0.1'", "finite number")),
        ({"batch": "ful"}, ("batch", "single, full", "did you mean 'full'?")),
        ({"momentum": 1.0}, ("momentum is 1.0", "below 1")),
        ({"momentum": -0.1}, ("momentum is -0.1", "0 or more")),
        ({"momentum": NAN}, ("momentum is nan", "0 or more")),
        ({"reset_every": 0}, ("reset_every is 0", "1 or more")),
        ({"reset_every": 2.5}, ("reset_every is 2.5", "whole number")),
        ({"detach": False}, ("detach is False", "'full'")),
    ],
)
def test_bad_rules_are_refused(settings, words, refused):
    with refused(*words):
        UpdateRule(**settings)


def test_bad_trainers_are_refused(refused):
    with refused("engine", "'liner'", "auto, linear, autograd", "did you mean 'linear'?"):
        Trainer(Weightwise(), FULL, engine="liner")
    with refused("generator is None", "torch.Generator"):
        Trainer(Weightwise(), SINGLE)
