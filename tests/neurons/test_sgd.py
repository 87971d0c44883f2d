"""One update is the gradient of autograd; a stacked run is a run alone; a continued training is the same training."""

import pytest
import torch
import torch.nn.functional as F

from srnn_lib.neurons import modules, sgd, stacks
from srnn_lib.neurons.sgd import SGD, SGDRule
from srnn_lib.neurons.stacks import Stack


@pytest.fixture
def examples(seeded):
    """Sparse inputs, some of them 0 in all examples, and labels that depend on them."""

    def make(count=120, width=8, classes=3, dtype=torch.float64):
        given = torch.rand(count, width, generator=seeded(1), dtype=dtype)
        given[:, ::3] = 0
        return given, (given.sum(1) * 7).long() % classes

    return make


def parameters(stack):
    return (*stack.weights, *stack.biases)


def in_order(stack):
    """Weight and bias of each layer in turn, as torch lists them."""
    return [each for layer in zip(stack.weights, stack.biases, strict=True) for each in layer]


def alone(stack, run, given, labels, rule, seed, epochs):
    """The same training of one run as a torch network by autograd; the mean loss of each epoch."""
    model, met = modules.to_module(stack, run), []
    for epoch in range(epochs):
        batches = sgd.order(seed, epoch, len(given)).split(rule.batch)[: len(given) // rule.batch]
        losses = []
        for batch in batches:
            loss = F.cross_entropy(model(given[batch]), labels[batch])
            model.zero_grad()
            loss.backward()
            losses.append(loss.item())
            with torch.no_grad():
                for name, each in model.named_parameters():
                    decay = rule.weight_decay if rule.decay == "all" or "weight" in name else 0
                    each -= rule.learning_rate * (each.grad + decay * each)
        met.append(sum(losses) / len(losses))
    return model, torch.tensor(met, dtype=torch.float64)


@pytest.mark.parametrize("activation", ["tanh", "linear", "relu", "gelu"])
@pytest.mark.parametrize("decay", sgd.DECAYS)
@pytest.mark.parametrize("widths", [(8, 4, 5, 3), (8, 6, 3), (8, 3)])
def test_updates_are_those_of_autograd(widths, decay, activation, examples, seeded):
    rule, (given, labels) = SGDRule(0.3, 25, 0.05, decay), examples()
    stack = stacks.random_stack(widths, 2, seeded(), init="fan-in", activation=activation, dtype="float64")
    trainer = SGD(stack, given, labels, rule=rule, seed=5)
    met = torch.stack([trainer.epoch(epoch) for epoch in range(3)])
    for run in range(2):
        model, losses = alone(stack, run, given, labels, rule, 5, 3)
        torch.testing.assert_close(met[:, run], losses, rtol=1e-11, atol=1e-12)
        for one, other in zip(model.parameters(), in_order(trainer.stack), strict=True):
            torch.testing.assert_close(one.detach(), other[run], rtol=1e-10, atol=1e-12)


def test_a_stacked_run_and_a_separate_one_have_one_loss_curve(examples, seeded):
    """The bar: equal to 1e-5 after 100 steps in single precision."""
    given, labels = examples(600, 40, 10, torch.float32)
    rule = SGDRule(0.05, 60)
    stack = stacks.random_stack((40, 5, 20, 10), 50, seeded())
    trainer = SGD(stack, given, labels, rule=rule, seed=0)
    met = torch.stack([trainer.epoch(epoch) for epoch in range(10)])
    for run in (0, 17, 49):
        model, losses = alone(stack, run, given, labels, rule, 0, 10)
        assert (met[:, run] - losses).abs().max() < 1e-5
        for one, other in zip(model.parameters(), in_order(trainer.stack), strict=True):
            assert (one - other[run]).abs().max() < 1e-5


def test_the_given_stack_is_left_alone(examples, seeded):
    given, labels = examples()
    stack = stacks.random_stack((8, 4, 3), 2, seeded(), dtype="float64")
    before = [each.clone() for each in parameters(stack)]
    trainer = SGD(stack, given, labels, rule=SGDRule(batch=20), seed=0)
    trainer.epoch(0)
    read = trainer.stack
    kept = [each.clone() for each in parameters(read)]
    trainer.epoch(1)
    assert all(map(torch.equal, before, parameters(stack)))
    assert all(map(torch.equal, kept, parameters(read)))


def test_a_continued_training_is_the_same_bit_by_bit(examples, seeded, dtype):
    given, labels = examples(dtype=getattr(torch, dtype))
    stack = stacks.random_stack((8, 4, 5, 3), 3, seeded(), dtype=dtype)
    whole, first = (SGD(stack, given, labels, rule=SGDRule(0.1, 40), seed=3) for _ in range(2))
    for epoch in range(6):
        whole.epoch(epoch)
    for epoch in range(2):
        first.epoch(epoch)
    second = SGD(first.stack, given, labels, rule=SGDRule(0.1, 40), seed=3)
    for epoch in range(2, 6):
        second.epoch(epoch)
    assert all(map(torch.equal, parameters(whole.stack), parameters(second.stack)))


def test_trainers_beside_each_other_train_as_each_alone(examples, seeded, dtype):
    given, labels = examples(600, 40, 10, getattr(torch, dtype))
    starts = [
        stacks.random_stack((40, *hidden, 10), runs, seeded(), dtype=dtype)
        for hidden, runs in (((5, 20), 3), ((30,), 1), ((5, 20), 2))
    ]
    lonely = [SGD(start, given, labels, rule=SGDRule(0.3, 70), seed=4) for start in starts]
    first = SGD(starts[0], given, labels, rule=SGDRule(0.3, 70), seed=4)
    trainers = [first, *map(first.beside, starts[1:])]
    for epoch in range(3):
        met = sgd.epoch_of_all(trainers, epoch)
        assert all(map(torch.equal, met, [each.epoch(epoch) for each in lonely]))
    for one, other in zip(trainers, lonely, strict=True):
        assert all(map(torch.equal, parameters(one.stack), parameters(other.stack)))


def test_a_run_that_diverges_changes_no_trainer_beside_it(examples, seeded):
    given, labels = examples()
    wild = stacks.random_stack((8, 4, 3), 1, seeded(), dtype="float64").convert(lambda each: each * torch.nan)
    start = stacks.random_stack((8, 6, 3), 2, seeded(1), dtype="float64")
    first, lonely = (SGD(stack, given, labels, rule=SGDRule(0.1, 20), seed=0) for stack in (wild, start))
    beside = first.beside(start)
    assert sgd.epoch_of_all([first, beside], 0)[0].isnan().all()
    lonely.epoch(0)
    assert all(map(torch.equal, parameters(beside.stack), parameters(lonely.stack)))


def test_a_recorded_update_sees_every_batch(examples, seeded, monkeypatch):
    """What is played again is what the first update did, on the memory that it used: here by a stand-in for CUDA's."""
    (given, labels), calls = examples(), []
    monkeypatch.setattr(sgd, "_recorded", lambda update: calls.append(update) or update)
    start = stacks.random_stack((8, 4, 5, 3), 2, seeded(), dtype="float64")
    plain, recorded = (SGD(start, given, labels, rule=SGDRule(0.3, 25), seed=5, rare=0) for _ in range(2))
    recorded._recorded = True
    for epoch in range(2):
        assert torch.equal(plain.epoch(epoch), recorded.epoch(epoch))
    assert all(map(torch.equal, parameters(plain.stack), parameters(recorded.stack)))
    recorded.stack, plain.stack = start.select(1), start.select(1)  # new memory: it must be recorded anew
    assert torch.equal(plain.epoch(2), recorded.epoch(2))
    assert len(calls) == 2


def trained_on(device, start, given, labels, **options):
    """Losses and parameters, on the CPU, of three epochs of two stacks beside each other."""
    moved = [each.convert(lambda tensor: tensor.to(device)) for each in (start, start.select([1, 0, 1]))]
    first = SGD(moved[0], given.to(device), labels, rule=SGDRule(0.3, 70), seed=4, **options)
    trainers = [first, first.beside(moved[1])]
    met = [loss.cpu() for epoch in range(3) for loss in sgd.epoch_of_all(trainers, epoch)]
    return [*met, *(each.cpu() for trainer in trainers for each in parameters(trainer.stack))]


@pytest.mark.gpu
@pytest.mark.parametrize(("kind", "close"), [("float64", 1e-10), ("float32", 1e-4)])
@pytest.mark.parametrize("activation", ["tanh", "linear", "relu", "gelu"])
def test_a_gpu_trains_as_a_cpu_does(examples, seeded, activation, kind, close):
    given, labels = examples(600, 40, 10, getattr(torch, kind))
    start = stacks.random_stack((40, 30, 20, 10), 2, seeded(), activation=activation, dtype=kind)
    wanted = trained_on("cpu", start, given, labels)
    for recorded in (True, False):
        found = trained_on("cuda", start, given, labels, recorded=recorded)
        for one, other in zip(found, wanted, strict=True):
            torch.testing.assert_close(one, other, rtol=close, atol=close)


@pytest.mark.gpu
def test_recording_changes_no_number(examples, seeded, dtype):
    given, labels = examples(600, 40, 10, getattr(torch, dtype))
    start = stacks.random_stack((40, 30, 20, 10), 2, seeded(), dtype=dtype)
    recorded, plain = (trained_on("cuda", start, given, labels, recorded=each) for each in (True, False))
    assert all(map(torch.equal, recorded, plain))


def test_orders_depend_on_seed_and_epoch_alone():
    first = sgd.order(1, 2, 50)
    assert torch.equal(first, sgd.order(1, 2, 50))
    assert sorted(first.tolist()) == list(range(50))
    assert not torch.equal(first, sgd.order(1, 3, 50))
    assert not torch.equal(first, sgd.order(2, 2, 50))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda s, x, y: SGD(s, x[:9], y[:9], rule=SGDRule(batch=10), seed=0), ("examples", "10 or more")),
        (lambda s, x, y: SGD(s, x, y[:-1], rule=SGDRule(batch=10), seed=0), ("examples", "equal")),
        (lambda s, x, y: SGD(s, x, y + 1, rule=SGDRule(batch=10), seed=0), ("labels", "0 to 2")),
        (lambda s, x, y: SGD(s, x[:, 1:], y, rule=SGDRule(batch=10), seed=0), ("inputs", "(examples, 8)")),
        (
            lambda s, x, y: SGD(s, x, y, rule=SGDRule(batch=10), seed=0).beside(
                Stack((s.weights[0],), (s.biases[0],)),
            ),
            ("widths beside", "8 inputs and 3 outputs"),
        ),
        (lambda s, x, y: SGDRule(0), ("learning_rate", "above 0")),
        (lambda s, x, y: SGDRule(batch=0), ("batch", "1 or more")),
        (lambda s, x, y: SGDRule(weight_decay=-1.0), ("weight_decay", "0 or more")),
        (lambda s, x, y: SGDRule(decay="bias"), ("decay", "weights, all")),
    ],
)
def test_what_does_not_fit_is_refused(build, words, examples, seeded, refused):
    with refused(*words):
        build(stacks.random_stack((8, 4, 3), 2, seeded(), dtype="float64"), *examples())
