"""The rendered pages, for the tests that look at them."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"


def rendered() -> list[str]:
    """Addresses of all pages, without the redirect at the root; of the listed source files only the first."""
    found = sorted(path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html"))
    found = [page for page in found if page != "index.html" and not page.startswith("_static/")]
    sources = [page for page in found if page.startswith("_modules/srnn_lib")]
    return [page for page in found if page not in sources[1:]]


# Where nothing was rendered there is still one test to run, and it fails.
PAGES = rendered() or ["(nothing rendered)"]


def require(page: str) -> Path:
    """The file of `page`; without a rendered book the test fails and says what to do."""
    path = HTML / page
    if not path.is_file():
        pytest.fail("there is no rendered book in _build/html: run `make html` first", pytrace=False)
    return path
