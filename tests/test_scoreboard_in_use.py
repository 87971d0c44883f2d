"""The scoreboard as an instrument, in a real browser; its judgement is held to that of the library."""

import csv
import io
import json
import math

import pytest
from browser import launched
from pages import HTML, ROOT, require

from srnn_lib.claimbook.decisions import Check, decide
from srnn_lib.claimbook.estimates import Estimate

pytestmark = pytest.mark.browser

ROWS = json.loads((ROOT / "book" / "scoreboard.json").read_text(encoding="utf-8"))
SCRIPT = ROOT / "book" / "assets" / "scoreboard.js"
FACTORS = [0.25, 0.5, 0.9, 1, 1.2, 2, 4]
JUDGED = "([rows, factor]) => rows.map(row => row.checks.length ? srnnJudge.word(row.checks, factor) : row.verdict)"
RESULTS = "([checks, factor]) => checks.map(check => srnnJudge.result(check, factor))"


@pytest.fixture(scope="module")
def chrome():
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def judge(chrome):
    """A blank page with the script."""
    page = chrome.new_page()
    page.add_script_tag(path=str(SCRIPT))
    yield page
    page.close()


@pytest.fixture
def board(chrome):
    """The page, opened from disk."""
    require("book/scoreboard.html")
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.route("**/katex/**", lambda route: route.abort())
    page.goto((HTML / "book" / "scoreboard.html").as_uri())
    page.wait_for_selector("form.claim-instrument")
    yield page
    context.close()


def moved(bounds, factor):
    """The bounds under a tolerance that is `factor` times as wide: the rule that the page states, once more."""
    low, high = ({"min", "above"} & set(bounds), {"max", "below"} & set(bounds))
    if low and high:
        (low,), (high,) = low, high
        middle, half = (bounds[low] + bounds[high]) / 2, (bounds[high] - bounds[low]) / 2
        return bounds if factor == 1 else {**bounds, low: middle - factor * half, high: middle + factor * half}
    found = {}
    for kind, bound in bounds.items():
        by = factor if (kind in ("max", "below")) == (bound > 0) else 1 / factor
        size = abs(bound)
        if factor == 1 or kind == "equals" or size in (0, 1):
            found[kind] = bound
        else:
            scaled = size * by / (1 - size + size * by) if size < 1 else size * by
            found[kind] = math.copysign(scaled, bound)
    return found


def check(stored, factor=1):
    ends = (math.nan if stored[key] is None else stored[key] for key in ("value", "low", "high"))
    return Check("x", "x", moved(stored["bounds"], factor), Estimate(*ends, stored["n"]), stored["side"])


def test_as_in_the_book_all_verdicts_are_the_books(judge):
    assert judge.evaluate(JUDGED, [ROWS, 1]) == [row["verdict"] for row in ROWS]


@pytest.mark.parametrize("factor", FACTORS)
def test_the_page_judges_as_the_library_does(judge, factor):
    wanted = [
        decide([check(each, factor) for each in row["checks"]]) if row["checks"] else row["verdict"] for row in ROWS
    ]
    assert judge.evaluate(JUDGED, [ROWS, factor]) == wanted


def test_so_it_does_at_the_edges(judge):
    numbers = [None, -1.0, 0.0, 0.5, 1.0]
    bounds = [{"min": 0.5}, {"above": 0.5}, {"max": 0.5}, {"below": 0.5}, {"equals": 0.5}, {"min": 0, "max": 0.5}]
    bounds += [{"above": 0, "below": 0.5}, {"min": -0.5}, {"below": -0.5}, {"above": 0}, {"max": 20.0}]
    stored = [
        {"value": value, "low": low, "high": high, "n": n, "bounds": each, "side": False}
        for each in bounds for value in numbers for low in numbers for high in numbers for n in (0, 3)
        if low is None or high is None or low <= high
    ]  # fmt: skip
    for factor in (1, 2, 0.5):
        assert judge.evaluate(RESULTS, [stored, factor]) == [check(each, factor).result for each in stored]


def test_looser_tolerances_let_no_check_fail_that_held(judge):
    held = [each for row in ROWS for each in row["checks"] if check(each).result == "holds"]
    assert held
    assert set(judge.evaluate(RESULTS, [held, 4])) == {"holds"}


def shown(page):
    return page.eval_on_selector_all("tr[id]:not([hidden])", "rows => rows.filter(r => r.offsetParent).map(r => r.id)")


@pytest.mark.parametrize(
    ("field", "value", "holds"),
    [
        ("paper", "ON", lambda row: row["paper"] == "ON"),
        ("verdict", "partly", lambda row: row["verdict"] == "partly"),
        ("kind", "analytical", lambda row: row["kind"] == "analytical"),
        ("chapter", "self-replication/soups", lambda row: row["chapter"] == "self-replication/soups"),
        ("hinge", "float32", lambda row: "float32" in row["hinges"]),
        ("scale", "scaled", lambda row: row["scale"] == "scaled"),
    ],
)
def test_a_filter_shows_what_it_names(board, field, value, holds):
    board.select_option(f"#filter-{field}", value)
    assert sorted(shown(board)) == sorted(row["id"] for row in ROWS if holds(row))
    assert f"{field}={value}".replace("/", "%2F") in board.url


def test_text_is_sought_in_the_whole_row(board):
    board.fill("#filter-text", "SR-30")
    assert "SR-30" in shown(board)
    assert len(shown(board)) < 10
    board.fill("#filter-text", "zebra")
    assert shown(board) == []
    assert "0 of" in board.locator(".claim-count").inner_text()


def test_a_link_keeps_the_filter_and_an_id_shows_its_row(board):
    board.evaluate("location.hash = 'verdict=undecided&paper=BI'")
    wanted = [row["id"] for row in ROWS if row["verdict"] == "undecided" and row["paper"] == "BI"]
    board.wait_for_function("n => document.querySelectorAll('tr[id]:not([hidden])').length === n", arg=len(wanted))
    assert sorted(shown(board)) == sorted(wanted)
    board.evaluate("location.hash = 'SR-01'")
    board.wait_for_function("() => !document.getElementById('SR-01').hidden")
    assert board.locator("#SR-01").bounding_box()["y"] < 900


def test_rows_are_sorted_and_come_home(board):
    before = shown(board)
    board.select_option("#filter-sort", "n")
    numbers = {row["id"]: row["n"] or 0 for row in ROWS}
    sizes = [numbers[name] for name in shown(board)]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == len(ROWS)
    board.select_option("#filter-sort", "book")
    assert shown(board) == before


def test_the_slider_says_which_verdicts_turn_by_keyboard_too(board):
    board.focus("#filter-slack")
    for _ in range(8):
        board.keyboard.press("ArrowRight")
    assert board.locator(".claim-factor").inner_text() == "2 times looser"
    assert board.get_attribute("#filter-slack", "aria-valuetext") == "2 times looser"
    after = [decide([check(each, 2) for each in row["checks"]]) for row in ROWS]
    turned = [row["id"] for row, word in zip(ROWS, after, strict=True) if row["checks"] and word != row["verdict"]]
    found = board.eval_on_selector_all("tr.claim-turns", "rows => rows.map(row => row.id)")
    assert sorted(found) == sorted(turned)
    assert f"{len(turned)} of these verdicts turn" in board.locator(".claim-turned").inner_text()
    board.wait_for_function("() => document.querySelector('[role=status]').textContent.includes('turn')")
    board.click("text=Show all, as in the book")
    assert board.locator("tr.claim-turns").count() == 0
    assert "#" not in board.url


def saved(page, name):
    with page.expect_download() as waiting:
        page.click(f".claim-save a:text-is('{name}')")
    with open(waiting.value.path(), encoding="utf-8", newline="") as file:
        return file.read()


def test_what_is_shown_can_be_saved(board):
    board.select_option("#filter-verdict", "partly")
    names = [row["id"] for row in ROWS if row["verdict"] == "partly"]
    assert [row["id"] for row in csv.DictReader(io.StringIO(saved(board, "CSV")))] == names
    found = json.loads(saved(board, "JSON"))
    assert [{key: row[key] for key in ROWS[0]} for row in found] == [row for row in ROWS if row["verdict"] == "partly"]


def test_on_a_phone_nothing_is_cut(board):
    board.set_viewport_size({"width": 360, "height": 800})
    spill = """() => [...document.querySelectorAll("table.scoreboard td, .claim-instrument *")]
      .filter(each => each.offsetParent && each.getBoundingClientRect().right > innerWidth + 1).length"""
    assert board.evaluate(spill) == 0
    assert board.evaluate("() => document.documentElement.scrollWidth") == 360


def test_no_two_choices_of_a_filter_read_the_same(board):
    lists = board.locator(".claim-instrument select").evaluate_all("all => all.map(e => [...e].map(o => o.text))")
    assert [choices for choices in lists if len(choices) != len(set(choices))] == []


def test_every_control_has_a_name(board):
    nameless = """() => [...document.querySelectorAll(".claim-instrument :is(input, select)")]
      .filter(each => !each.labels.length).map(each => each.id)"""
    assert board.evaluate(nameless) == []


@pytest.mark.parametrize("query", ["SR-30", "ON-31", "sr 30"])
def test_the_search_finds_ids_from_disk(chrome, query):
    require("search.html")
    page = chrome.new_page()
    page.set_default_timeout(60_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((HTML / "search.html").as_uri() + f"?q={query}")
    claim = query.upper().replace(" ", "-")
    first = page.locator(".claim-results a").first
    row = next(row for row in ROWS if row["id"] == claim)
    assert first.get_attribute("href") == f"book/{row['chapter']}.html#{claim}"
    page.wait_for_selector("#search-results p.context")
    assert claim in page.locator("#search-results p.context").first.inner_text()
    assert errors == []
    page.close()


def test_the_search_quotes_pages_from_disk(chrome):
    require("search.html")
    page = chrome.new_page()
    page.set_default_timeout(60_000)
    page.goto((HTML / "search.html").as_uri() + "?q=replicator")
    page.wait_for_selector("#search-results p.context")
    assert "replic" in page.locator("#search-results p.context").first.inner_text().lower()
    page.close()
