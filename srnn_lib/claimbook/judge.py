"""The judge of a chapter: it hands in what it measured, the registry's criterion decides.

A chapter makes one `Judge(CHAPTER, globals())` and calls it once per claim, in cells tagged `verdict`.

The judge knows which values of the chapter's parameters belong to a scale. A run with other values has its own
settings: every box says so, and none of its verdicts counts.
"""

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from srnn_lib import checks
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import seeds
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.verdicts import OWN, SYMBOLS, Quantity, Table, Variant, Verdict, at_levels, headline, under


class Judge:
    """Decides the claims of one chapter at one scale, each once.

    A claim may come with quantities at higher scales, too, from tables that are kept in `results/`, or with these
    alone, where they take longer than a chapter may. Its verdict then rests on the highest.

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
        counts = self.scale == "book"
        self._seeds, self._draws = (seeds.words(self.book.folder, drawn) if counts else {} for drawn in (False, True))
        self.verdicts: dict[str, Verdict] = {}
        self.variants: list[Variant] = []

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
            BadInput: An unknown claim, one judged before, wrong quantities (it names the right ones), or no levels, or
                any below the scale of this judge.
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
        lower = self.book.scales[: self.book.scales.index(self.scale)]
        if not given or set(given) & set(lower):
            raise bad_input(f"scales of {claim}", list(given), f"{self.scale}, the scale of this run, and higher ones")
        found = at_levels(known[claim], given, self.book.scales)
        found = replace(found, beside=tuple(map(self._of_this_run, found.beside)))
        drawn = () if self.own else self._draws.get(claim, ())
        own = self.own if self.scale in given or self._values.get("draw") else ""
        self.verdicts[claim] = replace(self._of_this_run(found), own=own, draws=drawn)
        return self.verdicts[claim]

    def _of_this_run(self, found: Verdict) -> Verdict:
        """A verdict with what is known of its run: own settings, or the words under further seeds."""
        if found.scale != self.scale:
            return found
        again = () if self.own else self._seeds.get(found.claim.id, ())
        return replace(found, own=self.own, seeds=again)

    def under(
        self,
        hinge: str,
        value: str,
        quantities: Mapping[str, Mapping[str, Quantity]],
        scale: str | None = None,
        named: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Variant:
        """Verdicts as they would be under another choice; the claims hinge on it if their words turn.

        Args:
            hinge: What is chosen otherwise, a key of `book/hinges.yml`.
            value: The other choice in words, such as "double precision".
            quantities: By claim, judged before, and by check; side checks may be left out.
            scale: Of the quantities, at which the claims were judged, too; None: that of this run.
            named: By claim and check, what a quantity is, where it is not what the check says.

        Raises:
            BadInput: An unknown hinge, a claim that was not judged at that scale, wrong quantities, or the same choice
                twice.
        """
        checks.choice("hinge", hinge, self.book.hinges)
        if not quantities or (hinge, value) in [(each.hinge, each.value) for each in self.variants]:
            raise bad_input(f"variant {value}", sorted(quantities), "claims to vary, each choice once")
        given: dict[str, Any] = {"quantities": quantities, "scale": scale or self.scale, "named": named}
        self.variants.append(under(hinge, value, self.verdicts, **given))
        return self.variants[-1]

    def held(self, *names: str) -> bool:
        """Whether all the named claims, judged before, are reproduced.

        Raises:
            BadInput: One of them has not been judged yet.
        """
        for name in names:
            if name not in self.verdicts:
                raise bad_input("claim", name, "one judged before", "judge it first")
        return all(self.verdicts[name].word == "reproduced" for name in names)

    def at_stake(self) -> Table:
        """The claims that the chapter is going to judge, with their criteria: what opens it."""
        found = self.book.claims_of(self.chapter)
        number = "One claim is" if len(found) == 1 else f"{len(found)} claims are"
        rows = tuple((claim.id, claim.statement, claim.place, claim.criterion) for claim in found)
        summary = f"{number} at stake in this chapter; these are their criteria"
        return Table(("Claim", "What the paper says", "Where", "Criterion"), rows, summary)

    def table(self) -> Table:
        """All verdicts so far, by id, for the end of a chapter."""
        found = [self.verdicts[name] for name in sorted(self.verdicts)]
        head = ("Claim", "What the paper says", "Measured", "Expected", "Verdict")
        rows = ((v.claim.id, v.claim.statement, headline(v), v.claim.expected, self._said(v)) for v in found)
        return Table(head, tuple(rows))

    def _said(self, found: Verdict) -> str:
        """The verdict in words, with the scale if it is not that of the run."""
        other = OWN if found.own else found.scale
        return f"{SYMBOLS[found.word]} {found.word}" + (f" ({other})" if other != self.scale else "")


def _same(one: Any, two: Any) -> bool:
    """Whether two values of a parameter are one, kinds included: an array is no list, and True is not 1."""
    alike = type(one) is type(two) or {type(one), type(two)} == {int, float}
    return alike and bool(one == two)
