"""Trained organisms and ordinary networks of the run store: trained once, on the same batches, known by everything."""

import multiprocessing
import os
import time

import endless
import pytest
import torch

from srnn_lib.experiments import resuming
from srnn_lib.experiments.organisms import trained, trained_ordinary
from srnn_lib.organisms import ordinary, tasks, training
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Addition
from srnn_lib.organisms.training import Schedule

SMALL = Addition(pairs=60, batch=20, test_pairs=50)
FEW = Schedule(self_steps=2)
SIZES = {"seeds": 2, "epochs": 3, "seed": 7}


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """A run store of its own; the results in it."""
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    return lambda: sorted(path.name for path in tmp_path.glob("*.safetensors"))


def same(one, other):
    for name, value in vars(one).items():
        torch.testing.assert_close(vars(other)[name], value, rtol=0, atol=0, equal_nan=True)


def test_organisms_are_trained_once(seeded, monkeypatch, store):
    first = trained(Organism(), SMALL, FEW, **SIZES, every=2)
    generator = seeded(7)
    weights = Organism().populate(2, generator)
    expected = training.train(Organism(), weights, SMALL, schedule=FEW, epochs=3, generator=generator, every=2)
    monkeypatch.setattr(training.Pupil, "advance", lambda _: pytest.fail("trained again"))
    same(expected, first)
    same(expected, trained(Organism(), SMALL, FEW, **SIZES, every=2))
    assert first.epochs.tolist() == [0, 2, 3]
    assert len(store()) == 1
    assert store()[0].startswith("organisms-")


def test_ordinary_networks_are_trained_once(seeded, monkeypatch, store):
    first = trained_ordinary(Organism(), SMALL, **SIZES)
    generator = seeded(7)
    Organism().populate(2, generator)
    start = ordinary.random_weights(Organism(), 2, seeded(8))
    expected = ordinary.train_ordinary(Organism(), start, SMALL, epochs=3, generator=generator)
    monkeypatch.setattr(ordinary, "train_ordinary", lambda *_, **__: pytest.fail("trained again"))
    same(expected, first)
    same(expected, trained_ordinary(Organism(), SMALL, **SIZES))
    assert len(store()) == 1
    assert store()[0].startswith("ordinary-")


def test_interrupted_training_goes_on_with_the_same_bits(monkeypatch, store):
    monkeypatch.setattr(resuming, "SECONDS_BETWEEN", 0)
    expected = trained(Organism(), SMALL, FEW, **SIZES, every=2)
    advance, epochs = training.Pupil.advance, []

    def fragile(pupil):
        epochs.append(pupil.epoch)
        if len(epochs) == 3:
            raise KeyboardInterrupt
        advance(pupil)

    monkeypatch.setattr(training.Pupil, "advance", fragile)
    monkeypatch.setenv("SRNN_STORE", os.path.join(os.environ["SRNN_STORE"], "other"))
    with pytest.raises(KeyboardInterrupt):
        trained(Organism(), SMALL, FEW, **SIZES, every=2)
    same(expected, trained(Organism(), SMALL, FEW, **SIZES, every=2))
    assert epochs == [0, 1, 2, 2]


def test_killed_training_goes_on_with_the_same_bits(tmp_path, monkeypatch):
    """One process is killed after some epochs; another one ends what it began."""
    process = multiprocessing.get_context("spawn").Process(target=endless.train_organisms)
    process.start()
    deadline = time.monotonic() + 100
    while not list(tmp_path.glob("*.safetensors")) and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.join()
    (unfinished,) = tmp_path.glob("organisms-unfinished-*.safetensors")
    epoch = training.Pupil.advance
    taken = []
    monkeypatch.setattr(training.Pupil, "advance", lambda pupil: taken.append(epoch(pupil)))
    course = endless.organisms_trained()
    assert 0 < len(taken) < endless.EPOCHS
    assert not unfinished.exists()
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "other"))
    same(endless.organisms_trained(), course)


def test_both_see_the_same_batches(monkeypatch):
    seen = []
    epoch = Addition.epoch

    def noted(self, *arguments):
        for inputs, targets in epoch(self, *arguments):
            seen[-1].append(inputs.clone())
            yield inputs, targets

    monkeypatch.setattr(tasks.Addition, "epoch", noted)
    seen.append([])
    trained(Organism(), SMALL, FEW, **SIZES)
    seen.append([])
    trained_ordinary(Organism(), SMALL, **SIZES)
    mine, theirs = (torch.stack(batches) for batches in seen)
    assert mine.shape == (9, 2, 20, 2)
    assert torch.equal(mine, theirs)


@pytest.mark.parametrize(
    "change",
    [
        {"organism": Organism((2, 2, 1))},
        {"organism": Organism(activation="gelu")},
        {"task": Addition(pairs=60, batch=30, test_pairs=50)},
        {"schedule": Schedule(self_steps=1)},
        {"schedule": Schedule(self_steps=2, learning_rate=0.003)},
        {"seeds": 3},
        {"epochs": 2},
        {"seed": 8},
        {"every": 2},
        {"epsilon": 1e-3},
    ],
)
def test_whatever_organisms_depend_on_makes_others(change, store):
    given = {"organism": Organism(), "task": SMALL, "schedule": FEW, **SIZES}
    for settings in (given, {**given, **change}, given):
        trained(**settings)
    assert len(store()) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"organism": Organism((2, 2, 1))},
        {"task": Addition(pairs=60, batch=30, test_pairs=50)},
        {"seeds": 3},
        {"epochs": 2},
        {"seed": 8},
    ],
)
def test_whatever_ordinary_networks_depend_on_makes_others(change, store):
    given = {"organism": Organism(), "task": SMALL, **SIZES}
    for settings in (given, {**given, **change}, given):
        trained_ordinary(**settings)
    assert len(store()) == 2
