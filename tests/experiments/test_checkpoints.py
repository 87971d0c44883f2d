"""A killed training goes on and ends with the same bits."""

import json
import multiprocessing
import os
import shutil
import time
from dataclasses import replace

import endless
import killing
import pandas as pd
import pytest
import torch

from srnn_lib import saving
from srnn_lib.claimbook import reads, seals, store
from srnn_lib.experiments import checkpoints, death
from srnn_lib.experiments.checkpoints import Training
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import sgd, turnover

PLAN = Plan(
    (12, 8, 4, 4), 5, 24, (4, 12, 24), (12, 3), sgd.SGDRule(0.1, 40), "fan-in", "standard",
    renewal=turnover.TurnoverRule(0.05), period=5,
)  # fmt: skip


def parameters(stack):
    return (*stack.weights, *stack.biases)


def same(one, other):
    pairs = zip((*parameters(one.stack), one.losses, one.dead, one.worth),
                (*parameters(other.stack), other.losses, other.dead, other.worth), strict=True)  # fmt: skip
    return all(torch.equal(a.nan_to_num(-1), b.nan_to_num(-1)) for a, b in pairs)


@pytest.fixture
def training(images, tmp_path):
    """The plan on noise, in a folder of its own."""
    return Training(PLAN, images, tmp_path / "course")


@pytest.fixture
def placeless(images, tmp_path, monkeypatch):
    """Trainings of a plan in a run store of their own."""
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "store"))
    return lambda plan=PLAN: Training(plan, images)


def test_a_training_keeps_what_it_was_asked_to(training):
    state = training.run()
    assert state.epoch == 24
    assert state.stack.runs == 3
    assert state.losses.shape == (24, 5)
    assert state.losses[11].isfinite().all()
    assert state.losses[12, 3:].isnan().all()
    assert training.snapshots() == [4, 12, 24]
    assert [training.snapshot(epoch).runs for epoch in (4, 12, 24)] == [5, 5, 3]
    assert all(map(torch.equal, parameters(training.snapshot(24)), parameters(state.stack)))
    assert all(map(torch.equal, parameters(training.snapshot(0)), parameters(PLAN.start())))
    assert state.dead.shape == state.worth.shape == (4, 5, 8)


@pytest.mark.parametrize("stop", [3, 5, 12, 13, 17])
def test_interrupted_anywhere_it_ends_with_the_same_bits(training, tmp_path, stop, monkeypatch):
    whole, cut = training.run(), replace(training, place=tmp_path / "cut")
    monkeypatch.setattr(checkpoints, "MINUTES", 0)
    epoch = sgd.epoch_of_all

    def die(trainers, number):
        if number == stop:
            raise KeyboardInterrupt
        return epoch(trainers, number)

    with monkeypatch.context() as patched:
        patched.setattr(sgd, "epoch_of_all", die)
        with pytest.raises(KeyboardInterrupt):
            cut.run()
    assert cut.state().epoch == stop
    assert same(cut.run(), whole)


def test_killed_without_warning_it_is_never_half_written(images, tmp_path):
    training = Training(replace(PLAN, epochs=10**6, snapshots=()), images, tmp_path / "endless")
    process = multiprocessing.get_context("spawn").Process(target=endless.train, args=(training,))
    process.start()
    deadline = time.monotonic() + 60
    while not training.has("state") and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.kill()
    process.join()
    cut = training.state()
    assert cut.epoch > 0
    whole = Training(replace(training.plan, epochs=cut.epoch), images, tmp_path / "whole").run()
    assert same(cut, whole)


def test_states_of_other_settings_are_refused(training, refused):
    training.run()
    with refused("course/state.safetensors", "seed", "the plan's settings"):
        replace(training, plan=replace(PLAN, seed=1)).state()
    other = replace(training.images, sha256={"digits-images": "1"})
    with refused("course/epoch-000004.safetensors", "of other images"):
        replace(training, images=other).snapshot(4)
    with refused("epoch", "[4, 12, 24]", "run the training"):
        training.snapshot(5)
    (training.folder / "state.safetensors").write_bytes(b"half")
    with refused("state.safetensors"):
        training.run()


def test_a_training_that_is_over_is_only_read(training, monkeypatch):
    whole = training.run()
    monkeypatch.setattr(sgd, "SGD", None)
    assert same(training.run(), whole)


def test_a_training_goes_as_far_as_it_is_wanted(training, tmp_path):
    whole, parts = training.run(), replace(training, place=tmp_path / "parts")
    assert [parts.run(until=epoch).epoch for epoch in (0, 7, 5, 13)] == [0, 7, 7, 13]
    assert same(parts.run(until=99), whole)


def test_a_training_says_when_it_was_saved(training, monkeypatch):
    said = []
    training.run(2, said.append)
    assert [line.partition("epoch")[2] for line in said] == [" 2 of 24"]
    monkeypatch.setattr(checkpoints, "MINUTES", 0)
    training.run(5, said.append)
    assert [line.partition("epoch")[2] for line in said[1:]] == [" 3 of 24", " 4 of 24", " 5 of 24"]


def test_a_training_is_known_by_its_plan_and_images_alone(placeless, images):
    training = placeless()
    assert json.loads(json.dumps(training.settings)) == training.settings
    assert training.settings["images"] == ["digits", 3, {"digits-images": "0"}]
    assert training.settings["rule"] == {"learning_rate": 0.1, "batch": 40, "weight_decay": 0.001, "decay": "weights"}
    again = Training(replace(PLAN), images)
    assert (again.settings, again.folder) == (training.settings, training.folder)
    training.run(1)
    assert store.read_result(training.folder / "state.safetensors")[1] == training.settings


def test_what_rests_on_a_training_is_computed_once(placeless):
    calls = []

    def make():
        calls.append(1)
        return {"sum": torch.ones(1)}

    for plan, epoch in ((PLAN, 1), (PLAN, 1), (PLAN, 2), (replace(PLAN, seed=1), 1)):
        assert placeless(plan).cached("sums", make, [checkpoints.__name__], epoch=epoch)["sum"] == 1
    assert len(calls) == 3


def test_what_lies_beside_a_training_comes_back(training, tmp_path, refused):
    assert not training.has("beside")
    training.write("beside", {"values": torch.arange(3)})
    assert training.has("beside")
    assert training.read("beside")["values"].tolist() == [0, 1, 2]
    with refused("course/beside.safetensors", "of other runs"):
        replace(training, plan=replace(PLAN, runs=4)).read("beside")


def test_a_training_moved_to_the_repository_lives_with_the_results(placeless, empty_book):
    training = placeless()
    training.run(until=5)
    assert not training.is_committed
    place = training.move_to_repo()
    assert place.parent == empty_book / "results" / "courses"
    assert training.is_committed
    assert training.folder == place == training.move_to_repo()
    assert training.state().epoch == 5
    assert training.snapshots() == [4]
    assert training.move_to_store().parent == saving.store_folder()
    assert not place.exists()
    assert not training.is_committed
    assert training.folder.parent == saving.store_folder()
    assert training.state().epoch == 5


def test_a_snapshot_of_the_repository_is_noted_as_read_and_one_of_the_store_is_not(placeless, empty_book):
    training = placeless()
    training.run(until=5)
    with reads.collected() as found:
        training.snapshot(4)
    assert found == {}
    path = training.move_to_repo() / "epoch-000004.safetensors"
    with reads.collected() as found:
        training.snapshot(4)
    assert found == {path.relative_to(empty_book).as_posix(): seals.said(path)}


def test_a_run_that_has_diverged_leaves_course_rounds_and_tables_of_its_neighbours_as_they_are(
    images, tmp_path, monkeypatch
):
    plan = replace(PLAN, fewer=None, renewal=turnover.TurnoverRule(0.5))
    healthy = Training(plan, images, tmp_path / "healthy")
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "one"))
    whole, table = healthy.run(), death.death_table([healthy])
    start = Plan.start

    def with_one_lost(plan):
        stack = start(plan)
        stack.weights[0][1, 2] = 1e30
        stack.biases[1][1] = torch.nan
        return stack

    monkeypatch.setattr(Plan, "start", with_one_lost)
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "other"))  # the two have the same settings
    sick = Training(plan, images, tmp_path / "sick")
    found, beside = sick.run(), death.death_table([sick])
    others = [0, 2, 3, 4]
    assert same(replace(found, stack=found.stack.select(others), losses=found.losses[:, others],
                        dead=found.dead[:, others], worth=found.worth[:, others]),
                replace(whole, stack=whole.stack.select(others), losses=whole.losses[:, others],
                        dead=whole.dead[:, others], worth=whole.worth[:, others]))  # fmt: skip
    assert whole.dead.any()
    assert found.losses[:, 1].isnan().all()
    for epoch in sick.snapshots():
        pairs = zip(parameters(sick.snapshot(epoch)), parameters(healthy.snapshot(epoch)), strict=True)
        assert all(torch.equal(one[others], other[others]) for one, other in pairs)
    pd.testing.assert_frame_equal(beside[beside["run"] != 1], table[table["run"] != 1])
    assert beside.loc[beside["run"] == 1, ["local", "A1", "A4"]].isna().all(None)


class TestKilledMoves:
    """A move that is killed between any two calls loses nothing, and the next start ends it."""

    @pytest.fixture(params=["one disk", "two disks"])
    def halfway(self, request, placeless, empty_book, tmp_path, monkeypatch):
        """A training that has come half way, in the run store, and a function that puts it back there."""
        if request.param == "two disks":
            monkeypatch.setattr(os, "rename", killing.other_disks())
        training = placeless()
        training.run(until=5)
        kept = tmp_path / "kept"
        shutil.copytree(saving.store_folder(), kept)

        def back():
            for place in (saving.store_folder(), empty_book / "results"):
                shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(kept, saving.store_folder())

        return training, back

    def left(self, folder):
        """Files and folders, without locks."""
        return sorted(path.name for path in folder.rglob("*") if path.suffix not in (".lock", ".lock.tmp"))

    def test_to_the_repository_and_back(self, halfway, tmp_path, empty_book):
        training, back = halfway
        whole = training.state()

        def there():
            back()
            training.move_to_repo()

        points = 0
        for prepare, move in ((back, training.move_to_repo), (there, training.move_to_store)):
            for _ in killing.deaths(move, tmp_path, prepare):
                points += 1
                place = move()
                assert training.folder == place
                assert same(training.state(), whole)
                assert training.snapshots() == [4]
                saving.sweep(tmp_path.rglob("*"))
                assert self.left(place) == ["epoch-000004.safetensors", "state.safetensors"]
                other = saving.store_folder() if training.is_committed else empty_book / "results" / "courses"
                assert self.left(other) == []
        assert points > 10

    def test_whoever_trains_next_finds_all_of_it(self, halfway, tmp_path):
        training, back = halfway
        whole = training.state()
        for _ in killing.deaths(training.move_to_repo, tmp_path, back):
            assert same(training.run(until=5), whole)

    def test_a_move_of_single_files_by_an_older_version_is_ended(self, halfway):
        training, back = halfway
        whole = training.state()
        for moved in ("state", "epoch-000004"):
            back()
            name, place = f"{moved}.safetensors", training._in_repo
            place.mkdir(parents=True)
            shutil.move(training._in_store / name, place / name)
            assert same(training.run(until=5), whole)
            assert training.snapshots() == [4]
            assert not training._in_store.exists()

    def test_of_two_states_the_one_that_has_come_further_stays(self, halfway):
        training, _ = halfway
        shutil.copytree(training._in_store, training._in_repo)
        further = replace(training, place=training._in_store).run(until=9)
        assert same(training.run(until=5), further)
        assert training.is_committed


FAMILY = [
    replace(PLAN, renewal=None),
    replace(PLAN, renewal=turnover.TurnoverRule(0.0)),  # whose rounds replace nobody
    PLAN,
    replace(PLAN, epochs=13, snapshots=(5, 13)),
    replace(PLAN, renewal=turnover.TurnoverRule(50.0)),  # two that are at the cap of one half in every round
    replace(PLAN, renewal=turnover.TurnoverRule(99.0)),
    replace(PLAN, renewal=turnover.TurnoverRule(0.5)),
    replace(PLAN, renewal=turnover.TurnoverRule(0.5, parents="none"), period=4),
    replace(PLAN, fewer=None),
    replace(PLAN, runs=3),
    replace(PLAN, widths=(12, 5, 4)),
    replace(PLAN, seed=1),
    replace(PLAN, scaling="unit"),
]


def everything(training):
    """Each tensor that a training leaves on disk."""
    return {path.name: store.read_result(path)[0] for path in sorted(training.folder.glob("*.safetensors"))}


def test_courses_together_leave_the_bits_of_each_alone(placeless, tmp_path):
    together = [placeless(plan) for plan in FAMILY]
    together[2].run(7)
    states = checkpoints.run_together(together)
    for training, state in zip(together, states, strict=True):
        alone = replace(training, place=tmp_path / "alone" / training.folder.name)
        assert same(alone.run(), state)
        one, other = everything(training), everything(alone)
        assert one.keys() == other.keys()
        for name, tensors in one.items():
            assert all(
                torch.equal(each.nan_to_num(-1), other[name][key].nan_to_num(-1)) for key, each in tensors.items()
            )
    assert [bool(state.dead.any()) for state in states[:7]] == [False] * 4 + [True] * 3


def test_what_courses_have_in_common_is_trained_once(placeless, monkeypatch):
    passes, measured = [], []
    epoch, measure = sgd.epoch_of_all, checkpoints.moments.measure
    monkeypatch.setattr(sgd, "epoch_of_all", lambda some, number: passes.append(len(some)) or epoch(some, number))
    monkeypatch.setattr(
        checkpoints.moments, "measure", lambda *given, **named: measured.append(1) or measure(*given, **named)
    )
    rules = [None, *(turnover.TurnoverRule(cutoff) for cutoff in (0.0, 50.0, 99.0))]
    checkpoints.run_together([placeless(replace(PLAN, epochs=8, snapshots=(), fewer=None, renewal=r)) for r in rules])
    assert passes == [1] * 5 + [2] * 3  # the plain one and the idle one, and the two at the cap
    assert len(measured) == 1


def test_courses_come_as_far_as_is_wanted_of_each(placeless, monkeypatch):
    some = [placeless(), placeless(replace(PLAN, renewal=None)), placeless()]
    assert [state.epoch for state in checkpoints.run_together(some, [3, 6, 5])] == [5, 6, 5]
    assert [state.epoch for state in checkpoints.run_together(some, [2, 8, None])] == [24, 8, 24]
    monkeypatch.setattr(sgd, "SGD", None)
    assert [state.epoch for state in checkpoints.run_together(some, [4, 7, 24])] == [24, 8, 24]


def test_courses_interrupted_together_end_with_the_same_bits(placeless, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "MINUTES", 0)
    together, epoch = [placeless(plan) for plan in FAMILY[:6]], sgd.epoch_of_all

    def die(trainers, number):
        if number == 11:
            raise KeyboardInterrupt
        return epoch(trainers, number)

    with monkeypatch.context() as patched:
        patched.setattr(sgd, "epoch_of_all", die)
        with pytest.raises(KeyboardInterrupt):
            checkpoints.run_together(together)
    assert [training.state().epoch for training in together] == [11] * 6
    for training, state in zip(together, checkpoints.run_together(together), strict=True):
        assert same(replace(training, place=tmp_path / training.folder.name).run(), state)


@pytest.mark.gpu
def test_courses_on_a_gpu_are_those_on_a_cpu(placeless, tmp_path):
    plans = [*FAMILY[:5], *FAMILY[7:]]
    states = checkpoints.run_together([placeless(plan) for plan in plans], device="cuda")
    for plan, state in zip(plans, states, strict=True):
        training = placeless(plan)
        alone = replace(training, place=tmp_path / training.folder.name).run()
        assert torch.equal(state.dead, alone.dead)
        for one, other in zip(parameters(training.state().stack), parameters(alone.stack), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(state.losses, alone.losses, rtol=1e-4, atol=1e-5, equal_nan=True)


def test_plain_training_begins_where_rounds_replaced_nobody(placeless, tmp_path):
    plain = placeless(replace(PLAN, renewal=None, period=500))
    rule = turnover.TurnoverRule(0.0)
    idle = placeless(replace(PLAN, renewal=rule, epochs=12, snapshots=(2, 4, 12), fewer=None))
    alone = replace(plain, place=tmp_path / "alone")
    whole = alone.run()
    assert not plain.begin_with(idle)  # there is nothing yet
    idle.run()
    assert plain.begin_with(idle)
    assert plain.snapshots() == [4, 12]
    assert not plain.begin_with(idle)
    assert plain.state().epoch == 12
    assert same(plain.run(), whole)
    for epoch in plain.plan.snapshots:
        assert all(map(torch.equal, *(parameters(each.snapshot(epoch)) for each in (alone, plain))))


@pytest.mark.parametrize(
    "change",
    [
        {"renewal": turnover.TurnoverRule(0.5), "period": 5},
        {"renewal": turnover.TurnoverRule(0.0), "seed": 1},
        {"renewal": turnover.TurnoverRule(0.0), "runs": 4},
        {"renewal": turnover.TurnoverRule(0.0), "epochs": 13},
    ],
)
def test_other_trainings_begin_none(placeless, change):
    other = placeless(replace(PLAN, **{"epochs": 12, "snapshots": (4, 12), "fewer": None, **change}))
    assert other.plan.renewal.cutoff == 0 or other.run().dead.any()
    other.run()
    assert not placeless(replace(PLAN, renewal=None)).begin_with(other)


def test_a_training_with_rounds_begins_with_none(placeless):
    plain = placeless(replace(PLAN, renewal=None))
    plain.run(4)
    assert not placeless().begin_with(plain)


def test_every_setting_has_a_folder_of_its_own(placeless, images):
    plans = [PLAN, replace(PLAN, seed=1), replace(PLAN, renewal=None), replace(PLAN, rule=sgd.SGDRule(0.2, 40))]
    smooth = replace(placeless(), images=replace(images, antialias=True))
    places = {training.folder for training in (*map(placeless, plans), smooth)}
    assert len(places) == len(plans) + 1
    assert {place.parent for place in places} == {saving.store_folder()}


def test_pixels_are_scaled_by_those_of_the_training_images(training, images):
    unit = replace(training, plan=replace(PLAN, scaling="unit"))
    assert unit.inputs is images.train
    assert unit.test_inputs is images.test
    assert training.inputs.mean().item() == pytest.approx(0, abs=1e-6)
    assert training.inputs.std().item() == pytest.approx(1, rel=1e-6)
    torch.testing.assert_close(training.test_inputs, (images.test - images.train.mean()) / images.train.std())
    assert training.test_inputs.mean().abs() > 1e-3
    assert torch.equal(training.labels, images.train_labels)


def test_a_trainer_goes_on_where_the_training_stands(training, tmp_path):
    whole = replace(training, plan=replace(PLAN, renewal=None, fewer=None), place=tmp_path / "plain")
    trainer = whole.trainer(whole.run(3).stack)
    for epoch in (3, 4):
        trainer.epoch(epoch)
    assert all(map(torch.equal, parameters(trainer.stack), parameters(whole.run(5).stack)))
