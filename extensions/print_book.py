"""Every rendered page as a PDF, by the reader's browser, numbered in the order of the book."""

import sys
from pathlib import Path

from playwright.sync_api import Browser

from srnn_lib.claimbook.chapters import toc_pages

ROOT = Path(__file__).resolve().parents[1]
READY = """async () => {
  await window.MathJax?.startup?.promise;
  await document.fonts.ready;
}"""
FOOT = '<div style="font-size:8px;width:100%;text-align:center"><span class="pageNumber"></span></div>'


def print_page(browser: Browser, source: Path, target: Path) -> None:
    """One page, with what is folded open, as its style for paper has it."""
    page = browser.new_page(reduced_motion="reduce", color_scheme="light")
    page.goto(source.as_uri(), wait_until="load", timeout=120_000)
    page.evaluate(READY)
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "18mm")
    edges = {"header_template": "<i></i>", "footer_template": FOOT, "display_header_footer": True}
    page.pdf(path=target, format="A4", margin=margin, **edges)
    page.close()


def main() -> None:
    """Print all pages, or those that are named."""
    folder = ROOT / "_build" / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    chosen = sys.argv[1:]
    sys.path.insert(0, str(ROOT / "tests"))
    from browser import launched

    with launched() as browser:
        for number, name in enumerate(toc_pages(ROOT)):
            if not chosen or name in chosen:
                target = folder / f"{number:02}-{name.removeprefix('book/').replace('/', '-')}.pdf"
                print_page(browser, ROOT / "_build" / "html" / f"{name}.html", target)
                print(target.relative_to(ROOT), flush=True)


if __name__ == "__main__":
    main()
