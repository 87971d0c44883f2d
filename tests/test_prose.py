"""Prose says no number that its chapter does not: each stands in its code, its outputs, or the registry as well."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import project_files
import pytest

from srnn_lib.claimbook import chapters
from srnn_lib.claimbook.board import read_board
from srnn_lib.neurons import stacks

BOOK = project_files.ROOT / "book"
CHAPTERS = [chapter.path for chapter in chapters.find_all(project_files.ROOT)]
SOURCES = ("claims.yml", "scales.yml", "parameters.yml", "authors_logs.yml")
NUMBER = re.compile(r"(?<![\w.^{}\\-])\d[\d,]*(?:\.\d+)?(?!\w)|(?<![\w.])\.\d+")
NO_MEASUREMENT = re.compile(
    r"""\$\$.*?\$\$                       # an equation says itself how its numbers come about,
    | \$[^$]*\$                          # and so does a formula,
    | `[^`]*`                             # code
    | \{[a-z:-]+\} | \]\([^)]*\)          # roles and targets of links
    | (SR|ON|BI)-\d+                      # claims
    | §\S+ | (Section|Figs?\.|Table|Definition|Eq\.)\ [\d.]+(\ and\ \d+)? | \(\d\.\d+(?:[–,\ ]+\d+(\.\d+)?)*\)  # places
    | \b(19|20)\d\d\b                     # years
    """,
    re.DOTALL | re.VERBOSE,
)
ALONE = re.compile(r"\$([\d.,]+)(?:\\,)?(?:\\%)?\$")
"""A formula that is no more than a number."""


def numbers(text: str) -> set[str]:
    """Those of a piece of prose, without separators of thousands and without a zero before the point."""
    return {_plain(found) for found in NUMBER.findall(NO_MEASUREMENT.sub(" ", ALONE.sub(r" \1 ", text)))}


def said(nb: nbformat.NotebookNode) -> dict[str, str]:
    """The numbers of the prose, each with the cell that has it."""
    cells = [cell.source for cell in nb.cells if cell.cell_type == "markdown"]
    return {number: cell for cell in cells for number in numbers(cell)}


def shown(nb: nbformat.NotebookNode) -> set[str]:
    """The numbers of code and of what came out of it."""
    return set().union(*(_all_numbers(text) for cell in nb.cells if cell.cell_type == "code" for text in _texts(cell)))


def _texts(cell: nbformat.NotebookNode) -> Iterator[str]:
    """Code, captions, and outputs as far as they can be read."""
    yield cell.source
    yield json.dumps(cell.metadata)
    for output in cell.outputs:
        yield str(output.get("text", ""))
        yield from (str(data) for kind, data in output.get("data", {}).items() if kind.startswith("text/"))
        yield json.dumps(output.get("metadata", {}))


def _all_numbers(text: str) -> set[str]:
    """Of a text that holds numbers in any surroundings."""
    return {_plain(found) for found in re.findall(r"\d[\d,]*(?:\.\d+)?|\.\d+", text)}


def _plain(number: str) -> str:
    return number.replace(",", "").removesuffix(".").lstrip("0") or "0"


@pytest.fixture(scope="module")
def registered():
    """The numbers of the registry, of the settings, and of the networks that have a name."""
    texts = [(BOOK / name).read_text(encoding="utf-8") for name in SOURCES]
    return set().union(*map(_all_numbers, texts)) | {str(width) for widths in stacks.NETS.values() for width in widths}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_number_of_the_prose_stands_in_its_chapter_or_in_the_registry(chapter: Path, registered):
    nb = nbformat.read(chapter, as_version=4)
    known = shown(nb) | registered
    assert {number: cell for number, cell in said(nb).items() if number not in known} == {}


def test_what_is_looked_at():
    prose = (
        "a mean of 0.38, or .4, in 1,200 nets (SR-12, §3.1, Fig. 4), as $0.7$ and $12\\,\\%$, not $x^2 = 3$; see `p 5`"
    )
    assert numbers(prose) == {".38", ".4", "1200"} | {".7", "12"}


def findings() -> Iterator[tuple[str, str]]:
    """Claims of the ten sentences on the first page, each with the word that the sentence gives it."""
    page = (BOOK / "index.md").read_text(encoding="utf-8")
    section = page.partition("\n## What was found\n")[2].partition("\n```")[0]
    for said, word in re.findall(r"(.*?)\[([a-z ]+)\]\{\.verdict \.[a-z-]+\}", section, re.DOTALL):
        yield from ((claim, word) for claim in re.findall(r"\[([A-Z]{2}-\d+)\]", said))


def test_the_first_page_says_of_each_claim_what_its_verdict_says():
    board = read_board(project_files.ROOT)
    told = dict(findings())
    assert len(told) >= 20
    assert told == {claim: board.word(board.book.claims[claim]) for claim in told}


def test_the_first_page_says_what_was_found_in_ten_sentences():
    page = (BOOK / "index.md").read_text(encoding="utf-8")
    section = page.partition("\n## What was found\n")[2].partition("\n```")[0]
    items = re.split(r"(?m)^\d+\. ", section)[1:]
    assert len(items) == 10
    assert [item for item in items if ".verdict" not in item or not item.strip().endswith(".")] == []
