"""Nets over time: what is kept, how survival is counted, and that no net ever notices another."""

import math
from dataclasses import astuple
from functools import partial
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.replicators import compiled, dynamics, fixpoints, population
from srnn_lib.replicators.architecture import Architecture, nets_adjacent
from srnn_lib.replicators.dynamics import NEVER
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Reduction, Weightwise

FULL = UpdateRule(0.02, "full")
SINGLE = UpdateRule(0.02, "single")


def counting(steps, nets=2):
    """A process whose nets all hold the number of the step."""
    return (torch.full((nets, 3), float(step)) for step in range(steps + 1))


# What is kept


@given(steps=st.integers(0, 12), every=st.integers(1, 15))
def test_record_keeps_every_kth_step_from_the_first(steps, every):
    kept = dynamics.record(counting(steps), every)
    assert kept[:, 0, 0].tolist() == list(range(0, steps + 1, every))
    assert kept.shape[1:] == (2, 3)


def test_record_keeps_chosen_nets_and_its_own_copy(draw):
    nets = draw(Weightwise(), 5)
    path = dynamics.record(dynamics.self_application(Weightwise(), nets, 2), nets=torch.tensor([3, 1]))
    assert path.shape == (3, 2, 14)
    assert torch.equal(path[0], nets[[3, 1]])
    assert torch.equal(path[1], Weightwise().apply(nets, nets)[[3, 1]])
    first = dynamics.record(dynamics.self_application(Weightwise(), nets, 2), nets=slice(0, 1))
    first.zero_()
    assert nets[0].abs().sum() > 0


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_last(steps, draw, seeded):
    nets = draw(Weightwise(), 3)
    expected = nets
    for _ in range(steps):
        expected = Weightwise().apply(expected, expected)
    assert torch.equal(dynamics.last(dynamics.self_application(Weightwise(), nets, steps)), expected)
    trained = dynamics.last(dynamics.self_training(Weightwise(), nets, SINGLE, steps=steps, generator=seeded()))
    assert trained.is_contiguous()
    assert torch.equal(trained, nets) == (steps == 0)


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_displacements(steps, draw):
    nets = draw(Weightwise(), 3)
    lengths, final = dynamics.displacements(dynamics.self_application(Weightwise(), nets, steps))
    path = dynamics.record(dynamics.self_application(Weightwise(), nets, steps))
    assert lengths.shape == (steps, 3)
    torch.testing.assert_close(lengths, (path[1:] - path[:-1]).square().sum(dim=-1).sqrt())
    assert torch.equal(final, path[-1])


def test_first_passage_keeps_each_net_as_it_passed():
    path = torch.tensor([[0.0, 9, 0, 0], [1, 2, 0, 0], [2, 9, 6, 0], [9, 9, 7, 4]])[..., None]
    steps, kept = dynamics.first_passage(iter(path), lambda nets: nets[:, 0] > 5)
    assert steps.tolist() == [3, 0, 2, NEVER]
    assert kept.flatten().tolist() == [9, 9, 6, 4]


def test_first_passage_stops_when_all_have_passed():
    process = counting(100)
    steps, _ = dynamics.first_passage(process, lambda nets: nets[:, 0] >= 3)
    assert steps.tolist() == [3, 3]
    assert next(process)[0, 0] == 4


def test_first_passage_without_steps(draw):
    nets = draw(Weightwise(), 2)
    steps, kept = dynamics.first_passage(dynamics.self_application(Weightwise(), nets, 0), fixpoints.is_divergent)
    assert steps.tolist() == [NEVER, NEVER]
    assert torch.equal(kept, nets)


def test_nothing_is_computed_that_is_not_asked_for(draw, monkeypatch):
    calls = []
    monkeypatch.setattr(Weightwise, "apply", lambda self, net, other: calls.append(1) or net + 1)
    process = dynamics.self_application(Weightwise(), draw(Weightwise(), 2), 10)
    next(process), next(process), next(process)
    assert len(calls) == 2


# Who has finished is not computed any more, and nobody notices


def mixed_fates(reduction, draw, nets=200, dtype="float32"):
    """Nets of which many end early: divergent from the start or soon, at zero, or somewhere between."""
    weights = draw(reduction, nets, dtype=dtype)
    weights[7], weights[11], weights[20:120] = torch.inf, 0.0, 3 * weights[20:120]
    weights[120:150] *= 1e-3
    return weights


def rounds(weights, count, advance, stop):
    """Populations, all of them computed whole: who has stopped stays as it is."""
    stopped = fixpoints.is_divergent(weights)
    yield weights
    for _ in range(count):
        weights = torch.where(stopped[:, None], weights, advance(weights))
        stopped = stopped | stop(weights)
        yield weights


def passages(path, test):
    """First passages through a test that is asked about all nets at every step."""
    steps, kept = torch.full((path.shape[1],), NEVER), path[-1].clone()
    for step in reversed(range(len(path))):
        passed = test(path[step])
        steps[passed], kept[passed] = step, path[step][passed]
    return steps, kept


def the_same(one, other):
    """To the last bit, but for what kind of NaN it is."""
    return torch.equal(one.nan_to_num(7.0, 8.0, 9.0), other.nan_to_num(7.0, 8.0, 9.0))


@pytest.mark.parametrize("layout", [torch.clone, nets_adjacent], ids=["nets first", "nets adjacent"])
def test_application_is_that_of_all_nets(reduction, layout, dtype, draw):
    weights = layout(mixed_fates(reduction, draw, dtype=dtype))
    expected = torch.stack([*rounds(weights, 12, lambda now: reduction.apply(now, now), fixpoints.is_divergent)])
    assert the_same(dynamics.record(dynamics.self_application(reduction, weights, 12)), expected)
    steps, kept = dynamics.first_passage(dynamics.self_application(reduction, weights, 12), fixpoints.is_divergent)
    found = passages(expected, fixpoints.is_divergent)
    assert torch.equal(steps, found[0]) and the_same(kept, found[1])


@pytest.mark.parametrize("rule", [FULL, SINGLE, UpdateRule(0.02, "full", 0.9, 5)], ids=["full", "single", "momentum"])
@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_passages_of_training_are_those_of_all_nets(paper_reduction, rule, engine, draw, seeded):
    weights = mixed_fates(paper_reduction, draw)
    close = partial(fixpoints.is_fixpoint, paper_reduction, epsilon=0.05)

    def training():
        return dynamics.self_training(paper_reduction, weights, rule, steps=9, generator=seeded(3), engine=engine)

    steps, kept = dynamics.first_passage(training(), close)
    expected = passages(dynamics.record(training()), close)
    assert torch.equal(steps, expected[0]) and the_same(kept, expected[1])


@pytest.mark.parametrize("rule", [FULL, SINGLE, UpdateRule(0.02, "full", 0.9)], ids=["full", "single", "momentum"])
def test_rounds_are_those_of_all_nets(paper_reduction, rule, draw, seeded):
    weights, trainer = mixed_fates(paper_reduction, draw), Trainer(paper_reduction, rule, seeded(3))

    def margins(now):
        return fixpoints.self_error(paper_reduction, now) < torch.linspace(0, 0.5, len(now))

    expected = rounds(
        nets_adjacent(weights), 6, lambda now: trainer.steps(paper_reduction.apply(now, now), 2),
        lambda now: fixpoints.is_divergent(now) | margins(now),
    )  # fmt: skip
    found = dynamics.alternating(paper_reduction, weights, rule, rounds=6, steps=2, generator=seeded(3), stop=margins)
    assert the_same(dynamics.record(found), torch.stack([*expected]))


def applied(monkeypatch, reduction):
    """How many nets are applied, call by call."""
    counts, apply = [], type(reduction).apply
    monkeypatch.setattr(
        type(reduction), "apply", lambda self, net, other: counts.append(len(net)) or apply(self, net, other)
    )
    return counts


def test_who_diverged_or_rests_is_not_applied(draw, monkeypatch):
    weights = draw(Weightwise(), 640)
    weights[:100], weights[100:400] = torch.nan, 0.0
    counts = applied(monkeypatch, Weightwise())
    dynamics.last(dynamics.self_application(Weightwise(), weights, 100))
    assert counts[0] == 576  # in whole blocks of 64: the divergent ones leave at once, those at zero when looked for
    assert counts[-1] <= 192


def test_who_has_verged_or_passed_is_not_computed(draw, seeded, monkeypatch):
    weights = torch.cat([1e-7 * draw(Weightwise(), 576), draw(Weightwise(), 64)])
    counts = applied(monkeypatch, Weightwise())
    dynamics.survival(Weightwise(), weights, 3)
    assert counts == [640, 640, 64, 64]
    counts.clear()
    zero = partial(fixpoints.is_zero, epsilon=1e-6)
    dynamics.first_passage(dynamics.self_application(Weightwise(), weights, 3), zero)
    assert counts == [64, 64, 64]
    trained, advance = [], compiled.advance
    monkeypatch.setattr(
        compiled, "advance", lambda *given, **named: trained.append(len(given[1])) or advance(*given, **named)
    )
    dynamics.first_passage(dynamics.self_training(Weightwise(), weights, SINGLE, steps=3, generator=seeded()), zero)
    assert trained == [64, 64, 64]


def test_all_nets_are_computed_where_they_share_draws(seeded, draw, monkeypatch):
    reduction = Aggregating(shuffle=seeded(3))
    weights = draw(reduction, 640)
    weights[:400] = torch.nan
    twin = Aggregating(shuffle=seeded(3))
    expected = torch.stack([*rounds(weights, 3, lambda now: twin.apply(now, now), fixpoints.is_divergent)])
    counts = applied(monkeypatch, reduction)
    assert the_same(dynamics.record(dynamics.self_application(reduction, weights, 3)), expected)
    assert counts == [640, 640, 640]


# A course goes on where another one was


COURSES = {
    "application": lambda reduction, nets, generator: dynamics.self_application(reduction, nets, 6),
    "single": lambda reduction, nets, generator: dynamics.self_training(
        reduction, nets, SINGLE, steps=6, generator=generator
    ),
    "momentum": lambda reduction, nets, generator: dynamics.self_training(
        reduction, nets, UpdateRule(0.02, "full", 0.9, 4), steps=6
    ),
    "alternating": lambda reduction, nets, generator: dynamics.alternating(
        reduction, nets, UpdateRule(0.02, "single", 0.9), rounds=6, steps=2, generator=generator
    ),
}


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
@pytest.mark.parametrize("done", [1, 4, 7])
def test_a_course_goes_on_where_another_one_was(paper_reduction, course, done, draw, seeded):
    nets = mixed_fates(paper_reduction, draw)
    whole = dynamics.record(course(paper_reduction, nets, seeded(3)))
    before, after = (course(paper_reduction, nets, seeded(seed)) for seed in (3, 4))
    before.ahead(done)
    after.resume({name: tensor.clone() for name, tensor in before.state().items()})
    rest = [*after]
    assert len(rest) == 7 - done
    assert the_same(torch.stack([after.now, *rest]), torch.cat([whole[-1:], whole[done:]]))


def test_a_course_goes_on_dealing(draw, seeded):
    nets = draw(Aggregating(), 20)
    whole = dynamics.last(dynamics.self_application(Aggregating(shuffle=seeded(3)), nets, 6))
    before, after = (dynamics.self_application(Aggregating(shuffle=seeded(seed)), nets, 6) for seed in (3, 4))
    before.ahead(4)
    after.resume(before.state())
    assert torch.equal(dynamics.last(after), whole)


# Survival


class Scripted(Reduction):
    """A reduction whose nets of one weight go through a given list of values; no value may come twice."""

    def __init__(self, *paths):
        self.start = torch.tensor([[path[0]] for path in paths], dtype=torch.float64)
        self.following = {now: after for path in paths for now, after in pairwise(path)}

    def reduce(self, other):
        return other[:, None]

    def restore(self, outputs):
        return outputs[:, 0]

    def apply(self, net, other):
        return torch.tensor([[self.following.get(value, value)] for (value,) in other.tolist()], dtype=torch.float64)


STAY, JUMP, ZERO, GONE = "stay", "jump", "zero", "gone"


def scripted_path(moves, offset):
    """Values of one net: it changes by less than the margin, by more, or ends."""
    path = [1000.0 * offset]
    for move in moves:
        path.append({STAY: path[-1] + 1e-6, JUMP: path[-1] + 1.0, ZERO: 0.0, GONE: math.inf}[move])
        if move in (ZERO, GONE):
            break
    return path


def lasting(path, steps):
    """The path for so many applications and one more; it stays where its script ends."""
    return (path + [path[-1]] * (steps + 1))[: steps + 2]


def counted_as_in_2019(path, steps, epsilon=1e-5):
    """Apply; leave the loop at zero or infinity before counting; count fixpoints until the first interruption."""
    path = lasting(path, steps)
    vergence, holding, still = 0, 0, True
    for now, following in pairwise(path[1:]):
        if not math.isfinite(now) or abs(now) < epsilon:
            return True, not math.isfinite(now), vergence, holding
        still = still and abs(following - now) < epsilon
        holding, vergence = holding + still, vergence + 1
    return False, False, vergence, holding


def counted_as_in_2021(path, steps, epsilon=1e-5):
    """Apply and count; count every fixpoint, also the zero at the end; leave the loop at zero or infinity."""
    path = lasting(path, steps)
    vergence, visits = 0, 0
    for now, following in pairwise(path[1:]):
        vergence += 1
        visits += abs(following - now) < epsilon
        if not math.isfinite(now) or abs(now) < epsilon:
            break
    return vergence, visits


@given(
    moves=st.lists(st.lists(st.sampled_from([STAY, STAY, JUMP, ZERO, GONE]), max_size=12), min_size=1, max_size=6),
    steps=st.integers(1, 10),
)
def test_survival_is_counted_like_the_plain_loops(moves, steps):
    paths = [scripted_path(some, offset) for offset, some in enumerate(moves, start=1)]
    nets = Scripted(*paths)
    found = dynamics.survival(nets, nets.start, steps)
    expected = [counted_as_in_2019(path, steps) for path in paths]
    counted = zip(found.verged, found.diverged, found.time_to_vergence, found.time_as_fixpoint, strict=True)
    assert [tuple(int(value) for value in row) for row in counted] == [tuple(map(int, row)) for row in expected]
    later = [counted_as_in_2021(path, steps) for path in paths]
    assert (found.time_to_vergence + found.verged).tolist() == [vergence for vergence, _ in later]
    assert found.fixpoint_visits.tolist() == [visits for _, visits in later]


def test_a_net_that_loses_and_regains_the_property():
    paths = [
        scripted_path([JUMP, STAY, STAY, JUMP, STAY, ZERO], 1),  # outcomes: fix, fix, no, fix, no, zero
        scripted_path([STAY, JUMP, STAY, GONE], 2),  # outcomes: no, fix, no, gone
        scripted_path([STAY] * 20, 3),
    ]
    nets = Scripted(*paths)
    found = dynamics.survival(nets, nets.start, 10)
    assert found.verged.tolist() == [True, True, False]
    assert found.diverged.tolist() == [False, True, False]
    assert found.time_to_vergence.tolist() == [5, 3, 10]
    assert found.time_as_fixpoint.tolist() == [2, 0, 10]
    assert found.fixpoint_visits.tolist() == [4, 1, 10]


def test_survival_of_hand_made_nets():
    identity = population.identity(Weightwise().architecture, "float64")
    nets = torch.cat([identity, 0 * identity, 0.5 * identity, 3 * identity])
    found = dynamics.survival(Weightwise(), nets, steps=20)
    assert found.verged.tolist() == [False, True, True, True]
    assert found.diverged.tolist() == [False, False, False, True]
    # a becomes a^4: a half is 2^-4, 2^-16, 2^-64 …, three is 3^256 after four applications and infinite after five
    assert found.time_to_vergence.tolist() == [20, 0, 2, 4]
    assert found.time_as_fixpoint.tolist() == [20, 0, 0, 0]


def test_survival_of_one_step():
    identity = population.identity(Weightwise().architecture)
    found = dynamics.survival(Weightwise(), torch.cat([identity, 1e-3 * identity]), steps=1)
    assert [column.tolist() for column in astuple(found)] == [[False, True], [False] * 2, [1, 0], [1, 0], [1, 1]]


def test_how_a_net_ended_does_not_depend_on_how_long_others_last():
    """One layer and raw codes: below the margin after one application, then threefold at each."""
    reduction = Weightwise(Architecture((4, 1)), "raw")
    nets = torch.tensor([[0, 0, 0, 1e-6], [1, 0, 0, 0]])
    together, alone = dynamics.survival(reduction, nets), dynamics.survival(reduction, nets[:1])
    assert [column[0].item() for column in astuple(together)] == [column[0].item() for column in astuple(alone)]


# Divergence


@pytest.mark.parametrize("value", [torch.inf, -torch.inf, torch.nan])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_there_is_no_return_from_infinity(activation, value, draw):
    reduction = Weightwise(Architecture(activation=activation))
    nets = draw(reduction, 3).abs()
    nets[1, 8] = value
    if value > 0:
        assert reduction.apply(nets, nets).isfinite().all()  # what would happen otherwise
    path = dynamics.record(dynamics.self_application(reduction, nets, 5))
    assert fixpoints.is_divergent(path).tolist() == [[False, True, False]] * 6
    assert torch.equal(path[-1, 1].nan_to_num(7.0), nets[1].nan_to_num(7.0))


@pytest.mark.parametrize("engine", ["compiled", "plain", "autograd"])
@pytest.mark.parametrize("rule", [FULL, SINGLE, UpdateRule(0.02, "full", 0.9, 2)], ids=["full", "single", "momentum"])
def test_training_brings_nobody_back_from_infinity(paper_reduction, rule, engine, seeded, draw):
    nets = 0.5 * draw(paper_reduction, 6)
    nets[1, 2], nets[3, 0], nets[4, -1] = torch.inf, torch.nan, -torch.inf
    path = dynamics.record(
        dynamics.self_training(paper_reduction, nets, rule, steps=5, generator=seeded(), engine=engine)
    )
    assert fixpoints.is_divergent(path).tolist() == [[False, True, False, True, True, False]] * 6


def test_a_population_that_diverges_as_a_whole(paper_reduction, seeded, draw):
    nets = 1e30 * draw(paper_reduction, 4)
    everyone = torch.ones(4, dtype=torch.bool)
    final = dynamics.last(dynamics.self_application(paper_reduction, nets, 200))
    assert fixpoints.tally(fixpoints.classify(paper_reduction, final))["divergent"] == 4
    for rule in (FULL, SINGLE):
        process = dynamics.self_training(paper_reduction, nets, rule, steps=200, generator=seeded())
        assert fixpoints.tally(fixpoints.classify(paper_reduction, dynamics.last(process)))["divergent"] == 4
    found = dynamics.survival(paper_reduction, nets, 200)
    assert torch.equal(found.verged, everyone)
    assert torch.equal(found.diverged, everyone)
    assert found.time_as_fixpoint.tolist() == [0] * 4
    assert (found.time_to_vergence < 200).all()
    process = dynamics.self_application(paper_reduction, nets, 200)
    steps, _ = dynamics.first_passage(process, fixpoints.is_divergent)
    assert torch.equal(steps - 1, found.time_to_vergence)


# Neighbours. Every process, as a function of reduction, nets and generator that returns one row per net.


def _path(process):
    return dynamics.record(process).transpose(0, 1)


def _training(rule, engine="auto"):
    return lambda reduction, nets, generator: _path(
        dynamics.self_training(reduction, nets, rule, steps=4, generator=generator, engine=engine)
    )


PROCESSES = {
    "application": lambda reduction, nets, _: _path(dynamics.self_application(reduction, nets, 4)),
    "full batch": _training(FULL),
    "full batch, plain": _training(FULL, "plain"),
    "full batch, autograd": _training(FULL, "autograd"),
    "single pairs": _training(SINGLE),
    "single pairs, plain": _training(SINGLE, "plain"),
    "single pairs, autograd": _training(SINGLE, "autograd"),
    "momentum": _training(UpdateRule(0.02, "full", 0.9, 3)),
    "not detached": _training(UpdateRule(0.02, "full", detach=False)),
    "displacements": lambda reduction, nets, _: (
        dynamics.displacements(dynamics.self_application(reduction, nets, 4))[0].T
    ),
    "self-error": lambda reduction, nets, _: fixpoints.self_error(reduction, nets)[:, None],
}
VERDICTS = {
    "outcomes": lambda reduction, nets: [fixpoints.classify(reduction, nets, 0.1)],
    "survival": lambda reduction, nets: astuple(dynamics.survival(reduction, nets, 20)),
    "first passage": lambda reduction, nets: dynamics.first_passage(
        dynamics.self_application(reduction, nets, 20), fixpoints.is_zero
    ),
}
REDUCTIONS = [
    pytest.param(build(Architecture(widths, activation, build is Recurrent)), id=f"{build.__name__}-{activation}")
    for build, widths in ((Weightwise, (4, 2, 2, 1)), (Aggregating, (4, 2, 2, 4)), (Recurrent, (1, 2, 2, 1)))
    for activation in ("linear", "sigmoid")
]
every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)
every_process = pytest.mark.parametrize("name", PROCESSES)


# Every process and reduction meets every poison, and both precisions.
POISONS = [(torch.nan, "float64"), (torch.inf, "float32"), (-torch.inf, "float64"), (1e30, "float32")]


@pytest.mark.parametrize(("poison", "dtype"), POISONS)
@every_reduction
@every_process
def test_a_broken_net_changes_no_neighbour(name, reduction, poison, dtype, seeded, draw):
    nets = 0.5 * draw(reduction, 9, dtype=dtype)
    broken = nets.clone()
    broken[3, 1] = broken[6, -1] = poison
    others = [0, 1, 2, 4, 5, 7, 8]
    expected = PROCESSES[name](reduction, nets, seeded())[others]
    assert expected.isfinite().all()
    assert torch.equal(PROCESSES[name](reduction, broken, seeded())[others], expected)


@pytest.mark.parametrize("poison", [torch.nan, torch.inf, -torch.inf])
@every_reduction
@pytest.mark.parametrize("name", VERDICTS)
def test_a_broken_net_changes_no_verdict_on_a_neighbour(name, reduction, poison, draw):
    nets = 0.5 * draw(reduction, 9)
    broken = nets.clone()
    broken[3, 1] = broken[6, -1] = poison
    others = [0, 1, 2, 4, 5, 7, 8]
    for column, expected in zip(VERDICTS[name](reduction, broken), VERDICTS[name](reduction, nets), strict=True):
        assert torch.equal(column[others], expected[others])


def _rounding(nets):
    """Vector instructions and matrix products treat the last few nets of a block differently.

    Measured over four steps of these nets, which are of size one half: at most 6e-8 in single and 2e-16 in double.
    """
    tolerance = 16 * torch.finfo(nets.dtype).eps
    return {"rtol": tolerance, "atol": tolerance}


def _dealt():
    """Every process with every reduction, and each of either in both precisions."""
    for place, name in enumerate(PROCESSES):
        for number, reduction in enumerate(REDUCTIONS):
            dtype = ("float32", "float64")[(place + number) % 2]
            yield pytest.param(name, *reduction.values, dtype, id=f"{name}-{reduction.id}-{dtype}")


@pytest.mark.parametrize(("name", "reduction", "dtype"), [*_dealt()])
def test_a_net_goes_the_same_way_in_a_larger_population(name, reduction, dtype, seeded, draw):
    nets = 0.5 * draw(reduction, 257, dtype=dtype)
    together = PROCESSES[name](reduction, nets, seeded())
    for few in (1, 2, 9, 30, 67):
        alone = PROCESSES[name](reduction, nets[:few].clone(), seeded())
        torch.testing.assert_close(together[:few], alone, **_rounding(nets))


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_application_is_the_same_to_the_last_bit(paper_reduction, activation, dtype, seeded, draw):
    widths, recurrent = paper_reduction.architecture.widths, paper_reduction.architecture.recurrent
    reduction = type(paper_reduction)(Architecture(widths, activation, recurrent))
    nets = draw(reduction, 257, dtype=dtype)
    together = PROCESSES["application"](reduction, nets, seeded())
    for few in (1, 2, 9, 30, 67):
        alone = PROCESSES["application"](reduction, nets[:few].clone(), seeded())
        assert torch.equal(together[:few].nan_to_num(7.0), alone.nan_to_num(7.0))


@pytest.fixture
def threads():
    """Sets the number of threads and restores it."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("name", "reduction"),
    [
        pytest.param(name, *reduction.values, id=f"{name}-{reduction.id}")
        for place, name in enumerate(["application", *(name for name in PROCESSES if "full" in name), "single pairs"])
        for number, reduction in enumerate(REDUCTIONS)
        if number % 2 == (place + number // 2) % 2  # one of a reduction's two activations, in turns
    ],
)
def test_the_number_of_threads_changes_nothing(name, reduction, threads, seeded, draw):
    nets = 0.5 * draw(reduction, 3000, dtype="float32")
    results = []
    for count in (1, 2):
        threads(count)
        results.append(PROCESSES[name](reduction, nets, seeded()))
    torch.testing.assert_close(*results, equal_nan=True, **_rounding(nets))
    if reduction.architecture.activation == "linear":
        assert torch.equal(*(result.nan_to_num(7.0) for result in results))


@every_process
def test_precision_is_kept(name, paper_reduction, dtype, seeded, draw):
    nets = draw(paper_reduction, 4, dtype=dtype)
    assert PROCESSES[name](paper_reduction, nets, seeded()).dtype == nets.dtype


# Bad input


@pytest.mark.parametrize("steps", [-1, 2.0, float("nan"), "10", None, True])
def test_bad_numbers_of_steps_are_refused(steps, refused, draw):
    nets = draw(Weightwise(), 2)
    with refused(f"steps is {steps!r}", "a whole number, 0 or more"):
        dynamics.self_application(Weightwise(), nets, steps)
    with refused(f"steps is {steps!r}", "a whole number, 0 or more"):
        dynamics.self_training(Weightwise(), nets, FULL, steps=steps)
    with refused(f"steps is {steps!r}", "a whole number, 1 or more"):
        dynamics.survival(Weightwise(), nets, steps)


def test_other_bad_input_is_refused(refused, draw):
    nets = draw(Weightwise(), 2)
    with refused("steps is 0", "1 or more"):
        dynamics.survival(Weightwise(), nets, 0)
    with refused("every is 0", "1 or more"):
        dynamics.record(counting(3), every=0)
    with refused("engine", "'autograt'", "did you mean 'autograd'?"):
        next(dynamics.self_training(Weightwise(), nets, FULL, steps=3, engine="autograt"))
    with refused("generator is None", "torch.Generator"):
        next(dynamics.self_training(Weightwise(), nets, SINGLE, steps=3))
