"""The dynamics of explorables, in a real browser, against those of the library."""

import json
import math
import re

import pytest
import torch
from browser import launched

from srnn_lib import data
from srnn_lib.experiments import page_data
from srnn_lib.explorables import bundle
from srnn_lib.neurons import death, efficiency
from srnn_lib.neurons.moments import measure
from srnn_lib.neurons.stacks import forward, loss_and_accuracy, random_stack
from srnn_lib.organisms import ordinary, training
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Addition
from srnn_lib.organisms.training import Pupil, Schedule
from srnn_lib.randomness import seeded
from srnn_lib.replicators import dynamics, fixpoints, soup
from srnn_lib.replicators.engines import Trainer
from srnn_lib.replicators.presets import REDUCTIONS, preset
from srnn_lib.replicators.soup_schedule import INTERACTION_ORDERS, SoupSchedule, draw_epoch

pytestmark = pytest.mark.browser

SHARED = bundle.saving.root() / bundle.SOURCE_FOLDER / "shared"
NETS = 120
COLUMNS = ["kind", "attacker", "victim"]
# Differences that rounding makes, relative where weights are large; an application multiplies them by four.
CLOSE = {"float64": 1e-12, "float32": 1e-5}
ROUNDS = {"float64": "library.exact", "float32": "Math.fround"}
both_precisions = pytest.mark.parametrize("dtype", CLOSE)
every_preset = pytest.mark.parametrize("name", ["alife2019", "artl2021"])

IMPORT = """async source => {
  const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  globalThis.library = {...globalThis.library, ...await import(address)};
}"""


@pytest.fixture(scope="module")
def chrome():
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def script(chrome):
    """A page that has the modules of the explorables' dynamics as `library`."""
    page = chrome.new_page()
    for name in ("nets", "random", "soups", "organisms", "stored", "strokes", "deaths"):
        page.evaluate(IMPORT, bundle.bundled(SHARED / f"{name}.js"))
    yield page
    page.close()


def reductions(name, kind, dtype):
    """A preset's reduction here, and the text that makes the same one there."""
    there = f'library.reduction("{kind}", library.PRESETS.{name}, {ROUNDS[dtype]})'
    return preset(name).reduction(kind), there


def numbers(tensor):
    """A tensor as a list that goes into a page; what is not finite goes as a word."""
    return json.loads(re.sub(r"NaN|-?Infinity", r'"\g<0>"', json.dumps(tensor.tolist())))


def tensor(given, dtype):
    """The way back; numbers that are not finite come as None."""
    rows = [[math.nan if weight is None else weight for weight in net] for net in given]
    return torch.tensor(rows, dtype=torch.float64).to(getattr(torch, dtype))


def ask(page, how, body, **given):
    """What a function of `how` and of what is given returns in the page, as JSON, which both sides understand."""
    names = ", ".join(given)
    code = f"""async ([{names}]) => {{
      const how = {how};
      const plain = nets => nets.map(net => [...net]);
      return JSON.stringify({body});
    }}"""
    return json.loads(page.evaluate(code, [*given.values()]))


def assert_close(here, there, dtype):
    """No weight differs by more than rounding explains, where both are finite; they are finite together."""
    assert torch.equal(here.isfinite().all(1), there.isfinite().all(1))
    finite = here.isfinite().all(1)
    here, there = here[finite].double(), there[finite].double()
    assert len(here) >= 100
    size = here.abs().amax(1).clamp(min=1)
    assert float(((here - there).abs().amax(1) / size).max()) <= CLOSE[dtype]


@both_precisions
@every_preset
@pytest.mark.parametrize("kind", REDUCTIONS)
def test_nets_are_applied_to_themselves_as_in_the_library(script, name, kind, dtype):
    reduction, how = reductions(name, kind, dtype)
    nets = preset(name).population(reduction, NETS, seeded(1), dtype)
    steps = 1 if kind == "recurrent" else {"float64": 5, "float32": 2}[dtype]
    there = ask(
        script, how,
        "plain(nets.map(net => { for (let s = 0; s < steps; s++) net = library.apply(how, net); return net; }))",
        nets=numbers(nets), steps=steps,
    )  # fmt: skip
    here = dynamics.last(dynamics.self_application(reduction, nets, steps))
    assert_close(here, tensor(there, dtype), dtype)


@both_precisions
@every_preset
@pytest.mark.parametrize("kind", REDUCTIONS)
def test_nets_are_trained_on_themselves_as_in_the_library(script, name, kind, dtype):
    reduction, how = reductions(name, kind, dtype)
    nets, steps = preset(name).population(reduction, NETS, seeded(2), dtype), 100
    if kind == "recurrent":  # most of these run to infinity, and on the way double every difference at every step
        nets, steps = nets / 2, 20
    orders = torch.rand(steps, NETS, reduction.samples, generator=seeded(3)).argsort(dim=2)
    trainer = Trainer(reduction, preset(name).rule, seeded(0))
    here = trainer.steps(nets, steps, orders=orders)
    there = ask(
        script, how,
        "plain(nets.map((net, n) => { for (const order of orders)"
        f" net = library.train(how, net, library.PRESETS.{name}, {{order: order[n]}}); return net; }}))",
        nets=numbers(nets), orders=orders.tolist(),
    )  # fmt: skip
    assert_close(here, tensor(there, dtype), dtype)


@both_precisions
def test_nets_learn_from_others_as_in_the_library(script, dtype):
    reduction, how = reductions("artl2021", "weightwise", dtype)
    nets, others = (preset("artl2021").population(reduction, NETS, seeded(seed), dtype) for seed in (4, 5))
    here = Trainer(reduction, preset("artl2021").rule).steps(nets, 50, other=others)
    there = ask(
        script, how,
        "plain(nets.map((net, n) => { for (let s = 0; s < 50; s++)"
        " net = library.train(how, net, library.PRESETS.artl2021, {read: others[n]}); return net; }))",
        nets=numbers(nets), others=numbers(others),
    )  # fmt: skip
    assert_close(here, tensor(there, dtype), dtype)


def diverse(reduction, name, dtype):
    """Nets of every outcome: random ones on their way, trained ones, the hand-made ones, zero, and infinite ones."""
    random = preset(name).population(reduction, NETS, seeded(6), dtype)
    yield random
    yield dynamics.last(dynamics.self_application(reduction, random, 100))
    yield Trainer(reduction, preset(name).rule, seeded(7)).steps(random, 1500)
    if hasattr(reduction, "positions"):
        for sign in (1.0, -1.0):
            yield soup.population.identity(reduction.architecture, dtype, sign)


@both_precisions
@every_preset
@pytest.mark.parametrize("kind", REDUCTIONS)
def test_outcomes_are_those_of_the_library(script, name, kind, dtype):
    reduction, how = reductions(name, kind, dtype)
    nets = torch.cat(list(diverse(reduction, name, dtype)))
    here = fixpoints.names(fixpoints.classify(reduction, nets, preset(name).epsilon))
    there = ask(
        script, how, f"nets.map(net => library.classify(how, net.map(Number), library.PRESETS.{name}.epsilon))",
        nets=numbers(nets),
    )  # fmt: skip
    assert there == here
    assert len(set(here)) >= 2


@both_precisions
def test_effective_rows_are_those_of_the_library(script, dtype):
    reduction, how = reductions("artl2021", "weightwise", dtype)
    nets = preset("artl2021").population(reduction, NETS, seeded(8), dtype)
    there = ask(script, how, "nets.map(net => library.effectiveRow(how, net))", nets=numbers(nets))
    assert_close(reduction.architecture.effective(nets)[:, 0], tensor(there, dtype), dtype)


def drawn(draws, soup_number):
    """What an epoch draws for one soup, as the explorables have it."""
    nets = range(draws.victims.shape[1])

    def orders(given, net):
        return [] if given is None else given[soup_number, net].tolist()

    return [
        {
            "victim": int(draws.victims[soup_number, net]),
            "teacher": int(draws.teachers[soup_number, net]),
            "training": orders(draws.training_orders, net),
            "learning": orders(draws.learning_orders, net),
            "newcomer": draws.newcomers[soup_number, net].tolist(),
        }
        for net in nets
    ]


@both_precisions
@pytest.mark.parametrize("order", INTERACTION_ORDERS)
def test_soups_evolve_as_in_the_library(script, order, dtype):
    settings, (reduction, how) = preset("alife2019"), reductions("alife2019", "weightwise", dtype)
    schedule = SoupSchedule(attack_chance=0.3, learn_chance=0.2, order=order, training_steps=3, severity=2)
    soups, nets, epochs = 12, 10, 2
    start = settings.population(reduction, soups * nets, seeded(9), dtype).unflatten(0, (soups, nets))
    given = {"rule": settings.rule, "generator": seeded(10), "init": settings.init}
    evolution = soup.evolve(reduction, start, schedule, epochs=epochs, epsilon=settings.epsilon, **given)
    here = list(evolution)
    again = {**given, "generator": seeded(10)}
    draws = [draw_epoch(schedule, reduction, shape=(soups, nets), **again) for _ in range(epochs)]
    for number in range(soups):
        there = ask(
            script, how,
            "turns.reduce(({nets, events}, draws) => { const turn ="
            f' library.evolve(how, nets, library.PRESETS.alife2019, {{order: "{order}"}}, draws);'
            " return {nets: turn.nets, events: [...events, turn.events]}; },"
            " {nets, events: []})",
            nets=numbers(start[number]), turns=[drawn(each, number) for each in draws],
        )  # fmt: skip
        ends = tensor([list(net.values()) for net in there["nets"]], dtype)
        size = here[-1].weights[number].abs().amax(1).clamp(min=1)
        difference = (ends - here[-1].weights[number]).abs().amax(1) / size
        assert float(difference.max()) <= CLOSE[dtype]
        rows = [[(each["kind"], each["actor"], each["net"]) for each in events] for events in there["events"]]
        assert rows == [
            [*epoch.events.loc[epoch.events["soup"] == number, COLUMNS].itertuples(index=False, name=None)]
            for epoch in here[1:]
        ]


ORGANISMS = 6
ORGANISM = """(() => { const round = ROUND;
  return library.organismOf([2, 3, 3, 1], library.reduction("weightwise", library.PRESETS.organism2022, round)); })()"""


def organisms(dtype):
    """Six organisms, hence 108 particles, here and there."""
    organism = Organism((2, 3, 3, 1))
    return organism, organism.populate(ORGANISMS, seeded(11), dtype=dtype), ORGANISM.replace("ROUND", ROUNDS[dtype])


def of_particles(given):
    """Particles that come from a page, or go there, organism by organism, in a row."""
    return [list(net.values()) if isinstance(net, dict) else net for each in given for net in each]


LESSONS = """organisms.map((start, number) => {
  let particles = start.map(net => Float64Array.from(net));
  const velocity = particles.map(net => new Float64Array(net.length));
  for (const batch of batches) particles = library.lesson(how, particles, velocity, library.PRESETS.organism2022, {
    selfSteps, batch: task ? {inputs: batch[0][number], targets: batch[1][number].flat()} : null,
  });
  return plain(particles);
})"""


@both_precisions
@pytest.mark.parametrize(("self_steps", "with_task"), [(25, True), (5, True), (0, True), (25, False)])
def test_organisms_are_trained_as_in_the_library(script, self_steps, with_task, dtype):
    organism, weights, how = organisms(dtype)
    task, kept = Addition(pairs=1000, batch=50), Schedule(self_steps, task=with_task)
    pupil = Pupil(organism, weights, task, schedule=kept, epochs=1, generator=seeded(12))
    pupil.advance()
    batches = [*task.epoch(ORGANISMS, seeded(12), weights.dtype)]
    there = ask(
        script, how, LESSONS,
        organisms=numbers(weights), batches=[[numbers(part) for part in batch] for batch in batches],
        selfSteps=self_steps, task=with_task,
    )  # fmt: skip
    ends = organism.nets(pupil.weights)
    assert not torch.equal(ends, organism.nets(weights))
    assert_close(ends, tensor(of_particles(there), dtype), dtype)


@both_precisions
def test_gains_and_errors_of_organisms_are_those_of_the_library(script, dtype):
    organism, weights, how = organisms(dtype)
    task = Addition(test_pairs=200)
    inputs, sums = task.test(weights.dtype)
    gains, *errors = ask(
        script, how,
        "[organisms.map(each => [...library.gainsOf(how, each)]),"
        " organisms.map(each => { const found = library.taskErrors(how, each, test);"
        " return [library.replicationLoss(how, each), found.absolute, found.squared]; })]",
        organisms=numbers(weights), test={"inputs": numbers(inputs), "targets": numbers(sums[:, 0])},
    )  # fmt: skip
    one_by_one = [[gain] for some in gains for gain in some]
    assert_close(organism.gains(weights).view(-1, 1), tensor(one_by_one, dtype), dtype)
    outputs = training.answers(organism, weights, inputs)
    here = training.replication_loss(organism, weights), task.score(outputs, sums), task.loss(outputs, sums)
    expected = torch.stack([each.double() for each in here], dim=1)
    assert torch.allclose(torch.tensor(errors[0], dtype=torch.float64), expected, rtol=CLOSE[dtype], atol=CLOSE[dtype])


READER = """library.organismOf([225, 5, 5, 5, 10], library.reduction("weightwise", library.PRESETS.organism2022, ROUND),
  {activate: library.gelu, residual: true})"""


@both_precisions
def test_networks_of_gains_answer_as_in_the_library(script, dtype):
    organism, kind = page_data.READER, getattr(torch, dtype)
    gains = ordinary.random_weights(organism, NETS, seeded(13), kind)
    inputs = torch.rand(3, 225, generator=seeded(14), dtype=kind)
    there = ask(
        script, READER.replace("ROUND", ROUNDS[dtype]),
        "gains.map(each => inputs.flatMap(input => [...library.answerOf(how, each, input)]))",
        gains=numbers(gains), inputs=numbers(inputs),
    )  # fmt: skip
    assert_close(organism.forward(gains, inputs).flatten(1), tensor(there, dtype), dtype)


def test_the_error_function_has_fourteen_digits(script):
    at = torch.linspace(-7, 7, 1401, dtype=torch.float64)
    there = ask(script, "null", "at.map(library.erf)", at=numbers(at))
    assert float((torch.tensor(there, dtype=torch.float64) - torch.erf(at)).abs().max()) <= 1e-14


def test_the_organism_of_the_page_reads_digits_drawn_in_code_as_the_library_does(script):
    carried = page_data.carried("digit")
    gains = page_data.unpacked(carried["gains"]).double()
    drawn, there = ask(
        script, READER.replace("ROUND", ROUNDS["float64"]),
        "(() => { const digits = [...Array(10).keys()].map(library.drawnDigit), gains = library.floats(carried.gains);"
        " return [digits, digits.map(each => [...library.answerOf(how, gains, each)])]; })()",
        carried=carried,
    )  # fmt: skip
    answers = page_data.READER.forward(gains[None], tensor(drawn, "float64"))[0]
    assert torch.allclose(answers, tensor(there, "float64"), rtol=CLOSE["float64"], atol=CLOSE["float64"])
    assert int((answers.argmax(1) == torch.arange(10)).sum()) >= 8


MORTAL = 110


@pytest.fixture(scope="module")
def mortal():
    """Random networks of the shape whose neurons die, images, and what these make of the first hidden layer."""
    stack = random_stack(page_data.NEURONS, MORTAL, seeded(15), init="fan-in", dtype="float64")
    inputs = data.images("digits", 8).train[:150].double()
    return stack, inputs, measure(stack, inputs, (1,))


def given(stack):
    """A stack as the explorables have its networks, run by run."""
    return [
        {name: [numbers(layer[run]) for layer in getattr(stack, name)] for name in ("weights", "biases")}
        for run in range(stack.runs)
    ]


def together(found):
    """What a page made of every network, in one row each."""
    return torch.tensor(found, dtype=torch.float64).flatten(1)


def test_neurons_are_worth_what_they_are_in_the_library(script, mortal):
    stack, inputs, moments = mortal
    there = ask(
        script, "null",
        "nets.map(net => library.worthOf(net, library.momentsOf(net, images))"
        ".map(each => [each.local, each.spectral, each.unexplained]))",
        nets=given(stack), images=numbers(inputs),
    )  # fmt: skip
    here = (efficiency.local(stack, moments), efficiency.spectral(moments), efficiency.unexplained(moments))
    assert_close(torch.stack(here, dim=2).flatten(1), together(there), "float64")


@pytest.mark.parametrize("algorithm", efficiency.ALGORITHMS)
def test_neurons_die_as_in_the_library(script, mortal, algorithm):
    stack, inputs, moments = mortal
    there = ask(
        script, "null",
        "nets.map(net => { const moments = library.momentsOf(net, images), worth = library.worthOf(net, moments);"
        " const gone = library.leastOf(worth, algorithm), left = library.withoutNeuron(net, moments, gone, algorithm);"
        " return [gone, [left.weights.flat(2), left.biases.flat()].flat(), images.slice(0, 5).map(image =>"
        " library.layersOf(left, image).at(-1)).flat()]; })",
        nets=given(stack), images=numbers(inputs), algorithm=algorithm,
    )  # fmt: skip
    gone, left, outputs = zip(*there, strict=True)
    after = death.die(stack, moments, 1, algorithm)
    assert list(gone) == efficiency.worth(stack, moments, 1, algorithm).argmin(1).tolist()
    weights = torch.cat([layer.flatten(1) for layer in (*after.weights, *after.biases)], dim=1)
    assert_close(weights, together(left), "float64")
    assert_close(forward(after, inputs[:5]).flatten(1), together(outputs), "float64")


@pytest.mark.parametrize("algorithm", efficiency.ALGORITHMS)
def test_the_network_of_the_page_loses_what_it_loses_in_the_library(script, algorithm):
    images, carried = data.images("digits", 8), page_data.carried("death")
    stack = page_data.stack_of(carried)
    there = ask(
        script, "null",
        "(() => { const [seen, tested] = [carried.seen, carried.test].map(each => library.levelsAsImages(each, 64));"
        " const labels = library.digitsOf(carried.labels), found = []; let net = library.stackOf(carried);"
        " while (net.biases[0].length > 1) { const moments = library.momentsOf(net, seen);"
        " const gone = library.leastOf(library.worthOf(net, moments), algorithm);"
        " net = library.withoutNeuron(net, moments, gone, algorithm);"
        " found.push([gone, library.accuracyOf(net, tested, labels)]); }"
        " return [found, plain(tested)]; })()",
        carried=carried, algorithm=algorithm,
    )  # fmt: skip
    assert torch.equal(tensor(there[1], "float64"), images.test.double())
    here, seen = [], images.train[: page_data.MEASURED].double()
    while stack.units(1) > 1:
        moments = measure(stack, seen, (1,))
        if moments.variance[2].min() < 1e-12:  # A2 leaves a next layer that only rounding moves
            break
        gone = efficiency.worth(stack, moments, 1, algorithm).argmin(1)
        stack = death.die(stack, moments, 1, algorithm, gone)
        accuracy = loss_and_accuracy(stack, images.test.double(), images.test_labels)[1]
        here.append([int(gone), pytest.approx(float(accuracy))])
    assert len(here) >= (8 if algorithm == "A2" else 11)
    assert there[0][: len(here)] == here
