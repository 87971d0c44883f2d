"""Words of the glossary lead to it at their first use on a page; what links lead to is kept for previews."""

import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx

GLOSSARY = "book/glossary"
LINKED = ("book/",)
UNTOUCHED = (
    GLOSSARY,
    "book/api",
    "book/bibliography",
    "book/scoreboard",
    "book/notation",
)
# Everyday words besides: the glossary has them, and other pages do not point at each.
EVERYDAY = {
    "net", "claim", "check", "core", "side", "level", "scale", "interval", "epoch", "attack", "verdict", "divergent",
    "gain", "recurrent", "analytical", "criterion", "covariance", "expected", "wanted", "class other", "aggregating",
    "weightwise", "by construction", "ε", "organism", "particle", "soup", "cutoff", "replicator", "learning rate",
}  # fmt: skip
CLOSED = (
    nodes.reference,
    nodes.literal,
    nodes.title,
    nodes.math,
    nodes.image,
    nodes.raw,
    nodes.caption,
)
PREVIEWED = "dl.glossary dt, .proof.definition[id], .proof.theorem[id], div.math[id], .citation[id]"


def forms(app: Sphinx) -> dict[str, tuple[str, str]]:
    """The words that are looked for, in lower case, each with the term and its place in the glossary."""
    terms = {}
    for name, place in _terms(app):
        for each in name.split(", ") if re.match(r"[AB]1, ", name) else [name]:
            terms[each.lower()] = name, place
    return {word: found for word, found in terms.items() if found[0] not in EVERYDAY}


def _terms(app: Sphinx) -> list[tuple[str, str]]:
    domain = app.env.get_domain("std")
    return [
        (name, place) for name, _, kind, page, place, _ in domain.get_objects() if kind == "term" and page == GLOSSARY
    ]


def mark(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Turn the first use of each word of the glossary into a link."""
    if app.builder.format != "html" or not page.startswith(LINKED) or page.startswith(UNTOUCHED):
        return
    words, used = forms(app), set()
    if not words:
        return
    pattern = re.compile(
        rf"(?<![\w-])({'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})(s|es)?(?![\w-])",
        re.I,
    )
    for text in list(doctree.findall(nodes.Text)):
        if _is_prose(text):
            _mark(app, text, page, pattern, words, used)


def _is_prose(text: nodes.Text) -> bool:
    above, inside = text.parent, False
    while above is not None:
        if (
            isinstance(above, CLOSED) or "cell_output" in above.get("classes", [])
            if isinstance(above, nodes.Element)
            else False
        ):
            return False
        inside = inside or isinstance(above, nodes.paragraph)
        above = above.parent
    return inside


def _mark(
    app: Sphinx,
    text: nodes.Text,
    page: str,
    pattern: Any,
    words: dict,
    used: set[str],
) -> None:
    """Replace one piece of text by itself with links in it."""
    pieces, last, said = [], 0, text.astext()
    for found in pattern.finditer(said):
        name, place = words[found[1].lower()]
        if name in used or (found[1].isupper() != name.isupper() and len(found[1]) < 5):
            continue
        used.add(name)
        address = app.builder.get_relative_uri(page, GLOSSARY) + "#" + place
        pieces += [nodes.Text(said[last : found.start()])] if found.start() > last else []
        pieces.append(nodes.reference("", found[0], refuri=address, classes=["glossed"], internal=True))
        last = found.end()
    if pieces:
        pieces += [nodes.Text(said[last:])] if last < len(said) else []
        text.parent.replace(text, pieces)


def write_previews(app: Sphinx, failed: Exception | None) -> None:
    """Keep for each page what its links lead to, as data that a page from disk may load, too."""
    if failed or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))}
    found: dict[str, str] = {}
    for path, html in pages.items():
        page = path.relative_to(out).as_posix().removesuffix(".html")
        if page in app.env.found_docs and page.startswith(LINKED) and not page.startswith("book/api"):
            found |= _previews(page, html)
    for path, html in pages.items():
        _keep(path, html, found, out)


def _keep(path: Path, html: str, found: Mapping[str, str], out: Path) -> None:
    """Write the previews of one page's links beside its other scripts, and have the page load them."""
    here = path.parent.relative_to(out).as_posix()
    links = {posixpath.normpath(posixpath.join(here, link)) for link in re.findall(r'href="([^":?]*#[^"]+)"', html)}
    links |= {f"{path.relative_to(out).as_posix()}{link}" for link in re.findall(r'href="(#[^"]+)"', html)}
    mine = {link: found[link] for link in sorted(links & set(found))}
    text = json.dumps(mine, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    script = f"previews/{path.relative_to(out).with_suffix('.js').as_posix().replace('/', '.')}"
    (out / "_static" / script).parent.mkdir(exist_ok=True)
    (out / "_static" / script).write_text(f"window.bookPreviews={text};\n", encoding="utf-8")
    path.write_text(re.sub(r"_static/previews\.js(\?[^\"]*)?", f"_static/{script}", html), encoding="utf-8")


def _previews(page: str, html: str) -> dict[str, str]:
    found = {}
    for element in BeautifulSoup(html, "html.parser").select(PREVIEWED):
        place = element.get("id")
        shown = element.find_next_sibling("dd") if element.name == "dt" else element
        if place and shown:
            for link in shown.select(".headerlink, a.footnote-reference"):
                link.decompose()
            for link in shown.select("a[href]"):
                link.unwrap()
            found[f"{page}.html#{place}"] = shown.decode_contents().strip()
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("doctree-resolved", mark)
    app.connect("build-finished", write_previews)
    app.add_js_file("previews.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
