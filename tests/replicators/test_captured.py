"""Nets on a GPU: as on the CPU up to rounding, and by a graph to the last bit; and what can be seen without a GPU."""

from contextlib import suppress
from dataclasses import astuple, replace

import pytest
import torch
from graphs import Repeated
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from srnn_lib import checks
from srnn_lib.replicators import captured, dynamics, engines, fixpoints, population, robustness, soup
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.presets import preset
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Weightwise
from srnn_lib.replicators.soup_schedule import SoupSchedule

FULL, SINGLE = UpdateRule(0.02, "full"), UpdateRule(0.02, "single")
RULES = {
    "full": FULL,
    "momentum": UpdateRule(0.02, "full", 0.9),
    "reset": UpdateRule(0.02, "full", 0.9, 7),
    "not detached": UpdateRule(0.002, "full", detach=False),
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


@every_rule
@pytest.mark.parametrize("taught", [False, True], ids=["itself", "another"])
def test_steps_in_place_are_the_plain_ones(paper_reduction, rule, taught, draw, monkeypatch):
    weights = 0.5 * draw(paper_reduction, 9)
    other = draw(paper_reduction, 9, seed=1) if taught else None
    plain = Trainer(paper_reduction, rule, engine="plain")
    expected = [weights, *(plain.steps(weights, count, other=other) for count in (3, 40))]
    monkeypatch.setattr(captured, "possible", lambda weights: True)
    monkeypatch.setattr(captured, "Captured", Repeated)
    trainer = Trainer(paper_reduction, rule, engine="plain")
    assert torch.equal(trainer.steps(weights, 3, other=other), expected[1])
    assert torch.equal(trainer.steps(weights, 40, other=other), expected[2])
    assert torch.equal(weights, expected[0])


def test_few_steps_single_pairs_and_nets_on_a_processor_need_no_graph(draw, seeded, monkeypatch):
    monkeypatch.setattr(captured, "Captured", lambda *_: pytest.fail("captured"))
    weights = draw(Weightwise(), 3)
    Trainer(Weightwise(), FULL, engine="plain").steps(weights, 40)
    monkeypatch.setattr(captured, "possible", lambda weights: True)
    Trainer(Weightwise(), FULL, engine="plain").steps(weights, engines.GRAPHED_FROM - 1)
    Trainer(Weightwise(), SINGLE, seeded(), "plain").steps(weights, 40)


class Elsewhere(TorchDispatchMode):
    """Notes every function that is given tensors with content both on the CPU and elsewhere, copies aside."""

    def __init__(self):
        super().__init__()
        self.mixed = set()

    def __torch_dispatch__(self, function, types, given=(), named=None):
        tensors = [leaf for leaf in tree_leaves((given, named)) if isinstance(leaf, torch.Tensor)]
        devices = {tensor.device.type for tensor in tensors if tensor.ndim}
        copies = "copy" in str(function)
        if len(devices) > 1 and not copies:
            self.mixed.add(str(function))
        return function(*given, **(named or {}))


def test_nothing_on_the_cpu_is_mixed_into_applications(reduction, draw):
    """The device without content knows where a tensor would be: what a GPU would refuse is seen on any machine."""
    weights = draw(reduction, 130).to("meta")
    with Elsewhere() as seen:
        reduction.apply(weights, weights)
        fixpoints.is_second_order(reduction, weights)
        outcomes = fixpoints.classify(reduction, weights)
    assert outcomes.device.type == "meta"
    assert seen.mixed == set()


@pytest.mark.parametrize("engine", ["auto", "autograd"])
@pytest.mark.parametrize("rule", [*RULES.values(), SINGLE], ids=[*RULES, "single"])
def test_nothing_on_the_cpu_is_mixed_into_steps(paper_reduction, rule, engine, draw, seeded):
    weights = draw(paper_reduction, 130).to("meta")
    with Elsewhere() as seen:
        trained = Trainer(paper_reduction, rule, seeded(), engine).steps(weights, 2, other=weights.clone())
    assert trained.device.type == "meta"
    assert seen.mixed == set()


def test_what_is_mixed_in_is_found():
    with Elsewhere() as seen, suppress(RuntimeError):
        torch.cat([torch.zeros(2, device="meta"), torch.zeros(2)])
    assert len(seen.mixed) == 1


def test_draws_are_the_same_on_every_device(seeded, monkeypatch):
    """The device without content, which a reader is refused, stands for one that is not here."""
    monkeypatch.setattr(checks, "device", str)
    settings = preset("alife2019")
    reduction = settings.reduction("recurrent")
    assert settings.population(reduction, 3, seeded(), device="meta").device.type == "meta"
    generators = seeded(), seeded()
    for generator, device in zip(generators, ("cpu", "meta"), strict=True):
        nets = settings.population(reduction, 3, generator, device=device)
        assert population.clone_with_noise(nets, [0.1], 2, generator).device.type == device
    assert torch.equal(generators[0].get_state(), generators[1].get_state())


# With a GPU


def near(found, wanted, factor=1.0, kinks=False):
    """Equal up to rounding, which a step or an application repeats: 1e-4 in single, 1e-11 in double precision.

    With `kinks`, one net in fifty may be another: where a cell stands within rounding of a kink of its activation, a
    step falls to one side or to the other.
    """
    tolerance = factor * {torch.float32: 1e-4, torch.float64: 1e-11}.get(wanted.dtype, 0)
    same = torch.isclose(found.cpu(), wanted, rtol=tolerance, atol=tolerance, equal_nan=True).all(-1)
    assert same.double().mean() >= (0.98 if kinks else 1)


@pytest.mark.gpu
def test_applications_on_a_gpu(reduction, dtype, draw):
    weights, others = (0.6 * draw(reduction, 300, seed=seed, dtype=dtype) for seed in (0, 1))
    weights[5] = torch.inf
    there = weights.cuda()
    near(reduction.apply(there, others.cuda())[6:], reduction.apply(weights, others)[6:])
    near(fixpoints.self_error(reduction, there)[6:], fixpoints.self_error(reduction, weights)[6:])
    outcomes = [fixpoints.classify(reduction, nets, 0.1).cpu() for nets in (there, weights)]
    assert (outcomes[0] != outcomes[1]).sum() <= 1  # one may lie within rounding of the margin


@pytest.mark.gpu
@pytest.mark.parametrize("engine", ["auto", "autograd"])
@pytest.mark.parametrize("rule", [RULES["reset"], SINGLE], ids=["full", "single"])
def test_steps_on_a_gpu(reduction, rule, engine, dtype, draw, seeded):
    weights, other = (0.6 * draw(reduction, 300, seed=seed, dtype=dtype) for seed in (0, 1))
    for taught in (None, other):
        wanted = Trainer(reduction, rule, seeded(3), "plain").steps(weights, 5, other=taught)
        moved = None if taught is None else taught.cuda()
        found = Trainer(reduction, rule, seeded(3), engine).steps(weights.cuda(), 5, other=moved)
        near(found, wanted, kinks=reduction.architecture.activation == "relu")


@pytest.mark.gpu
@every_rule
@pytest.mark.parametrize("engine", ["plain", "autograd"])
@pytest.mark.parametrize("taught", [False, True], ids=["itself", "another"])
def test_a_graph_is_its_steps_to_the_last_bit(paper_reduction, rule, engine, taught, dtype, draw, monkeypatch):
    weights = (0.5 * draw(paper_reduction, 300, dtype=dtype)).cuda()
    other = draw(paper_reduction, 300, seed=1, dtype=dtype).cuda() if taught else None
    graphs, capture = [], captured.Captured
    monkeypatch.setattr(captured, "Captured", lambda *given: graphs.append(capture(*given)) or graphs[-1])
    found = []
    for fewest in (10**9, 32):
        monkeypatch.setattr(engines, "GRAPHED_FROM", fewest)
        trainer = Trainer(paper_reduction, rule, engine=engine)
        found.append(trainer.steps(trainer.steps(weights, 50, other=other), 33, other=other))
    assert len(graphs) == 2
    torch.testing.assert_close(*found, rtol=0, atol=0, equal_nan=True)


@pytest.mark.gpu
@pytest.mark.parametrize("build", [Weightwise, Aggregating, Recurrent])
def test_courses_on_a_gpu(build, draw, seeded):
    reduction = build()
    nets = 0.5 * draw(reduction, 300)
    nets[7], nets[11] = torch.inf, 0.0
    for make in (
        lambda weights: dynamics.self_application(reduction, weights, 5),
        lambda weights: dynamics.self_training(reduction, weights, SINGLE, steps=5, generator=seeded(3)),
        lambda weights: dynamics.alternating(reduction, weights, SINGLE, rounds=3, steps=2, generator=seeded(3)),
    ):
        near(dynamics.record(make(nets.cuda())), dynamics.record(make(nets)))
        steps = [dynamics.first_passage(make(w), fixpoints.is_divergent)[0].cpu() for w in (nets.cuda(), nets)]
        assert torch.equal(*steps)
    survived = [astuple(dynamics.survival(reduction, weights, 20)) for weights in (nets.cuda(), nets)]
    for there, here in zip(*survived, strict=True):
        assert (there.cpu() != here).sum() <= 3  # counts of nets that are within rounding of a margin


@pytest.mark.gpu
def test_a_course_moves_to_a_gpu_and_back(draw, seeded):
    nets = 0.5 * draw(Weightwise(), 40)

    def course(weights, seed):
        rule = replace(SINGLE, momentum=0.5)
        return dynamics.self_training(Weightwise(), weights, rule, steps=6, generator=seeded(seed))

    here, there, back = course(nets, 3), course(nets.cuda(), 4), course(nets, 5)
    here.ahead(3)
    there.resume({name: each.cpu() for name, each in here.state().items()})
    there.ahead(2)
    back.resume({name: each.cpu() for name, each in there.state().items()})
    near(dynamics.last(back), dynamics.last(course(nets, 3)))


@pytest.mark.gpu
@pytest.mark.parametrize("order", ["sequential", "simultaneous"])
@pytest.mark.parametrize("rule", [FULL, SINGLE], ids=["full", "single"])
def test_soups_on_a_gpu(order, rule, draw, seeded):
    start = 0.5 * draw(Weightwise(), 15).unflatten(0, (3, 5))
    start[:, 0] *= 1e120
    schedule = SoupSchedule(0.5, 0.3, order=order, training_steps=2)
    ends = [
        [*soup.evolve(Weightwise(), nets, schedule, rule=rule, epochs=4, generator=seeded(3), measure=True)]
        for nets in (start.cuda(), start)
    ]
    for there, here in zip(*ends, strict=True):
        near(there.weights, here.weights, 100)
        columns = ["epoch", "soup", "kind", "attacker", "victim"]
        assert there.events[columns].equals(here.events[columns])


@pytest.mark.gpu
def test_noise_on_a_gpu(draw, seeded):
    parents = population.identity(Weightwise().architecture, "float64")
    tables = [
        robustness.noisy_survival(Weightwise(), nets, [0.1, 0.01, 0.0], copies=20, generator=seeded())
        for nets in (parents.cuda(), parents)
    ]
    assert (tables[0] != tables[1]).any(axis=1).sum() <= 2


@pytest.mark.gpu
def test_dealing_on_a_gpu(draw, seeded):
    nets = draw(Aggregating(), 30)
    found, wanted = (
        Aggregating(Architecture((4, 2, 2, 4)), shuffle=seeded(3)).apply(weights, weights)
        for weights in (nets.cuda(), nets)
    )
    near(found, wanted)
