"""The registry of claims, `book/claims.yml`: what each paper says, and the criterion fixed beforehand."""

import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from srnn_lib import checks
from srnn_lib.checks import BadInput, refuse
from srnn_lib.files import read_yaml, root

SCALES = ("quick", "book", "scaled", "paper")
"""From the least to the most evidence."""
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

    @property
    def part(self) -> str:
        """The folder of its chapters below `book/`."""
        return next(iter(self.chapters)).partition("/")[0]


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


class Hinge(NamedTuple):
    """Something a verdict may hinge on, and what that means for the claims named under it."""

    title: str
    meaning: str


HINGES = {
    "float32": Hinge(
        "the number format",
        "Judged in single precision, as the paper computed. In double precision, run beside it, the outcome is another "
        "one: what the numbers show is rounding, more than dynamics.",
    ),
    "initialisation": Hinge(
        "how random nets are drawn",
        "Judged with the way of the program behind the figures. The papers leave it open, and with another customary "
        "way the outcome is another one.",
    ),
    "optimiser": Hinge(
        "the training rule",
        "Judged with the learning rate, the batches and the momentum of the program behind the figures. Another "
        "published set of them gives another outcome for the same number of steps.",
    ),
    "steps": Hinge(
        "how long one goes on",
        "Earlier or later the same measurement gives another answer; the number of steps decides, and the text does "
        "not always name it.",
    ),
    "margin": Hinge("the margin of the tests", "A wider or narrower margin for fixpoints decides the other way."),
    "activation": Hinge(
        "the activation function",
        "The figures show nets with one activation function. With another one the outcome is another one.",
    ),
    "aggregation": Hinge(
        "how weights are condensed",
        "The figures show one way to condense many weights into one number. With another one the outcome is another "
        "one.",
    ),
    "shape": Hinge(
        "the shape of the network",
        "The text does not tell how wide the network is. With another published width the outcome is another one.",
    ),
    "counting": Hinge(
        "how it was counted",
        "Judged with a counter that starts anew for every copy. The authors' program never sets its counter back; "
        "counted its way, the same nets give the paper's outcome.",
    ),
    "baseline": Hinge(
        "what it is compared with",
        "The text leaves open what stands on the other side of the comparison, and the readings disagree.",
    ),
    "sample": Hinge(
        "how much was looked at",
        "The paper rests on few runs, or shows one. With more of them the sentence describes an exception, misses "
        "something, or cannot be told from chance.",
    ),
    "wording": Hinge(
        "the wording",
        "What the sentence is about is there. Taken at its word it claims more than that, or it names another number.",
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
    """One entry of the registry; `criterion` is its wording, `checks` what the machine compares.

    `hinges_on` says why a verdict is as it is, the most important of `HINGES` first. It is a reading of the chapter,
    made after the run, and decides nothing.
    """

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
    hinges_on: tuple[str, ...] = ()


TEXTS = ("id", "paper", "place", "chapter", "statement", "quantity", "criterion", "expected", "lost", "note")
OPTIONAL = ("checks", "lost", "note", "hinges_on")


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
    _keys("key", entry, (*TEXTS, "checks", "hinges_on"), OPTIONAL)
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
    texts = {key: " ".join(entry[key].split()) for key in TEXTS if key in entry}
    return Claim(**texts, checks=criteria, hinges_on=_hinges(entry.get("hinges_on", [])))


def _hinges(entry: Any) -> tuple[str, ...]:
    if not isinstance(entry, list) or len(set(map(str, entry))) < len(entry):
        raise refuse("hinges_on", entry, "a list of different words", f"known: {', '.join(HINGES)}")
    return tuple(checks.choice("hinges_on", name, HINGES) for name in entry)


def _criterion(name: Any, entry: Any) -> Criterion:
    where = f"checks.{name}"
    if not (isinstance(name, str) and name.isidentifier()) or keyword.iskeyword(name):
        raise refuse("name of a check", name, "a Python identifier")
    _keys(where, entry, ("label", *SCALES), tuple(scale for scale in SCALES if scale != "book"))
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
