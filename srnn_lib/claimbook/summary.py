"""A paper summed up: its claims by verdict, and by what the verdicts hinge on.

The text around it is written by hand, in `book/PART/summary.md`; this is the part between the marks.
"""

from collections.abc import Mapping

from srnn_lib.claimbook.board import Board
from srnn_lib.claimbook.registry import Claim, describe
from srnn_lib.claimbook.verdicts import SYMBOLS, Verdict

HEAD = ("Claim", "What the paper says", "What we found", "Verdict")
WIDTHS = "9 43 33 15"
UNTURNED = "Nothing that the chapters varied turns a verdict on these from one word to another."


def block(paper: str, board: Board) -> str:
    """MyST text on the claims of `paper`; every claim stands in one place, under the first thing it hinges on."""
    firsts = [((*board.hinges_of(claim), "")[0], claim) for claim in board.claims_of(paper)]
    groups = {name: [claim for first, claim in firsts if first == name] for name in ("", *board.book.hinges)}
    parts = ["## At a glance", _glance(groups, board)]
    plain = groups.pop("")
    held = [claim for claim in plain if board.word(claim) == "reproduced"]
    rest = [claim for claim in plain if claim not in held]
    if held:
        parts += ["## What held as stated", *_statements(held, paper, board)]
    if any(groups.values()):
        parts.append("## What hinges on something")
    for name, inside in groups.items():
        if inside:
            hinge = board.book.hinges[name]
            title = hinge.title[:1].upper() + hinge.title[1:]
            parts += [f"### {title}", hinge.meaning, claims_table(inside, board)]
    if rest:
        parts += ["## What did not hold as stated, or stays open", UNTURNED, claims_table(rest, board)]
    return "\n\n".join(parts)


def findings(verdict: Verdict | None) -> str:
    """The headline value and every further one that decides and does not hold, with what was wanted of the latter."""
    if verdict is None:
        return "Nothing yet."
    lacking = [check for check in verdict.checks if check.result != "holds" and not check.side]
    shown = [check for check in verdict.checks if check is verdict.checks[0] or check in lacking]
    found = [f"{c.label}: {c.measured}" + f", wanted {describe(c.bounds)}" * (c in lacking) for c in shown]
    again = [f"({verdict.again})"] * bool(verdict.again)
    again += [f"({other.word} at scale {other.scale}; {other.again})" for other in verdict.beside if other.again]
    return " ".join(filter(None, ["; ".join(found), *again])) or "Nothing to measure."


def claims_table(inside: list[Claim], board: Board) -> str:
    """Claims with statement, finding and verdict, as a list-table for a page in the folder of their chapters."""
    rows = [list(HEAD)]
    for claim in inside:
        also = ", ".join(board.book.hinges[name].title for name in board.hinges_of(claim)[1:])
        found = findings(board.verdicts.get(claim.id)) + (f"\n\n    *Hinges on this, too:* {also}." if also else "")
        word = board.word(claim)
        rows.append([_link(claim, board), f"{claim.statement} ({claim.place})", found, _said(claim, word, board)])
    return list_table(rows, WIDTHS)


def list_table(rows: list[list[str]], widths: str, look: str = "scoreboard") -> str:
    """Rows of cells as a MyST list-table; the first is the head, and a cell may hold several blocks."""
    lines = ["```{list-table}", ":header-rows: 1", f":class: {look}", f":widths: {widths}", ""]
    for row in rows:
        lines += [f"{'  ' if place else '* '}-{' ' * bool(cell)}{cell}" for place, cell in enumerate(row)]
    return "\n".join([*lines, "```"])


def _glance(groups: Mapping[str, list[Claim]], board: Board) -> str:
    """One row per group, one column per verdict that occurs; the cells hold ids."""
    words = [board.word(claim) for inside in groups.values() for claim in inside]
    columns = [word for word in SYMBOLS if word in words]
    rows = [["The verdict hinges on", *(f"{SYMBOLS[word]} {word}: {words.count(word)}" for word in columns)]]
    for name, inside in groups.items():
        if inside:
            title = board.book.hinges[name].title if name else "nothing that was varied"
            ids = (", ".join(_link(c, board) for c in inside if board.word(c) == word) for word in columns)
            rows.append([title, *ids])
    return list_table(rows, " ".join(["28", *[str(72 // len(columns))] * len(columns)]), "glance")


def _statements(held: list[Claim], paper: str, board: Board) -> list[str]:
    """The claims' own statements, chapter by chapter."""
    parts = []
    for chapter, title in board.papers[paper].paths.items():
        if items := [
            f"- {_link(claim, board)}: {claim.statement}{_mark(claim, board)}"
            for claim in held
            if claim.chapter == chapter
        ]:
            parts += [f"**{title}**", "\n".join(items)]
    return parts


def _said(claim: Claim, word: str, board: Board) -> str:
    return f"{SYMBOLS[word]} {word}{_mark(claim, board)}"


def _mark(claim: Claim, board: Board) -> str:
    """In brackets: the kind unless it is empirical, and the scale unless the verdict rests on the book's own run."""
    scale = board.verdicts[claim.id].scale if claim.id in board.verdicts else "book"
    named = [claim.kind] * (claim.kind != "empirical") + [scale] * (scale != "book")
    return f" ({', '.join(named)})" if named else ""


def _link(claim: Claim, board: Board) -> str:
    stem = claim.chapter.partition("/")[2]
    return f"[{claim.id}]({stem}.ipynb)" if claim.chapter in board.written else claim.id
