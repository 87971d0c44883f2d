"""Whether words found under further seeds are still those of today's code, which has changed since.

To run all chapters again under all seeds takes hours; often the code was only moved, or changed where it does not
matter to them. Then the chapter's own run tells: where every quantity that decides is what it was at the commit whose
code ran under the seeds, to six digits, and decides in the same way, the words stand.
"""

import math
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import nbformat
from nbformat import NotebookNode

from srnn_lib import saving
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import board, chapters, notebooks, results, seeds
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.rounding import digits

_Checks: TypeAlias = list[dict[str, Any]]
_NUMBERS = ("value", "low", "high")


def renew(folder: Path, commit: str, codes: Mapping[str, str]) -> list[str]:
    """Say of the chapters whose code has changed that their words are those of today's code, if they are.

    Args:
        folder: Of the project.
        commit: Whose code ran under the seeds.
        codes: A digest of today's code by chapter, as `sweeps.code` has it.

    Returns:
        The chapters whose words stand.

    Raises:
        BadInput: A commit that git does not know or whose code is not that of the table, a chapter that was not run
            since it changed, or one that finds other values; nothing is written then.
    """
    rows, stamp = results.read_table(seeds.seeds_path(folder), seeds.COMMAND)
    changed = seeds.stale(folder, codes)
    for name in changed:
        mine = rows[rows["chapter"] == name]
        _check(name, folder, commit, stamp["codes"][name], dict(zip(mine["claim"], mine["draw"] > 0, strict=True)))
    known = stamp["codes"] | {name: codes[name] for name in changed}
    today = results.table_stamp(stamp["modules"], seeds.COMMAND)
    moved = {"library": today["library"], "codes": known, "same_as": commit}
    results.write_table(rows, seeds.seeds_path(folder), {**stamp, **moved})
    return changed


def _check(name: str, folder: Path, commit: str, code: str, claims: Mapping[str, bool]) -> None:
    """Refuse a chapter whose words need not be those of its code today; of each claim, whether they are for draws."""
    chapter = chapters.find(name, folder)
    if (state := chapters.state(chapter)).kind != "fresh":
        raise bad_input(name, state.kind, "a chapter run by its code of today", f"python -m srnn_lib run {name}")
    before = _at(commit, chapter.path.relative_to(folder).as_posix(), folder)
    made = before.metadata.get("provenance", {}).get("library")
    if saving.digest([notebooks.source_hash(before), made]) != code:
        raise BadInput(f"{name} was not run under further seeds by the code of {commit}; run it again: {seeds.COMMAND}")
    then, now = (dict(_measured(nb, chapter.book, claims)) for nb in (before, chapter.nb))
    if other := sorted(claim for claim in claims if not _alike(then.get(claim), now.get(claim))):
        raise BadInput(
            f"{name} gives other values than at {commit} ({', '.join(other)}); run it again: {seeds.COMMAND}"
        )


def _measured(nb: NotebookNode, book: Book, claims: Mapping[str, bool]) -> Iterator[tuple[str, _Checks]]:
    """What was measured for each claim by the run itself, or with its kept tables if these are drawn from."""
    for _, payload, _ in board.payloads(nb, "verdict"):
        rules = book.claims[payload["claim"]].checks
        several = [payload, *payload.get("beside", [])]
        own = [each for each in several if each["scale"] == "book"]
        for each in several[:1] if claims.get(payload["claim"]) else own:
            yield payload["claim"], [one for one in each["checks"] if rules[one["name"]].role == "core"]


def _alike(one: _Checks | None, two: _Checks | None) -> bool:
    """Whether the checks are the same ones, decided alike, from the same numbers to six digits."""
    if one is None or two is None or len(one) != len(two):
        return False
    return all(_same(each, other) for each, other in zip(one, two, strict=True))


def _same(one: dict[str, Any], two: dict[str, Any]) -> bool:
    rest, other = ({key: value for key, value in each.items() if key not in _NUMBERS} for each in (one, two))
    return rest == other and all(_near(one.get(key), two.get(key)) for key in _NUMBERS)


def _near(one: float | None, two: float | None) -> bool:
    """Whether two numbers are the same to six digits, or the second is the first with the digits that a box shows."""
    if one is None or two is None:
        return one == two
    return math.isclose(one, two, rel_tol=1e-6, abs_tol=1e-12) or two in (digits(one, 2), digits(one, 3))


def _at(commit: str, path: str, folder: Path) -> NotebookNode:
    """A notebook as it was at a commit."""
    done = subprocess.run(["git", "show", f"{commit}:{path}"], cwd=folder, capture_output=True)
    if done.returncode:
        raise bad_input("commit", commit, f"one that git knows and that has {path}")
    return nbformat.reads(done.stdout.decode("utf-8"), as_version=4)
