"""Verdicts: a chapter hands in what it measured, the registry's criterion decides.

A chapter makes one `Judge(CHAPTER, globals())` and calls it once per claim, in cells tagged `verdict`. What a verdict
prints is rounded; the full numbers lie in the output's metadata, from which the scoreboard is made.

The judge knows which values of the chapter's parameters belong to a scale. A run with other values has its own
settings: every box says so, and none of its verdicts counts.
"""

import difflib
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, SupportsFloat

from srnn_lib import checks
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook.estimates import NOTHING, Estimate, exact
from srnn_lib.claimbook.registry import Book, Bounds, Claim, accepts, describe

METADATA = "srnn"
Quantity = Estimate | SupportsFloat
"""What a chapter hands in for a check."""
OWN = "own settings"
"""What stands in the place of the scale where a parameter has another value than at that scale."""
SYMBOLS = {"reproduced": "✓", "partly": "◐", "not reproduced": "✗", "not testable": "?", "open": "○"}


@dataclass(frozen=True)
class Check:
    """One quantity beside the bounds that held where it was measured."""

    name: str
    label: str
    bounds: Bounds
    found: Estimate

    @property
    def empty(self) -> bool:
        """Whether there was nothing to measure."""
        return self.found.n == 0 or math.isnan(self.found.value)

    @property
    def passed(self) -> bool:
        """Whether something was measured and it is inside the bounds."""
        return not self.empty and accepts(self.bounds, self.found.value)

    @property
    def measured(self) -> str:
        """Value, interval and number of observations, rounded."""
        if self.empty:
            return "nothing measured"
        return f"{self.found}, n = {self.found.n}" if self.found.n > 1 else str(self.found)


def decide(found: Sequence[Check]) -> str:
    """The verdict that follows from these checks: all passed, some, none.

    Without any check it is not testable; as long as nothing at all was measured, open.
    """
    if not found:
        return "not testable"
    if all(check.empty for check in found):
        return "open"
    passed = sum(check.passed for check in found)
    return "reproduced" if passed == len(found) else "partly" if passed else "not reproduced"


@dataclass(frozen=True)
class Verdict:
    """A claim, the scale at which it was tested, and its checks; shows itself in a notebook.

    Attributes:
        claim: Of the registry.
        scale: At which it was tested.
        checks: What was measured, beside what was wanted.
        beside: Verdicts at lower scales: they are shown, and decide nothing.
        own: In what the settings of the run differ from those of its scale; such a verdict does not count.
    """

    claim: Claim
    scale: str
    checks: tuple[Check, ...]
    beside: tuple["Verdict", ...] = ()
    own: str = ""

    @property
    def word(self) -> str:
        """One of the keys of `SYMBOLS`."""
        return decide(self.checks)

    @property
    def payload(self) -> dict[str, Any]:
        """The verdict as plain data at full precision; what is not a finite number is None."""
        found = [{"name": c.name, **_plain(c.found), "bounds": dict(c.bounds), "passed": c.passed} for c in self.checks]
        scale = OWN if self.own else self.scale
        plain = {"claim": self.claim.id, "verdict": self.word, "scale": scale, "checks": found}
        return plain | ({"beside": [other.payload for other in self.beside]} if self.beside else {})

    @property
    def _at(self) -> str:
        return f"with {OWN}" if self.own else f"at scale {self.scale}"

    @property
    def _where(self) -> str:
        return f"{OWN}, which do not count: {self.own}" if self.own else f"scale: {self.scale}"

    def __str__(self) -> str:
        lines = [f"{self.claim.id}: {self.word} ({self._where})"]
        for check in self.checks:
            lines.append(f"  {'pass' if check.passed else 'FAIL'}  {check.label}: {check.measured}")
            lines.append(f"        wanted: {describe(check.bounds)}")
        beside = (f"  {other._at}: {other.word} ({other.brief})" for other in self.beside)
        return "\n".join([*lines, f"  expected: {self.claim.expected}", *beside])

    @property
    def brief(self) -> str:
        """What was measured, in one line."""
        return "; ".join(f"{check.label} {check.measured} {'✓' if check.passed else '✗'}" for check in self.checks)

    def _repr_html_(self) -> str:
        head = f"{self.claim.id}: {SYMBOLS[self.word]} {self.word}"
        title = f"<p><strong>{escape(head)}</strong> {escape(self.claim.statement)}</p>"
        rows = [(c.label, c.measured, describe(c.bounds), "✓ pass" if c.passed else "✗ fail") for c in self.checks]
        table = _table(("Quantity", "Measured", "Wanted", "Result"), rows) if rows else ""
        where = escape(self._where[:1].upper() + self._where[1:])
        expected = f"<p>Expected: {escape(self.claim.expected.rstrip('.'))}. {where}.</p>"
        others = [f"<p>Beside it, {v._at}: {SYMBOLS[v.word]} {v.word} ({escape(v.brief)}).</p>" for v in self.beside]
        kind = (OWN if self.own else self.word).replace(" ", "-")
        return f'<div class="srnn-verdict srnn-{kind}">{title}{table}{expected}{"".join(others)}</div>'

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}, {METADATA: self.payload}


def verdict(claim: Claim, scale: str, quantities: Mapping[str, Any]) -> Verdict:
    """The verdict on `claim` from one quantity per check: an `Estimate` or a number.

    Raises:
        BadInput: A quantity is missing, unknown, or neither an estimate nor a number.
    """
    if set(claim.checks) != set(quantities):
        given = ", ".join(quantities) or "none"
        raise BadInput(f"{claim.id} needs the quantities {', '.join(claim.checks) or 'none'}; given: {given}")
    found = [
        Check(name, criterion.label, criterion.at(scale), _estimate(claim.id, name, quantities[name]))
        for name, criterion in claim.checks.items()
    ]
    return Verdict(claim, scale, tuple(found))


def restore(claim: Claim, payload: Mapping[str, Any], scales: Sequence[str]) -> Verdict:
    """The verdict that today's registry gives for the values of a stored `payload`.

    Raises:
        BadInput: The payload is not one that `Verdict.payload` writes for this claim at one of these scales.
    """
    try:
        scale = checks.choice("scale", payload["scale"], scales)
        quantities = {entry["name"]: _stored(entry) for entry in payload["checks"]}
        others = payload.get("beside", [])
    except (KeyError, TypeError) as error:
        raise BadInput(f"the stored verdict on {claim.id} is damaged ({error})") from error
    beside = tuple(restore(claim, each, scales) for each in others)
    return replace(verdict(claim, scale, quantities), beside=beside)


def at_levels(claim: Claim, levels: Mapping[str, Mapping[str, Any]], scales: Sequence[str]) -> Verdict:
    """The verdict at the highest of the scales of `levels`, with those at the others beside it.

    `levels` holds quantities by scale; `scales` are all there are, from the least to the most evidence.
    """
    for scale in levels:
        checks.choice("scale", scale, scales)
    found = [verdict(claim, scale, levels[scale]) for scale in sorted(levels, key=scales.index, reverse=True)]
    return replace(found[0], beside=tuple(found[1:]))


class Judge:
    """Decides the claims of one chapter at one scale, each once.

    A claim may come with quantities at higher scales, too, from tables that are kept in `results/`. Its verdict then
    rests on the highest.

    Args:
        chapter: Such as "self-replication/self-application".
        values: Of the chapter's parameters, `scale` among them: in a notebook, `globals()`.
        folder: Of the project; found from the working directory if None.

    Raises:
        BadInput: An unknown chapter, a scale that it does not have, or no book here.
    """

    def __init__(self, chapter: str, values: Mapping[str, Any], folder: Path | None = None) -> None:
        self.book, self.chapter, self._values = Book.here(folder), chapter, values
        self.scale = checks.choice("scale", values.get("scale"), self.book.by_scale.of(chapter))
        self.verdicts: dict[str, Verdict] = {}

    @property
    def own(self) -> str:
        """In what the parameters differ now from those of the scale; empty if in nothing."""
        wanted = {**self.book.by_scale.values(self.chapter, self.scale), "scale": self.scale}
        other = {name: value for name, value in wanted.items() if not _same(self._values.get(name), value)}
        found = (f"{name} is {self._values.get(name)!r}, at {self.scale} {value!r}" for name, value in other.items())
        return "; ".join(found)

    def __call__(
        self, claim: str, levels: Mapping[str, Mapping[str, Quantity]] | None = None, /, **quantities: Quantity
    ) -> Verdict:
        """The verdict on `claim` from one keyword per check of the registry, or from such quantities by scale.

        Raises:
            BadInput: An unknown claim, one judged before, wrong quantities (it names the right ones), or levels
                without the scale of this judge.
        """
        known = self.book.claims
        if claim not in known:
            near = difflib.get_close_matches(str(claim), known, n=1, cutoff=0.0)
            raise bad_input("claim", claim, "an id of book/claims.yml", f"did you mean {near[0]!r}?" if near else "")
        if claim in self.verdicts:
            raise BadInput(f"{claim} was judged before; make a new Judge to judge it again")
        if levels is not None and quantities:
            raise BadInput(f"{claim} is given keywords and quantities by scale; allowed: one of them")
        given = {self.scale: quantities} if levels is None else levels
        if self.scale not in given:
            raise bad_input(f"scales of {claim}", list(given), f"{self.scale}, the scale of this run, and higher ones")
        found = at_levels(known[claim], given, self.book.scales)
        beside = tuple(replace(each, own=self.own) if each.scale == self.scale else each for each in found.beside)
        self.verdicts[claim] = replace(found, beside=beside, own=self.own)
        return self.verdicts[claim]

    def held(self, *names: str) -> bool:
        """Whether all the named claims, judged before, are reproduced.

        Raises:
            BadInput: One of them has not been judged yet.
        """
        for name in names:
            if name not in self.verdicts:
                raise bad_input("claim", name, "one judged before", "judge it first")
        return all(self.verdicts[name].word == "reproduced" for name in names)

    def at_stake(self) -> "Table":
        """The claims that the chapter is going to judge, with their criteria: what opens it."""
        found = self.book.claims_of(self.chapter)
        number = "One claim is" if len(found) == 1 else f"{len(found)} claims are"
        rows = tuple((claim.id, claim.statement, claim.place, claim.criterion) for claim in found)
        summary = f"{number} at stake in this chapter, with criteria fixed beforehand"
        return Table(("Claim", "What the paper says", "Where", "Criterion"), rows, summary)

    def table(self) -> "Table":
        """All verdicts so far, by id, for the end of a chapter."""
        found = [self.verdicts[name] for name in sorted(self.verdicts)]
        head = ("Claim", "What the paper says", "Measured", "Expected", "Verdict")
        rows = ((v.claim.id, v.claim.statement, headline(v), v.claim.expected, self._said(v)) for v in found)
        return Table(head, tuple(rows))

    def _said(self, found: Verdict) -> str:
        """The verdict in words, with the scale if it is not that of the run."""
        other = OWN if found.own else found.scale
        return f"{SYMBOLS[found.word]} {found.word}" + (f" ({other})" if other != self.scale else "")


@dataclass(frozen=True)
class Table:
    """Rows of words under headings; shows itself in a notebook, as plain text and as HTML.

    With a `summary`, the page shows that line alone until the reader opens it.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    summary: str = ""

    def __str__(self) -> str:
        return "\n".join(" | ".join(row) for row in (self.head, *self.rows))

    def _repr_html_(self) -> str:
        table = _table(self.head, self.rows)
        if not self.summary:
            return table
        return f'<details class="srnn-stakes"><summary>{escape(self.summary)}</summary>{table}</details>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def headline(found: Verdict) -> str:
    """The first check of a verdict in words; empty without checks."""
    return f"{found.checks[0].label}: {found.checks[0].measured}" if found.checks else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _same(one: Any, two: Any) -> bool:
    """Whether two values of a parameter are one, kinds included: an array is no list, and True is not 1."""
    alike = type(one) is type(two) or {type(one), type(two)} == {int, float}
    return alike and bool(one == two)


def _estimate(claim: str, name: str, value: Any) -> Estimate:
    if isinstance(value, Estimate):
        ends = (float(end) for end in (value.value, value.low, value.high))
        middle, low, high = (end if math.isfinite(end) else math.nan for end in ends)
        return Estimate(middle, low, high, int(value.n))
    if not isinstance(value, str):
        with suppress(TypeError, ValueError, RuntimeError):  # what several numbers raise
            return exact(value) if math.isfinite(float(value)) else NOTHING
    raise bad_input(f"{name} of {claim}", value, "an Estimate or a number")


def _stored(entry: Mapping[str, Any]) -> Estimate:
    value, low, high = (math.nan if entry[key] is None else float(entry[key]) for key in ("value", "low", "high"))
    return Estimate(value, low, high, int(entry["n"]))


def _plain(found: Estimate) -> dict[str, float | None]:
    return {key: value if math.isfinite(value) else None for key, value in vars(found).items()}
