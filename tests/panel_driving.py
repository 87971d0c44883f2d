"""Drives a chapter's panel as a reader's hand does, in the kernel that has run the chapter."""

from collections.abc import Iterator
from html import escape
from typing import Any

from ipywidgets import FloatLogSlider, ValueWidget

from srnn_lib.claimbook.panels import YOURS, Panel, _picture
from srnn_lib.claimbook.verdicts import under


def ends(control: ValueWidget) -> list[Any]:
    """Other values of a control, the farthest there are."""
    if hasattr(control, "options"):
        return [name for name in control.options if name != control.value]
    least, most = control.min, control.max
    if isinstance(control, FloatLogSlider):
        least, most = control.base**least, control.base**most
    return [value for value in dict.fromkeys((least, most)) if value != control.value]


async def drive(panel: Panel) -> None:
    """Compute once by the button, then with each control at its ends; all that is shown is what the work gives by hand.

    The next settings never find the panel empty, so nothing of the last ones may be left in it.
    """
    panel.patience = 0.0
    panel._go.click()
    await settled(panel)
    for name, value in _moves(panel):
        panel.controls[name].value = value
        await settled(panel)


def _moves(panel: Panel) -> Iterator[tuple[str, Any]]:
    """One control after the other to each of its ends, and back, which computes nothing."""
    for name, control in panel.controls.items():
        first = control.value
        for value in ends(control):
            yield name, value
        control.value = first
        panel.stop()


async def settled(panel: Panel) -> None:
    """Wait for the panel, and compare what it shows with what its work gives when it is called by hand."""
    await panel.done()
    shown = (panel.said, panel.picture, panel._table.value and panel.variant.payload)
    assert shown == by_hand(panel), panel.values


def by_hand(panel: Panel) -> tuple[str, str, Any]:
    """The line, the picture and the verdicts that the work gives for the values of the controls."""
    said, picture, found = "", "", ""
    for step in panel.work(**panel.values):
        match step:
            case str():
                said = f'<p role="status">{escape(step)}</p>'
            case (figure, words):
                assert words.strip()
                picture = _picture(figure, words)
            case dict():
                asked = {"quantities": step, "scale": panel.judge.scale}
                found = under("", YOURS, panel.judge.verdicts, **asked).payload
            case share:
                assert 0 <= share <= 1
    assert picture or said
    return said, picture, found
