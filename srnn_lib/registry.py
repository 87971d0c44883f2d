"""The registry of claims, `book/claims.yml`: what each paper says, and the criterion fixed beforehand."""

import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srnn_lib import checks
from srnn_lib.checks import BadInput, refuse
from srnn_lib.files import read_yaml, root

SCALES = ("book", "quick", "scaled", "paper")
TESTS = {
    "min": ("at least", lambda value, bound: value >= bound),
    "max": ("at most", lambda value, bound: value <= bound),
    "above": ("above", lambda value, bound: value > bound),
    "below": ("below", lambda value, bound: value < bound),
    "equals": ("exactly", lambda value, bound: value == bound),
}
Bounds = Mapping[str, float]


@dataclass(frozen=True)
class Paper:
    """One of the three papers: its title, and the titles of its chapters by their path below `book/`."""

    title: str
    chapters: Mapping[str, str]


PAPERS = {
    "SR": Paper(
        "Self-Replication in Neural Networks",
        {
            "self-replication/definitions": "Definitions",
            "self-replication/self-application": "Self-application",
            "self-replication/self-training": "Self-training",
            "self-replication/weight-space": "Weight space",
            "self-replication/mixed": "Mixed settings",
            "self-replication/soups": "Soups",
        },
    ),
    "ON": Paper(
        "Constructing Organism Networks from Collaborative Self-Replicators",
        {
            "organism-networks/definitions": "Definitions",
            "organism-networks/addition": "Addition",
            "organism-networks/mnist": "MNIST",
            "organism-networks/specialists": "Specialists",
            "organism-networks/pruning": "Pruning",
        },
    ),
    "BI": Paper(
        "Bio-inspired Machine Learning: programmed death and replication",
        {
            "programmed-death/efficiency": "Efficiency",
            "programmed-death/death": "Death",
            "programmed-death/replication": "Replication",
            "programmed-death/combined": "Death and replication combined",
        },
    ),
}


@dataclass(frozen=True)
class Criterion:
    """One measured quantity of a claim and its bounds at each scale (`book` always among them)."""

    name: str
    label: str
    bounds: Mapping[str, Bounds]

    def at(self, scale: str) -> Bounds:
        """The bounds at `scale`; those of `book` where it has none of its own."""
        return self.bounds.get(scale, self.bounds["book"])


@dataclass(frozen=True)
class Claim:
    """One entry of the registry; `criterion` is its wording, `checks` what the machine compares."""

    id: str
    paper: str
    place: str
    chapter: str
    statement: str
    quantity: str
    criterion: str
    expected: str
    checks: tuple[Criterion, ...] = ()
    lost: str = ""
    note: str = ""


TEXTS = ("id", "paper", "place", "chapter", "statement", "quantity", "criterion", "expected", "lost", "note")
OPTIONAL = ("checks", "lost", "note")


def load(folder: Path | None = None) -> dict[str, Claim]:
    """All claims by id, in the registry's order, from the book in `folder` (default: the book around us).

    Raises:
        BadInput: No book, or an entry that breaks a rule; one line that names the claim and the key.
    """
    entries = read_yaml((folder or root()) / "book" / "claims.yml")
    if not isinstance(entries, list):
        raise BadInput("claims.yml is not a list of claims")
    claims: dict[str, Claim] = {}
    for number, entry in enumerate(entries, 1):
        name = entry.get("id") if isinstance(entry, dict) else None
        try:
            claim = _claim(entry)
            _in_order(claim, claims)
        except BadInput as error:
            raise BadInput(f"claims.yml, {name or f'entry {number}'}: {error}") from error
        claims[claim.id] = claim
    return claims


def accepts(bounds: Bounds, value: float) -> bool:
    """Whether `value` is a finite number inside all `bounds`."""
    return math.isfinite(value) and all(TESTS[kind][1](value, bound) for kind, bound in bounds.items())


def describe(bounds: Bounds) -> str:
    """The bounds in words: "at least 0.45 and at most 0.65"."""
    return " and ".join(f"{TESTS[kind][0]} {bound:g}" for kind, bound in bounds.items())


def _claim(entry: Any) -> Claim:
    _keys("key", entry, (*TEXTS, "checks"), OPTIONAL)
    for key in TEXTS:
        if key in entry and not (isinstance(entry[key], str) and entry[key].strip()):
            raise refuse(key, entry[key], "text, not empty")
    paper = PAPERS[checks.choice("paper", entry["paper"], PAPERS)]
    checks.choice("chapter", entry["chapter"], paper.chapters)
    prefix, _, number = entry["id"].partition("-")
    if prefix != entry["paper"] or len(number) != 2 or not number.isdigit():
        raise refuse("id", entry["id"], f"{entry['paper']}- and two digits")
    if not entry.get("checks") and "lost" not in entry:
        raise BadInput("checks are missing; only a claim whose text lost something (`lost`) may have none")
    criteria = tuple(_criterion(name, check) for name, check in _mapping("checks", entry.get("checks") or {}))
    return Claim(**{key: " ".join(entry[key].split()) for key in TEXTS if key in entry}, checks=criteria)


def _criterion(name: Any, entry: Any) -> Criterion:
    where = f"checks.{name}"
    if not (isinstance(name, str) and name.isidentifier()) or keyword.iskeyword(name):
        raise refuse("name of a check", name, "a Python identifier")
    _keys(where, entry, ("label", *SCALES), SCALES[1:])
    if not isinstance(entry["label"], str) or not entry["label"].strip():
        raise refuse(f"{where}.label", entry["label"], "text, not empty")
    bounds = {scale: _bounds(f"{where}.{scale}", entry[scale]) for scale in SCALES if scale in entry}
    return Criterion(name, entry["label"], bounds)


def _bounds(where: str, entry: Any) -> Bounds:
    bounds = {checks.choice(where, kind, TESTS): bound for kind, bound in _mapping(where, entry)}
    if not bounds or ("equals" in bounds and len(bounds) > 1):
        raise refuse(where, dict(bounds), "`equals` alone, or one or more of min, max, above, below")
    bounds = {kind: checks.number(f"{where}.{kind}", bound) for kind, bound in bounds.items()}
    lowest = max((bounds[kind] for kind in ("min", "above") if kind in bounds), default=-math.inf)
    highest = min((bounds[kind] for kind in ("max", "below") if kind in bounds), default=math.inf)
    if lowest > highest:
        raise BadInput(f"{where}: no number is {describe(bounds)}")
    return bounds


def _keys(where: str, entry: Any, allowed: tuple[str, ...], optional: tuple[str, ...]) -> None:
    for key, _ in _mapping(where, entry):
        checks.choice(where, key, allowed)
    for key in allowed:
        if key not in entry and key not in optional:
            raise BadInput(f"{where} {key!r} is missing" if where == "key" else f"{where}.{key} is missing")


def _mapping(where: str, entry: Any) -> list[tuple[Any, Any]]:
    if not isinstance(entry, dict):
        raise refuse(where, entry, "a mapping of keys to values")
    return list(entry.items())


def _in_order(claim: Claim, earlier: Mapping[str, Claim]) -> None:
    if claim.id in earlier:
        raise BadInput("this id stands twice")
    before = [name for name in earlier if earlier[name].paper == claim.paper and name > claim.id]
    if before:
        raise BadInput(f"it stands after {before[-1]}; ids are in order")
