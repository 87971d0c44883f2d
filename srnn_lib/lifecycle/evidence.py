"""Levels of evidence: a chapter's own run, and the tables of long runs that are kept in `results/`.

Levels are never mixed: every table is of one level. They have the same columns, since the same functions make them.
"""

from pathlib import Path

import pandas as pd

from srnn_lib import checks, files, results

NAMES = ("death", "compression", "replication", "renewal-losses", "renewal-rounds", "plateau")
LEVELS = ("scaled", "paper")
"""Levels that are kept, from less to more evidence; what they mean says `campaign.LEVELS`."""


def path(name: str, level: str) -> Path:
    """File of a kept table.

    Raises:
        BadInput: An unknown name or level.
    """
    checks.choice("name", name, NAMES)
    return files.root() / "results" / f"bi-{name}-{checks.choice('level', level, LEVELS)}.parquet"


def levels(name: str, own: pd.DataFrame, scale: str) -> dict[str, pd.DataFrame]:
    """The tables that there are, from the least evidence to the most; the first is that of the run.

    Args:
        name: One of `NAMES`.
        own: What the run itself has found.
        scale: Of the run. At other scales than "book", nothing is put beside it.

    Raises:
        BadInput: A kept table with other columns than `own`, or a damaged one.
    """
    checks.choice("name", name, NAMES)
    found = {scale: own}
    for level in LEVELS if scale == "book" else ():
        if path(name, level).is_file():
            found[level] = _fitting(path(name, level), list(own.columns))
    return found


def _fitting(place: Path, columns: list[str]) -> pd.DataFrame:
    table = results.read_table(place)[0]
    if list(table.columns) != columns:
        remedy = "make it again: python -m srnn_lib evidence"
        raise checks.refuse(f"columns of {place.name}", list(table.columns), f"those of the run, {columns}", remedy)
    return table


def highest(levels: dict[str, pd.DataFrame]) -> tuple[str, pd.DataFrame]:
    """The highest level that is there, and its table."""
    return list(levels.items())[-1]
