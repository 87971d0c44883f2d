"""Levels of evidence: a chapter's own run, and the tables of long runs that are kept in `results/`.

Levels are never mixed: every table is of one level. They have the same columns, since the same functions make them.
"""

from pathlib import Path

import pandas as pd

from srnn_lib import checks, randomness, saving
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
FURTHER_TABLES: dict[str, list[str]] = {"accuracies": ["net"]}
"""Tables of further networks with a chapter's own settings, and the column that names their kind.

There is one of each, at the level "more".
"""
TABLES = (*FURTHER_TABLES, *TRAINING_COLUMNS, *SETTINGS_TABLES)
LEVELS = ("more", *plans.PACES)
"""Levels that are kept, from less to more evidence."""


def tables_of(level: str) -> tuple[str, ...]:
    """The tables that there can be at a level."""
    if checks.choice("level", level, LEVELS) == "more":
        return tuple(FURTHER_TABLES)
    return (*TRAINING_COLUMNS, *SETTINGS_TABLES) if level == "scaled" else tuple(TRAINING_COLUMNS)


def level_of(name: str) -> str:
    """The lowest level that a table has.

    Raises:
        BadInput: An unknown table.
    """
    return "more" if checks.choice("table", name, TABLES) in FURTHER_TABLES else "scaled"


def table_path(name: str, level: str = "scaled") -> Path:
    """File of a kept table.

    Raises:
        BadInput: An unknown level, or a table that this level does not have.
    """
    checks.choice("table", name, tables_of(level))
    kept_once = {**dict.fromkeys(SETTINGS_TABLES, f"bi-{name}"), **dict.fromkeys(FURTHER_TABLES, f"on-{name}")}
    return saving.root() / "results" / f"{kept_once.get(name, f'bi-{name}-{level}')}.parquet"


def command(name: str, level: str = "scaled") -> str:
    """The command that makes a kept table."""
    return f"python -m srnn_lib evidence {level} {name}"


def kept_table(name: str, level: str = "scaled", draw: int = 0) -> pd.DataFrame:
    """A kept table, or one of its draws with replacement: see `redrawn`.

    Raises:
        BadInput: It is missing or damaged; the line names the command that makes it.
    """
    table = results.read_table(table_path(name, level), command(name, level))[0]
    return redrawn(table, TRAINING_COLUMNS.get(name, []), draw)


def redrawn(table: pd.DataFrame, by: list[str], draw: int) -> pd.DataFrame:
    """As many runs of every training as a table has, drawn from its own with replacement; the table itself for draw 0.

    Trainings with as many runs are drawn alike, in all tables: what began with the same weights stays together, and so
    does a run with all its epochs. What is drawn twice is two runs.

    Args:
        table: With a column "run", which counts from 0.
        by: Columns that tell trainings apart; none if there is one.
        draw: Its number; 0: none.

    Raises:
        BadInput: A draw from a table without runs.
    """
    if not checks.integer("draw", draw, 0):
        return table
    if "run" not in table:
        raise checks.bad_input("draw", draw, "0, as this table has no runs")
    parts = [rows for _, rows in table.groupby(by, sort=False, dropna=False)] if by else [table]
    return pd.concat([_drawn(rows, draw) for rows in parts], ignore_index=True)[[*table.columns]]


def _drawn(rows: pd.DataFrame, draw: int) -> pd.DataFrame:
    count = int(rows["run"].max()) + 1
    generator = randomness.keyed(draw, "runs", count)
    picked = (randomness.uniform(generator, count) * count).long().tolist()
    chosen = pd.DataFrame({"run": picked, "drawn": range(count)})
    return chosen.merge(rows, on="run").drop(columns="run").rename(columns={"drawn": "run"})


def by_level(name: str, own: pd.DataFrame, scale: str, draw: int = 0) -> dict[str, pd.DataFrame]:
    """The tables that there are, from the least evidence to the most; the first is that of the run.

    A kept table of trainings grows, one by one. It counts as soon as it has all those that the run has, and gives their
    rows alone: so a claim that needs few of them need not wait for the others. A table of further networks counts, as a
    whole, if it has all kinds that the run has. At other scales than "book", nothing is put beside `own`, what the run
    itself has found. Of kept tables of trainings, there may be one of the draws with replacement: see `redrawn`.

    Raises:
        BadInput: A kept table with other columns than `own`, or a damaged one.
    """
    checks.choice("table", name, (*FURTHER_TABLES, *TRAINING_COLUMNS))
    found = {scale: own}
    for level in LEVELS if scale == "book" else ():
        if name in tables_of(level) and results.has_table(table_path(name, level)):
            table = kept_table(name, level, draw)
            if list(table.columns) != list(own.columns):
                shown, wanted = f"columns of {table_path(name, level).name}", f"those of the run, {list(own.columns)}"
                raise checks.bad_input(shown, list(table.columns), wanted, f"make it again: {command(name, level)}")
            same = _of_trainings(table, own, {**FURTHER_TABLES, **TRAINING_COLUMNS}[name])
            if same is not None:
                found[level] = table if name in FURTHER_TABLES else same
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
