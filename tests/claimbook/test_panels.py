"""Live panels, driven as a reader's hand drives them, without a browser."""

import asyncio
import time

import matplotlib.pyplot as plt
import panel_driving
import pytest
import tinybook

from srnn_lib.claimbook import publish
from srnn_lib.claimbook.estimates import share
from srnn_lib.claimbook.judge import Judge
from srnn_lib.claimbook.panels import Panel, one_of, powers, real, whole
from srnn_lib.claimbook.registry import Book

pytest_plugins = ("tinybook_fixtures",)


@pytest.fixture
def judge(book):
    """A judge of the tiny chapter that has judged one claim: more than half of the nets run to zero."""
    values = {"scale": "book", **Book(book).by_scale.values(tinybook.CHAPTER, "book")}
    judge = Judge(tinybook.CHAPTER, values, book)
    judge("SR-01", zero_share=share([True] * 120 + [False] * 80), margin=0.2)
    return judge


def zeros(nets, vanishing):
    """Work of four steps; a share of the nets vanishes."""
    for done in range(4):
        yield done / 4
    figure, axes = plt.subplots()
    axes.bar([0], [vanishing])
    yield figure, f"One bar of height {vanishing:g} <."
    ended = round(nets * vanishing)
    yield {"SR-01": {"zero_share": share([True] * ended + [False] * (nets - ended)), "margin": 2 * vanishing - 1}}


@pytest.fixture
def panel(judge):
    """The panel of that work."""
    return Panel(judge, zeros, nets=whole("Nets", (10, 500), 200, 10), vanishing=real("Share", (0.0, 1.0), 0.6))


def test_nothing_is_computed_before_the_reader_asks(judge):
    def never(nets):
        raise AssertionError("computed")
        yield

    made = Panel(judge, never, nets=whole("Nets", (1, 5), 2))
    assert (made.said, made.picture, made.variant) == ("", "", None)


def test_moving_a_control_computes_what_the_same_values_give_by_hand(panel):
    panel.controls["vanishing"].value = 0.2
    assert panel.values == {"nets": 200, "vanishing": 0.2}
    *_, by_hand = zeros(200, 0.2)
    plt.close()
    ((found, standing),) = panel.variant.pairs
    assert found.checks[0].found == by_hand["SR-01"]["zero_share"]
    assert (found.word, standing.word, panel.variant.turned) == ("not reproduced", "reproduced", ["SR-01"])


def test_the_button_computes_without_any_change(panel):
    panel._go.click()
    assert panel.variant.turned == []


def test_the_reader_sees_a_picture_with_its_words_and_whose_verdicts_these_are(panel):
    panel.controls["nets"].value = 100
    assert 'alt="One bar of height 0.6 &lt;."' in panel.picture
    assert "<figcaption>One bar of height 0.6 &lt;.</figcaption>" in panel.picture
    table = panel._table.value
    assert "With your settings, which do not count (Nets: 100; Share: 0.6):" in table
    assert "Under your settings" in table and "As judged" in table
    assert plt.get_fignums() == []


def test_the_readers_verdicts_are_never_counted(panel, judge):
    before = {name: each.payload for name, each in judge.verdicts.items()}
    panel.controls["vanishing"].value = 0.1
    assert {name: each.payload for name, each in judge.verdicts.items()} == before
    assert judge.variants == []
    assert set(panel._repr_mimebundle_()) == {"text/plain", "text/html", publish.WIDGET}


def test_in_a_notebook_the_hand_must_rest_and_only_the_last_value_is_computed(panel):
    asked = []
    panel.work, panel.patience = lambda nets, vanishing: iter([asked.append(nets) or 1.0]), 0.02

    async def reader():
        for nets in (50, 60, 70):
            panel.controls["nets"].value = nets
        await panel.done()

    asyncio.run(reader())
    assert asked == [70]


def test_a_stop_is_heard_between_two_steps(panel):
    done, panel.breath = [], 0.0

    def endless(nets, vanishing):
        while True:
            time.sleep(0.001)
            done.append(nets)
            yield 0.5

    panel.start()
    shown = panel.picture
    panel.work = endless

    async def reader():
        panel.start()
        await asyncio.sleep(0.02)
        assert not panel._halt.disabled and panel._share.value == 0.5
        panel._halt.click()
        await panel.done()

    asyncio.run(reader())
    assert done and panel._halt.disabled
    assert "Stopped" in panel.said and panel.picture == shown


def test_no_old_verdict_stays_beside_a_new_picture_when_it_is_stopped(panel):
    panel.start()
    shown, panel.breath = panel.picture, 0.0
    assert panel._table.value

    def drawn_and_endless(nets, vanishing):
        yield plt.subplots()[0], "Nothing."
        while True:
            time.sleep(0.001)
            yield 0.5

    panel.work = drawn_and_endless

    async def reader():
        panel.start()
        await asyncio.sleep(0.5)
        panel._halt.click()
        await panel.done()

    asyncio.run(reader())
    assert panel.picture != shown and panel._table.value == ""
    assert "what there was" not in panel.said


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([1 / 4, "half way"], ""),
        ([{"SR-77": {}}], "SR-77"),
        ([{"SR-01": {"zero_share": 1.0}}], "needs the quantities"),
        ([None], "step of a panel"),
    ],
)
def test_a_fault_is_said_in_the_panel(panel, steps, words):
    panel.work = lambda nets, vanishing: iter(steps)
    panel.start()
    assert words in panel.said


def test_a_sentence_stays_until_there_is_another(panel):
    panel.work = lambda nets, vanishing: iter(["first", "<half> way"])
    panel.start()
    assert panel.said == '<p role="status">&lt;half&gt; way</p>'
    panel.work = zeros
    panel.start()
    assert panel.said == ""


@pytest.mark.parametrize("steps", [[0.5], [None]])
def test_nothing_of_other_settings_stays_beside_what_is_new(panel, steps):
    panel.start()
    assert panel.picture and panel._table.value
    panel.work = lambda nets, vanishing: iter(steps)
    panel.start()
    assert (panel.picture, panel._table.value) == ("", "")


def test_controls_have_their_ends_and_first_values():
    made = [
        one_of("Kind", ["a", "b"], "b"),
        whole("Nets", (1, 9), 3),
        real("Size", (0, 2), 1.0),
        powers("Noise", (-9, 0), 1e-3),
    ]
    assert [control.value for control in made] == ["b", 3, 1.0, 1e-3]
    assert [control.description for control in made] == ["Kind", "Nets", "Size", "Noise"]
    assert one_of("Kind", ["a", "b"]).value == "a"


def left_of_before(panel):
    """A panel that once it has a picture shows no other."""
    take = panel._take
    panel._take = lambda step: take(step) if not (panel.picture and isinstance(step, tuple)) else panel._picture


def told_with_a_fault(panel):
    """A panel whose work fails at one end of a control."""
    work = panel.work

    def failing(nets, vanishing):
        yield from work(nets, vanishing)
        assert nets < 500

    panel.work = failing


@pytest.mark.parametrize("spoil", [left_of_before, told_with_a_fault])
def test_driving_a_panel_finds_what_is_not_of_its_settings(panel, spoil):
    asyncio.run(panel_driving.drive(panel))
    spoil(panel)
    with pytest.raises(AssertionError):
        asyncio.run(panel_driving.drive(panel))
