"""A paper summed up: its claims by verdict, and by what the verdicts hinge on.

The text around it is written by hand, in `book/PART/summary.md`; this is the part between the marks.
"""

from collections.abc import Collection, Mapping

from srnn_lib.book.claims import SYMBOLS, Verdict
from srnn_lib.book.registry import HINGES, PAPERS, Claim, describe

AS_STATED = "nothing that was varied"
HEAD = ("Claim", "What the paper says", "What we found", "Verdict")


def block(paper: str, known: Mapping[str, Claim], verdicts: Mapping[str, Verdict], written: Collection[str]) -> str:
    """MyST text on the claims of `paper`; every claim stands in one place, under the first thing it hinges on.

    Args:
        paper: Key of `PAPERS`.
        known: All claims by id.
        verdicts: Those stored, by id; a claim without one is open.
        written: Chapters that exist and can be linked.
    """
    groups: dict[str, list[Claim]] = {name: [] for name in ("", *HINGES)}
    for claim in known.values():
        if claim.paper == paper:
            groups[claim.hinges_on[0] if claim.hinges_on else ""].append(claim)
    words = {name: verdicts[name].word if name in verdicts else "open" for name in known}
    plain = groups.pop("")
    held = [claim for claim in plain if words[claim.id] == "reproduced"]
    rest = [claim for claim in plain if words[claim.id] != "reproduced"]
    parts = ["## At a glance", _glance({"": plain, **groups}, words, written)]
    if held:
        parts += ["## What held as stated", *_statements(held, paper, written)]
    if any(groups.values()):
        parts.append("## What hinges on something")
    for name, inside in groups.items():
        if inside:
            title, meaning = HINGES[name]
            parts += [f"### {_sentence(title)}", meaning, table(inside, verdicts, written)]
    if rest:
        parts += ["## What did not hold as stated", "No cause can be named.", table(rest, verdicts, written)]
    return "\n\n".join(parts)


def findings(verdict: Verdict | None) -> str:
    """The headline value and every further quantity that failed, with what was wanted of what failed."""
    if verdict is None:
        return "Nothing yet."
    shown = [check for check in verdict.checks if check is verdict.checks[0] or not check.passed]
    words = ["" if check.passed else f", wanted {describe(check.bounds)}" for check in shown]
    found = [f"{check.label}: {check.measured}{word}" for check, word in zip(shown, words, strict=True)]
    return "; ".join(found) or "Nothing to measure."


def table(inside: list[Claim], verdicts: Mapping[str, Verdict], written: Collection[str]) -> str:
    """Claims with statement, finding and verdict, as a list-table for a page in the folder of their chapters."""
    rows = [HEAD]
    for claim in inside:
        verdict = verdicts.get(claim.id)
        also = ", ".join(HINGES[name].title for name in claim.hinges_on[1:])
        found = findings(verdict) + (f"\n\n    *Hinges on this, too:* {also}." if also else "")
        word = verdict.word if verdict else "open"
        said = f"{claim.statement} ({claim.place})"
        rows.append((_link(claim, written), said, found, f"{SYMBOLS[word]} {word}"))
    lines = ["```{list-table}", ":header-rows: 1", ":class: scoreboard", ":widths: 9 43 33 15", ""]
    for row in rows:
        lines += [f"{'  ' if place else '* '}- {cell}" for place, cell in enumerate(row)]
    return "\n".join([*lines, "```"])


def _glance(groups: Mapping[str, list[Claim]], words: Mapping[str, str], written: Collection[str]) -> str:
    """One row per group, one column per verdict that occurs; the cells hold ids."""
    everyone = [claim for inside in groups.values() for claim in inside]
    counts = {word: sum(words[claim.id] == word for claim in everyone) for word in SYMBOLS}
    columns = [word for word, number in counts.items() if number]
    widths = " ".join(["28", *[str(72 // len(columns))] * len(columns)])
    lines = ["```{list-table}", ":header-rows: 1", ":class: scoreboard", f":widths: {widths}", ""]
    lines.append("* - The verdict hinges on")
    lines += [f"  - {SYMBOLS[word]} {word}: {counts[word]}" for word in columns]
    for name, inside in groups.items():
        if inside:
            lines.append(f"* - {HINGES[name].title if name else AS_STATED}")
            for word in columns:
                ids = ", ".join(_link(claim, written) for claim in inside if words[claim.id] == word)
                lines.append(f"  - {ids}" if ids else "  -")
    return "\n".join([*lines, "```"])


def _statements(held: list[Claim], paper: str, written: Collection[str]) -> list[str]:
    """The claims' own statements, chapter by chapter."""
    parts = []
    for chapter, title in PAPERS[paper].chapters.items():
        inside = [claim for claim in held if claim.chapter == chapter]
        if inside:
            items = "\n".join(f"- {_link(claim, written)}: {claim.statement}" for claim in inside)
            parts += [f"**{title}**", items]
    return parts


def _link(claim: Claim, written: Collection[str]) -> str:
    stem = claim.chapter.partition("/")[2]
    return f"[{claim.id}]({stem}.ipynb)" if claim.chapter in written else claim.id


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
