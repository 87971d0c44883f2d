"""The verdicts of a book: those stored in its executed chapters, as today's registry decides their values."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from srnn_lib.checks import BadInput
from srnn_lib.claimbook import chapters, notebooks
from srnn_lib.claimbook.chapters import Chapter
from srnn_lib.claimbook.registry import Book, Claim, Paper
from srnn_lib.claimbook.verdicts import METADATA, VARIANT_METADATA, Variant, Verdict, restore, restore_variant


@dataclass(frozen=True)
class Board:
    """A book, its chapters, the verdicts stored in them, by claim id, and those under other choices."""

    book: Book
    chapters: Sequence[Chapter]
    verdicts: Mapping[str, Verdict]
    variants: Sequence[Variant] = ()

    @cached_property
    def written(self) -> set[str]:
        """Ids of the chapters that exist and can be linked."""
        return {chapter.id for chapter in self.chapters}

    @cached_property
    def papers(self) -> dict[str, Paper]:
        """Those papers of which there are claims."""
        named = {claim.paper for claim in self.book.claims.values()}
        return {name: paper for name, paper in self.book.papers.items() if name in named}

    def claims_of(self, paper: str) -> list[Claim]:
        """The claims of one paper."""
        return [claim for claim in self.book.claims.values() if claim.paper == paper]

    def word(self, claim: Claim) -> str:
        """Its verdict; a claim without one is open."""
        return self.verdicts[claim.id].word if claim.id in self.verdicts else "open"

    def hinges_of(self, claim: Claim) -> list[str]:
        """What its verdict hinges on: first what turned its word when it was chosen otherwise, then what was read."""
        turned = {variant.hinge for variant in self.variants if claim.id in variant.turned}
        read = (name for name in claim.hinges_on if name not in turned)
        return [*(name for name in self.book.hinges if name in turned), *read]


def read_board(folder: Path | None = None) -> Board:
    """The book in `folder` (default: around us) with its stored verdicts.

    A stored value that no longer fits the registry, or that was found with own settings, counts as no verdict;
    `audit.problems` names it.

    Raises:
        BadInput: A faulty registry or notebook.
    """
    book, verdicts, variants = Book.here(folder), {}, []
    written = chapters.find_all(book.folder)
    for chapter in written:
        for _, payload, _ in payloads(chapter.nb, "verdict"):
            claim = book.claims.get(str(payload.get("claim")))
            if claim and claim.chapter == chapter.id:
                with suppress(BadInput):
                    verdicts[claim.id] = restore(claim, payload, book.scales)
        for _, payload, _ in payloads(chapter.nb, key=VARIANT_METADATA):
            with suppress(BadInput):
                variants.append(restore_variant(payload, verdicts))
    return Board(book, written, verdicts, variants)


def payloads(
    nb: NotebookNode, tag: str | None = None, key: str = METADATA
) -> list[tuple[Any, dict[str, Any], dict[str, Any]]]:
    """Cell, payload and printed data of each verdict in `nb`; with `tag`, only of cells that have it.

    With `key` as `VARIANT_METADATA`, of each variant.
    """
    return [
        (cell, output.metadata[key], output.data)
        for cell in notebooks.code_cells(nb)
        if tag is None or notebooks.has(cell, tag)
        for output in cell.outputs
        if key in output.get("metadata", {})
    ]


def differing(copy: NotebookNode, chapter: NotebookNode) -> list[str]:
    """Which verdicts of a copy, run with other settings, are not those of the chapter; a line for each."""
    stored, found = (
        {payload["claim"]: payload["verdict"] for _, payload, _ in payloads(nb, "verdict")} for nb in (chapter, copy)
    )
    words = ((name, word, stored.get(name, "not judged")) for name, word in found.items())
    return [f"{name}: {word}; in the book: {before}" for name, word, before in words if word != before]


def rewritten(copy: NotebookNode, chapter: NotebookNode) -> list[str]:
    """Ids of the cells in which a copy prints something else; those whose output nbval ignores are left out."""
    stored, found = (dict(_printed(nb)) for nb in (chapter, copy))
    return [name for name, texts in found.items() if texts != stored.get(name)]


def _printed(nb: NotebookNode) -> Iterator[tuple[str, list[str]]]:
    for cell in notebooks.code_cells(nb):
        if not notebooks.has(cell, "nbval-ignore-output"):
            shown = (output.get("data", {}).get("text/plain") for output in cell.outputs)
            written = (output["text"] for output in cell.outputs if output["output_type"] == "stream")
            yield cell.id, ["".join(written), *filter(None, shown)]
