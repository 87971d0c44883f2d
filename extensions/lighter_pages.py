"""A Sphinx extension that takes the theme's scripts out of pages that do without them.

The theme draws its icons twice, from a font and by a script of 1.5 MB, and loads the index of the search on every page,
for a search while one types, which is off here. Sphinx loads the script for formulas, of 1.3 MB, on a page without
formulas, too, if a page below it has some.
"""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ICONS = ("_static/scripts/fontawesome.js",)
SEARCH = ("_static/searchtools.js", "_static/language_data.js", "searchindex.js")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx, once a build."""
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Rewrite the pages that load what they do not need; the page of the search keeps its tools."""
    if error or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        search = () if page.stem == "search" else SEARCH
        formulas = () if 'class="math' in text else (f"_static/{app.config.mathjax_path}",)
        lighter = without(text, ICONS + search + formulas)
        if lighter != text:
            page.write_text(lighter, encoding="utf-8")


def without(text: str, scripts: tuple[str, ...]) -> str:
    """A page without the elements that load these scripts."""
    names = "|".join(map(re.escape, scripts))
    return re.sub(rf'[ \t]*<script[^>]*\ssrc="(?:\.\./)*(?:{names})(?:\?[^"]*)?"[^>]*></script>\n?', "", text)
