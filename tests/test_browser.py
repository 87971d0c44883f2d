"""The rendered pages in a real browser: offline, no errors, typeset, accessible, fit for a small screen."""

import functools
import http.server
import itertools
import re
import threading
from types import SimpleNamespace

import pytest
from browser import launched
from pages import HTML, PAGES, ROOT, require
from read_aloud import LANDMARKS, OPERATED, muddled, read_aloud
from reader_browser import SETTLED

pytestmark = pytest.mark.browser

AXE = ROOT / "tests" / "vendor" / "axe.min.js"
# The theme writes this on a first visit, when it has no stored colour mode yet.
HARMLESS = "Got invalid theme mode"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 400, "height": 800}

# Page and text must not scroll sideways; tables, code and formulas do so in boxes of their own.
SPILL = """() => [...document.querySelectorAll("html, .bd-article-container, .bd-article")]
  .filter(box => box.scrollWidth > box.clientWidth + 1)
  .map(box => [box.className, box.scrollWidth, box.clientWidth])"""
# Three quarters of its time go into contrast, which the width of the screen does not change.
VIOLATIONS = """async asked => {
  const found = await axe.run(document, {resultTypes: ["violations"], ...asked});
  return found.violations.flatMap(v => v.nodes.map(n => [v.impact, v.id, n.html.slice(0, 160)]));
}"""

# Pictures further down are loaded when they are near.
BROKEN = """async () => {
  const pictures = [...document.images];
  for (const picture of pictures) picture.loading = "eager";
  const found = await Promise.all(pictures.map(picture => picture.decode().then(() => null, () => picture.src)));
  return found.filter(Boolean);
}"""
LOADED = """() => performance.getEntries().reduce((sum, each) => sum + (each.encodedBodySize ?? 0), 0)"""
MOST_LOADED = {"book/index.html": 1_000_000}

HEADINGS = """() => [...document.querySelectorAll(".bd-article :is(h1, h2, h3, h4, h5, h6)")]
  .filter(heading => heading.checkVisibility()).map(heading => Number(heading.tagName[1]))"""
# Regions that speak by themselves, and those that would if nobody had hushed them.
LIVE = """() => [...document.querySelectorAll("[aria-live], [role=status], [role=alert], output")]
  .map(each => each.getAttribute("aria-live") ?? `unsaid: ${each.outerHTML.slice(0, 80)}`)"""
# What a font of icons puts before a link.
ICON = re.compile("[\ue000-\uf8ff]")

EVERYTHING = {}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
ALL_BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}


@pytest.fixture(scope="module")
def chrome():
    """A running browser."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def host():
    """The address of the rendered book on a server of our own."""
    require("index.html")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module", params=[pytest.param(page, marks=pytest.mark.xdist_group(page)) for page in PAGES])
def visit(request, chrome, host):
    """One page, opened and settled, with everything that happened on the way."""
    require(request.param)
    seen = SimpleNamespace(outside=[], failed=[], errors=[], console=[])
    context = chrome.new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce")

    def gate(route):
        if route.request.url.startswith((host, "data:", "blob:")):
            route.continue_()
        else:
            seen.outside.append(route.request.url)
            route.abort()

    context.route("**/*", gate)
    page = context.new_page()
    page.on("response", lambda answer: seen.failed.append(answer.url) if answer.status != 200 else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", lambda line: seen.console.append(line.text) if line.type == "error" else None)
    page.goto(host + request.param, wait_until="load")
    page.evaluate(SETTLED)
    seen.page, seen.name, seen.loaded = page, request.param, page.evaluate(LOADED)
    yield seen
    context.close()


@pytest.fixture
def narrow(visit):
    """The page on a small screen."""
    visit.page.set_viewport_size(NARROW)
    visit.page.evaluate(SETTLED)
    yield visit.page
    visit.page.set_viewport_size(WIDE)


def violated(page, asked):
    """What axe finds of what is asked, at any level."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=str(AXE))
    return page.evaluate(VIOLATIONS, asked)


def test_nothing_is_asked_from_outside(visit):
    assert visit.outside == []


def test_a_page_is_light(visit):
    assert 0 < visit.loaded < MOST_LOADED.get(visit.name, 1_550_000)


def test_every_answer_is_complete(visit):
    assert visit.failed == []


def test_no_script_fails(visit):
    assert visit.errors == []
    assert [line for line in visit.console if HARMLESS not in line] == []


def test_every_formula_is_typeset(visit):
    formulas = visit.page.locator(".math").count()
    assert visit.page.locator(".math .katex").count() == formulas
    assert visit.page.locator(".math .katex-mathml math").count() == formulas
    assert visit.page.locator(".katex-error").count() == 0


def test_every_picture_is_there(visit):
    assert visit.page.evaluate(BROKEN) == []


def test_every_explorable_is_live(visit):
    figures = visit.page.locator("figure[class*='explorable-']")
    assert figures.locator(".srnn-explorable").count() == figures.count()


def test_the_text_is_in_the_books_typeface(visit):
    fonts = "() => [...document.fonts].filter(f => f.family.includes('Source Serif')).map(f => f.status)"
    statuses = visit.page.evaluate(fonts)
    assert "error" not in statuses
    assert "loaded" in statuses or visit.page.locator("article").count() == 0


@pytest.mark.parametrize(("theme", "asked"), [("light", EVERYTHING), ("dark", COLOURS)], ids=["light", "dark"])
def test_nothing_is_inaccessible(visit, theme, asked):
    visit.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    assert violated(visit.page, asked) == []


def test_what_is_read_aloud_can_be_told_apart(visit):
    told = read_aloud(visit.page)
    assert muddled(told, OPERATED) == []
    assert muddled([each._replace(within="") for each in told], LANDMARKS - {"main", "contentinfo", "banner"}) == []
    assert [each for each in told if each.role in ("link", "button", "heading") and ICON.search(each.name)] == []
    tables = [each.name for each in told if each.role == "table"]
    assert [name for name in tables if not re.search("[A-Za-z]{2}", name) or tables.count(name) > 1] == []


def test_headings_skip_no_level(visit):
    levels = visit.page.evaluate(HEADINGS)
    assert levels[:1] in ([], [1])
    assert [pair for pair in itertools.pairwise(levels) if pair[1] > pair[0] + 1] == []


def test_nothing_on_a_page_interrupts_a_reader(visit):
    assert set(visit.page.evaluate(LIVE)) <= {"polite", "off"}


def test_a_picture_stands_on_the_first_screen_of_a_chapter(visit):
    if visit.page.locator(".srnn-verdict").count():  # a page with boxes is a chapter
        first = visit.page.locator(".bd-article :is(figure, .srnn-film, .ahead img)").first
        assert first.bounding_box()["y"] + visit.page.evaluate("() => scrollY") < 1200


def test_nothing_spills_over(visit):
    assert visit.page.evaluate(SPILL) == []


def test_a_small_screen_shows_it_all(narrow):
    assert narrow.evaluate(SPILL) == []
    assert violated(narrow, ALL_BUT_CONTRAST) == []


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_film_plays_where_it_is_welcome(motion, chrome, host):
    require("book/self-replication/soups.html")
    page = chrome.new_page(viewport=WIDE, reduced_motion=motion)
    page.goto(host + "book/self-replication/soups.html", wait_until="load")
    film = page.locator(".srnn-film")
    clock, button = film.locator("output"), film.locator("button")
    film.locator(".stage").scroll_into_view_if_needed()
    if motion == "reduce":
        assert (button.inner_text(), clock.inner_text()[:8]) == ("Play", "epoch 0 ")
        button.press("Enter")
    film.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function("clock => parseInt(clock.textContent.slice(6)) >= 2", arg=clock.element_handle())
    button.press("Space")
    assert button.inner_text() == "Play"
    film.locator("input").press("End")
    assert button.inner_text() == "Play again"
    assert film.locator(".nets use").count() > 1
    page.close()
