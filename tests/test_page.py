"""What pages do for readers, in a browser and from disk: previews, figures that open, names, print."""

import pytest
from browser import launched
from pages import require

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page")]

CHAPTER = "book/self-replication/soups.html"
UNNAMED = """() => [...document.querySelectorAll(".bd-article table")]
  .filter(table => !table.caption && !table.getAttribute("aria-label")).map(table => table.outerHTML.slice(0, 120))"""
EMPTY = """() => [...document.querySelectorAll(".bd-article th")]
  .filter(head => !head.textContent.trim()).map(head => head.closest("tr").textContent)"""
SAME = """() => {
  const names = [...document.querySelectorAll(".bd-article :is(summary, button:not(.copybtn))")]
    .filter(each => !each.closest(".srnn-explorable")).map(each => each.innerText.trim()).filter(Boolean);
  return names.filter((name, place) => names.indexOf(name) !== place);
}"""
BARE_ICONS = """() => {
  const icons = [...document.querySelectorAll("i[class*='fa-']")].filter(each => each.offsetParent);
  const drawn = each => !["none", "normal", '""'].includes(getComputedStyle(each, "::before").content);
  const family = getComputedStyle(icons[0], "::before").fontFamily.split(",")[0];
  const bare = icons.filter(each => !drawn(each)).map(each => each.className);
  return {bare, font: document.fonts.check(`900 16px ${family}`)};
}"""
LOADED = "() => document.querySelector('.book-enlarge') && window.bookPreviews"


@pytest.fixture(scope="module")
def chrome():
    with launched() as browser:
        yield browser


def opened(chrome, **given):
    context = chrome.new_context(reduced_motion="reduce", **given)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(require(CHAPTER).as_uri(), wait_until="load")
    page.wait_for_function(LOADED)
    return page


@pytest.fixture
def page(chrome):
    page = opened(chrome, viewport={"width": 1280, "height": 900})
    yield page
    page.context.close()


@pytest.fixture
def phone(chrome):
    page = opened(chrome, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    yield page
    page.context.close()


def test_icons_are_drawn_by_their_font(page):
    bare = page.evaluate(BARE_ICONS)
    assert bare == {"bare": [], "font": True}


def test_a_word_of_the_glossary_is_explained_beside_it_by_keyboard(page):
    word, preview = page.locator("a.glossed").first, page.locator("#book-preview")
    page.keyboard.press("Tab")  # so that what has the focus shows it
    word.focus()
    preview.wait_for(state="visible")
    assert word.get_attribute("aria-describedby") == "book-preview"
    assert len(preview.inner_text()) > 20
    page.keyboard.press("Escape")
    preview.wait_for(state="hidden")
    assert word.get_attribute("aria-describedby") is None


def test_a_link_is_explained_under_the_pointer_and_no_longer(page):
    cited, preview = page.locator("a.book-previewed[href*='bibliography']").first, page.locator("#book-preview")
    cited.hover()
    preview.wait_for(state="visible")
    preview.hover()
    page.wait_for_timeout(400)
    assert preview.is_visible()
    page.mouse.move(5, 5)
    preview.wait_for(state="hidden")


def test_the_first_tap_explains_and_the_second_one_follows(phone):
    word = phone.locator("a.glossed").first
    word.tap()
    phone.locator("#book-preview").wait_for(state="visible")
    assert phone.url.endswith(CHAPTER)
    word.tap()
    phone.wait_for_url("**/glossary.html#*")


def test_a_figure_opens_by_its_button_and_closes_by_escape(page):
    button, open_figure = page.locator(".book-enlarge").first, page.locator("dialog.book-enlarged")
    button.press("Enter")
    open_figure.wait_for(state="visible")
    assert open_figure.locator("img").get_attribute("alt")
    page.keyboard.press("Escape")
    open_figure.wait_for(state="detached")
    assert button.evaluate("button => document.activeElement === button")


def test_on_a_phone_an_open_figure_is_wide_enough_to_read(phone):
    phone.locator(".book-frame img").first.tap()
    picture = phone.locator("dialog.book-enlarged img")
    picture.wait_for(state="visible")
    assert picture.bounding_box()["width"] >= 900
    room = phone.locator("dialog.book-enlarged .room")
    assert room.evaluate("box => box.scrollWidth > box.clientWidth")
    assert phone.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_a_figure_leads_to_its_code_and_opens_it(page):
    link = page.locator(".figure-ways a[href^='#code-of']").first
    code = page.locator(link.get_attribute("href"))
    assert not code.is_visible()
    link.press("Enter")
    code.wait_for(state="visible")
    assert "show(" in code.inner_text()


def test_in_the_dark_figures_are_dark_small_and_enlarged_and_on_paper_they_are_not(page):
    figure = page.locator("figure#fig-sr-13 img")
    look = "image => [getComputedStyle(image).filter, getComputedStyle(image).mixBlendMode]"
    assert figure.evaluate(look) == ["none", "normal"]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = ["invert(1) hue-rotate(180deg)", "screen"]
    assert figure.evaluate(look) == dark
    figure.click()
    assert page.locator("dialog.book-enlarged img").evaluate(look) == dark
    page.keyboard.press("Escape")
    page.emulate_media(media="print")
    assert figure.evaluate(look) == ["none", "normal"]


def test_buttons_tables_and_heads_have_names(page):
    assert page.evaluate(SAME) == []
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(EMPTY) == []


def test_the_skip_link_leads_past_the_contents_and_the_focus_is_seen(page):
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to main content"
    page.keyboard.press("Enter")
    outline = "e => [!!e.closest('main'), getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]"
    for _ in range(6):  # buttons above the chapter, then what stands in it
        page.keyboard.press("Tab")
        assert page.locator(":focus").evaluate(outline) == [True, "solid", "2px"]


def test_print_opens_what_is_folded_and_shows_the_end_of_films(page):
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".bd-article details:not(.hide):not([open])").count() == 0
    assert page.locator(".srnn-film input").evaluate("slider => slider.value === slider.max")
    assert page.locator("div.cell details.hide > summary").first.is_visible()
    assert not page.locator(".book-enlarge").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".srnn-film input").evaluate("slider => slider.value") == "0"
    assert page.locator(".bd-article details.srnn-stakes:not([open])").count() == 1
