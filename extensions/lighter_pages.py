"""A Sphinx extension that makes pages load less: no scripts that they do without, and no pictures before they are near.

The theme draws its icons twice, from a font and by a script of 1.5 MB, and loads the index of the search on every page,
for a search while one types, which is off here. Pictures come with their sizes, so that nothing moves when they come.
"""

import re
from pathlib import Path
from typing import Any

from PIL import Image
from sphinx.application import Sphinx

ICONS = ("_static/scripts/fontawesome.js",)
SEARCH = ("_static/searchtools.js", "_static/language_data.js", "searchindex.js")
PICTURE = re.compile(r'<img (?=[^>]*src="([^"]*_images/[^"]+\.png)")(?![^>]* loading=)')


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
        lighter = later(without(text, ICONS + (() if page.stem == "search" else SEARCH)), page.parent)
        if lighter != text:
            page.write_text(lighter, encoding="utf-8")


def without(text: str, scripts: tuple[str, ...]) -> str:
    """A page without the elements that load these scripts."""
    names = "|".join(map(re.escape, scripts))
    return re.sub(rf'[ \t]*<script[^>]*\ssrc="(?:\.\./)*(?:{names})(?:\?[^"]*)?"[^>]*></script>\n?', "", text)


def later(text: str, folder: Path) -> str:
    """A page in a folder whose pictures are loaded when they are near, and have their sizes beforehand."""

    def sized(tag: re.Match[str]) -> str:
        with Image.open(folder / tag[1]) as picture:
            return f'<img loading="lazy" width="{picture.width}" height="{picture.height}" '

    return PICTURE.sub(sized, text)
