"""A process that was killed goes on from its file, and ends with the same bits."""

import multiprocessing
import time

import endless
import pandas as pd
import pytest
import torch

from srnn_lib.experiments import resuming, soups
from srnn_lib.randomness import seeded
from srnn_lib.replicators import dynamics, soup
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.reductions import Weightwise
from srnn_lib.replicators.soup_schedule import SoupSchedule

SETTINGS = {"seed": 5, "widths": (4, 2)}
SINGLE = UpdateRule(0.02, "single", 0.5)


@pytest.fixture
def path(tmp_path):
    """Where the state lies."""
    return tmp_path / "walk.safetensors"


def walked(steps):
    """The places of an uninterrupted walk."""
    walk = endless.Walk()
    for _ in range(steps):
        walk.advance()
    return walk.path


class Fragile(endless.Walk):
    """A walk that ends with an error before a certain step."""

    def __init__(self, last):
        super().__init__()
        self.last = last

    def advance(self):
        if self.steps == self.last:
            raise KeyboardInterrupt
        super().advance()


@pytest.mark.parametrize("stop", [0, 1, 7])
def test_interrupted_anywhere_it_ends_with_the_same_bits(path, stop, monkeypatch):
    monkeypatch.setattr(resuming, "SECONDS_BETWEEN", 0)
    with pytest.raises(KeyboardInterrupt):
        resuming.go_on(Fragile(stop), 9, path=path, settings=SETTINGS)
    rest = resuming.go_on(endless.Walk(), 9, path=path, settings=SETTINGS)
    assert rest.steps == 9
    assert torch.equal(rest.path, walked(9))


def test_killed_without_warning_it_is_never_half_written(path):
    process = multiprocessing.get_context("spawn").Process(target=endless.walk, args=(path,))
    process.start()
    deadline = time.monotonic() + 60
    while not path.is_file() and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.kill()
    process.join()
    cut = resuming.go_on(endless.Walk(), 0, path=path, settings={}).steps
    assert cut > 0
    rest = resuming.go_on(endless.Walk(), cut + 3, path=path, settings={})
    assert torch.equal(rest.path, walked(cut + 3))


def test_a_process_goes_as_far_as_it_is_wanted(path):
    steps = [resuming.go_on(endless.Walk(), until, path=path, settings=SETTINGS).steps for until in (0, 4, 2, 6)]
    assert steps == [0, 4, 4, 6]
    assert torch.equal(resuming.go_on(endless.Walk(), 6, path=path, settings=SETTINGS).path, walked(6))


def test_the_state_is_saved_now_and_then_and_at_the_end(path, monkeypatch):
    saved = []
    monkeypatch.setattr(resuming, "save_tensors", lambda *given: saved.append(int(given[1]["steps"])))
    resuming.go_on(endless.Walk(), 5, path=path, settings={})
    monkeypatch.setattr(resuming, "SECONDS_BETWEEN", 0)
    resuming.go_on(endless.Walk(), 3, path=path, settings={})
    assert saved == [5, 1, 2, 3]


def test_states_of_other_settings_are_refused(path, refused):
    resuming.go_on(endless.Walk(), 2, path=path, settings=SETTINGS)
    with refused("walk.safetensors", "'seed': 6", "delete it"):
        resuming.go_on(endless.Walk(), 2, path=path, settings={**SETTINGS, "seed": 6})
    path.write_bytes(b"half")
    with refused("walk.safetensors", "undamaged"):
        resuming.go_on(endless.Walk(), 2, path=path, settings=SETTINGS)
    with refused("until is -1", "0 or more"):
        resuming.go_on(endless.Walk(), -1, path=path, settings=SETTINGS)


COURSES = {
    "application": lambda nets: dynamics.self_application(Weightwise(), nets, 40),
    "training": lambda nets: dynamics.self_training(Weightwise(), nets, SINGLE, steps=40, generator=seeded(3)),
    "alternating": lambda nets: dynamics.alternating(
        Weightwise(), nets, SINGLE, rounds=40, steps=2, generator=seeded(3)
    ),
}


def dying(process, last):
    """The process, which ends with an error when it has done so many stretches."""
    done, advance = iter(range(last)), process.advance

    def advance_or_die():
        if next(done, None) is None:
            raise KeyboardInterrupt
        advance()

    process.advance = advance_or_die
    return process


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_nets_go_on_where_they_were(path, course, draw, monkeypatch):
    monkeypatch.setattr(resuming, "SECONDS_BETWEEN", 0)
    nets = draw(Weightwise(), 300)
    nets[:90] *= 3
    expected = dynamics.record(course(nets), 8)
    with pytest.raises(KeyboardInterrupt):
        resuming.go_on(dying(dynamics.Recording(course(nets), 8), 3), 6, path=path, settings={})
    rest = dynamics.Recording(course(nets), 8)
    assert rest.stretches == 6
    resuming.go_on(rest, 6, path=path, settings={})
    assert rest.stretches == 0
    torch.testing.assert_close(rest.kept, expected, rtol=0, atol=0, equal_nan=True)
    end = resuming.go_on(dynamics.Recording(course(nets), 40, slice(0)), 2, path=path.with_name("end"), settings={})
    assert end.kept.shape == (2, 0, 14)
    torch.testing.assert_close(end.course.now, expected[-1], rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("stop", [0, 1, 4])
def test_soups_go_on_where_they_were(path, stop, draw, monkeypatch):
    monkeypatch.setattr(resuming, "SECONDS_BETWEEN", 0)
    start = draw(Weightwise(), 15).unflatten(0, (3, 5))
    start[:, 0] *= 1e120

    def evolution():
        return soup.evolve(
            Weightwise(), start, SoupSchedule(0.5, 0.3, training_steps=2), rule=SINGLE, epochs=6, generator=seeded(3)
        )

    events, places = soups.chronicle(evolution())
    with pytest.raises(KeyboardInterrupt):
        resuming.go_on(dying(soups.Chronicle(evolution()), stop), 7, path=path, settings={})
    rest = resuming.go_on(soups.Chronicle(evolution()), 7, path=path, settings={})
    assert torch.equal(rest.path, places)
    pd.testing.assert_frame_equal(rest.events, events)
    assert set(events["kind"]) == set(soup.EVENT_KINDS)


def test_nets_killed_without_warning_go_on_with_the_same_bits(path):
    process = multiprocessing.get_context("spawn").Process(target=endless.train_nets, args=(path,))
    process.start()
    deadline = time.monotonic() + 60
    while not path.is_file() and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.join()
    cut = resuming.go_on(endless.nets(), 0, path=path, settings={})
    done = endless.nets().stretches - cut.stretches
    assert done > 0
    rest = resuming.go_on(endless.nets(), done + 3, path=path, settings={})
    assert torch.equal(rest.course.now, endless.nets().course.ahead(1 + 5 * (done + 2)))


def test_a_finished_process_leaves_its_result_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    monkeypatch.setattr(resuming, "SECONDS_BETWEEN", 0)
    made = {"until": 6, "result": lambda walk: {"end": walk.path[-1]}, "modules": [resuming.__name__]}
    with pytest.raises(KeyboardInterrupt):
        resuming.finished("walk", SETTINGS, start=lambda: Fragile(4), **made)
    assert [path.name.rpartition("-")[0] for path in tmp_path.glob("*.safetensors")] == ["walk-unfinished"]
    monkeypatch.setattr(endless.Walk, "advance", lambda walk, before=endless.Walk.advance: steps.append(before(walk)))
    steps = []
    for _ in range(2):
        found = resuming.finished("walk", SETTINGS, start=endless.Walk, **made)
    assert len(steps) == 2
    assert [path.name.rpartition("-")[0] for path in tmp_path.glob("*.safetensors")] == ["walk"]
    monkeypatch.undo()
    assert torch.equal(found["end"], walked(6)[-1])
