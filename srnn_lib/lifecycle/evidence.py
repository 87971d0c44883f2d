"""Levels of evidence: a chapter's own run, and the tables of long runs that are kept in `results/`.

Levels are never mixed: every table is of one level. They have the same columns, since the same functions make them.
"""

from pathlib import Path

import pandas as pd

from srnn_lib import checks, files, results
from srnn_lib.lifecycle import protocol

COURSES = {
    "death": ["net"],
    "compression": [],
    "replication": ["net"],
    "renewal-losses": ["net", "cutoff", "parents"],
    "renewal-rounds": ["net", "cutoff", "parents"],
    "plateau": ["net"],
}
"""The tables, and which columns name the training that a row rests on."""
NAMES = tuple(COURSES)
LEVELS = tuple(protocol.LEVELS)
"""Levels that are kept, from less to more evidence."""


def path(name: str, level: str) -> Path:
    """File of a kept table.

    Raises:
        BadInput: An unknown name or level.
    """
    checks.choice("name", name, NAMES)
    return files.root() / "results" / f"bi-{name}-{checks.choice('level', level, LEVELS)}.parquet"


def levels(name: str, own: pd.DataFrame, scale: str) -> dict[str, pd.DataFrame]:
    """The tables that there are, from the least evidence to the most; the first is that of the run.

    A kept table grows, training by training. It counts as soon as it has all those that the run has, and gives their
    rows alone: so a claim that needs few of them need not wait for the others.

    Args:
        name: One of `NAMES`.
        own: What the run itself has found, of the trainings that are asked about.
        scale: Of the run. At other scales than "book", nothing is put beside it.

    Raises:
        BadInput: A kept table with other columns than `own`, or a damaged one.
    """
    checks.choice("name", name, NAMES)
    found = {scale: own}
    for level in LEVELS if scale == "book" else ():
        if path(name, level).is_file():
            table = _fitting(path(name, level), list(own.columns))
            same = _of_courses(table, own, COURSES[name])
            found |= {level: same} if same is not None else {}
    return found


def _fitting(place: Path, columns: list[str]) -> pd.DataFrame:
    table = results.read_table(place)[0]
    if list(table.columns) != columns:
        remedy = "make it again: python -m srnn_lib evidence"
        raise checks.refuse(f"columns of {place.name}", list(table.columns), f"those of the run, {columns}", remedy)
    return table


def _of_courses(table: pd.DataFrame, own: pd.DataFrame, by: list[str]) -> pd.DataFrame | None:
    """The rows of those trainings that `own` has; None if one of them is missing."""
    if not by:
        return table
    there, wanted = (pd.MultiIndex.from_frame(each[by]) for each in (table, own))
    return table[there.isin(wanted)].reset_index(drop=True) if wanted.isin(there).all() else None


def highest(levels: dict[str, pd.DataFrame]) -> tuple[str, pd.DataFrame]:
    """The highest level that is there, and its table."""
    return list(levels.items())[-1]
