"""Verdicts: a chapter hands in what it measured, the registry's criterion decides.

A chapter makes one `Judge(scale)` and calls it once per claim, in cells tagged `verdict`. What a verdict
prints is rounded; the full numbers lie in the output's metadata, from which the scoreboard is made.
"""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from srnn_lib import checks
from srnn_lib.book import registry
from srnn_lib.book.registry import Bounds, Claim, accepts, describe
from srnn_lib.checks import BadInput, refuse
from srnn_lib.estimates import NOTHING, Estimate, exact

METADATA = "srnn"
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

    `beside` holds verdicts at lower scales: they are shown, and decide nothing.
    """

    claim: Claim
    scale: str
    checks: tuple[Check, ...]
    beside: tuple["Verdict", ...] = ()

    @property
    def word(self) -> str:
        """One of the keys of `SYMBOLS`."""
        return decide(self.checks)

    @property
    def payload(self) -> dict[str, Any]:
        """The verdict as plain data at full precision; what is not a finite number is None."""
        found = [
            {"name": check.name}
            | {key: _plain(getattr(check.found, key)) for key in ("value", "low", "high", "n")}
            | {"bounds": dict(check.bounds), "passed": check.passed}
            for check in self.checks
        ]
        plain = {"claim": self.claim.id, "verdict": self.word, "scale": self.scale, "checks": found}
        return plain | ({"beside": [other.payload for other in self.beside]} if self.beside else {})

    def __str__(self) -> str:
        lines = [f"{self.claim.id}: {self.word} (scale: {self.scale})"]
        for check in self.checks:
            lines.append(f"  {'pass' if check.passed else 'FAIL'}  {check.label}: {check.measured}")
            lines.append(f"        wanted: {describe(check.bounds)}")
        beside = (f"  at scale {other.scale}: {other.word} ({other.brief})" for other in self.beside)
        return "\n".join([*lines, f"  expected: {self.claim.expected}", *beside])

    @property
    def brief(self) -> str:
        """What was measured, in one line."""
        return "; ".join(f"{check.label} {check.measured} {'✓' if check.passed else '✗'}" for check in self.checks)

    def _repr_html_(self) -> str:
        head = f"{self.claim.id}: {SYMBOLS[self.word]} {self.word}"
        rows = [
            (check.label, check.measured, describe(check.bounds), "✓ pass" if check.passed else "✗ fail")
            for check in self.checks
        ]
        table = _table(("Quantity", "Measured", "Wanted", "Result"), rows) if rows else ""
        expected = f"<p>Expected: {escape(self.claim.expected.rstrip('.'))}. Scale: {self.scale}.</p>"
        title = f"<p><strong>{escape(head)}</strong> {escape(self.claim.statement)}</p>"
        kind = self.word.replace(" ", "-")
        others = "".join(
            f"<p>Beside it, at scale {other.scale}: {SYMBOLS[other.word]} {other.word} ({escape(other.brief)}).</p>"
            for other in self.beside
        )
        return f'<div class="srnn-verdict srnn-{kind}">{title}{table}{expected}{others}</div>'

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}, {METADATA: self.payload}


def verdict(claim: Claim, scale: str, quantities: Mapping[str, Any]) -> Verdict:
    """The verdict on `claim` from one quantity per check: an `Estimate` or a number.

    Raises:
        BadInput: A quantity is missing, unknown, or neither an estimate nor a number.
    """
    names = [criterion.name for criterion in claim.checks]
    if set(names) != set(quantities):
        given = ", ".join(quantities) or "none"
        raise BadInput(f"{claim.id} needs the quantities {', '.join(names) or 'none'}; given: {given}")
    found = [
        Check(criterion.name, criterion.label, criterion.at(scale), _estimate(claim.id, name, quantities[name]))
        for name, criterion in zip(names, claim.checks, strict=True)
    ]
    return Verdict(claim, scale, tuple(found))


def restore(claim: Claim, payload: Mapping[str, Any]) -> Verdict:
    """The verdict that today's registry gives for the values of a stored `payload`.

    Raises:
        BadInput: The payload is not one that `Verdict.payload` writes for this claim.
    """
    try:
        scale = checks.choice("scale", payload["scale"], registry.SCALES)
        quantities = {entry["name"]: _stored(entry) for entry in payload["checks"]}
        others = payload.get("beside", [])
    except (KeyError, TypeError) as error:
        raise BadInput(f"the stored verdict on {claim.id} is damaged ({error})") from error
    return replace(verdict(claim, scale, quantities), beside=tuple(restore(claim, each) for each in others))


def at_levels(claim: Claim, levels: Mapping[str, Mapping[str, Any]]) -> Verdict:
    """The verdict at the highest of the scales, with those at the others beside it.

    Args:
        claim: Of the registry.
        levels: Its quantities by scale, one or more of `registry.SCALES`.
    """
    for scale in levels:
        checks.choice("scale", scale, registry.SCALES)
    found = [verdict(claim, scale, levels[scale]) for scale in sorted(levels, key=registry.SCALES.index, reverse=True)]
    return replace(found[0], beside=tuple(found[1:]))


class Judge:
    """Decides claims of the registry at one scale, each once.

    A claim may come with quantities at higher scales, too, from tables that are kept in `results/`. Its verdict then
    rests on the highest.

    Raises:
        BadInput: An unknown scale, or no registry here.
    """

    def __init__(self, scale: str, folder: Path | None = None):
        self.scale = checks.choice("scale", scale, registry.SCALES)
        self.verdicts: dict[str, Verdict] = {}
        self._claims = registry.load(folder)

    def __call__(
        self,
        claim: str,
        levels: Mapping[str, Mapping[str, Estimate | float]] | None = None,
        /,
        **quantities: Estimate | float,
    ) -> Verdict:
        """The verdict on `claim` from one keyword per check of the registry, or from such quantities by scale.

        Raises:
            BadInput: An unknown claim, one judged before, wrong quantities (it names the right ones), or levels
                without the scale of this judge.
        """
        if claim not in self._claims:
            near = difflib.get_close_matches(str(claim), self._claims, n=1, cutoff=0.0)
            raise refuse("claim", claim, "an id of book/claims.yml", f"did you mean {near[0]!r}?" if near else "")
        if claim in self.verdicts:
            raise BadInput(f"{claim} was judged before; make a new Judge to judge it again")
        levels = {self.scale: quantities} if levels is None else levels
        if self.scale not in levels:
            raise refuse(f"scales of {claim}", list(levels), f"{self.scale}, the scale of this run, and higher ones")
        self.verdicts[claim] = at_levels(self._claims[claim], levels)
        return self.verdicts[claim]

    def held(self, *names: str) -> bool:
        """Whether all the named claims, judged before, are reproduced.

        Raises:
            BadInput: One of them has not been judged yet.
        """
        for name in names:
            if name not in self.verdicts:
                raise refuse("claim", name, "one judged before", "judge it first")
        return all(self.verdicts[name].word == "reproduced" for name in names)

    def table(self) -> "Table":
        """All verdicts so far, by id, for the end of a chapter."""
        found = [self.verdicts[name] for name in sorted(self.verdicts)]
        head = ("Claim", "What the paper says", "Measured", "Expected", "Verdict")
        return Table(
            head,
            tuple((v.claim.id, v.claim.statement, headline(v), v.claim.expected, self._said(v)) for v in found),
        )

    def _said(self, found: Verdict) -> str:
        """The verdict in words, with the scale if it is not that of the run."""
        return f"{SYMBOLS[found.word]} {found.word}" + (f" ({found.scale})" if found.scale != self.scale else "")


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


def at_stake(chapter: str, folder: Path | None = None) -> Table:
    """The claims that a chapter is going to judge, with their criteria: what opens it.

    Args:
        chapter: Such as "self-replication/self-application".
        folder: Root of the project; found from the working directory if None.
    """
    found = [claim for claim in registry.load(folder).values() if claim.chapter == chapter]
    number = "One claim is" if len(found) == 1 else f"{len(found)} claims are"
    return Table(
        ("Claim", "What the paper says", "Where", "Criterion"),
        tuple((claim.id, claim.statement, claim.place, claim.criterion) for claim in found),
        f"{number} at stake in this chapter, with criteria fixed beforehand",
    )


def headline(found: Verdict) -> str:
    """The first check of a verdict in words; empty without checks."""
    return f"{found.checks[0].label}: {found.checks[0].measured}" if found.checks else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _estimate(claim: str, name: str, value: Any) -> Estimate:
    if isinstance(value, Estimate):
        ends = (float(end) for end in (value.value, value.low, value.high))
        return Estimate(*(end if math.isfinite(end) else math.nan for end in ends), int(value.n))
    if isinstance(value, str) or not hasattr(value, "__float__"):
        raise refuse(f"{name} of {claim}", value, "an Estimate or a number")
    return exact(value) if math.isfinite(float(value)) else NOTHING


def _stored(entry: Mapping[str, Any]) -> Estimate:
    value, low, high = (math.nan if entry[key] is None else float(entry[key]) for key in ("value", "low", "high"))
    return Estimate(value, low, high, int(entry["n"]))


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
