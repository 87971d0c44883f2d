"""Training: every engine against the plain version, and the gradient against finite differences."""

from functools import wraps

import oracle
import pytest
import torch

from srnn_lib import randomness
from srnn_lib.replicators import compiled, engines, fixpoints, kernels
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.presets import PRESETS, REDUCTIONS
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Weightwise

FULL = UpdateRule(learning_rate=0.02, batch="full")
SINGLE = UpdateRule(learning_rate=0.02, batch="single")
MOMENTUM = {"momentum": 0.9, "reset_every": 2}
every_engine = pytest.mark.parametrize("engine", ["compiled", "plain", "autograd"])


@pytest.fixture
def small(draw):
    """Random nets of moderate size: a linear recurrent net magnifies rounding without bound."""
    return lambda *args, **settings: 0.6 * draw(*args, **settings)


def _trained(reduction, weights, rule, steps, generator=None, engine="auto"):
    trainer = Trainer(reduction, rule, generator, engine)
    for _ in range(steps):
        weights = trainer.step(weights)
    return weights


def asked_once(oracle):
    """Keep the answers of an oracle: every engine asks it the same."""
    answers = {}

    @wraps(oracle)
    def answer(*question):
        key = tuple((each.dtype, each.numpy().tobytes()) if torch.is_tensor(each) else each for each in question)
        if key not in answers:
            answers[key] = oracle(*question)
        return answers[key]

    return answer


@asked_once
def _plainly_trained(reduction, weights, rule, steps, seed=0):
    generator = torch.Generator().manual_seed(seed)
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


@asked_once
def _plainly_taught(reduction, weights, other, rule, seed):
    modules = oracle.nets(reduction, weights)
    orders = [None, None]
    if rule.batch == "single" and isinstance(reduction, Weightwise):
        orders = randomness.permutations(torch.Generator().manual_seed(seed), *weights.shape).tolist()
    for net, teacher, order in zip(modules, other, orders, strict=True):
        (optimiser,) = oracle.optimisers([net], rule.learning_rate)
        net.train_on(teacher.tolist(), optimiser, order)
    return oracle.population(modules)


@every_engine
def test_full_batch_steps(reduction, engine, dtype, small, close):
    weights = small(reduction, 2, dtype=dtype)
    result = _trained(reduction, weights, FULL, 3, engine=engine)
    assert (result.dtype, result.shape) == (weights.dtype, weights.shape)
    close(result, _plainly_trained(reduction, weights, FULL, 3))


@every_engine
def test_single_pairs_in_the_same_order(reduction, engine, dtype, seeded, small, close):
    weights = small(reduction, 2, dtype=dtype)
    result = _trained(reduction, weights, SINGLE, 2, seeded(5), engine)
    close(result, _plainly_trained(reduction, weights, SINGLE, 2, 5))


@pytest.mark.parametrize("rule", [UpdateRule(0.02, "full", **MOMENTUM), UpdateRule(0.02, "single", **MOMENTUM)])
@every_engine
def test_momentum_that_is_reset(paper_reduction, rule, engine, seeded, small, close):
    weights = small(paper_reduction, 2)
    result = _trained(paper_reduction, weights, rule, 5, seeded(5), engine)
    close(result, _plainly_trained(paper_reduction, weights, rule, 5, 5))


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
def test_every_engine_takes_any_widths(reduction, batch, seeded, small, close):
    weights, rule = small(reduction, 20), UpdateRule(0.01, batch)
    wanted = _trained(reduction, weights, rule, 3, seeded(), "autograd")
    for engine in ("compiled", "plain"):
        close(_trained(reduction, weights, rule, 3, seeded(), engine), wanted)


@every_engine
@pytest.mark.parametrize("rule", [SINGLE, UpdateRule(0.02, "full", momentum=0.9, reset_every=3)])
def test_several_steps_at_once_are_the_same_steps(paper_reduction, engine, rule, seeded, small):
    weights = small(paper_reduction, 5)
    one_by_one = _trained(paper_reduction, weights, rule, 8, seeded(5), engine)
    trainer = Trainer(paper_reduction, rule, seeded(5), engine)
    assert torch.equal(trainer.steps(trainer.steps(trainer.steps(weights, 1), 0), 7), one_by_one)


def test_orders_drawn_in_small_portions_are_the_same(monkeypatch, seeded, small):
    weights = small(Weightwise(), 5)
    at_once = Trainer(Weightwise(), SINGLE, seeded(5)).steps(weights, 6)
    monkeypatch.setattr(engines, "DRAWN_AT_ONCE", 150)
    assert torch.equal(Trainer(Weightwise(), SINGLE, seeded(5)).steps(weights, 6), at_once)


@pytest.mark.parametrize("taught", [False, True], ids=["itself", "another"])
def test_who_has_come_to_rest_is_not_computed_any_more(taught, dtype, draw, monkeypatch):
    """Many float32 nets have after 1,500 steps, and to the last bit nobody notices."""
    weights, rule, sizes = draw(Weightwise(), 300, dtype=dtype), UpdateRule(0.04, "full"), []
    weights[3] = torch.nan
    other = draw(Weightwise(), 300, seed=1, dtype=dtype) if taught else None
    in_short_runs = Trainer(Weightwise(), rule)
    expected = weights
    for _ in range(75):
        expected = in_short_runs.steps(expected, 20, other=other)
    advance = compiled.advance
    monkeypatch.setattr(
        compiled, "advance", lambda *given, **named: sizes.append(len(given[1])) or advance(*given, **named)
    )
    found = Trainer(Weightwise(), rule).steps(weights, 1500, other=other)
    assert torch.equal(found.nan_to_num(7.0), expected.nan_to_num(7.0))
    assert sizes[0] == 300
    assert (dtype == "float64" and not taught) or sizes[-1] < 290


@every_engine
@pytest.mark.parametrize("rule", [SINGLE, UpdateRule(0.02, "full", 0.9, 3), UpdateRule(0.02, "single", 0.9)])
def test_a_trainer_goes_on_where_another_was(paper_reduction, engine, rule, seeded, small):
    weights = small(paper_reduction, 5)
    whole = Trainer(paper_reduction, rule, seeded(5), engine).steps(weights, 8)
    before, after = (Trainer(paper_reduction, rule, seeded(seed), engine) for seed in (5, 6))
    halfway = before.steps(weights, 4)
    after.resume({name: tensor.clone() for name, tensor in before.state().items()})
    assert torch.equal(after.steps(halfway.contiguous(), 4), whole)


@every_engine
@pytest.mark.parametrize("rule", [FULL, SINGLE])
def test_training_on_another_net(reduction, rule, engine, seeded, small, close):
    """The "learn" interaction: the pairs come from the other net, which stays as it is."""
    weights, other = small(reduction, 2), small(reduction, 2, seed=1)
    kept = other.clone()
    taught = Trainer(reduction, rule, seeded(5), engine).step(weights, other)
    close(taught, _plainly_taught(reduction, weights, other, rule, 5))
    assert torch.equal(other, kept)


@every_engine
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


@asked_once
def _difference_quotients(reduction, weights, detach):
    """Central differences of the loss by every weight; without `detach` the training pairs follow the weights."""
    rows, step = [], 1e-6
    for net in weights:
        shifts = step * torch.eye(len(net), dtype=net.dtype)
        up, down, still = net + shifts, net - shifts, net.expand(len(net), -1)
        pairs = (still, still) if detach else (up, down)
        rows.append((_losses(reduction, up, pairs[0]) - _losses(reduction, down, pairs[1])) / (2 * step))
    return torch.stack(rows)


@every_engine
def test_gradient_by_finite_differences(reduction, engine, draw):
    weights = draw(reduction, 8)
    gradient = weights - _trained(reduction, weights, UpdateRule(1.0, "full"), 1, engine=engine)
    expected = _difference_quotients(reduction, weights, True)
    torch.testing.assert_close(gradient, expected, rtol=1e-7, atol=1e-7)
    assert expected.abs().max() > 1e-3


def test_total_derivative_by_finite_differences(reduction, draw):
    weights = draw(reduction, 8)
    gradient = weights - _trained(reduction, weights, UpdateRule(1.0, "full", detach=False), 1)
    expected = _difference_quotients(reduction, weights, False)
    torch.testing.assert_close(gradient, expected, rtol=1e-7, atol=1e-7)
    assert (expected - _difference_quotients(reduction, weights, True)).abs().max() > 1e-3


def test_training_leaves_its_argument_alone(paper_reduction, seeded, draw):
    weights = draw(paper_reduction, 3)
    before = weights.clone()
    for rule in (FULL, SINGLE, UpdateRule(0.1, "full", momentum=0.5), UpdateRule(0.1, "full", detach=False)):
        result = _trained(paper_reduction, weights, rule, 2, seeded())
        assert not result.requires_grad
        assert torch.equal(weights, before)


# Kernels


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("kind", REDUCTIONS)
def test_kernels_are_the_plain_engine_with_every_preset(name, kind, dtype, seeded):
    reduction, rule = PRESETS[name].reduction(kind), PRESETS[name].rule
    weights = 0.6 * PRESETS[name].population(reduction, 300, seeded(3), dtype)
    weights[5, 1], weights[299, 0] = torch.inf, torch.nan
    found, wanted = (_trained(reduction, weights, rule, 30, seeded(5), engine) for engine in ("compiled", "plain"))
    tolerance = {"float32": 2e-5, "float64": 1e-12}[dtype]
    torch.testing.assert_close(found[6:299], wanted[6:299], rtol=tolerance, atol=tolerance)
    assert torch.equal(fixpoints.is_divergent(found), fixpoints.is_divergent(wanted))


@pytest.mark.parametrize("rule", [FULL, SINGLE])
def test_a_net_receives_the_same_bits_in_any_block(rule, paper_reduction, seeded, draw):
    weights = draw(paper_reduction, 1000)
    order = randomness.permutations(seeded(), 1000, paper_reduction.samples)
    together = Trainer(paper_reduction, rule, seeded()).step(weights, order=order)
    for first, last in ((0, 1), (300, 311), (500, 1000)):
        part = Trainer(paper_reduction, rule, seeded()).step(weights[first:last], order=order[first:last])
        assert torch.equal(part, together[first:last])


@pytest.mark.parametrize("nets", [0, 1, 257, 600])
@pytest.mark.parametrize("pairs", [1, 14, 55])
def test_kernels_draw_the_same_orders(nets, pairs, seeded, monkeypatch):
    expected = randomness.permutations(seeded(), nets, pairs)
    assert torch.equal(compiled.orders(seeded(), nets, pairs), expected)
    places = torch.arange(nets).flip(0)[::2]
    assert torch.equal(compiled.orders(seeded(), nets, pairs, places), expected[places])
    monkeypatch.setattr(compiled, "KEYS_AT_ONCE", 100)
    assert torch.equal(compiled.orders(seeded(), nets, pairs), expected)


def test_equal_keys_keep_their_order(seeded):
    keys = torch.randint(4, (100, 14), generator=seeded()).double()
    assert torch.equal(torch.from_numpy(kernels.sorting(keys.numpy())), keys.argsort(dim=1, stable=True))


# Choosing


def test_the_closed_form_is_taken_exactly_where_it_holds():
    for reduction in (Weightwise(), Aggregating()):
        assert isinstance(engines.plain(reduction), engines.Linear)
        assert isinstance(engines.plain(reduction, closed=False), engines.Autograd)
    for reduction in (Recurrent(), Weightwise(Architecture(activation="tanh"))):
        assert isinstance(engines.plain(reduction), engines.Autograd)


def test_where_numba_fails_training_is_plain_and_says_so_once(monkeypatch, draw, seeded):
    def broken(*given, **named):
        raise ImportError("no such library\nand more")

    forgotten = []
    monkeypatch.setattr(compiled, "advance", broken)
    monkeypatch.setattr(compiled, "_forget", lambda: forgotten.append("what was kept"))
    compiled.works.cache_clear()
    weights = draw(Weightwise(), 3)
    with pytest.warns(UserWarning, match=r"numba does not work here \(no such library\)") as said:
        results = [_trained(Weightwise(), weights, SINGLE, 2, seeded(), "auto") for _ in range(2)]
    monkeypatch.undo()
    compiled.works.cache_clear()
    assert (len(said), len(forgotten)) == (1, 1)
    for result in results:
        assert torch.equal(result, _trained(Weightwise(), weights, SINGLE, 2, seeded(), "plain"))


def test_what_is_kept_on_disk_and_unreadable_is_compiled_anew(monkeypatch, tmp_path):
    """As after an update of the library: what is kept names classes that are no more."""
    folder = tmp_path / "__pycache__"
    folder.mkdir()
    for name in ("kernels.take_steps-1.py311.nbi", "kernels.take_steps-1.py311.1.nbc", "kernels.cpython-311.pyc"):
        (folder / name).touch()

    def advance(*given, **named):
        if len(list(folder.iterdir())) == 3:
            raise AttributeError("no attribute 'Plan'")

    monkeypatch.setattr(compiled, "advance", advance)
    monkeypatch.setattr(compiled, "__file__", str(tmp_path / "compiled.py"))
    assert compiled.works.__wrapped__()
    assert [path.name for path in folder.iterdir()] == ["kernels.cpython-311.pyc"]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_there_are_kernels_for_two_precisions(dtype, draw):
    assert compiled.takes(draw(Weightwise(), 1))
    assert not compiled.takes(draw(Weightwise(), 1).to(getattr(torch, dtype)))


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
    with refused("engine", "'plane'", "auto, compiled, plain, autograd", "did you mean 'plain'?"):
        Trainer(Weightwise(), FULL, engine="plane")
    with refused("engine", "'compiled'", "auto, plain or autograd"):
        Trainer(Weightwise(), UpdateRule(0.1, "full", detach=False), engine="compiled")
    with refused("generator is None", "torch.Generator"):
        Trainer(Weightwise(), SINGLE)


@every_engine
def test_what_lies_outside_is_refused_before_it_is_looked_up(engine, draw, seeded, refused):
    trainer, weights = Trainer(Weightwise(), SINGLE, seeded(), engine), draw(Weightwise(), 3)
    order = randomness.permutations(seeded(), 3, 14)
    with refused("shape of weights is (3, 13)", "(3, 14)"):
        trainer.step(weights[:, :13])
    with refused("shape of other is (2, 14)", "(3, 14)"):
        trainer.step(weights, weights[:2])
    with refused("shape of orders is (1, 2, 14)", "(1, 3, 14)"):
        trainer.step(weights, order=order[:2])
    twice = order.clone()
    twice[1, 0] = twice[1, 1]
    for wrong in (order + 1, order - 1, twice):
        with refused("orders", "each of the pairs 0 to 13 once"):
            trainer.step(weights, order=wrong)
