"""Training of organisms: the plain loop over modules is the oracle; what one organism does touches no other."""

import pytest
import torch
from organism_loop import Loop

from srnn_lib import data
from srnn_lib.organisms import ordinary, training
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Addition, Classification
from srnn_lib.organisms.training import Schedule, train
from srnn_lib.replicators import fixpoints
from srnn_lib.replicators.architecture import Architecture

SMALL = Addition(pairs=60, batch=20, test_pairs=50)


@pytest.mark.parametrize("total", training.TOTALS)
def test_two_organisms_at_once_equal_the_loop_over_modules(total, seeded):
    shape, schedule = Organism(), Schedule(self_steps=3, learning_rate=0.02, total=total)
    weights = shape.populate(2, seeded(), dtype="float64")
    course = train(shape, weights, SMALL, schedule=schedule, epochs=2, generator=seeded(5))
    generator = seeded(5)
    loops = [Loop(shape, weights[seed], schedule) for seed in range(2)]
    for _ in range(2):
        for inputs, targets in SMALL.epoch(2, generator, torch.float64):
            for seed, loop in enumerate(loops):
                loop.replicate()
                loop.perform(inputs[seed], targets[seed])
    for seed, loop in enumerate(loops):
        torch.testing.assert_close(course.weights[-1, seed], loop.flat(), rtol=1e-9, atol=1e-11)


def test_the_course_holds_what_it_says(seeded):
    shape = Organism()
    weights = shape.populate(3, seeded())
    course = train(shape, weights, SMALL, schedule=Schedule(self_steps=2), epochs=5, generator=seeded(1), every=2)
    assert course.epochs.tolist() == [0, 2, 4, 5]
    assert course.weights.shape == (4, 3, 18, 27)
    assert torch.equal(course.weights[0], weights)
    assert course.types.shape == (4, 3, 18)
    assert course.score.shape == course.task_loss.shape == course.replication_loss.shape == (6, 3)
    assert course.train_loss.shape == course.train_score.shape == (5, 3)
    assert course.gradient.shape == (5, 3, 18)
    assert (course.gradient > 0).all()
    outcomes = fixpoints.classify(shape.replication, course.weights[-1].flatten(0, 1))
    assert torch.equal(course.types[-1].flatten().long(), outcomes.long())
    flat = course.weights[-1].flatten(0, 1)
    error = (shape.replication.apply(flat, flat) - flat).square().mean(1).unflatten(0, (3, 18)).mean(1)
    torch.testing.assert_close(course.replication_loss[-1], error, rtol=1e-4, atol=1e-9)


def test_addition_and_replication_are_learnt_together(seeded):
    shape = Organism()
    course = train(
        shape,
        shape.populate(1, seeded(3)),
        Addition(),
        schedule=Schedule(self_steps=25),
        epochs=15,
        generator=seeded(4),
        every=5,
    )
    assert course.score[-1].item() < 1e-5
    assert (course.types[-1] == fixpoints.OUTCOMES.index("fixpoint")).all()
    assert (course.types[0] != fixpoints.OUTCOMES.index("fixpoint")).all()


def test_each_half_alone(seeded):
    shape = Organism()
    weights = shape.populate(2, seeded(), dtype="float64")
    alone = train(shape, weights, SMALL, schedule=Schedule(self_steps=4, task=False), epochs=2, generator=seeded(1))
    assert alone.train_loss.isnan().all()
    assert (alone.replication_loss[-1] < alone.replication_loss[0]).all()
    task = train(
        shape, weights, SMALL, schedule=Schedule(self_steps=0, learning_rate=0.01), epochs=8, generator=seeded(1)
    )
    assert (task.task_loss[-1] < task.task_loss[0]).all()


def test_an_organism_that_diverges_changes_no_other(seeded):
    shape = Organism()
    weights = shape.populate(3, seeded())
    calm = train(shape, weights, SMALL, schedule=Schedule(self_steps=2), epochs=3, generator=seeded(1))
    wild = weights.clone()
    wild[1] *= 100
    mixed = train(shape, wild, SMALL, schedule=Schedule(self_steps=2), epochs=3, generator=seeded(1))
    assert (mixed.types[-1, 1] == fixpoints.OUTCOMES.index("divergent")).all()
    assert mixed.score[-1, 1].isnan()
    for seed in (0, 2):
        torch.testing.assert_close(mixed.weights[-1, seed], calm.weights[-1, seed])


def test_momentum_policies_matter(seeded):
    shape = Organism()
    weights = shape.populate(1, seeded(), dtype="float64")
    ends = [
        train(
            shape,
            weights,
            SMALL,
            schedule=Schedule(self_steps=3, self_momentum=one, task_momentum=other),
            epochs=1,
            generator=seeded(1),
        )
        for one in training.MOMENTUM_POLICIES
        for other in training.MOMENTUM_POLICIES
    ]
    found = torch.stack([end.weights[-1] for end in ends])
    assert len(found.flatten(1).unique(dim=0)) == 4


@pytest.mark.parametrize("policy", training.MOMENTUM_POLICIES)
@pytest.mark.parametrize("activation", ["linear", "tanh"])
def test_a_pupil_goes_on_where_another_was(policy, activation, seeded):
    shape = Organism((2, 2, 1), Architecture((5, 3, 1), activation, linear_output=True))
    schedule = Schedule(2, self_momentum=policy, task_momentum=policy)
    settings = {"schedule": schedule, "epochs": 4, "every": 2}
    weights, before = shape.populate(2, seeded()), seeded(1)
    whole = train(shape, weights, SMALL, **settings, generator=seeded(1))
    first, second = (training.Pupil(shape, weights, SMALL, **settings, generator=each) for each in (before, seeded(9)))
    for _ in range(2):
        first.advance()
    second.resume({name: tensor.contiguous().clone() for name, tensor in first.state().items()})
    assert second.epoch == 2
    for _ in range(2):
        second.advance()
    for name, value in vars(whole).items():
        assert torch.equal(vars(second.history())[name], value), name


def test_given_weights_stay_as_they_are(seeded):
    shape = Organism()
    weights = shape.populate(2, seeded())
    before = weights.clone()
    for steps in (0, 2):
        train(shape, weights, SMALL, schedule=Schedule(steps), epochs=1, generator=seeded(1))
        assert torch.equal(weights, before)


def test_particles_with_activations_train_through_themselves(seeded):
    shape = Organism((2, 2, 1), Architecture((5, 3, 1), "tanh", linear_output=True))
    course = train(
        shape,
        shape.populate(2, seeded()),
        SMALL,
        schedule=Schedule(self_steps=1, learning_rate=0.05),
        epochs=10,
        generator=seeded(1),
    )
    assert (course.task_loss[-1] < course.task_loss[0]).all()
    assert (course.gradient == 0).all()


def test_digits_are_learnt_from_the_same_interface(seeded):
    images = data.images("digits", size=8)
    shape, task = Organism((64, 6, 10), activation="gelu"), Classification(images, batch=100)
    course = train(
        shape,
        shape.populate(2, seeded()),
        task,
        schedule=Schedule(self_steps=1, learning_rate=0.02),
        epochs=25,
        generator=seeded(1),
    )
    assert (course.score[-1] > 0.5).all()
    assert course.epochs[-1] == 25


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Schedule(self_steps=-1), ("self_steps", "-1", "0 or more")),
        (lambda: Schedule(self_steps=0, task=False), ("self_steps", "0", "1 or more where there is no task")),
        (lambda: Schedule(learning_rate=0.0), ("learning_rate", "0.0", "above 0")),
        (lambda: Schedule(momentum=1.0), ("momentum", "1.0", "below 1")),
        (lambda: Schedule(self_momentum="keep"), ("self_momentum", "'keep'", "did you mean 'kept'?")),
        (lambda: Schedule(total="means"), ("total", "'means'", "did you mean 'mean'?")),
        (lambda: run(epochs=-1), ("epochs", "-1")),
        (lambda: ordinary_run(momentum=1.0), ("momentum", "1.0", "below 1")),
        (lambda: run(every=0), ("every", "0")),
        (lambda: run(widths=(3, 2, 1)), ("inputs and outputs", "(3, 1)", "(2, 1)")),
    ],
)
def test_bad_settings_are_refused(make, words, refused):
    with refused(*words):
        make()


def run(widths=(2, 2, 1), **settings):
    shape, generator = Organism(widths), torch.Generator().manual_seed(0)
    given = {"epochs": 1, **settings}
    return train(shape, shape.populate(1, generator), SMALL, schedule=Schedule(), generator=generator, **given)


def ordinary_run(**settings):
    shape, generator = Organism((2, 2, 1)), torch.Generator().manual_seed(0)
    start = ordinary.random_weights(shape, 1, generator)
    return ordinary.train_ordinary(shape, start, SMALL, epochs=1, generator=generator, **settings)


def test_an_ordinary_network_learns_as_torch_would_have_it(seeded):
    shape = Organism((2, 3, 1), activation="gelu")
    start = ordinary.random_weights(shape, 2, seeded(), torch.float64)
    lesson = ordinary.train_ordinary(shape, start, SMALL, epochs=2, generator=seeded(1), learning_rate=0.01)
    generator = seeded(1)
    modules = [shape.module(start[seed]) for seed in range(2)]
    optimisers = [torch.optim.SGD(module.parameters(), 0.01, momentum=0.9) for module in modules]
    for _ in range(2):
        for inputs, targets in SMALL.epoch(2, generator, torch.float64):
            for seed, (module, optimiser) in enumerate(zip(modules, optimisers, strict=True)):
                optimiser.zero_grad()
                (module(inputs[seed]) - targets[seed]).square().mean().backward()
                optimiser.step()
    for seed, module in enumerate(modules):
        flat = torch.cat([p.detach().flatten() for p in module.parameters()])
        torch.testing.assert_close(lesson.weights[seed], flat, rtol=1e-9, atol=1e-11)
    assert lesson.score.shape == (3, 2)


def test_removed_weights_of_an_ordinary_network_stay_away(seeded):
    shape = Organism((2, 4, 1))
    keep = torch.ones(1, 12, dtype=torch.bool)
    keep[0, :5] = False
    lesson = ordinary.train_ordinary(
        shape, ordinary.random_weights(shape, 1, seeded()), SMALL, epochs=3, generator=seeded(1), keep=keep
    )
    assert (lesson.weights[~keep] == 0).all()
    assert (lesson.weights[keep] != 0).all()


def test_images_are_known_by_their_pixels():
    images = data.images("digits", size=8)
    settings = [Classification(data.images("digits", size=size), batch=10, noise=noise).settings
                for size, noise in ((8, 0.0), (8, 0.1), (7, 0.0))]  # fmt: skip
    assert Classification(images, batch=10).settings == settings[0]
    assert settings[0]["images"] == settings[1]["images"] != settings[2]["images"]
    assert settings[0] != settings[1]
