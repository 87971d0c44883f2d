"""Explorables as widgets. Where anywidget is not installed, its place is taken by a class that holds traits."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import traitlets

from srnn_lib.explorables import bundle, explorable, widget

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def stand_in(monkeypatch):
    """A package that has what is asked of anywidget."""
    monkeypatch.setitem(sys.modules, "anywidget", SimpleNamespace(AnyWidget=traitlets.HasTraits))


def test_every_explorable_says_what_it_shares():
    assert set(widget.STATES) == set(bundle.known(ROOT))


@pytest.mark.parametrize("name", bundle.known(ROOT))
def test_what_it_shares_is_what_its_source_asks_for(name):
    source = (ROOT / bundle.SOURCE_FOLDER / f"{name}.js").read_text(encoding="utf-8")
    named = re.findall(r'shared\(model, "(\w+)"', source)
    listed = re.findall(r'\[("\w+"(?:, "\w+")*)\]\.map\(\(name\) => shared\(model, name', source)
    assert {*named, *re.findall(r"\w+", " ".join(listed))} == set(widget.STATES[name])


@pytest.mark.parametrize("name", bundle.known(ROOT))
def test_a_widget_has_its_program_its_look_and_its_values(stand_in, name):
    made = explorable(name, ROOT)
    assert made._esm == bundle.module(name, ROOT)
    assert made._css == bundle.style(ROOT)
    assert set(made.traits(sync=True)) == set(widget.STATES[name])
    assert {key: getattr(made, key) for key in widget.STATES[name]} == widget.STATES[name]


def test_values_can_be_given_and_set(stand_in):
    made = explorable("soup", ROOT, attack=0.5)
    assert (made.attack, made.steps) == (0.5, 30)
    made.steps = 10
    assert made.steps == 10
    assert explorable("soup", ROOT).attack == 0.1


def test_a_value_of_another_kind_is_refused(stand_in):
    with pytest.raises(traitlets.TraitError):
        explorable("soup", ROOT, steps="many")


@pytest.mark.parametrize(("word", "name", "values"), [("attacks", "soup", {"attacks": 1}), ("soups", "soups", {})])
def test_what_does_not_exist_is_refused(stand_in, refused, word, name, values):
    with refused(word):
        explorable(name, ROOT, **values)


def test_without_the_package_the_line_says_what_to_install(monkeypatch, refused):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with refused("anywidget"):
        explorable("soup", ROOT)


def test_a_notebook_keeps_a_line_beside_the_view(stand_in):
    made = explorable("soup", ROOT)
    made.model_id = "7"
    bundle_of_it = made._repr_mimebundle_()
    assert bundle_of_it["application/vnd.jupyter.widget-view+json"]["model_id"] == "7"
    assert "“soup”" in bundle_of_it["text/plain"] and bundle_of_it["text/plain"] in bundle_of_it["text/html"]
