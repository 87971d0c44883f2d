"""Verdicts as data: on a claim, and on the same claim under a variant; each shows itself in a notebook.

What a verdict prints is rounded; the full numbers lie in the output's metadata, from which the scoreboard is made.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, SupportsFloat

from srnn_lib import checks
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook.decisions import RESULTS, Check, decide
from srnn_lib.claimbook.estimates import NOTHING, Estimate, exact
from srnn_lib.claimbook.registry import Claim, describe

METADATA = "srnn"
"""Where a verdict lies in the metadata of its output."""
VARIANT_METADATA = "srnn-variant"
"""Where verdicts under a variant lie."""
Quantity = Estimate | SupportsFloat
"""What a chapter hands in for a check."""
OWN = "own settings"
"""What stands in the place of the scale where a parameter has another value than at that scale."""
SYMBOLS = {
    "reproduced": "✓", "partly": "◐", "not reproduced": "✗", "undecided": "≈", "not testable": "?", "open": "○",
}  # fmt: skip
DECIDED = ("reproduced", "partly", "not reproduced")
ORDER = ("fails", "undecided", "nothing", "holds")
"""Results, those first that a verdict rests on."""
_AGAIN = {"seeds": "further seeds", "draws": "draws of as many of its runs, with replacement,"}


@dataclass(frozen=True)
class Verdict:
    """A claim, the scale at which it was tested, and its checks; shows itself in a notebook.

    Attributes:
        claim: Of the registry.
        scale: At which it was tested.
        checks: What was measured, beside what was wanted.
        beside: Verdicts at lower scales: they are shown, and decide nothing.
        own: In what the settings of the run differ from those of its scale; such a verdict does not count.
        seeds: The words that the same run gives under further seeds.
        draws: The words for draws of the kept runs on which the verdict rests.
    """

    claim: Claim
    scale: str
    checks: tuple[Check, ...]
    beside: tuple["Verdict", ...] = ()
    own: str = ""
    seeds: tuple[str, ...] = ()
    draws: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """One of the keys of `SYMBOLS`."""
        return decide(self.checks)

    @property
    def payload(self) -> dict[str, Any]:
        """The verdict as plain data at full precision; what is not a finite number is None."""
        found = [{"name": c.name, **_plain(c.found), "bounds": dict(c.bounds), "result": c.result} for c in self.checks]
        scale = OWN if self.own else self.scale
        plain = {"claim": self.claim.id, "verdict": self.word, "scale": scale, "checks": found}
        plain |= {name: list(words) for name in _AGAIN if (words := getattr(self, name))}
        return plain | ({"beside": [other.payload for other in self.beside]} if self.beside else {})

    @property
    def again(self) -> str:
        """How often this very word came out again; empty if nothing was tried, or nothing else can come out."""
        if self.claim.kind == "by construction":
            return ""
        found = ((getattr(self, name), tried) for name, tried in _AGAIN.items())
        return "; ".join(self._as_often(words, tried) for words, tried in found if words)

    def _as_often(self, words: tuple[str, ...], tried: str) -> str:
        rest = {other: words.count(other) for other in words if other != self.word}
        but = "".join(f", {many} {other}" for other, many in rest.items())
        return f"{words.count(self.word)} of {len(words)} {tried} give this word{but}"

    @property
    def _kind(self) -> str:
        """What kind of claim it is, where it is not empirical, and from which others it follows."""
        others = self.claim.follows_from
        kind = "" if self.claim.kind == "empirical" else f"Kind: {self.claim.kind}."
        return " ".join(filter(None, [kind, f"Follows from {' and '.join(others)}." if others else ""]))

    @property
    def _at(self) -> str:
        return f"with {OWN}" if self.own else f"at scale {self.scale}"

    @property
    def _where(self) -> str:
        return f"{OWN}, which do not count: {self.own}" if self.own else f"scale: {self.scale}"

    def __str__(self) -> str:
        lines = [f"{self.claim.id}: {self.word} ({self._where})"]
        for check in self.checks:
            lines.append(f"  {RESULTS[check.result]} {check.label}: {check.measured}")
            lines.append(f"    wanted: {describe(check.bounds)}; {check.said}")
        beside = [f"  {other._aside}" for other in self.beside]
        again = [f"  {self.again}"] if self.again else []
        about = " ".join(filter(None, [self.claim.expects * f"expected: {self.claim.expected}", self._kind]))
        return "\n".join([*lines, *[f"  {about}"] * bool(about), *again, *beside])

    @property
    def brief(self) -> str:
        """What was measured, in one line; the same thing once."""
        found = (f"{check.label}: {check.measured} {RESULTS[check.result]}" for check in self.checks)
        return "; ".join(dict.fromkeys(found))

    @property
    def _aside(self) -> str:
        """The verdict in one line, as it stands below that at a higher scale."""
        return f"{self._at}: {SYMBOLS[self.word]} {self.word} ({self.brief})" + f"; {self.again}" * bool(self.again)

    def _repr_html_(self) -> str:
        head = f"{self.claim.id}: {SYMBOLS[self.word]} {self.word}"
        title = f"<p><strong>{escape(head)}</strong> {escape(self.claim.statement)}</p>"
        others = [*[self.again] * bool(self.again), *(f"Beside it, {other._aside}" for other in self.beside)]
        kind = (OWN if self.own else self.word).replace(" ", "-")
        rest = [self._found_html, *(f"<p>{escape(text)}.</p>" for text in others)]
        return f'<div class="srnn-verdict srnn-{kind}">{title}{"".join(rest)}</div>'

    @property
    def _found_html(self) -> str:
        """What was measured, one check in a line and several as a table, with what else there is to know."""
        where = f"{self._where[:1].upper()}{self._where[1:]}."
        expected = f"Expected: {self.claim.expected.rstrip('.')}." * self.claim.expects
        about = " ".join(filter(None, [expected, where, self._kind]))
        rows = [(c.label, c.measured, describe(c.bounds), f"{RESULTS[c.result]} {c.said}") for c in self.checks]
        if len(rows) == 1:
            label, measured, wanted, result = rows[0]
            about = f"{label}: {measured}; wanted: {wanted}; {result}. {about}"
        table = html_table(("Quantity", "Measured", "Wanted", "Result"), rows) if len(rows) > 1 else ""
        return f"{table}<p>{escape(about)}</p>"

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
    return Verdict(claim, scale, _checks(claim, scale, quantities))


def _checks(claim: Claim, scale: str, quantities: Mapping[str, Any]) -> tuple[Check, ...]:
    """Those of the claim's checks for which there is a quantity."""
    return tuple(
        Check(name, rule.label, rule.at(scale), _estimate(claim.id, name, quantities[name]), rule.role == "side")
        for name, rule in claim.checks.items()
        if name in quantities
    )


def restore(claim: Claim, payload: Mapping[str, Any], scales: Sequence[str]) -> Verdict:
    """The verdict that today's registry gives for the values of a stored `payload`.

    Raises:
        BadInput: The payload is not one that `Verdict.payload` writes for this claim at one of these scales.
    """
    try:
        scale = checks.choice("scale", payload["scale"], scales)
        quantities = {entry["name"]: _stored(entry) for entry in payload["checks"]}
        others, again = payload.get("beside", []), {name: tuple(map(str, payload.get(name, ()))) for name in _AGAIN}
    except (KeyError, TypeError) as error:
        raise BadInput(f"the stored verdict on {claim.id} is damaged ({error})") from error
    beside = tuple(restore(claim, each, scales) for each in others)
    return replace(verdict(claim, scale, quantities), beside=beside, seeds=again["seeds"], draws=again["draws"])


def at_levels(claim: Claim, levels: Mapping[str, Mapping[str, Any]], scales: Sequence[str]) -> Verdict:
    """The verdict at the highest of the scales of `levels`, with those at the others beside it.

    `levels` holds quantities by scale; `scales` are all there are, from the least to the most evidence.
    """
    for scale in levels:
        checks.choice("scale", scale, scales)
    found = [verdict(claim, scale, levels[scale]) for scale in sorted(levels, key=scales.index, reverse=True)]
    return replace(found[0], beside=tuple(found[1:]))


@dataclass(frozen=True)
class Variant:
    """Verdicts as they would be under another choice of something that the text leaves open.

    Attributes:
        hinge: What is chosen otherwise, a key of `hinges.yml`.
        value: The other choice in words, such as "double precision".
        pairs: For each claim its verdict under that choice, and the one that stands, at the same scale.
        named: By claim and check, what the quantity is under that choice, where it is not what its check says.
    """

    hinge: str
    value: str
    pairs: tuple[tuple[Verdict, Verdict], ...]
    named: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def turned(self) -> list[str]:
        """Ids of the claims whose verdict is another one under this choice, where both are decided."""
        words = ((other.claim.id, other.word, standing.word) for other, standing in self.pairs)
        return [name for name, *both in words if both[0] != both[1] and set(both) <= set(DECIDED)]

    @property
    def loosened(self) -> list[str]:
        """Ids of the claims that are decided as they stand, and not under this choice."""
        return [other.claim.id for other, held in self.pairs if held.word in DECIDED and other.word not in DECIDED]

    @property
    def settled(self) -> list[str]:
        """Ids of the claims that are decided under this choice, and not as they stand."""
        return [other.claim.id for other, held in self.pairs if held.word not in DECIDED and other.word in DECIDED]

    @property
    def payload(self) -> dict[str, Any]:
        """Everything as plain data at full precision."""
        plain = {"hinge": self.hinge, "value": self.value, "verdicts": [other.payload for other, _ in self.pairs]}
        return plain | ({"named": {claim: dict(names) for claim, names in self.named.items()}} if self.named else {})

    @property
    def _table(self) -> "Table":
        rows = [
            (other.claim.id, other.brief, f"{SYMBOLS[other.word]} {other.word}", f"{SYMBOLS[held.word]} {held.word}")
            for other, held in self.pairs
        ]
        scale = self.pairs[0][1].scale
        return Table(("Claim", "Measured", f"Under {self.value}", f"As judged, scale {scale}"), tuple(rows))

    @property
    def _told(self) -> str:
        turned, loose, settled = (", ".join(ids) for ids in (self.turned, self.loosened, self.settled))
        told = [f"{turned} {'turn' if len(self.turned) > 1 else 'turns'}."] if turned else []
        told += [f"{loose} would be left undecided."] if loose else []
        told += [f"{settled} would be decided."] if settled else []
        return " ".join(told) or "No verdict turns."

    def __str__(self) -> str:
        return f"{self._table}\n{self._told}"

    def _repr_html_(self) -> str:
        return f'<div class="srnn-variant">{self._table._repr_html_()}<p>{escape(self._told)}</p></div>'

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}, {VARIANT_METADATA: self.payload}


def under(
    hinge: str,
    value: str,
    standing: Mapping[str, Verdict],
    *,
    quantities: Mapping[str, Mapping[str, Any]],
    scale: str,
    named: Mapping[str, Mapping[str, str]] | None = None,
) -> Variant:
    """The verdicts that other quantities give for some claims, beside those that stand.

    `quantities` holds one quantity for each core check of every claim that is varied; side checks may be left out.
    `named` says of some of them what they are, where the words of their checks are not true of them.

    Raises:
        BadInput: A claim that does not stand at this scale, quantities that are not its core checks, or a name for one
            that is not given.
    """
    pairs, names = [], named or {}
    if strange := [key for key, words in names.items() if not set(words) <= set(quantities.get(key, ()))]:
        raise bad_input("named", strange, "claims and checks among the quantities")
    for name, given in quantities.items():
        levels = {each.scale: each for each in (standing[name], *standing[name].beside)} if name in standing else {}
        if scale not in levels:
            raise bad_input("claim", name, f"one judged before at scale {scale}", "judge it first")
        claim = levels[scale].claim
        core = [key for key, rule in claim.checks.items() if rule.role == "core"]
        if not set(core) <= set(given) <= set(claim.checks):
            wanted = ", ".join(core)
            raise BadInput(f"{name} under {value} needs the quantities {wanted}; given: {', '.join(given) or 'none'}")
        words = names.get(name, {})
        checks_now = [replace(each, label=words.get(each.name, each.label)) for each in _checks(claim, scale, given)]
        varied = Verdict(claim, scale, tuple(checks_now), own=levels[scale].own)
        pairs.append((varied, replace(levels[scale], beside=())))
    return Variant(hinge, value, tuple(pairs), names)


def restore_variant(payload: Mapping[str, Any], standing: Mapping[str, Verdict]) -> Variant:
    """The variant that today's registry and the verdicts that stand give for a stored payload.

    Raises:
        BadInput: The payload is not one that `Variant.payload` writes.
    """
    try:
        hinge, value, stored = payload["hinge"], payload["value"], payload["verdicts"]
        scale = stored[0]["scale"]
        given = {each["claim"]: {entry["name"]: _stored(entry) for entry in each["checks"]} for each in stored}
    except (KeyError, TypeError, IndexError) as error:
        raise BadInput(f"a stored variant is damaged ({error})") from error
    return under(hinge, value, standing, quantities=given, scale=scale, named=payload.get("named"))


def headline(found: Verdict) -> str:
    """The check that a verdict rests on, in words: the first core one that does not hold, or the first of all."""
    core = sorted((check for check in found.checks if not check.side), key=lambda check: ORDER.index(check.result))
    return next((f"{check.label}: {check.measured}" for check in (*core, *found.checks)), "")


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
        table = html_table(self.head, self.rows)
        if not self.summary:
            return table
        return f'<details class="srnn-stakes"><summary>{escape(self.summary)}</summary>{table}</details>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows of plain words under headings, as HTML; the first word of a row is its heading."""
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(text)}</td>" for text in rest) + "</tr>"
        for first, *rest in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


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
