"""The chapters on disk: finding them, what they depend on, and whether their stored outputs still hold."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from srnn_lib import checks, notebooks, provenance
from srnn_lib.book import parameters
from srnn_lib.book.registry import PAPERS
from srnn_lib.checks import BadInput, refuse
from srnn_lib.files import read_yaml, root

_ORDER = [name for paper in PAPERS.values() for name in paper.chapters]


@dataclass(frozen=True)
class Chapter:
    """One chapter: `id` is its path below `book/` without ending, `folder` the project's folder."""

    id: str
    folder: Path

    @property
    def path(self) -> Path:
        """Its notebook."""
        return self.folder / "book" / f"{self.id}.ipynb"

    @cached_property
    def nb(self) -> NotebookNode:
        """The notebook as it was when first asked for.

        Raises:
            BadInput: Not a notebook.
        """
        return notebooks.read(self.path)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """Its parameters at book scale.

        Raises:
            BadInput: The `parameters` cell breaks a rule; the message names this chapter.
        """
        try:
            return parameters.defaults(self.nb)
        except BadInput as error:
            raise BadInput(f"{self.id}: {error}") from error

    def at(self, scale: str) -> dict[str, Any]:
        """What `scale` changes of the defaults: `scale` itself, and the chapter's entry in `book/scales.yml`.

        Raises:
            BadInput: An unknown scale, or a faulty `book/scales.yml`.
        """
        checks.choice("scale", scale, parameters.SCALES)
        return {} if scale == "book" else {**_scales(self.folder).get(self.id, {}).get(scale, {}), "scale": scale}

    def library(self) -> dict[str, str]:
        """Fingerprint, now, of each library module that the notebook imports, directly or not.

        Raises:
            BadInput: A code cell is not Python; the message names this chapter.
        """
        names: set[str] = set()
        for number, cell in enumerate(notebooks.code_cells(self.nb), 1):
            try:
                names |= provenance.imported(notebooks.parse(cell.source))
            except BadInput as error:
                raise BadInput(f"{self.id}: code cell {number}, {error}") from error
        return provenance.fingerprints(names)


@dataclass(frozen=True)
class State:
    """`kind` is fresh, stale or never run; `reason` says why, `note` what else is worth knowing."""

    kind: str
    reason: str = ""
    note: str = ""


def find_all(folder: Path | None = None) -> list[Chapter]:
    """All chapters below `book/` in the project's `folder` (default: around us), in the papers' order."""
    folder = folder or root()
    book = folder / "book"
    paths = [path.relative_to(book).with_suffix("") for path in book.rglob("*.ipynb") if _is_chapter(path, book)]
    names = sorted(path.as_posix() for path in paths)
    names.sort(key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))
    return [Chapter(name, folder) for name in names]


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
        raise refuse("chapter", name, " or ".join(each.id for each in found))
    by_last = {key.rpartition("/")[2]: key for key in chapters}
    near = difflib.get_close_matches(asked.rpartition("/")[2], by_last, n=1, cutoff=0.4)
    hint = f"did you mean {by_last[near[0]]!r}?" if near else ""
    raise refuse("chapter", name, ", ".join(chapters) or "none, there is no chapter in book/ yet", hint)


def last_time(nb: NotebookNode) -> float:
    """Seconds of the run that a chapter's notebook stores; 0 if it has none."""
    return nb.metadata.get("provenance", {}).get("seconds", 0.0)


def state(chapter: Chapter) -> State:
    """Whether the stored outputs are those of the chapter and the library as they are now."""
    nb = chapter.nb
    stamp = nb.metadata.get("provenance")
    if not stamp:
        return State("never run")
    reasons = []
    if stamp.get("source") != notebooks.source_hash(nb):
        reasons.append("its cells changed")
    reasons += _changes(stamp.get("library", {}), chapter.library())
    if stamp.get("scale") != "book" or stamp.get("parameters") != chapter.defaults:
        reasons.append("it was run with other parameters")
    if stamp.get("outputs") != notebooks.outputs_hash(nb):
        reasons.append("its outputs were changed after the run")
    note = ", ".join(f"ran with {p}" for p in _versions_then(stamp.get("packages", {})))
    return State("stale" if reasons else "fresh", "; ".join(reasons), note)


def _changes(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [f"{name} changed" for name in sorted(then.keys() | now.keys()) if then.get(name) != now.get(name)]


def _versions_then(then: Mapping[str, str]) -> list[str]:
    now = provenance.versions()
    return [f"{name} {then[name]}" for name in then if then[name] != now.get(name)]


def _is_chapter(path: Path, book: Path) -> bool:
    hidden = any(part.startswith((".", "_")) for part in path.relative_to(book).parts)
    return not hidden and not path.name.endswith(".run.ipynb")


def _scales(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    path = folder / "book" / "scales.yml"
    entries = (read_yaml(path) or {}) if path.is_file() else {}
    if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
        raise BadInput("scales.yml is not a mapping from chapters to scales")
    known = [chapter.id for chapter in find_all(folder)]
    for name, entry in entries.items():
        checks.choice("chapter in scales.yml", name, known)
        for scale, values in entry.items():
            checks.choice(f"scale of {name} in scales.yml", scale, parameters.SCALES[1:])
            if not isinstance(values, dict) or "scale" in values:
                raise refuse(f"{name}.{scale} in scales.yml", values, "a mapping from parameters to values, no scale")
    return entries
