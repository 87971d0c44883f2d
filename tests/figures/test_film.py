"""The film of a soup: what its frames say, and that its page is whole."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
import torch
from bs4 import BeautifulSoup

from srnn_lib.figures import film
from srnn_lib.figures.projection import principal_plane
from srnn_lib.figures.soups import ATTACKED
from srnn_lib.replicators.fixpoints import OUTCOMES

EPOCHS, NETS = 4, 3
CODES = torch.tensor([[4, 4, 4], [2, 4, 1], [2, 4, 4], [2, 2, 4]])
LIVES = pd.DataFrame({"net": [0, 1, 2, 2], "life": [0, 0, 0, 1], "born": [0, 0, 0, 2]})
ATTACKS = pd.DataFrame({"epoch": [1, 3, 3], "attacker": [0, 1, 2], "victim": [2, 1, 0]})


@pytest.fixture
def plane(seeded):
    return principal_plane(torch.randn(EPOCHS, NETS, 14, generator=seeded()))


@pytest.fixture
def shown(plane):
    """A film of that soup."""
    nets = film.scene(plane, CODES, LIVES)
    return film.soup_film(
        nets, ATTACKS, plane.origin, name="film-1", caption="A <caption> & more", alt='Says "what" is <seen>.'
    )


def page(shown):
    return BeautifulSoup(shown.html, "html.parser")


def frames(shown):
    return json.loads(page(shown).select_one("script[type='application/json']").string)


def test_a_scene_names_outcomes_and_newcomers(plane):
    nets = film.scene(plane, CODES, LIVES).set_index(["net", "step"])
    assert {nets.loc[key, "outcome"] for key in nets.index} == {"fixpoint", "zero", "other"}
    assert all(nets.loc[(net, step), "outcome"] == OUTCOMES[CODES[step, net]] for net, step in nets.index)
    assert nets.index[nets["fresh"]].tolist() == [(2, 2)]


def test_there_is_a_frame_per_epoch(shown):
    found = frames(shown)
    assert {key: len(entries) for key, entries in found.items()} == dict.fromkeys(found, EPOCHS)
    assert page(shown).select_one("input")["max"] == str(EPOCHS - 1)
    assert found["attacks"] == [[], [[0, 2]], [], [[1, 1], [2, 0]]]
    assert found["fresh"] == [[], [], [2], []]
    shapes = list(film._SHAPES)
    assert [[shapes[code] for code in row] for row in found["outcomes"]] == [
        [OUTCOMES[code] for code in row] for row in CODES.tolist()
    ]


def test_places_are_on_the_stage_in_one_scale(shown, plane):
    places = torch.tensor(frames(shown)["places"]).unflatten(1, (NETS, 2)).double()
    assert places.min() >= 0 and places.max() <= film._SIDE
    flat = torch.tensor(plane.table[["x", "y"]].to_numpy()).unflatten(0, (EPOCHS, NETS))
    moved, drawn = flat - flat[0, 0], places - places[0, 0]
    scale = drawn[..., 0].abs().max() / moved[..., 0].abs().max()
    torch.testing.assert_close(drawn, moved * scale * torch.tensor([1.0, -1.0]), rtol=0.0, atol=2.0)


def test_the_last_frame_is_drawn_without_a_script(shown):
    marks = page(shown).select(".nets use")
    found = frames(shown)
    assert [int(mark[axis]) for mark in marks for axis in "xy"] == found["places"][-1]
    assert [mark["href"] for mark in marks] == [f"#film-1-{code}" for code in found["outcomes"][-1]]
    assert page(shown).select_one(".controls").has_attr("hidden")


def test_words_are_escaped_and_said(shown):
    soup = page(shown)
    assert soup.select_one("[role=figure]")["aria-labelledby"] == soup.select_one("p").get("id")
    assert soup.select_one("p").get_text() == "A <caption> & more"
    assert soup.select_one("svg[role=img]")["aria-label"] == 'Says "what" is <seen>.'
    assert shown._repr_mimebundle_() == {"text/html": shown.html, "text/plain": shown.alt}


def test_the_page_is_whole_and_asks_for_nothing(shown):
    soup = page(shown)
    ids = [node["id"] for node in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert all(node["href"].removeprefix("#") in ids for node in soup.select("[href]"))
    assert "NAME" not in shown.html and "http" not in shown.html
    for drawing in soup.find_all("svg"):
        ElementTree.fromstring(str(drawing))


def test_the_legend_explains_what_the_film_has(shown, plane):
    assert [item.get_text() for item in page(shown).select("li")] == [
        "zero", "non-zero fixpoint", "other", "attacked in this epoch", "new in this epoch",
    ]  # fmt: skip
    quiet = film.scene(plane, torch.full((EPOCHS, NETS), OUTCOMES.index("other")), LIVES[:0])
    short = film.soup_film(quiet, ATTACKS[:0], plane.origin, name="film-2", caption="caption", alt="alt")
    assert [item.get_text() for item in page(short).select("li")] == ["other", "attacked in this epoch"]


def test_style_and_script_are_those_of_the_files_beside_the_module(shown):
    soup, folder = page(shown), Path(film.__file__).parent
    for tag, file in (("style", "film.css"), ("script:not([type])", "film.js")):
        text = (folder / file).read_text(encoding="utf-8").partition("\n")[2]
        assert "NAME" in text
        assert (
            soup.select_one(tag).string.strip() == text.replace("NAME", "film-1").replace("ATTACKED", ATTACKED).strip()
        )
    assert ATTACKED in soup.select_one("style").string


def test_bad_films_are_refused(plane, refused):
    nets = film.scene(plane, CODES, LIVES)
    for name in ("", "1-film", 'x" onload="', "film soup"):
        with refused("name is", "letters, digits and hyphens"):
            film.soup_film(nets, ATTACKS, plane.origin, name=name, caption="caption", alt="alt")
    with refused("outcome is 'divergent'", "fixpoint"):
        film.soup_film(
            nets.assign(outcome="divergent"), ATTACKS, plane.origin, name="film", caption="caption", alt="alt"
        )
