"""A Sphinx extension that takes icons that no page shows out of the theme's font and style, which hold two thousand."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools import subset
from sphinx.application import Sphinx

STYLE = "_static/styles/pydata-sphinx-theme.css"
FONTS = "_static/vendor/fontawesome/webfonts"
NAME = re.compile(r"\bfa-[a-z0-9-]+")
ICON = re.compile(r'((?:\.fa-[a-z0-9-]+:{1,2}before,?)+)\{content:"\\[0-9a-f]+"\}')
CODE = re.compile(r'content:\s*"\\([ef][0-9a-f]{3})"')
SOURCE = re.compile(r'url\([^)]*\.woff2\) format\("woff2"\),\s*(url\([^)]*\.ttf\))')


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx, once a build."""
    app.connect("build-finished", thin_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def thin_out(app: Sphinx, error: Exception | None) -> None:
    """Rewrite style and fonts; a second time, they are small already, and stay as they are."""
    out = Path(app.outdir)
    if error or app.builder.format != "html" or not (out / STYLE).exists():
        return
    pages = [*out.rglob("*.html"), *(out / "_static").rglob("*theme.js")]
    names = {name for page in pages for name in NAME.findall(page.read_text(encoding="utf-8"))}
    style = (out / STYLE).read_text(encoding="utf-8")
    (out / STYLE).write_text(thinner(style, names), encoding="utf-8")
    codes = {int(code, 16) for file in out.rglob("*.css") for code in CODE.findall(file.read_text(encoding="utf-8"))}
    for font in (out / FONTS).glob("*.ttf"):
        keep_glyphs(font, codes)
        font.with_suffix(".woff2").unlink(missing_ok=True)


def thinner(style: str, names: Iterable[str]) -> str:
    """A style without the icons of other names, and with fonts that are not packed: what is left of them is small."""
    known = set(names)
    style = ICON.sub(lambda rule: rule[0] if known & set(NAME.findall(rule[1])) else "", style)
    return SOURCE.sub(r"\1", style)


def keep_glyphs(font: Path, codes: Iterable[int]) -> None:
    """Leave these characters in a font, and no other."""
    options = subset.Options(layout_features=[], notdef_outline=True, glyph_names=False)
    whole = subset.load_font(str(font), options)
    part = subset.Subsetter(options)
    part.populate(unicodes=codes)
    part.subset(whole)
    subset.save_font(whole, str(font), options)
