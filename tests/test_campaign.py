"""A killed training goes on and ends with the same bits."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace

import pytest
import torch

from srnn_lib import store
from srnn_lib.lifecycle import campaign, descent, protocol, turnover
from srnn_lib.lifecycle.protocol import Plan

PLAN = Plan(
    (12, 8, 4, 4), 5, 24, (4, 12, 24), (12, 3), descent.Rule(0.1, 40), "fan-in", "standard",
    renewal=turnover.Rule(0.05), period=5,
)  # fmt: skip


def parameters(stack):
    return (*stack.weights, *stack.biases)


def same(one, other):
    pairs = zip((*parameters(one.stack), one.losses, one.dead, one.worth),
                (*parameters(other.stack), other.losses, other.dead, other.worth), strict=True)  # fmt: skip
    return all(torch.equal(a.nan_to_num(-1), b.nan_to_num(-1)) for a, b in pairs)


def test_a_course_keeps_what_it_was_asked_to(images, tmp_path):
    course = campaign.run(PLAN, images, tmp_path)
    assert course.epoch == 24
    assert course.stack.runs == 3
    assert course.losses.shape == (24, 5)
    assert course.losses[11].isfinite().all()
    assert course.losses[12, 3:].isnan().all()
    assert campaign.kept(PLAN, images, tmp_path) == [4, 12, 24]
    assert [campaign.snapshot(PLAN, images, epoch, tmp_path).runs for epoch in (4, 12, 24)] == [5, 5, 3]
    assert all(map(torch.equal, parameters(campaign.snapshot(PLAN, images, 24, tmp_path)), parameters(course.stack)))
    assert all(map(torch.equal, parameters(campaign.snapshot(PLAN, images, 0)), parameters(PLAN.start())))
    assert course.dead.shape == course.worth.shape == (4, 5, 8)


@pytest.mark.parametrize("stop", [3, 5, 12, 13, 17])
def test_interrupted_anywhere_it_ends_with_the_same_bits(images, tmp_path, stop, monkeypatch):
    whole = campaign.run(PLAN, images, tmp_path / "whole")
    monkeypatch.setattr(campaign, "MINUTES", 0)
    epoch = descent.Descent.epoch

    def die(self, number):
        if number == stop:
            raise KeyboardInterrupt
        return epoch(self, number)

    with monkeypatch.context() as patched:
        patched.setattr(descent.Descent, "epoch", die)
        with pytest.raises(KeyboardInterrupt):
            campaign.run(PLAN, images, tmp_path / "cut")
    assert campaign.resume(PLAN, images, tmp_path / "cut").epoch == stop
    assert same(campaign.run(PLAN, images, tmp_path / "cut"), whole)


def _endless(images, place):
    torch.set_num_threads(1)
    campaign.MINUTES = 0
    campaign.run(replace(PLAN, epochs=10**6, snapshots=()), images, place)


def test_killed_without_warning_it_is_never_half_written(images, tmp_path):
    process = multiprocessing.get_context("spawn").Process(target=_endless, args=(images, tmp_path))
    process.start()
    deadline = time.monotonic() + 60
    while not (tmp_path / "state.safetensors").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    endless = replace(PLAN, epochs=10**6, snapshots=())
    cut = campaign.resume(endless, images, tmp_path)
    assert cut.epoch > 0
    whole = campaign.run(replace(endless, epochs=cut.epoch), images, tmp_path / "whole")
    assert same(cut, whole)


def test_states_of_other_settings_are_refused(images, tmp_path, refused):
    campaign.run(PLAN, images, tmp_path)
    with refused("state.safetensors", "seed", "the plan's settings"):
        campaign.resume(replace(PLAN, seed=1), images, tmp_path)
    with refused("epoch", "[4, 12, 24]"):
        campaign.snapshot(PLAN, images, 5, tmp_path)
    (tmp_path / "state.safetensors").write_bytes(b"half")
    with refused("state.safetensors"):
        campaign.run(PLAN, images, tmp_path)


def test_a_course_that_is_over_is_only_read(images, tmp_path, monkeypatch):
    whole = campaign.run(PLAN, images, tmp_path)
    monkeypatch.setattr(descent, "Descent", None)
    assert same(campaign.run(PLAN, images, tmp_path), whole)


def test_a_course_goes_as_far_as_it_is_wanted(images, tmp_path):
    whole = campaign.run(PLAN, images, tmp_path / "whole")
    place = tmp_path / "parts"
    assert [campaign.run(PLAN, images, place, until=epoch).epoch for epoch in (0, 7, 5, 13)] == [0, 7, 7, 13]
    assert same(campaign.run(PLAN, images, place, until=99), whole)


def test_an_adopted_course_lives_with_the_results(images, tmp_path, empty_book, monkeypatch):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "store"))
    campaign.run(PLAN, images, until=5)
    assert not campaign.travels(campaign.folder(PLAN, images))
    place = campaign.adopt(PLAN, images)
    assert place.parent == empty_book / "results" / "courses"
    assert campaign.travels(place)
    assert campaign.folder(PLAN, images) == place == campaign.adopt(PLAN, images)
    assert campaign.resume(PLAN, images, place).epoch == 5
    assert campaign.kept(PLAN, images) == [4]
    assert campaign.release(PLAN, images).parent == store.folder()
    assert not place.exists()
    assert campaign.resume(PLAN, images, campaign.folder(PLAN, images)).epoch == 5


def test_plain_training_begins_where_rounds_replaced_nobody(images, tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    plain = replace(PLAN, renewal=None, period=500)
    idle = replace(PLAN, renewal=turnover.Rule(0.0), epochs=12, snapshots=(2, 4, 12), fewer=None)
    whole = campaign.run(plain, images, tmp_path / "whole")
    assert not campaign.inherit(plain, images, idle)  # there is nothing yet
    campaign.run(idle, images)
    assert campaign.inherit(plain, images, idle)
    assert campaign.kept(plain, images) == [4, 12]
    assert not campaign.inherit(plain, images, idle)
    assert campaign.resume(plain, images, campaign.folder(plain, images)).epoch == 12
    assert same(campaign.run(plain, images), whole)
    for epoch in plain.snapshots:
        pair = (campaign.snapshot(plain, images, epoch, place) for place in (tmp_path / "whole", None))
        assert all(map(torch.equal, *map(parameters, pair)))


@pytest.mark.parametrize(
    "change",
    [
        {"renewal": turnover.Rule(0.5), "period": 5},
        {"renewal": turnover.Rule(0.0), "seed": 1},
        {"renewal": turnover.Rule(0.0), "runs": 4},
        {"renewal": turnover.Rule(0.0), "epochs": 13},
    ],
)
def test_other_trainings_begin_none(images, tmp_path, monkeypatch, change):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    other = replace(PLAN, **{"epochs": 12, "snapshots": (4, 12), "fewer": None, **change})
    assert other.renewal.cutoff == 0 or campaign.run(other, images).dead.any()
    campaign.run(other, images)
    assert not campaign.inherit(replace(PLAN, renewal=None), images, other)


def test_every_setting_has_a_folder_of_its_own(images, tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    plans = [PLAN, replace(PLAN, seed=1), replace(PLAN, renewal=None), replace(PLAN, rule=descent.Rule(0.2, 40))]
    places = {campaign.folder(plan, images) for plan in plans}
    assert len(places) == len(plans)
    assert {place.parent for place in places} == {store.folder()}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epochs": 0}, ("epochs", "1 or more")),
        ({"snapshots": (25,)}, ("snapshot", "at most 24")),
        ({"scaling": "none"}, ("scaling", "unit, standard")),
        ({"period": 0}, ("period", "1 or more")),
    ],
)
def test_plans_out_of_range_are_refused(change, words, refused):
    with refused(*words):
        replace(PLAN, **change)


def test_scalings(images):
    assert protocol.prepared(images.train, "unit", images.train) is images.train
    scaled = protocol.prepared(images.train, "standard", images.train)
    assert scaled.mean().item() == pytest.approx(0, abs=1e-6)
    assert scaled.std().item() == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("name", protocol.RUNS)
def test_scaled_plans_are_the_papers_with_ten_times_the_rate(name):
    paper, scaled = (protocol.plan(name, level) for level in ("paper", "scaled"))
    assert (paper.epochs, scaled.epochs) == (50_000, 5_000)
    assert paper.rule.learning_rate * paper.epochs == pytest.approx(scaled.rule.learning_rate * scaled.epochs)
    assert [epoch // 10 for epoch in paper.snapshots] == list(scaled.snapshots)
    assert {500, 25_000, 50_000} <= set(paper.snapshots)
    combined = protocol.plan(name, cutoff=0.005)
    assert (combined.epochs, combined.period, combined.renewal.cutoff) == (500, 50, 0.005)
    assert (combined.fewer, protocol.plan(name, seed=3).seed) == (None, 3)


def test_a_brief_plan_is_the_scaled_one_cut_short():
    brief, scaled = protocol.brief("N2", 5, 120, seed=1), protocol.plan("N2")
    assert (brief.runs, brief.epochs, brief.seed, brief.fewer) == (5, 120, 1, None)
    assert brief.snapshots == (1, 2, 5, 10, 20, 50, 100, 120)
    assert protocol.brief("N2", 5, 4).snapshots == (1, 2, 4)
    assert (brief.rule, brief.init, brief.pace) == (scaled.rule, scaled.init, 10)
    assert protocol.plan("N2", "paper").pace == 1
