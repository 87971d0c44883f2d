"""What a book is made of, as data below `book/`: papers, claims with their criteria, hinges, parameters, scales."""

import keyword
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from srnn_lib import checks, saving
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import reads
from srnn_lib.claimbook.content import MAPPING, Content, Text, read_content, read_entries, read_yaml
from srnn_lib.claimbook.parameters import ParameterRule
from srnn_lib.saving import digest

TESTS = {
    "min": ("at least", operator.ge), "max": ("at most", operator.le),
    "above": ("above", operator.gt), "below": ("below", operator.lt), "equals": ("exactly", operator.eq),
}  # fmt: skip
Bounds = Mapping[str, float]
Kind = Literal["empirical", "analytical", "by construction"]
"""What decides a claim, which is measurement, algebra that is checked on examples, or how the nets are built."""
KINDS: tuple[str, ...] = get_args(Kind)
NONE_PRINTED = "none printed"
"""What stands as expected where neither the paper nor a log says what should come out."""


def accepts(bounds: Bounds, value: float) -> bool:
    """Whether `value` is a finite number inside all `bounds`."""
    return math.isfinite(value) and all(TESTS[kind][1](value, bound) for kind, bound in bounds.items())


def interval(bounds: Bounds) -> tuple[float, float]:
    """The lowest and the highest number that the bounds leave room for, infinite where there is none."""
    lowest = max((bounds[kind] for kind in ("min", "above", "equals") if kind in bounds), default=-math.inf)
    highest = min((bounds[kind] for kind in ("max", "below", "equals") if kind in bounds), default=math.inf)
    return lowest, highest


def describe(bounds: Bounds) -> str:
    """The bounds in words: "at least 0.45 and at most 0.65"."""
    return " and ".join(f"{TESTS[kind][0]} {bound:g}" for kind, bound in bounds.items())


class Paper(Content):
    """One of the papers: its title, the folder of its chapters, and the titles of these by their name in it."""

    title: Text
    part: Text
    chapters: dict[str, Text]

    @property
    def paths(self) -> dict[str, str]:
        """Titles of its chapters by their path below `book/`."""
        return {f"{self.part}/{name}": title for name, title in self.chapters.items()}


class Hinge(Content):
    """Something a verdict may hinge on, and what that means for the claims named under it."""

    title: Text
    meaning: Text


class Criterion(Content):
    """One measured quantity of a claim and its bounds at each scale (`book` always among them).

    Its role is "core" where the paper's sentence says it, and "side" where it is context, a precondition or ours: side
    checks are shown, and decide nothing.
    """

    name: str
    label: Text
    role: Literal["core", "side"] = "core"
    bounds: dict[str, dict[str, float]]

    def at(self, scale: str) -> Bounds:
        """The bounds at `scale`; those of `book` where it has none of its own."""
        return self.bounds.get(scale, self.bounds["book"])

    @field_validator("bounds")
    @classmethod
    def _possible(cls, bounds: dict[str, dict[str, float]], info: ValidationInfo) -> dict[str, dict[str, float]]:
        for scale, several in bounds.items():
            checks.choice("scale", scale, _book(info).scales)
            _require_bounds(scale, several)
        if "book" not in bounds:
            raise BadInput("'book' is missing")
        return bounds


def _require_bounds(scale: str, bounds: Bounds) -> None:
    """Refuse bounds that are no bounds, or that no number can keep."""
    for kind, bound in bounds.items():
        checks.number(f"{scale}.{checks.choice(scale, kind, TESTS)}", bound)
    if not bounds or ("equals" in bounds and len(bounds) > 1):
        raise bad_input(scale, dict(bounds), "`equals` alone, or one or more of min, max, above, below")
    lowest, highest = interval(bounds)
    strict = lowest == highest and lowest in (bounds.get("above"), bounds.get("below"))
    if lowest > highest or strict:
        raise BadInput(f"{scale}: no number is {describe(bounds)}")


def _book(info: ValidationInfo) -> "Book":
    """The book that an entry belongs to."""
    book = info.context
    if not isinstance(book, Book):
        raise TypeError("an entry is read in the context of its book")
    return book


def _criteria(entry: Any) -> Any:
    """The mapping of the file, with a key of their own for names and for bounds."""
    if not isinstance(entry, dict):
        raise bad_input("this", entry, MAPPING)
    return {name: _criterion(name, check) for name, check in entry.items()}


def _criterion(name: Any, entry: Any) -> dict[str, Any]:
    if not (isinstance(name, str) and name.isidentifier()) or keyword.iskeyword(name):
        raise bad_input("name of a check", name, "a Python identifier")
    if not isinstance(entry, dict):
        raise bad_input(name, entry, MAPPING)
    own = {key: entry[key] for key in ("label", "role") if key in entry}
    return {"name": name, **own, "bounds": {key: entry[key] for key in entry if key not in own}}


class Claim(Content):
    """One entry of the registry; `criterion` is its wording, `checks` what the machine compares.

    `kind` is one of `KINDS`, and `follows_from` names claims that this one needs no data of its own beside.
    `hinges_on` says why a verdict is as it is, the most important of the hinges first. It is a reading of the chapter,
    made after the run, and decides nothing.
    """

    id: Text
    paper: Text
    place: Text
    chapter: Text
    statement: Text
    quantity: Text
    criterion: Text
    expected: Text
    checks: Annotated[dict[str, Criterion], BeforeValidator(_criteria)] = Field({})
    lost: Text = ""
    note: Text = ""
    kind: Kind = "empirical"
    follows_from: tuple[str, ...] = Field((), strict=False)
    hinges_on: tuple[str, ...] = Field((), strict=False)

    @property
    def expects(self) -> bool:
        """Whether paper or log say what should come out."""
        return self.expected.rstrip(".") != NONE_PRINTED

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> "Claim":
        book = _book(info)
        paper = book.papers[checks.choice("paper", self.paper, book.papers)]
        checks.choice("chapter", self.chapter, paper.paths)
        prefix, _, number = self.id.partition("-")
        if prefix != self.paper or not _is_number(number):
            raise bad_input("id", self.id, f"{self.paper}- and two digits")
        if not self.checks and not self.lost:
            raise BadInput("checks are missing; only a claim whose text lost something (`lost`) may have none")
        if self.checks and next(iter(self.checks.values())).role == "side":
            raise BadInput("the first check is the headline, and cannot be a side one")
        for name in self.hinges_on:
            checks.choice("hinges_on", name, book.hinges)
        if len(set(self.hinges_on)) < len(self.hinges_on):
            raise bad_input("hinges_on", list(self.hinges_on), "a list of different words")
        return self


class Scales(Content):
    """The scales, from the least to the most evidence, and every chapter's parameters at those it has."""

    scales: dict[str, Text]
    chapters: dict[str, dict[str, dict[str, Any]]]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> "Scales":
        known = _book(info).order
        for chapter, at in self.chapters.items():
            checks.choice("chapter", chapter, known)
            if "book" not in at:
                raise BadInput(f"chapters.{chapter}: 'book' is missing")
            if "scale" in at["book"]:
                raise BadInput(f"chapters.{chapter}.book: scale is no parameter here; each scale names itself")
            for scale, values in at.items():
                checks.choice(f"scale of {chapter}", scale, self.scales)
                for name in values:
                    checks.choice(f"parameter of {chapter} at {scale}", name, at["book"])
        return self

    def of(self, chapter: str) -> list[str]:
        """The scales that a chapter has.

        Raises:
            BadInput: It is not in `scales.yml`.
        """
        return list(self.chapters[checks.choice("chapter in scales.yml", chapter, self.chapters)])

    def values(self, chapter: str, scale: str) -> dict[str, Any]:
        """All parameters of a chapter at a scale but the scale itself.

        Raises:
            BadInput: A chapter that is not in `scales.yml`, or a scale that it does not have.
        """
        checks.choice(f"scale of {chapter}", scale, self.of(chapter))
        return {**self.chapters[chapter]["book"], **self.chapters[chapter][scale]}


@dataclass(frozen=True)
class Book:
    """The book in the project's `folder`; each file of it is read when it is first asked for.

    All properties raise `BadInput` where a file breaks a rule, with one line that names file, entry and key.
    """

    folder: Path

    @classmethod
    def here(cls, folder: Path | None = None) -> "Book":
        """The book in `folder`, or the one around us."""
        return cls(folder or saving.root())

    def file(self, name: str) -> Path:
        """A file of the book's own."""
        return self.folder / "book" / name

    def data(self, name: str) -> Any:
        """Facts that lie beside the chapters for comparison, such as `authors_logs.yml`."""
        found = read_yaml(self.file(name))
        reads.note(self.file(name), digest(found))
        return found

    @cached_property
    def papers(self) -> dict[str, Paper]:
        """The papers by their short names, in the book's order."""
        return read_entries(self.file("papers.yml"), Paper)

    @cached_property
    def hinges(self) -> dict[str, Hinge]:
        """What verdicts may hinge on, in the order of the pages."""
        return read_entries(self.file("hinges.yml"), Hinge)

    @cached_property
    def parameters(self) -> dict[str, ParameterRule]:
        """What the parameters of the chapters may be."""
        return read_entries(self.file("parameters.yml"), ParameterRule)

    @cached_property
    def by_scale(self) -> Scales:
        """The scales, and what they mean in each chapter."""
        _ = self.papers  # so that a fault in that file is said to be there
        return read_content(self.file("scales.yml"), Scales, self)

    @property
    def scales(self) -> list[str]:
        """From the least to the most evidence."""
        return list(self.by_scale.scales)

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """All claims by id, in the registry's order."""
        _ = self.papers, self.hinges, self.by_scale  # so that a fault in one of these files is said to be there
        found = read_entries(self.file("claims.yml"), Claim, self, _by_id)
        for claim in found.values():
            if unknown := [name for name in claim.follows_from if name not in found or name == claim.id]:
                wanted = "ids of other claims"
                raise bad_input(f"claims.yml, {claim.id}: follows_from", unknown, wanted)
        return found

    @cached_property
    def order(self) -> list[str]:
        """The chapters of all papers, in the book's order."""
        return [path for paper in self.papers.values() for path in paper.paths]

    def claims_of(self, chapter: str) -> list[Claim]:
        """The claims that a chapter judges."""
        return [claim for claim in self.claims.values() if claim.chapter == chapter]


def _is_number(text: str) -> bool:
    """Whether a text is the number in an id."""
    return len(text) == 2 and text.isascii() and text.isdigit()


def _by_id(entries: Any) -> Mapping[str, Any]:
    """The list of the file by id, which must stand once each, and in order within a paper."""
    if not isinstance(entries, list):
        raise BadInput("claims.yml is not a list of claims")
    found: dict[str, Any] = {}
    last: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        name = str(entry.get("id", f"entry {number}")) if isinstance(entry, dict) else f"entry {number}"
        paper, _, number_of = name.partition("-")
        if name in found:
            raise BadInput(f"claims.yml, {name}: this id stands twice")
        found[name] = entry
        if _is_number(number_of):  # what is none is a fault of its own
            if name < last.get(paper, ""):
                raise BadInput(f"claims.yml, {name}: it stands after {last[paper]}; ids are in order")
            last[paper] = name
    return found
