"""The look that all figures share, and how they come onto a page."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from srnn_lib.figures import style
from srnn_lib.figures.data_behind import DRAWN
from srnn_lib.replicators import fixpoints


def test_every_outcome_has_its_own_colour_and_hatch():
    assert set(style.OUTCOME_COLOURS) == set(style.OUTCOME_HATCHES) == set(fixpoints.OUTCOMES)
    assert len(set(style.OUTCOME_COLOURS.values())) == len(set(style.OUTCOME_HATCHES.values())) == 5


@style.styled()
def drawn():
    figure, axes = plt.subplots(figsize=(style.WIDTH, 2))
    axes.plot(np.arange(5))
    return figure


def test_show_carries_the_words_and_is_repeatable(monkeypatch):
    shown = []
    monkeypatch.setattr(style, "display", lambda image, metadata: shown.append((image, metadata)))
    for _ in range(2):
        style.show(drawn(), "fig-x", caption="a caption", alt="an alt text")
    (first, words), (second, _) = shown
    picture = Image.open(io.BytesIO(first.data))
    width = round(picture.width / style.SHARPER)
    assert words == {
        "image/png": {"alt": "an alt text", "caption": "a caption", "name": "fig-x", "width": width},
        DRAWN: [{"panel": "1", "series": [{"kind": "line", "x": "0 1 2 3 4", "y": "0 1 2 3 4"}]}],
    }
    assert first.data == second.data
    assert picture.mode == "P"
    assert 1_440 < picture.width < 1_600
    assert not plt.get_fignums()


def test_everything_has_a_look_of_its_own_or_is_refused(refused):
    assert list(style.told_apart({"a": 1, "b": 2}, "xyz")) == [("a", "x"), ("b", "y")]
    with refused("number of things to tell apart is 4", "at most 3"):
        style.told_apart(range(4), "xyz")


def test_style_does_not_leak():
    before = dict(plt.rcParams)
    with style.styled():
        assert plt.rcParams["axes.spines.top"] is False
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize(
    ("level", "label"), [(1e-9, "$10^{-9}$"), (0.1, "$10^{-1}$"), (1, "$10^{0}$"), (0.02, "0.02"), (0, "none")]
)
def test_powers_of_ten_are_written_as_such(level, label):
    assert style.power(level) == label


def test_a_space_has_three_axes_with_few_numbers():
    axes = style.space(plt.figure(), (0, 0, 1, 1), ticks=3, azimuth=20)
    axes.plot([0, 1], [0, 1], [0, 40])
    assert (axes.elev, axes.azim) == (18, 20)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        assert len(axis.get_major_locator().tick_values(0, 40)) <= 5
    assert all(float(tick).is_integer() for tick in axes.zaxis.get_major_locator().tick_values(0, 3))


def test_settings_of_the_user_change_no_figure(monkeypatch):
    shown = []
    monkeypatch.setattr(style, "display", lambda image, metadata: shown.append(image.data))
    own = {
        "font.size": 30, "axes.grid": True, "savefig.facecolor": "red", "savefig.transparent": True,
        "lines.linewidth": 9, "axes.prop_cycle": plt.cycler(color=["red"]), "text.usetex": False,
        "axes.facecolor": "black", "figure.figsize": (1, 1), "legend.frameon": True, "image.cmap": "gray",
    }  # fmt: skip

    @style.styled()
    def drawn():
        figure, axes = plt.subplots()
        axes.plot([1, 3, 2], label="line")
        axes.legend()
        return figure

    for settings in ({}, own):
        with plt.rc_context(settings):
            style.show(drawn(), "fig-x", caption="A line.", alt="A line.")
            assert plt.rcParams["font.size"] == settings.get("font.size", plt.rcParams["font.size"])
    assert shown[0] == shown[1]
