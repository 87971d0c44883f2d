"""Soups against the plain loop, event by event, and what a soup may be asked to do."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from soup_loop import Loop

from srnn_lib.experiments import soups
from srnn_lib.replicators import fixpoints, soup, soup_schedule
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.presets import preset
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Weightwise

SINGLE, FULL = UpdateRule(0.05, "single"), UpdateRule(0.05, "full", momentum=0.5)
BUSY = soup_schedule.SoupSchedule(0.6, 0.4, training_steps=2, severity=2)
SCHEDULES = {
    "sequential": BUSY,
    "distinct": replace(BUSY, self_attack=False),
    "simultaneous": replace(BUSY, order="simultaneous"),
    "pair": replace(BUSY, per="epoch"),
    "pair-simultaneous": replace(BUSY, per="epoch", order="simultaneous", self_attack=False),
    "untrained": replace(BUSY, training_steps=0, learn_chance=0.0),
    "kept": replace(BUSY, replace_divergent=False, replace_zero=False),
}


def start(reduction, soups, nets, draw, scale=1.0):
    """Random soups; the first net of each is huge and the last one is zero, so that some are replaced."""
    weights = scale * draw(reduction, soups * nets).unflatten(0, (soups, nets))
    weights[:, 0] *= 1e120
    weights[:, -1] = 0.0
    return weights


def evolve(reduction, weights, schedule, rule, epochs, generator):
    """All events, and the soups at the end."""
    evolution = soup.evolve(reduction, weights, schedule, rule=rule, epochs=epochs, generator=generator, epsilon=1e-4)
    events, path = soups.chronicle(evolution)
    return events, path[-1]


def same(ours, theirs):
    """Equal where finite, within rounding; not finite in the same places."""
    finite = ours.isfinite()
    assert torch.equal(finite, theirs.isfinite())
    torch.testing.assert_close(ours[finite], theirs[finite], rtol=1e-9, atol=1e-11)


def _dealt():
    """Every schedule with every reduction, and both of them with both rules."""
    for place, schedule in enumerate(SCHEDULES):
        for number, reduction in enumerate((Weightwise(), Aggregating(), Recurrent())):
            rule = ("single", "full")[(place + number) % 2]
            given = reduction, SCHEDULES[schedule], {"single": SINGLE, "full": FULL}[rule]
            yield pytest.param(*given, id=f"{type(reduction).__name__}-{schedule}-{rule}")


@pytest.mark.parametrize(("reduction", "schedule", "rule"), [*_dealt()])
def test_event_by_event_like_the_plain_loop(reduction, schedule, rule, draw, seeded):
    weights = start(reduction, 3, 5, draw, 0.5)
    events, final = evolve(reduction, weights, schedule, rule, 3, seeded(1))
    loop = Loop(reduction, weights, schedule, rule).evolve(3, seeded(1))
    assert [tuple(row) for row in events.iloc[:, :5].itertuples(index=False)] == [event[:5] for event in loop.events]
    lengths = [np.array(each, dtype=float) for each in (events["displacement"], [event[5] for event in loop.events])]
    for each in lengths:
        each[each > 1e100] = np.inf  # the square of such a length may overflow
    np.testing.assert_allclose(*lengths, rtol=1e-7, atol=1e-11)
    same(final, loop.weights)


def test_the_paper_s_soup_in_single_precision_follows_the_plain_loop(draw, seeded):
    settings = preset("alife2019")
    reduction, schedule = settings.reduction("weightwise"), soup_schedule.SoupSchedule(0.5, training_steps=3)
    weights = draw(reduction, 14, dtype="float32").unflatten(0, (2, 7))
    events, final = evolve(reduction, weights, schedule, settings.rule, 4, seeded(2))
    loop = Loop(reduction, weights, schedule, settings.rule).evolve(4, seeded(2))
    assert len(events) == len(loop.events) > 10
    torch.testing.assert_close(final, loop.weights, rtol=1e-4, atol=1e-4)


def test_the_sample_contains_every_kind_of_event(draw, seeded):
    weights = start(Weightwise(), 3, 5, draw, 0.5)
    events, _ = evolve(Weightwise(), weights, BUSY, FULL, 3, seeded(1))
    assert set(events["kind"]) == set(soup.EVENT_KINDS)
    assert (events["attacker"] == events["victim"])[events["kind"] == "attack"].any()


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_a_soup_does_not_notice_its_neighbours(schedule, draw, seeded):
    weights = start(Weightwise(), 6, 5, draw, 0.5)
    together, final = evolve(Weightwise(), weights, schedule, SINGLE, 4, seeded(3))
    alone, first = evolve(Weightwise(), weights[:2], schedule, SINGLE, 4, seeded(3))
    here = together[together["soup"] < 2].reset_index(drop=True)
    assert here.iloc[:, :5].equals(alone.iloc[:, :5])
    same(final[:2], first)


def test_distinct_partners_are_distinct_and_all_equally_likely(seeded):
    schedule = soup_schedule.SoupSchedule(1.0, self_attack=False)
    victims = soup_schedule.draw_epoch(
        schedule, Weightwise(), FULL, shape=(4000, 4), generator=seeded(), init="glorot"
    ).victims
    assert not (victims == torch.arange(4)).any()
    shares = torch.stack([(victims == net).double().mean(0) for net in range(4)])
    assert (shares[~torch.eye(4, dtype=torch.bool)] - 1 / 3).abs().max() < 0.04


def test_chances_count_per_net_or_per_epoch(seeded):
    for per, expected in (("net", 0.2 * 10), ("epoch", 0.2)):
        schedule = soup_schedule.SoupSchedule(0.2, per=per)
        victims = soup_schedule.draw_epoch(
            schedule, Weightwise(), FULL, shape=(5000, 10), generator=seeded(), init="glorot"
        ).victims
        attacks = (victims != soup_schedule.NOBODY).sum(1)
        assert attacks.double().mean() == pytest.approx(expected, rel=0.1)
        assert per == "net" or attacks.max() == 1


def test_an_attack_is_an_application_and_its_displacement_is_measured(draw, seeded):
    reduction, schedule = Weightwise(), soup_schedule.SoupSchedule(1.0, per="epoch", training_steps=0)
    weights = draw(reduction, 8).unflatten(0, (2, 4))
    first, second = soup.evolve(reduction, weights, schedule, rule=FULL, epochs=1, generator=seeded())
    for event in second.events.itertuples():
        attacker, victim = first.weights[event.soup, [event.attacker, event.victim]].split(1)
        made = second.weights[event.soup, event.victim]
        torch.testing.assert_close(made, reduction.apply(attacker, victim)[0])
        assert event.displacement == pytest.approx(float((made - victim[0]).norm()))
    assert second.events["soup"].tolist() == [0, 1]


def test_moves_are_the_steps_of_self_training(draw, seeded):
    weights = draw(Weightwise(), 12).unflatten(0, (3, 4))
    schedule = soup_schedule.SoupSchedule(0.0, training_steps=5)
    before, after = soup.evolve(Weightwise(), weights, schedule, rule=FULL, epochs=1, generator=seeded(), measure=True)
    assert before.moves is None and after.moves.shape == (5, 3, 4)
    whole = (after.weights - before.weights).norm(dim=2)
    assert (after.moves.sum(0) >= whole - 1e-12).all() and (after.moves.amax(0) <= whole).all()


def test_the_start_is_not_changed_and_comes_first(draw, seeded):
    weights = draw(Weightwise(), 6).unflatten(0, (2, 3))
    kept = weights.clone()
    epochs = list(soup.evolve(Weightwise(), weights, BUSY, rule=FULL, epochs=2, generator=seeded()))
    assert [epoch.number for epoch in epochs] == [0, 1, 2]
    assert torch.equal(epochs[0].weights, kept) and torch.equal(weights, kept)
    assert len(epochs[0].events) == 0


def test_a_soup_in_which_all_diverge_ends_clearly(draw, seeded):
    weights = 1e200 * draw(Weightwise(), 8).unflatten(0, (2, 4))
    schedule = replace(BUSY, replace_divergent=False)
    events, final = evolve(Weightwise(), weights, schedule, SINGLE, 3, seeded())
    assert fixpoints.is_divergent(final).all()
    assert fixpoints.tally(fixpoints.classify(Weightwise(), final.flatten(0, 1)))["divergent"] == 8
    assert np.isinf(events["displacement"].iloc[-1])
    assert soups.main_cluster(final, torch.ones(2))[0].tolist() == [0, 0]


def test_genealogy_names_every_life(draw, seeded):
    weights = start(Weightwise(), 2, 3, draw)
    schedule = soup_schedule.SoupSchedule(0.0, training_steps=1)
    events, _ = evolve(Weightwise(), weights, schedule, FULL, 3, seeded())
    lives = soups.genealogy(events, (2, 3))
    first = lives[(lives["soup"] == 1) & (lives["net"] == 0)]
    assert first["cause"].tolist()[0] == "divergent" and first["died"].tolist()[0] == 1
    assert first["life"].tolist() == list(range(len(first))) and first["died"].iloc[-1] == soup_schedule.NOBODY
    assert first["born"].tolist() == [0, *first["died"].tolist()[:-1]]
    assert lives["cause"].value_counts()[""] == 6
    assert (lives["cause"] == "zero").sum() == 2


def test_main_cluster_finds_the_crowd(seeded):
    crowd = torch.tensor([3.0, 0.0]) + 0.1 * torch.rand(6, 2, generator=seeded())
    far = torch.tensor([[-9.0, 0.0], [0.0, 9.0], [9.0, 9.0]])
    weights = torch.cat([crowd, far, torch.full((1, 2), torch.nan)])[None]
    count, centre = soups.main_cluster(weights, torch.tensor([0.5]))
    assert count.tolist() == [6]
    torch.testing.assert_close(centre[0], crowd.double().mean(0), atol=0.06, rtol=0.0)


def test_bad_schedules_are_refused(refused):
    for name in ("attack_chance", "learn_chance"):
        for value in (-0.1, 1.5, float("nan"), "often"):
            with refused(f"{name} is {value!r}", "a finite number"):
                soup_schedule.SoupSchedule(**{name: value})
    with refused("order is 'sequentially'", "did you mean 'sequential'?"):
        soup_schedule.SoupSchedule(order="sequentially")
    with refused("per is 'nets'", "did you mean 'net'?"):
        soup_schedule.SoupSchedule(per="nets")
    for name in ("training_steps", "severity"):
        with refused(f"{name} is -1", "0 or more"):
            soup_schedule.SoupSchedule(**{name: -1})


def test_bad_soups_are_refused(draw, seeded, refused):
    weights = draw(Weightwise(), 4)
    with refused("shape of the soups is (4, 14)", "(soups, nets, 14)"):
        soup.evolve(Weightwise(), weights, BUSY, rule=FULL, epochs=1, generator=seeded())
    with refused("nets per soup is 1", "self_attack"):
        soup.evolve(
            Weightwise(), weights[:, None], replace(BUSY, self_attack=False), rule=FULL, epochs=1, generator=seeded()
        )
    with refused("epochs is -1", "0 or more"):
        soup.evolve(Weightwise(), weights[None], BUSY, rule=FULL, epochs=-1, generator=seeded())
    with refused("init is 'glorott'", "glorot"):
        soup.evolve(Weightwise(), weights[None], BUSY, rule=FULL, epochs=1, generator=seeded(), init="glorott")
    with refused("reduction", "shuffles"):
        shuffled = Aggregating(shuffle=seeded())
        soup.evolve(shuffled, draw(shuffled, 4)[None], BUSY, rule=FULL, epochs=1, generator=seeded())


def test_an_unknown_interaction_is_refused(draw, seeded, refused):
    events, _ = evolve(Weightwise(), draw(Weightwise(), 4)[None], BUSY, FULL, 1, seeded())
    with refused("interaction is 'atack'", "did you mean 'attack'?"):
        soups.of_kind(events, "atack")


def test_a_lonely_net_may_attack_itself_or_be_left_alone(draw, seeded):
    weights = draw(Weightwise(), 2)[:, None]
    events, _ = evolve(Weightwise(), weights, soup_schedule.SoupSchedule(1.0), FULL, 2, seeded())
    assert (events["kind"] == "attack").sum() == 4
    peaceful = soup_schedule.SoupSchedule(0.0, self_attack=False)
    assert len(evolve(Weightwise(), weights, peaceful, FULL, 2, seeded())[0]) == 0
