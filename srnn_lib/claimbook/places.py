"""Claims as places: on rendered pages every id leads to the box of its claim, and the box to all that is known of it.

Everything here works on HTML as text. What a page is made of comes in by `extensions/claim_places.py`.
"""

import csv
import io
import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from srnn_lib.claimbook.scoreboard import TERMS

SCOREBOARD, REGISTRY = "book/scoreboard", "book/claims"
"""Pages without suffix: that of all rows, and that of all entries of the registry."""
DATA = ("book/claims.yml", "book/scoreboard.json", "book/scoreboard.csv")
"""Files beside the pages, to download."""
READING = "how-to-read-a-box"
COLUMNS = ("id", "paper", "chapter", "place", "kind", "verdict", "scale", "value", "low", "high", "n", "expected",
           "statement", "criterion", "note", "hinges", "follows_from")  # fmt: skip
"""Of the table to download."""
# Inside these, an id is not to become a link.
_CLOSED = ("a", "script", "style", "svg", "button", "code", "pre", "textarea", "summary", "title", "select")
_TAG = re.compile(r"(<!--.*?-->|<[^>]*>)", re.S)
_BOX = re.compile(r'<div class="srnn-verdict ([^"]*)"><p><strong>([A-Z]+-\d\d): ')


@dataclass(frozen=True)
class Places:
    """The claims of a book, by id, as `scoreboard.json` has them, and where each is found on the rendered pages."""

    rows: Mapping[str, Mapping[str, Any]]

    def page_of(self, claim: str) -> str:
        """The page on which a claim has its box, without suffix."""
        return f"book/{self.rows[claim]['chapter']}"

    def box(self, claim: str, page: str) -> str:
        """The address of a claim's box, seen from `page`."""
        return address(self.page_of(claim), page, claim)

    def split(self, text: str) -> list[str]:
        """A text cut into what is no id (even places) and ids of claims (odd ones)."""
        parts = re.split(r"(?<![\w-])([A-Z]+-\d\d)(?![\w-])", text)
        cut = [""]
        for place, part in enumerate(parts):
            if place % 2 and part in self.rows:
                cut += [part, ""]
            else:
                cut[-1] += part
        return cut

    def linked(self, html: str, page: str) -> str:
        """HTML in which every mention of a claim leads to its box."""
        parts, closed = [], 0
        for place, part in enumerate(_TAG.split(html)):
            if place % 2:
                closed += _step(part)
                parts.append(part)
            else:
                parts.append(part if closed else self._linked_text(part, page))
        return "".join(parts)

    def _linked_text(self, text: str, page: str) -> str:
        cut = self.split(text)
        cut[1::2] = (f'<a class="claim-link" href="{self.box(claim, page)}">{claim}</a>' for claim in cut[1::2])
        return "".join(cut)

    def boxed(self, html: str, page: str) -> str:
        """The HTML of an output; if it is the box of a claim of this page, with its anchor and the ways back."""
        found = _BOX.match(html)
        if not found or found[2] not in self.rows or self.page_of(found[2]) != page:
            return html
        look, claim = found.groups()
        back = {"Row on the scoreboard": SCOREBOARD, "Registry entry and data": REGISTRY}
        links = " · ".join(f'<a href="{address(to, page, claim)}">{said}</a>' for said, to in back.items())
        inside = html[found.end() :].rstrip().removesuffix("</div>")
        head = f'<div class="srnn-verdict {look}" id="{claim}"><p><strong>{claim}: '
        return f'{head}{_explained(inside, page)}<p class="srnn-ways">{links}</p></div>'

    def registry_page(self, entries: Mapping[str, str]) -> str:
        """The page of the registry: every claim's entry as it stands in the file, and its stored values."""
        parts = [
            "<h1>Registry and data</h1>",
            "<p>Every claim as the registry has it: its criterion was written before the run that it decides. Below "
            "it what the run stored, at full precision. The same as files: "
            + ", ".join(f'<a href="{posixpath.basename(name)}">{posixpath.basename(name)}</a>' for name in DATA)
            + ".</p>",
        ]
        for claim, row in self.rows.items():
            stored = json.dumps({key: row[key] for key in ("verdict", "scale", "checks")}, indent=1, ensure_ascii=False)
            ways = f'<a href="{self.box(claim, REGISTRY)}">verdict box</a>'
            ways += f' · <a href="{address(SCOREBOARD, REGISTRY, claim)}">row on the scoreboard</a>'
            parts.append(
                f'<section id="{claim}"><h2>{claim}</h2><p>{escape(row["statement"])}</p>'
                f'<p class="srnn-ways">{ways}</p><pre tabindex="0">{escape(entries.get(claim, ""))}</pre>'
                f'<details><summary>What was measured for {claim}</summary><pre tabindex="0">{escape(stored)}</pre>'
                "</details></section>"
            )
        return "\n".join(parts)


def address(page: str, seen_from: str, place: str = "") -> str:
    """The relative address of a place on a page."""
    if page == seen_from and place:
        return f"#{place}"
    return posixpath.relpath(f"{page}.html", posixpath.dirname(seen_from) or ".") + (f"#{place}" if place else "")


def entries_of(registry: str) -> dict[str, str]:
    """The text of every entry of `claims.yml`, by id."""
    parts = re.split(r"^- id: (\S+)\n", registry, flags=re.M)
    return {name: f"- id: {name}\n{text.rstrip()}\n" for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a table with commas, lists inside a cell with spaces between; line ends as the standard says."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(" ".join(row[key]) if isinstance(row[key], list) else row[key] for key in COLUMNS)
    return text.getvalue()


def _step(tag: str) -> int:
    """By how much a tag opens or closes what holds no links."""
    name = re.match(r"</?([a-zA-Z]+)", tag)
    if not name or name[1].lower() not in _CLOSED or tag.endswith("/>"):
        return 0
    return -1 if tag.startswith("</") else 1


def _explained(inside: str, page: str) -> str:
    """The words of a box, each with what it means and the way to where that is said at length."""
    where = address(SCOREBOARD, page, READING)
    for word, meaning in TERMS.items():
        link = f'<a class="srnn-term" href="{where}" title="{escape(meaning)}">'
        inside = inside.replace(f'<th scope="col">{word}</th>', f'<th scope="col">{link}{word}</a></th>')
        inside = re.sub(rf"(<p>|[.;] )({word}): ", rf"\1{link}\2</a>: ", inside, count=1, flags=re.I)
    return inside
