"""Self-training of a population: every engine, and other ways to do the same, against the number of nets.

Bars: 1,000 weightwise nets on the full batch in at most three times what an in-place update with momentum takes for as
many weights; a million nets at most 1.3 times as much per net and step as ten thousand; faster than JAX with the same
closed form; single pairs in an eighth, recurrent nets in a twelfth of the plain engine's time.
"""

import peers
import pytest
import torch

from srnn_lib.randomness import seeded
from srnn_lib.replicators.architecture import Architecture, nets_adjacent
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.presets import preset
from srnn_lib.replicators.reductions import Weightwise

SETTINGS = preset("artl2021")
REDUCTION = SETTINGS.reduction("weightwise")
NETS = [10**power for power in range(1, 7)]
MOST_MODULES = 1000
PEERS = {
    "modules": peers.modules,
    "torch.func": peers.torch_func,
    "JAX, natural": peers.jax_natural,
    "update alone": peers.update_alone,
}
CLOSED_FORMS = {"sums": peers.jax_sums, "products": peers.jax_products, "unrolled": peers.jax_unrolled}
OTHERS = {
    "single pairs": ("alife2019", "weightwise", "linear"),
    "single pairs, tanh": ("alife2019", "weightwise", "tanh"),
    "full batch, tanh": ("artl2021", "weightwise", "tanh"),
    "full batch, sigmoid": ("artl2021", "weightwise", "sigmoid"),
    "aggregating": ("artl2021", "aggregating", "linear"),
    "recurrent": ("artl2021", "recurrent", "linear"),
    "recurrent, tanh": ("artl2021", "recurrent", "tanh"),
}
SHAPES = {
    "wider": [(4, width, width, 1) for width in (2, 4, 8, 16, 32)],
    "deeper": [(4, *[2] * depth, 1) for depth in (2, 4, 8, 16, 32)],
}
EVERY_SHAPE = [(how, widths) for how, several in SHAPES.items() for widths in several]


def start(nets, device="cpu", reduction=REDUCTION):
    """The same random nets for everybody."""
    return SETTINGS.population(reduction, nets, seeded(0)).to(device)


@pytest.mark.parametrize("nets", NETS)
@pytest.mark.parametrize("engine", ["compiled", "plain", "autograd"])
def test_engines(measure_steps, device, engine, nets):
    if device != "cpu" and engine == "compiled":
        pytest.skip("the kernels are for processors")
    weights = nets_adjacent(start(nets, device))
    trainer = Trainer(REDUCTION, SETTINGS.rule, engine=engine)
    found = measure_steps(lambda steps: trainer.steps(weights, steps), nets, what="self-training", way=engine)
    assert found.isfinite().double().mean() > 0.9


def agrees(train, nets, device):
    """Whether three steps by other means are those of the library."""
    found = torch.tensor(train(3).tolist(), device=device)
    wanted = Trainer(REDUCTION, SETTINGS.rule, engine="plain").steps(start(nets, device), 3)
    return torch.allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("nets", NETS)
@pytest.mark.parametrize("way", PEERS)
def test_peers(measure_steps, device, way, nets):
    if way == "JAX, natural" and (peers.jax is None or device != "cpu"):
        pytest.skip("JAX is not installed here, or not for this device")
    if way == "modules" and (nets > MOST_MODULES or device != "cpu"):
        pytest.skip("too many nets to go through them one by one")
    train = PEERS[way](REDUCTION, start(nets, device), SETTINGS.rule.learning_rate)
    measure_steps(train, nets, what="self-training", way=way)
    assert way == "update alone" or nets > MOST_MODULES or agrees(train, nets, device)


@pytest.mark.skipif(peers.jax is None, reason="JAX is not installed here")
@pytest.mark.parametrize("nets", NETS)
@pytest.mark.parametrize("form", CLOSED_FORMS)
def test_closed_forms_in_jax(measure_steps, form, nets):
    train = CLOSED_FORMS[form](REDUCTION, start(nets), SETTINGS.rule.learning_rate)
    measure_steps(train, nets, what="self-training", way="JAX, closed form", form=form)
    assert nets > MOST_MODULES or agrees(train, nets, "cpu")


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_other_nets(measure_steps, engine, name):
    settings, kind, activation = preset(OTHERS[name][0]), *OTHERS[name][1:]
    reduction, nets = settings.reduction(kind, activation), 600
    weights = nets_adjacent(0.6 * settings.population(reduction, nets, seeded(0)))

    def train(steps):
        return Trainer(reduction, settings.rule, seeded(1), engine).steps(weights, steps)

    measure_steps(train, nets, what=name, way=engine)


@pytest.mark.parametrize(("how", "widths"), EVERY_SHAPE)
@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_shapes(measure_steps, engine, how, widths):
    """A small rate keeps every shape from diverging."""
    reduction, nets = Weightwise(Architecture(widths)), 1000
    weights = nets_adjacent(0.5 * start(nets, reduction=reduction))
    trainer = Trainer(reduction, UpdateRule(1e-6, "full"), engine=engine)
    shape = {"shape": how, "weights": reduction.architecture.weight_count}
    measure_steps(lambda steps: trainer.steps(weights, steps), nets, what="shapes", way=engine, **shape)


@pytest.mark.parametrize(("how", "widths"), EVERY_SHAPE)
def test_self_application(measure_steps, how, widths):
    reduction, nets = Weightwise(Architecture(widths)), 1000
    weights = start(nets, reduction=reduction)

    def apply(steps):
        for _ in range(steps):
            reduction.apply(weights, weights)

    shape = {"shape": how, "weights": reduction.architecture.weight_count}
    measure_steps(apply, nets, what="self-application", way="plain", **shape)
