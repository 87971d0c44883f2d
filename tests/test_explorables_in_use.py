"""Explorables in a real browser, as readers have them: from disk, by keyboard, pointer and touch, and as widgets."""

import json
import math
import re
from pathlib import Path

import pytest
from browser import launched

from srnn_lib.experiments import page_data
from srnn_lib.explorables import bundle, widget

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGE = """<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>An explorable</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="{folder}/../book.css">
<link rel="stylesheet" href="{folder}/style.css"><body><main class="bd-article"><h1>A page</h1>
{figures}</main><script src="{folder}/host.js"></script>"""
FIGURE = """<figure class="explorable-{name}"><img src="{folder}/{name}.png" alt="A still"><figcaption>What it means.
<span class="explorable-still">A still picture.</span></figcaption></figure>"""
every_explorable = pytest.mark.parametrize("name", bundle.known())
VIOLATIONS = """async () => (await axe.run("main", {preload: false, resultTypes: ["violations"]}))
  .violations.flatMap(v => v.nodes.map(n => [v.id, n.html.slice(0, 120)]))"""
# Radio buttons of one name are one stop of the keyboard.
IDENTITY = "e => e.name || e.id || e.textContent || e.ariaLabel"
# How often something new was put into the region that is read aloud.
LISTEN = """() => {
  globalThis.heard = [];
  const region = document.querySelector("[aria-live]");
  new MutationObserver(() => heard.push(region.textContent)).observe(region, {childList: true, characterData: true});
}"""


@pytest.fixture(scope="module")
def chrome():
    with launched() as browser:
        yield browser


@pytest.fixture
def opened(chrome, tmp_path):
    """A function that opens a page with one explorable, from disk, and collects what goes wrong there."""
    contexts = []

    def open_page(name, copies=1, **settings):
        settings = {"viewport": {"width": 1000, "height": 900}, "reduced_motion": "reduce", **settings}
        contexts.append(context := chrome.new_context(**settings))
        page = context.new_page()
        page.wrong = []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda line: page.wrong.append(line.text) if line.type == "error" else None)
        page.on("request", lambda each: page.wrong.append(each.url) if each.url.startswith("http") else None)
        file = tmp_path / "page.html"
        folder = (ROOT / bundle.PAGE_FOLDER).as_uri()
        figures = FIGURE.format(folder=folder, name=name) * copies
        file.write_text(PAGE.format(folder=folder, figures=figures), encoding="utf-8")
        page.goto(file.as_uri(), wait_until="load")
        if settings.get("java_script_enabled", True):
            page.locator(".srnn-explorable").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


def said(page):
    """The line that says how things stand."""
    return page.locator(".srnn-words").inner_text()


def press(page, word):
    """Press a button as a keyboard does."""
    page.get_by_role("button", name=word, exact=True).press("Enter")


@every_explorable
def test_from_disk_it_takes_the_place_of_its_still(opened, name):
    page = opened(name)
    assert page.locator("figure img").count() == 0
    assert page.locator(".explorable-still").is_hidden()
    assert len(said(page)) > 40
    assert page.wrong == []


@every_explorable
def test_without_scripts_the_still_remains(opened, name):
    page = opened(name, java_script_enabled=False)
    assert page.locator("figure img").evaluate("image => image.naturalWidth") > 1000
    assert page.locator(".explorable-still").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@every_explorable
def test_it_is_accessible(opened, name, theme):
    page = opened(name, color_scheme=theme)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    page.evaluate("theme => { document.body.style.background = theme === 'dark' ? '#14181e' : '#fff' }", theme)
    page.evaluate(AXE)
    assert page.evaluate(VIOLATIONS) == []


@every_explorable
def test_it_fits_a_small_screen(opened, name):
    page = opened(name, viewport={"width": 360, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    smallest = """() => Math.min(...[...document.querySelectorAll(".srnn-explorable *")]
      .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
      .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    assert page.evaluate(smallest) >= 9


@every_explorable
def test_every_control_has_a_name_and_takes_the_keyboard(opened, name):
    page = opened(name)
    controls = page.locator(".srnn-explorable :is(button, input, [role=button])")
    assert controls.count() >= 4
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(f"() => ({IDENTITY})(document.activeElement)"))
    names = controls.evaluate_all("all => all.map(e => e.labels?.[0]?.textContent || e.ariaLabel || e.textContent)")
    assert all(text.strip() for text in names)
    stops = controls.evaluate_all(f"all => all.filter(e => e.tabIndex >= 0).map({IDENTITY})")
    assert set(stops) <= reached


@every_explorable
def test_a_slider_says_its_value_once(opened, name):
    page = opened(name)
    sliders = page.locator(".srnn-slider")
    live = "all => all.map(e => e.querySelector('output').getAttribute('aria-live'))"
    assert set(sliders.evaluate_all(live)) <= {"off"}
    shown = "all => all.map(e => [e.querySelector('input').ariaValueText, e.querySelector('output').textContent])"
    assert [pair for pair in sliders.evaluate_all(shown) if pair[0] != pair[1]] == []


@every_explorable
def test_two_of_it_share_no_identifier(opened, name):
    page = opened(name, copies=2)
    assert page.locator(".srnn-explorable").count() == 2
    ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) == len(set(ids))


# Feed a net to itself


def test_a_net_is_fed_and_trained_by_keyboard(opened):
    page = opened("feed")
    before = said(page)
    press(page, "Apply to itself")
    assert said(page).startswith("After 1 step:")
    assert said(page) != before
    press(page, "Hand-made")
    assert page.locator(".srnn-verdict-line").inner_text() == "fixpoint: the net writes itself"
    assert "e = (1.00, 0, 0, 0)" in said(page)
    press(page, "Nudge")
    assert page.locator(".srnn-verdict-line").inner_text().startswith("no fixpoint")
    press(page, "Keep training")
    page.get_by_text("fixpoint: the net writes itself").wait_for()
    press(page, "Stop training")


def test_a_weight_is_moved_by_keyboard_pointer_and_touch(opened):
    page = opened("feed", has_touch=True)
    weight = page.locator(".srnn-weight").first
    slider, number = weight.locator("input"), weight.locator(".srnn-number")
    slider.focus()
    page.keyboard.press("End")
    assert number.inner_text() == "2.00"
    page.keyboard.press("ArrowDown")
    assert number.inner_text() == "1.99"
    assert slider.get_attribute("aria-valuetext").startswith("1.99, becomes ")
    box = slider.bounding_box()
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(middle, box["y"] + box["height"] * 0.9)
    page.mouse.up()
    assert float(number.inner_text().replace("−", "-")) < -1
    page.touchscreen.tap(middle, box["y"] + box["height"] * 0.2)
    assert float(number.inner_text()) > 0.7


# A live soup


def test_a_soup_goes_on_until_it_is_at_peace(opened):
    page = opened("soup")
    assert said(page).startswith("Epoch 0. 0 of 20 nets are fixpoints")
    page.get_by_label("fast").check(force=True)
    press(page, "Play")
    page.wait_for_function(
        "() => document.querySelector('.srnn-words').textContent.includes('All 20 nets')", timeout=60_000
    )
    press(page, "Pause")
    assert page.locator(".srnn-net").first.get_attribute("aria-label") == "Damage net 1, now fixpoint"


@pytest.mark.parametrize("way", ["keyboard", "pointer", "touch"])
def test_a_net_is_damaged_by(opened, way):
    page = opened("soup", has_touch=way == "touch")
    net = page.locator(".srnn-net").nth(3)
    before = net.get_attribute("transform")
    if way == "keyboard":
        page.locator(".srnn-net").first.focus()
        for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Enter"):
            page.keyboard.press(key)
    elif way == "pointer":
        net.click(force=True)
    else:
        net.tap(force=True)
    assert net.get_attribute("transform") != before
    page.wait_for_timeout(1100)
    assert "was damaged" in page.locator(".srnn-heard").inner_text()


def test_an_epoch_is_taken_in_the_chosen_order_and_number(opened):
    page = opened("soup")
    page.get_by_label("Training steps in an epoch").fill("0")
    page.get_by_label("Chance that a net attacks").fill("0")
    page.get_by_label("all at once").press("Space")
    places = "() => [...document.querySelectorAll('.srnn-net')].map(net => net.getAttribute('transform'))"
    before = page.evaluate(places)
    press(page, "One epoch")
    assert page.evaluate(places) == before
    page.get_by_label("Chance that a net attacks").fill("1")
    press(page, "One epoch")
    assert page.evaluate(places) != before
    assert said(page).startswith("Epoch 2.")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_soup_moves_by_itself_where_that_is_welcome(opened, motion):
    page = opened("soup", reduced_motion=motion)
    page.wait_for_timeout(1500)
    assert said(page).startswith("Epoch 0.") == (motion == "reduce")


def test_what_moves_does_not_chatter(opened):
    page = opened("soup", reduced_motion="no-preference")
    page.wait_for_timeout(1500)
    page.evaluate(LISTEN)
    page.wait_for_timeout(3000)
    assert page.evaluate("() => heard") == []
    press(page, "Pause")
    page.wait_for_timeout(1200)
    assert len(page.evaluate("() => heard")) == 1


# The law of four, zero or infinity, fall to the surface


def test_less_noise_is_survived_longer_in_float64(opened):
    page = opened("law-of-four")
    noise = page.get_by_label("Noise on every weight, at most")
    survived = []
    for level in ("4", "8", "12"):
        noise.fill(level)
        found = re.search(r"survive ([\d.]+) applications|none survives", said(page))
        survived.append(float(found[1] or 0))
    # Four decades at 1.66 each; the copies of one fixpoint start out differently, and so may differ by a few.
    assert survived[0] < survived[1] < survived[2]
    assert survived[2] - survived[1] == pytest.approx(4 / math.log10(4), abs=2)
    page.get_by_label("float32").check(force=True)
    assert "in float32" in said(page)
    noise.press("Home")
    assert "noise of at most 10⁰" in said(page)


def test_larger_first_weights_run_to_infinity(opened):
    page = opened("zero-or-infinity")
    size = page.get_by_label("Size of the first weights")
    counts = []
    for value in ("0.25", "1", "2.5"):
        size.fill(value)
        counts.append([int(number) for number in re.findall(r"(\d+) (?:of 200|to zero)", said(page))])
    (few, most), *_, (many, least) = counts
    assert (few, least) == (0, pytest.approx(0, abs=20))
    assert most == 200
    assert many > 180
    page.get_by_label("as PyTorch, 2021").check(force=True)
    page.get_by_label("aggregating").check(force=True)
    assert "of aggregating nets" in said(page)
    press(page, "Play")
    page.get_by_role("button", name="Pause").wait_for()
    press(page, "Pause")
    page.get_by_role("slider", name="Applications").fill("0")
    assert said(page).startswith("After 0 applications")


def test_children_fall_onto_the_surface_and_not_to_the_parent(opened):
    page = opened("surface")
    at_first = float(re.search(r"along the surface \(at first ([\d.]+)\)", said(page))[1])
    press(page, "Train")
    page.wait_for_function(
        "() => document.querySelector('.srnn-words').textContent.startsWith('After 1200')", timeout=60_000
    )
    found = re.search(r"is at ([\d.]+) of .*: ([\d.]+) along the surface .* and (\S+) off it", said(page))
    assert float(found[1]) == pytest.approx(math.sqrt(10 / 14), abs=0.05)
    assert float(found[2]) == pytest.approx(at_first, abs=0.02)
    assert found[3].startswith("0.0") or "10⁻" in found[3]
    page.get_by_label("Noise on every weight, at most").press("ArrowRight")
    assert said(page).startswith("After 0 steps")


# Eighteen particles


def test_an_organism_learns_both_and_heals(opened):
    page = opened("particles")
    assert said(page).startswith("Epoch 0. 0 of 18 particles replicate.")
    press(page, "Train")
    page.get_by_text("18 of 18 particles replicate").wait_for(timeout=90_000)
    press(page, "Pause")
    before = float(page.locator(".srnn-sign[d^='M-8']").count())
    press(page, "Remove a particle")
    assert "of 17 particles replicate. 1 is removed." in said(page)
    assert before > page.locator(".srnn-net .srnn-sign").count() == 17
    assert re.search(r"off by \d\.\d\d on", said(page))
    press(page, "Train")
    page.get_by_text(re.compile(r"17 of 17 particles replicate.*off by \S+·10⁻")).wait_for(timeout=90_000)


@pytest.mark.parametrize(("key", "word"), [("Home", "replication alone"), ("End", "the task alone")])
def test_who_is_taught_one_thing_learns_that_alone(opened, key, word):
    page = opened("particles")
    slider = page.get_by_role("slider")
    slider.press(key)
    assert slider.get_attribute("aria-valuetext") == word
    for _ in range(20):
        press(page, "One epoch")
    found = re.search(r"Epoch 20\. (\d+) of 18 particles replicate\. Sums are off by (\S+)", said(page))
    replicate, off = int(found[1]), found[2]
    assert (replicate > 15, off.startswith(("0.", "1.", "2."))) == ((True, True) if key == "Home" else (False, False))


@pytest.mark.parametrize("way", ["keyboard", "pointer", "touch"])
def test_a_particle_is_removed_and_replaced_by(opened, way):
    page = opened("particles", has_touch=way == "touch")
    particle = page.locator(".srnn-net").nth(2)
    for word in ("Replace", "Remove"):
        if way == "keyboard":
            page.locator(".srnn-net[tabindex='0']").focus()
            for key in ("ArrowRight", "ArrowRight") if word == "Replace" else ():
                page.keyboard.press(key)
            page.keyboard.press("Enter")
        elif way == "pointer":
            particle.click(force=True)
        else:
            particle.tap(force=True)
        assert particle.get_attribute("aria-label").startswith(f"{word} particle 3, from cell 1 of layer 1 to cell 2:")


# Draw a digit


def right(page):
    """The share of the test images, in per cent, of which the line says that they are read right."""
    return float(re.search(r": (\d+\.\d) % of 10,000 test images are read right", said(page))[1])


def measured(method, count):
    """That share as the library measured it."""
    carried = page_data.carried("digit")
    return round(100 * carried["accuracies"][method][carried["counts"].index(count)], 1)


def test_replicators_can_go_and_others_cannot(opened):
    page = opened("digit")
    whole = right(page)
    assert whole == pytest.approx(measured("replicators", 0), abs=0.11)
    press(page, "Remove all replicators")
    assert "234 of 1225 weights are removed, replicators first" in said(page)
    ways = {"others": "the others", "smallest": "the smallest", "dark": "those of dark pixels"}
    shares = {"replicators": right(page)}
    for name, label in ways.items():
        page.get_by_label(label, exact=True).check(force=True)
        shares[name] = right(page)
    assert shares == pytest.approx({name: measured(name, 234) for name in shares}, abs=0.11)
    assert shares["others"] < 50 < shares["smallest"] < whole - 5
    assert min(shares["replicators"], shares["dark"]) >= whole - 0.1


def test_weights_are_removed_as_many_as_were_measured(opened):
    page = opened("digit")
    slider = page.get_by_role("slider")
    told = []
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowLeft", "Home"):
        slider.press(key)
        told.append(slider.get_attribute("aria-valuetext"))
    assert told == [f"{count} of 1225" for count in (25, 50, 1225, 1200, 0)]
    slider.press("End")
    assert right(page) == pytest.approx(measured("replicators", 1225), abs=0.11)


def drawn(page):
    """How much ink is on the pad."""
    return page.evaluate(
        "() => [...document.querySelectorAll('.srnn-ink [fill-opacity]')]"
        ".reduce((sum, e) => sum + Number(e.getAttribute('fill-opacity')), 0)"
    )


@pytest.mark.parametrize("way", ["keyboard", "pointer", "touch"])
def test_a_digit_is_drawn_by(opened, way):
    page = opened("digit", has_touch=way == "touch")
    press(page, "Clear")
    assert drawn(page) == 0
    assert "was drawn" not in said(page)
    pad = page.get_by_role("application")
    box = pad.bounding_box()
    x, top, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2, box["y"] + box["height"] * 0.8
    if way == "keyboard":
        for key in ("ArrowUp",) * 5 + (" ", "ArrowDown") * 10:
            pad.press(key)
    elif way == "pointer":
        page.mouse.move(x, top)
        page.mouse.down()
        page.mouse.move(x, bottom, steps=5)
        page.mouse.up()
    else:
        for part in range(10):
            page.touchscreen.tap(x, top + (bottom - top) * part / 9)
    assert drawn(page) > 9
    assert said(page).startswith("The organism answers 1 (")


def test_the_next_digit_is_drawn_and_named(opened):
    page = opened("digit")
    assert said(page).startswith("The organism answers 7 (")
    assert "A 7 was drawn" in said(page)
    press(page, "Next digit")
    assert "An 8 was drawn" in said(page)
    press(page, "Next digit")
    press(page, "Next digit")
    assert "A 0 was drawn" in said(page)


def test_what_python_draws_is_not_named(opened):
    page = opened("digit")
    values = {**widget.STATES["digit"], "pixels": [0.5] * 225}
    page.evaluate(WIDGET.replace("{VALUES}", json.dumps(values)), bundle.module("digit"))
    page.wait_for_timeout(400)
    assert "was drawn" not in said(page)


def test_python_removes_as_many_as_were_measured_at_most(opened):
    page = opened("digit")
    page.evaluate(WIDGET.replace("{VALUES}", json.dumps(widget.STATES["digit"])), bundle.module("digit"))
    page.wait_for_timeout(400)
    page.evaluate("() => model.fromPython('removed', 240)")
    page.wait_for_timeout(400)
    assert page.evaluate("() => model.get('removed')") == 234
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "234 of 1225"


# Kill neurons


def read_right(page):
    """The share of test digits that are read right, in per cent, as the line says."""
    return int(re.search(r": (\d+) % of the test digits", said(page))[1])


def test_what_stands_in_matters_as_much_as_who_goes(opened):
    page = opened("death")
    assert said(page).startswith("All 12 neurons are there: 91 %")
    page.get_by_role("slider").fill("5")
    shares = {}
    for name in ("A1", "A2", "A3", "A4"):
        page.get_by_label(re.compile(f"^{name},")).check(force=True)
        assert f"5 of 12 neurons are removed by {name}" in said(page)
        shares[name] = read_right(page)
    assert shares["A2"] < shares["A1"] < min(shares["A3"], shares["A4"])
    assert max(shares.values()) <= 91
    press(page, "Bring all back")
    assert read_right(page) == 91


@pytest.mark.parametrize("way", ["keyboard", "pointer", "touch"])
def test_a_neuron_is_looked_at_and_removed_by(opened, way):
    page = opened("death", has_touch=way == "touch")
    neuron = page.locator(".srnn-tile").nth(4)
    if way == "keyboard":
        neuron.focus()
    elif way == "pointer":
        neuron.hover()
    if way != "touch":
        told = page.locator(".srnn-details").inner_text()
        assert re.fullmatch(r"Neuron 5: E = \d\.\d+, E.? = \d\.\d+, u = \d\.\d+\.", told)
        assert "1 of 12" not in said(page)
    {"keyboard": lambda: page.keyboard.press("Enter"), "pointer": neuron.click, "touch": neuron.tap}[way]()
    assert said(page).startswith("1 of 12 neurons is removed, some by hand")
    assert neuron.get_attribute("aria-label") == "Neuron 5: removed."
    for _ in range(10):
        press(page, "Remove the least worth")
    assert page.get_by_role("button", name="Remove the least worth").is_disabled()


# What Python reads and sets

WIDGET = """async source => {
  const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const {default: explorable} = await import(address);
  const values = {VALUES}, calls = {};
  globalThis.model = {
    saved: 0, get: name => values[name], set: (name, value) => { values[name] = value; },
    on: (event, call) => { (calls[event] ??= []).push(call); }, off: () => {},
    save_changes: () => { model.saved += 1; },
    fromPython: (name, value) => { values[name] = value; (calls[`change:${name}`] ?? []).forEach(call => call()); },
  };
  const el = document.querySelector("main");
  el.replaceChildren();
  globalThis.end = explorable.render({model, el});
}"""


@every_explorable
def test_as_a_widget_it_tells_python_what_it_shares(opened, name):
    page = opened(name)
    values = json.dumps(widget.STATES[name])
    page.evaluate(WIDGET.replace("{VALUES}", values), bundle.module(name))
    page.wait_for_timeout(500)
    empty = [key for key, value in widget.STATES[name].items() if value in ([], "")]
    filled = page.evaluate("keys => keys.map(key => [].concat(model.get(key)).length > 0)", empty)
    assert all(filled)
    assert page.evaluate("() => model.saved") > 0
    page.evaluate("() => end()")
    assert page.wrong == []


def test_python_sets_what_the_widget_shows(opened):
    page = opened("soup")
    page.evaluate(
        WIDGET.replace("{VALUES}", json.dumps({**widget.STATES["soup"], "attack": 0.5})), bundle.module("soup")
    )
    assert page.get_by_label("Chance that a net attacks").input_value() == "0.5"
    page.wait_for_timeout(400)
    page.evaluate("() => model.fromPython('steps', 80)")
    assert page.get_by_label("Training steps in an epoch").input_value() == "80"
    page.evaluate("() => model.fromPython('playing', true)")
    page.get_by_role("button", name="Pause").wait_for()
    page.evaluate(WIDGET.replace("{VALUES}", json.dumps(widget.STATES["feed"])), bundle.module("feed"))
    page.wait_for_timeout(400)
    page.evaluate("() => model.fromPython('weights', Array(14).fill(0))")
    assert page.locator(".srnn-verdict-line").inner_text().startswith("zero")
