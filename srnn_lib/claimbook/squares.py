"""The scoreboard as one picture: a square per claim, told apart by colour and by sign."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from srnn_lib.claimbook.registry import Paper

_WIDTH, _MARGIN, _STEP, _SIDE, _COLUMNS = 720, 22, 25, 21, 27
# Okabe and Ito's colours; `open` is an outline. A sign is drawn in a square of 20 units.
VERDICT_LOOKS = {
    "reproduced": ("#0072B2", '<path d="M5 10.5 8.6 14 15 6.5" fill="none" stroke="#fff" {pen}/>'),
    "partly": ("#E69F00", '<path d="M10 4.5a5.5 5.5 0 0 0 0 11z" fill="#1a1a1a"/>'
               '<circle cx="10" cy="10" r="5.5" fill="none" stroke="#1a1a1a" stroke-width="1.6"/>'),
    "not reproduced": ("#D55E00", '<path d="M5.8 5.8 14.2 14.2M14.2 5.8 5.8 14.2" stroke="#fff" {pen}/>'),
    "undecided": ("#CC79A7", '<path d="M4.5 8.4c2-2.6 4-2 5.5-.6s3.5 1.6 5.5-1M4.5 13.4c2-2.6 4-2 5.5-.6'
                  's3.5 1.6 5.5-1" fill="none" stroke="#1a1a1a" {pen}/>'),
    "not testable": ("#56B4E9", '<path d="M7 7.3c.2-3.8 6-3.6 6 0 0 2.2-3 2.3-3 4.8" fill="none" '
                     'stroke="#1a1a1a" {pen}/><circle cx="10" cy="15.6" r="1.4" fill="#1a1a1a"/>'),
    "open": ("none", '<circle cx="10" cy="10" r="3.4" fill="none" stroke="#8c8c8c" stroke-width="1.4"/>'),
}  # fmt: skip
_PEN = 'stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"'
_FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"


def scoreboard_svg(verdicts: Sequence[tuple[str, str]], papers: Mapping[str, Paper]) -> str:
    """SVG, 720 wide, of (claim id, verdict) pairs: one block of squares per paper, and a legend.

    It brings its own white ground, so that it looks the same on light and on dark pages.
    """
    body, top = [], _MARGIN
    for paper, about in papers.items():
        inside = [pair for pair in verdicts if pair[0].startswith(f"{paper}-")]
        if inside:
            body.append(f'<text x="{_MARGIN}" y="{top + 13}" font-weight="600">{paper}: {escape(about.title)}</text>')
            for index, (claim, word) in enumerate(inside):
                row, column = divmod(index, _COLUMNS)
                title = f"<title>{claim}: {word}</title>"
                body.append(_square(_MARGIN + _STEP * column, top + 23 + _STEP * row, word, title))
            top += 23 + _STEP * -(-len(inside) // _COLUMNS) + 16
    numbers = Counter(word for _, word in verdicts)
    return "\n".join([*_head(numbers, top + _SIDE + _MARGIN), *body, *_legend(numbers, top), "</svg>"]) + "\n"


def _head(numbers: Counter[str], height: int) -> list[str]:
    counts = ", ".join(f"{numbers[word]} {word}" for word in VERDICT_LOOKS if numbers[word])
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="scoreboard-title scoreboard-desc" font-size="14" '
        f'fill="#1a1a1a" font-family="{_FONT}">',
        f'<title id="scoreboard-title">Verdicts on {numbers.total()} claims</title>',
        f'<desc id="scoreboard-desc">One square per claim, in one group per paper: {counts}.</desc>',
        *("<defs>", *map(_definition, VERDICT_LOOKS), "</defs>"),
        f'<rect x=".5" y=".5" width="{_WIDTH - 1}" height="{height - 1}" rx="8" fill="#fff" stroke="#ccc"/>',
    ]


def _definition(word: str) -> str:
    colour, sign = VERDICT_LOOKS[word]
    edge = ' stroke="#8c8c8c" stroke-dasharray="2.5 2"' if colour == "none" else ""
    box = f'<rect width="20" height="20" rx="3" fill="{colour}"{edge}/>'
    return f'<g id="{_name(word)}" transform="translate(.5 .5)">{box}{sign.format(pen=_PEN)}</g>'


def _legend(numbers: Counter[str], top: int) -> list[str]:
    parts, x = [], _MARGIN
    for word in (word for word in VERDICT_LOOKS if numbers[word]):
        label = f"{word} {numbers[word]}"
        parts.append(_square(x, top, word))
        parts.append(f'<text x="{x + _SIDE + 6}" y="{top + 15}" font-size="13">{label}</text>')
        x += _SIDE + 26 + round(7.1 * len(label))
    return parts


def _square(x: int, y: int, word: str, title: str = "") -> str:
    return f'<use href="#{_name(word)}" x="{x}" y="{y}">{title}</use>'


def _name(word: str) -> str:
    return "verdict-" + word.replace(" ", "-")


def linked_squares(rows: Sequence[Mapping[str, Any]], papers: Mapping[str, Paper], addresses: Mapping[str, str]) -> str:
    """The same as HTML, in which every square leads to the address of its claim; rows as in `scoreboard.json`."""
    signs = "".join(map(_definition, VERDICT_LOOKS))
    body = [f'<svg class="claim-signs" width="0" height="0" aria-hidden="true"><defs>{signs}</defs></svg>']
    for paper, about in papers.items():
        inside = [_linked(row, addresses) for row in rows if row["paper"] == paper]
        if inside:
            name = f"squares-{paper}"
            body.append(f'<p class="claim-paper" id="{name}">{paper}: {escape(about.title)}</p>')
            body.append(f'<ul class="claim-squares" aria-labelledby="{name}">{"".join(inside)}</ul>')
    numbers = Counter(row["verdict"] for row in rows)
    legend = (f"<li>{_sign(word)}{word} {numbers[word]}</li>" for word in VERDICT_LOOKS if numbers[word])
    return f'<div class="claim-board">{"".join(body)}<ul class="claim-legend">{"".join(legend)}</ul></div>'


def _linked(row: Mapping[str, Any], addresses: Mapping[str, str]) -> str:
    said = f"{row['id']}: {row['verdict']}"
    title = escape(f"{said}. {row['statement']}")
    return f'<li><a href="{addresses[row["id"]]}" aria-label="{said}" title="{title}">{_sign(row["verdict"])}</a></li>'


def _sign(word: str) -> str:
    use = f'<use href="#{_name(word)}"/>'
    return f'<svg viewBox="0 0 21 21" width="{_SIDE}" height="{_SIDE}" aria-hidden="true" focusable="false">{use}</svg>'
