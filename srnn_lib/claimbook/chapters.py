"""The chapters on disk: finding them, what they depend on, and whether their stored outputs still hold."""

import difflib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from srnn_lib import checks
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import notebooks, parameters, provenance, seals
from srnn_lib.claimbook.content import read_yaml
from srnn_lib.claimbook.provenance import State
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.results import read_table, rows_digest
from srnn_lib.claimbook.stamps import stamp_faults, stamp_of
from srnn_lib.saving import digest


@dataclass(frozen=True)
class Chapter:
    """One chapter of a book: `id` is its path below `book/` without ending."""

    id: str
    book: Book

    @property
    def path(self) -> Path:
        """Its notebook."""
        return self.book.file(f"{self.id}.ipynb")

    @cached_property
    def nb(self) -> NotebookNode:
        """The notebook as it was when first asked for.

        Raises:
            BadInput: Not a notebook.
        """
        return notebooks.read_notebook(self.path)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The values in its `parameters` cell.

        Raises:
            BadInput: The cell breaks a rule; the message names this chapter.
        """
        try:
            return parameters.defaults(self.nb, self.book.parameters)
        except BadInput as error:
            raise BadInput(f"{self.id}: {error}") from error

    def at(self, scale: str) -> dict[str, Any]:
        """All its parameters at a scale, the scale itself first.

        Raises:
            BadInput: A scale that it does not have, a value that breaks its rule, or a `parameters` cell that says
                something else than `book/scales.yml`.
        """
        values, cell = self.book.by_scale.values(self.id, scale), self.defaults
        if differing := self._differing():
            raise BadInput(f"{self.id}: its parameters cell and scales.yml disagree: {'; '.join(differing)}")
        try:
            rules = self.book.parameters
            checked = {name: parameters.checked(name, values[name], rules) for name in cell if name != "scale"}
            return {name: checked.get(name, scale) for name in cell}
        except BadInput as error:
            raise BadInput(f"scales.yml, {self.id}, {scale}: {error}") from error

    def _differing(self) -> list[str]:
        """What the `parameters` cell and `book/scales.yml` do not agree on, in words."""
        cell, said = self.defaults, {"scale": "book", **self.book.by_scale.values(self.id, "book")}
        names = [name for name in {**cell, **said} if name not in cell or name not in said or cell[name] != said[name]]
        shown = [[repr(side[name]) if name in side else "nothing" for side in (cell, said)] for name in names]
        return [f"{name} is {', '.join(both)}" for name, both in zip(names, shown, strict=True)]

    def needs(self, values: Mapping[str, Any]) -> dict[str, parameters.ParameterRule]:
        """The rules of those of its parameters that name data which may not be at hand."""
        rules = self.book.parameters
        return {name: rules[name] for name in values if name in rules and rules[name].data}

    def lacks(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Parameters whose data are not at hand, and what is missing, in words."""
        modules = {name: import_module(rule.data) for name, rule in self.needs(values).items()}
        return {name: each.lack(values[name]) for name, each in modules.items() if not each.at_hand(values[name])}

    def library(self) -> dict[str, str]:
        """Fingerprint, now, of each library module that the notebook imports, directly or not, for its results.

        Raises:
            BadInput: A code cell is not Python; the message names this chapter.
        """
        names: set[str] = set()
        for number, cell in enumerate(notebooks.code_cells(self.nb), 1):
            try:
                found = provenance.imported(notebooks.parse_cell(cell.source))
            except BadInput as error:
                raise BadInput(f"{self.id}: code cell {number}, {error}") from error
            names |= set() if notebooks.has(cell, notebooks.LIVE) else found
        return provenance.fingerprints(names)


def find_all(folder: Path | None = None) -> list[Chapter]:
    """All chapters below `book/` in the project's `folder` (default: around us), in the papers' order."""
    book = Book.here(folder)
    return [Chapter(name, book) for name in book.order if book.file(f"{name}.ipynb").is_file()]


def toc_pages(folder: Path) -> list[str]:
    """The pages that the table of contents names, in its order, the root first; none where there is no `_toc.yml`.

    Raises:
        BadInput: It is not YAML.
    """
    path = folder / "_toc.yml"
    return list(_named(read_yaml(path))) if path.is_file() else []


def _named(contents: Any) -> Iterator[str]:
    """The pages in a part of a table of contents, at any depth."""
    if isinstance(contents, Mapping):
        yield from (contents[key] for key in ("root", "file") if isinstance(contents.get(key), str))
        contents = list(contents.values())
    for entry in contents if isinstance(contents, list) else []:
        yield from _named(entry)


def strays(book: Book) -> list[str]:
    """Notebooks below `book/` that are no chapters of `papers.yml`, such as an `Untitled.ipynb`."""
    place, known = book.folder / "book", {f"{name}.ipynb" for name in book.order} | {"template.ipynb"}
    paths = [path.relative_to(place).as_posix() for path in place.rglob("*.ipynb") if not path.name.startswith(".")]
    kept = [path for path in paths if not path.endswith(".run.ipynb") and "/." not in path and path not in known]
    return sorted(path for path in kept if not path.startswith("_"))


def find(name: str, folder: Path | None = None) -> Chapter:
    """The chapter called `name`: its id, the last part of it where only one has that, or its path.

    Raises:
        BadInput: None or several; the message lists the chapters and the nearest name.
    """
    chapters = {chapter.id: chapter for chapter in find_all(folder)}
    asked = name.removeprefix("./").removeprefix("book/").removesuffix(".ipynb")
    found = [each for key, each in chapters.items() if asked in (key, key.rpartition("/")[2])]
    if len(found) == 1:
        return found[0]
    if found:
        raise bad_input("chapter", name, " or ".join(each.id for each in found))
    by_last = {key.rpartition("/")[2]: key for key in chapters}
    near = difflib.get_close_matches(asked.rpartition("/")[2], by_last, n=1, cutoff=0.4)
    hint = f"did you mean {by_last[near[0]]!r}?" if near else ""
    raise bad_input("chapter", name, ", ".join(chapters) or "none, there is no chapter in book/ yet", hint)


def having(scale: str, folder: Path | None = None) -> list[Chapter]:
    """All chapters that have a scale, in the papers' order.

    Raises:
        BadInput: There are chapters, and none of them has it.
    """
    known = find_all(folder)
    there = {each for chapter in known for each in chapter.book.by_scale.of(chapter.id)}
    if known:
        checks.choice("scale", scale, [each for each in known[0].book.scales if each in there])
    return [chapter for chapter in known if scale in chapter.book.by_scale.of(chapter.id)]


def last_time(nb: NotebookNode) -> float:
    """Seconds of the run that a chapter's notebook stores; 0 if it has none."""
    return stamp_of(nb).get("seconds", 0.0)


def state(chapter: Chapter) -> State:
    """Whether the stored outputs are those of the chapter and the library as they are now."""
    nb = chapter.nb
    if not nb.metadata.get("provenance"):
        return State("never run")
    stamp, reasons = stamp_of(nb), stamp_faults(nb)
    if stamp.get("source") != notebooks.source_hash(nb):
        reasons.append("its cells changed")
    reasons += provenance.changes(stamp.get("library", {}), chapter.library())
    if stamp.get("scale") != "book" or stamp.get("parameters") != chapter.at("book"):
        reasons.append("it was run with other parameters")
    reasons += _other_reads(stamp.get("reads", {}), chapter.book.folder)
    if stamp.get("outputs") != notebooks.outputs_hash(nb):
        reasons.append("its outputs were changed after the run")
    then, now = stamp.get("packages", {}), provenance.versions()
    note = ", ".join(f"ran with {name} {then[name]}" for name in then if then[name] != now.get(name))
    return State("stale" if reasons else "fresh", "; ".join(reasons), note)


def _other_reads(read: Mapping[str, str], folder: Path) -> list[str]:
    """Which files say something else than a chapter has read in them, in words."""
    said = {name: _says(folder / name) for name in read}
    other = (name for name in read if read[name] != said[name])
    return [f"{name} changed" if said[name] else f"{name} is missing or damaged" for name in other]


def _says(path: Path) -> str:
    """A digest of what a file says that a chapter has read; empty if it is not there, or damaged."""
    with suppress(BadInput):
        if path.suffix == ".safetensors":
            return seals.said(path)
        return rows_digest(read_table(path)[0]) if path.suffix == ".parquet" else digest(read_yaml(path))
    return ""
