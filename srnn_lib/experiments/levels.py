"""Levels of evidence: a chapter's own run, and the tables of long runs that are kept in `results/`.

Levels are never mixed: every table is of one level. They have the same columns, since the same functions make them.
"""

from pathlib import Path

import pandas as pd

from srnn_lib import checks, saving
from srnn_lib.claimbook import results
from srnn_lib.experiments import plans

TRAINING_COLUMNS: dict[str, list[str]] = {
    "death": ["net"],
    "compression": [],
    "replication": ["net"],
    "further-births": ["net"],
    "combined-losses": ["net", "cutoff", "parents"],
    "combined-rounds": ["net", "cutoff", "parents"],
    "plateau": ["net"],
    "starts": ["scaling", "init", "cutoff", "parents"],
}
"""The tables that are kept by level, and which of their columns name the training that a row rests on."""
SETTINGS_TABLES = ("calibration", "overlay", "gains")
"""Tables behind the choice of settings; there is one of each, at the level "scaled"."""
TABLES = (*TRAINING_COLUMNS, *SETTINGS_TABLES)
LEVELS = tuple(plans.PACES)
"""Levels that are kept, from less to more evidence."""


def tables_of(level: str) -> tuple[str, ...]:
    """The tables that there can be at a level."""
    return TABLES if checks.choice("level", level, LEVELS) == "scaled" else tuple(TRAINING_COLUMNS)


def table_path(name: str, level: str = "scaled") -> Path:
    """File of a kept table.

    Raises:
        BadInput: An unknown level, or a table that this level does not have.
    """
    checks.choice("table", name, tables_of(level))
    file = f"bi-{name}.parquet" if name in SETTINGS_TABLES else f"bi-{name}-{level}.parquet"
    return saving.root() / "results" / file


def command(name: str, level: str = "scaled") -> str:
    """The command that makes a kept table."""
    return f"python -m srnn_lib evidence {level} {name}"


def kept_table(name: str, level: str = "scaled") -> pd.DataFrame:
    """A kept table.

    Raises:
        BadInput: It is missing or damaged; the line names the command that makes it.
    """
    return results.read_table(table_path(name, level), command(name, level))[0]


def by_level(name: str, own: pd.DataFrame, scale: str) -> dict[str, pd.DataFrame]:
    """The tables that there are, from the least evidence to the most; the first is that of the run.

    A kept table grows, training by training. It counts as soon as it has all those that the run has, and gives their
    rows alone: so a claim that needs few of them need not wait for the others. At other scales than "book", nothing is
    put beside `own`, what the run itself has found.

    Raises:
        BadInput: A kept table with other columns than `own`, or a damaged one.
    """
    checks.choice("table", name, TRAINING_COLUMNS)
    found = {scale: own}
    for level in LEVELS if scale == "book" else ():
        if results.has_table(table_path(name, level)):
            table = kept_table(name, level)
            if list(table.columns) != list(own.columns):
                shown, wanted = f"columns of {table_path(name, level).name}", f"those of the run, {list(own.columns)}"
                raise checks.bad_input(shown, list(table.columns), wanted, f"make it again: {command(name, level)}")
            same = _of_trainings(table, own, TRAINING_COLUMNS[name])
            found |= {level: same} if same is not None else {}
    return found


def _of_trainings(table: pd.DataFrame, own: pd.DataFrame, by: list[str]) -> pd.DataFrame | None:
    """The rows of those trainings that `own` has; None if one of them is missing."""
    if not by:
        return table
    there, wanted = (pd.MultiIndex.from_frame(each[by]) for each in (table, own))
    return table[there.isin(wanted)].reset_index(drop=True) if wanted.isin(there).all() else None


def highest(levels: dict[str, pd.DataFrame]) -> tuple[str, pd.DataFrame]:
    """The highest level that is there, and its table."""
    return list(levels.items())[-1]
