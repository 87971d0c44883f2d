"""The look that all figures share, and how they come onto a page."""

import base64
import io
from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from srnn_lib.claimbook import framed
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
    monkeypatch.setattr(style, "display", lambda data, metadata, raw: shown.append((data, metadata)))
    for _ in range(2):
        style.show(drawn(), "fig-x", caption="a caption", alt="an alt text")
    (first, words), (second, _) = shown
    picture = Image.open(io.BytesIO(base64.b64decode(framed.picture(first))))
    width = round(picture.width / style.SHARPER)
    assert words == {
        "image/png": {"alt": "an alt text", "caption": "a caption", "name": "fig-x", "width": width},
        DRAWN: [{"panel": "1", "series": [{"kind": "line", "x": "0 1 2 3 4", "y": "0 1 2 3 4"}]}],
    }
    assert first == second
    assert set(first) == {"text/html", "text/plain"}
    assert all(
        part in first["text/html"]
        for part in ('alt="an alt text"', "<figcaption><strong>fig-x:</strong> a caption<", f'width="{width}"')
    )
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
    monkeypatch.setattr(style, "display", lambda data, **_: shown.append(framed.picture(data)))
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


SHEET = Path(__file__).parents[2] / "book" / "assets" / "page.css"
DARK_PAGE, WHITE = np.array(to_rgb("#14181e")), np.ones(3)
# Of the standard on filters: what turning hues by half a circle makes of red, green and blue.
HALF_TURN = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])
# How linear colours look without one kind of cones, by Machado, Oliveira and Fernandes, 2009.
SIGHTS = {
    "all cones": np.eye(3),
    "protanopia": np.array([[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]),
    "deuteranopia": np.array([[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]),
    "tritanopia": np.array([[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]]),
}  # fmt: skip
TO_XYZ = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])
TOLD_APART = [*style.OUTCOME_COLOURS.values(), style.ACCENT, style.SECOND, style.INK]


def on_dark(colour):
    """What the style makes of a colour on dark pages."""
    turned = np.clip(HALF_TURN @ (1 - np.array(to_rgb(colour))), 0, 1)
    return 1 - (1 - turned) * (1 - DARK_PAGE)


def linear(colour):
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    low, high = sorted(TO_XYZ[1] @ linear(each) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def perceived(colour, sight):
    """A colour in CIELAB, where a distance of two can just be seen."""
    x, y, z = np.cbrt(TO_XYZ @ np.clip(SIGHTS[sight] @ linear(colour), 1e-3, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_the_style_of_dark_pages_is_the_one_that_is_tested_here():
    assert "filter: invert(1) hue-rotate(180deg); mix-blend-mode: screen;" in SHEET.read_text(encoding="utf-8")
    assert np.allclose(on_dark("white"), DARK_PAGE, atol=1e-6)


@pytest.mark.parametrize("colour", [*TOLD_APART, style.MUTED])
def test_a_colour_stands_out_on_a_dark_page_as_on_a_white_one(colour):
    light, dark = contrast(np.array(to_rgb(colour)), WHITE), contrast(on_dark(colour), DARK_PAGE)
    assert dark > min(light, 6)


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("shown", [lambda colour: np.array(to_rgb(colour)), on_dark], ids=["light", "dark"])
def test_colours_are_told_apart_on_both_pages_by_all_eyes(shown, sight):
    places = [perceived(shown(colour), sight) for colour in TOLD_APART]
    assert min(np.linalg.norm(one - other) for one, other in combinations(places, 2)) > 10
