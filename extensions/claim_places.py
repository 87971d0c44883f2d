"""A Sphinx extension that makes claims places on the pages: see `srnn_lib.claimbook.places`.

It reads `book/scoreboard.json` and `book/claims.yml`, and works on all that a page shows: prose, tables and outputs.
"""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from srnn_lib.claimbook import places, squares
from srnn_lib.claimbook.places import Places
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.verdicts import SYMBOLS

_STYLE, _INSTRUMENT, _SEARCH = "claims.css", "scoreboard.js", "search.js"
CLAIMS_INDEX, PAGE_TEXTS = "claims-index.js", "page-texts.js"
PICTURE = "scoreboard.svg"
_UNTOUCHED = (nodes.reference, nodes.title, nodes.literal, nodes.FixedTextElement, nodes.raw)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx, once a build."""
    made = _ClaimPlaces(app)
    app.connect("doctree-resolved", made.place)
    app.connect("html-collect-pages", made.registry_page)
    app.connect("html-page-context", made.note)
    app.connect("build-finished", made.write)
    app.add_css_file(_STYLE)
    return {"parallel_read_safe": True, "parallel_write_safe": False}


class _ClaimPlaces:
    """What the extension does in one build."""

    def __init__(self, app: Sphinx) -> None:
        self._book = Book(Path(app.srcdir))
        self._texts: dict[str, str] = {}

    @cached_property
    def _known(self) -> Places:
        rows = json.loads(self._book.file("scoreboard.json").read_text(encoding="utf-8"))
        return Places({row["id"]: row for row in rows})

    def place(self, app: Sphinx, doctree: nodes.document, page: str) -> None:
        """Links and anchors of one page."""
        if app.builder.format != "html":
            return
        known = self._known
        for raw in [each for each in doctree.findall(nodes.raw) if each.get("format") == "html"]:
            text = known.linked(known.boxed(raw.astext(), page), page)
            raw.replace_self(nodes.raw("", text, format="html"))
        for reference in doctree.findall(nodes.reference):
            _aim(reference, known, page)
        for text_node in list(doctree.findall(nodes.Text)):
            _link(text_node, known, page)
        for table in doctree.findall(nodes.table):
            _name_rows(table, known, page)
        for image in [each for each in doctree.findall(nodes.image) if each["uri"].endswith(PICTURE)]:
            image.replace_self(nodes.raw("", self._squares(page), format="html"))

    def _squares(self, page: str) -> str:
        boxes = {claim: self._known.box(claim, page) for claim in self._known.rows}
        return squares.linked_squares(list(self._known.rows.values()), self._book.papers, boxes)

    def registry_page(self, app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
        """The page of all entries of the registry."""
        entries = places.entries_of(self._book.file("claims.yml").read_text(encoding="utf-8"))
        yield places.REGISTRY, {"title": "Registry and data", "body": self._known.registry_page(entries)}, "page.html"

    def note(self, app: Sphinx, page: str, _: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
        """What the scoreboard and the search load; and what a page says, for the search."""
        if page == places.SCOREBOARD:
            hinges = {name: hinge.title for name, hinge in self._book.hinges.items()}
            given = {"srnnClaims": list(self._known.rows.values()), "srnnHinges": hinges, "srnnChapters": self._titles}
            app.add_js_file(None, body="\n".join(f"globalThis.{name} = {_js(value)};" for name, value in given.items()))
            app.add_js_file(_INSTRUMENT, loading_method="defer")
        elif page == "search":
            app.add_js_file(CLAIMS_INDEX)
            app.add_js_file(_SEARCH, loading_method="defer")
        if doctree is not None:
            self._texts[page] = _plain(context.get("body", ""))

    @property
    def _titles(self) -> dict[str, str]:
        return {path: title for paper in self._book.papers.values() for path, title in paper.paths.items()}

    def write(self, app: Sphinx, error: Exception | None) -> None:
        """The files to download, and those from which the search answers."""
        if error or app.builder.format != "html":
            return
        out, rows = Path(app.outdir), self._known.rows
        for name in places.DATA[:2]:
            (out / name).write_bytes((self._book.folder / name).read_bytes())
        (out / places.DATA[2]).write_text(places.to_csv(list(rows.values())), encoding="utf-8", newline="")
        texts = _known_texts(out / "_static" / PAGE_TEXTS) | self._texts
        texts = {page: text for page, text in texts.items() if page in app.env.found_docs}
        index = [
            {
                **{key: row[key] for key in ("id", "verdict", "statement")},
                "href": self._known.box(name, "search"),
                "page": self._known.page_of(name),
                "on": [page for page, text in texts.items() if name in text],
            }
            for name, row in rows.items()
        ]
        (out / "_static" / CLAIMS_INDEX).write_text(f"globalThis.srnnClaims = {_js(index)};\n", encoding="utf-8")
        (out / "_static" / PAGE_TEXTS).write_text(f"globalThis.srnnTexts = {_js(texts)};\n", encoding="utf-8")


def _js(value: Any) -> str:
    """A value as JavaScript that may stand inside a page."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")


def _plain(html: str) -> str:
    """What a page says, without its markup."""
    html = re.sub(r'<a class="headerlink".*?</a>', "", html, flags=re.S)
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.S | re.I)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def _known_texts(path: Path) -> dict[str, str]:
    """The texts of an earlier build, of which this one has rendered a part anew."""
    if not path.is_file():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8").partition("= ")[2].rstrip().rstrip(";"))
    return found


def _above(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def _aim(reference: nodes.reference, known: Places, page: str) -> None:
    """Lead a link whose text is an id to the box, where it led to the chapter."""
    claim = reference.astext()
    if claim in known.rows and reference.get("refuri") == places.address(known.page_of(claim), page):
        reference["refuri"] = known.box(claim, page)
        reference["classes"].append("claim-link")


def _link(text: nodes.Text, known: Places, page: str) -> None:
    """Make the ids in a text links, but for headings, code, and what is a link."""
    cut = known.split(str(text))
    if len(cut) > 1 and not any(isinstance(above, _UNTOUCHED) for above in _above(text)):
        new: list[nodes.Node] = []
        for place, part in enumerate(cut):
            if place % 2:
                to = known.box(part, page)
                new.append(nodes.reference(part, part, internal=True, refuri=to, classes=["claim-link"]))
            elif part:
                new.append(nodes.Text(part))
        text.parent.replace(text, new)


def _name_rows(table: nodes.table, known: Places, page: str) -> None:
    """Show verdicts as badges; on the scoreboard, give every row its claim's id and the way to the registry."""
    for row in table.findall(nodes.row) if "scoreboard" in table["classes"] else ():
        claim = row[0].astext()
        if claim not in known.rows:
            continue
        _badge(row[-1])
        if page == places.SCOREBOARD:
            row["ids"].append(claim)
            to, said = places.address(places.REGISTRY, page, claim), "entry, data"
            link = nodes.reference("", said, internal=True, refuri=to, reftitle=f"Registry entry and data of {claim}")
            row[0].append(nodes.paragraph("", "", link, classes=["claim-data"]))


def _badge(entry: nodes.Element) -> None:
    """Show the sign and the word at the start of a text as a badge."""
    for text in list(entry.findall(nodes.Text)):
        sign, _, rest = str(text).partition(" ")
        word = next((word for word in SYMBOLS if sign == SYMBOLS[word] and rest.startswith(word)), "")
        if word:
            badge = nodes.inline("", word, classes=["verdict", word.replace(" ", "-")])
            text.parent.replace(text, [badge, nodes.Text(rest[len(word) :])])
