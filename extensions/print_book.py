"""The book as PDF, by the reader's browser: every rendered page by itself, and all of them bound into one."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from reader_browser import SETTLED, NoBrowserError, launched

from srnn_lib.claimbook.chapters import toc_pages
from srnn_lib.claimbook.content import read_yaml

ROOT = Path(__file__).resolve().parents[1]
WHOLE = "book.pdf"
BINDING = Path(__file__).with_name("bind.js")
FOOT = '<div style="font-size:8px;width:100%;text-align:center"><span class="pageNumber"></span></div>'


def opened(browser: Browser, source: Path) -> Page:
    """One page, settled, as its style for paper wants it."""
    page = browser.new_page(reduced_motion="reduce", color_scheme="light")
    page.goto(source.as_uri(), wait_until="load", timeout=120_000)
    page.evaluate("() => document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    page.evaluate(SETTLED)
    page.add_script_tag(path=BINDING)
    return page


def print_page(page: Page, target: Path) -> None:
    """A page as it is now: numbered, with bookmarks of its headings, and tags for screen readers."""
    page.set_default_timeout(0)  # the whole book takes a minute or more
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "18mm")
    edges = {"header_template": "<i></i>", "footer_template": FOOT, "display_header_footer": True}
    page.pdf(path=target, format="A4", margin=margin, outline=True, tagged=True, **edges)


def places(contents: Any) -> dict[str, dict[str, Any]]:
    """Of every page but the root, the level of its title among the bookmarks; of a part's first page, the part."""
    found: dict[str, dict[str, Any]] = {}
    for part in contents.get("parts", []):
        for chapter in part["chapters"]:
            found[chapter["file"]] = {"level": 2}
            found |= {section["file"]: {"level": 3} for section in chapter.get("sections", [])}
        found[part["chapters"][0]["file"]]["part"] = part["caption"]
    return found


def print_book(browser: Browser, html: Path, names: Sequence[str], contents: Any, folder: Path) -> None:
    """Print the named pages below `html` into `folder`: one by one, and then all of them as one."""
    known, taken = places(contents), []
    for number, name in enumerate(names):
        page = opened(browser, html / f"{name}.html")
        print_page(page, folder / f"{number:02}-{name.removeprefix('book/').replace('/', '-')}.pdf")
        taken.append({"level": 1, **known.get(name, {}), **page.evaluate("names => srnnBinding.take(names)", names)})
        page.close()
        print(name, flush=True)
    page = opened(browser, html / f"{names[0]}.html")
    page.evaluate("pages => srnnBinding.bind(pages)", taken)
    print_page(page, folder / WHOLE)
    page.close()


def main() -> None:
    """Print all pages, or those that are named."""
    names = [name for name in toc_pages(ROOT) if name in sys.argv[1:] or not sys.argv[1:]]
    if not names:
        sys.exit("error: none of these is a page of the book, such as book/scoreboard")
    folder = ROOT / "_build" / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with launched() as browser:
            print_book(browser, ROOT / "_build" / "html", names, read_yaml(ROOT / "_toc.yml"), folder)
    except NoBrowserError as error:
        sys.exit(f"error: {error}")
    print((folder / WHOLE).relative_to(ROOT))


if __name__ == "__main__":
    main()
