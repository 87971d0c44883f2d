"""What a claim's verdict is when its chapter runs again: under further seeds, and for draws of the runs in kept tables.

A verdict that rests on a kept table of long runs does not depend on the chapter's seed. There, the runs are drawn from
the table's own, with replacement: the chapter has a parameter `draw` for it.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from srnn_lib.claimbook import results

COMMAND = "python -m srnn_lib seeds"
SEED_COLUMNS = ("chapter", "claim", "seed", "draw", "word")


def seeds_path(folder: Path) -> Path:
    """The table of a project."""
    return folder / "results" / "seeds.parquet"


def words(folder: Path, drawn: bool = False) -> dict[str, tuple[str, ...]]:
    """The words of each claim under further seeds, or for draws, in their order; none where there is no table.

    Raises:
        BadInput: A damaged table; the line names the command that makes it.
    """
    path = seeds_path(folder)
    if not results.has_table(path):
        return {}
    rows = results.read_table(path, COMMAND)[0].sort_values(["claim", "seed", "draw"])
    return {str(claim): tuple(some["word"]) for claim, some in rows[(rows["draw"] > 0) == drawn].groupby("claim")}


def write(rows: pd.DataFrame, codes: Mapping[str, str], module: str, folder: Path) -> Path:
    """Keep the words among the rows of `verdict_rows`, made by `module`, with a digest of each chapter's code.

    Claims of which no draw changes any value are left out of the draws: they rest on no kept runs. Words of
    chapters that are not among the codes stay.
    """
    drawn = rows["draw"] > 0
    values = rows[drawn].groupby(["claim", "quantity"])[["value", "low", "high"]].nunique(dropna=False)
    moving = values.max(axis=1).gt(1).groupby("claim").any()
    idle = drawn & ~rows["claim"].isin(moving.index[moving])
    kept = rows.loc[rows["headline"] & ~idle, list(SEED_COLUMNS)]
    known, path = dict(codes), seeds_path(folder)
    if results.has_table(path):
        before, stamp = results.read_table(path, COMMAND)
        kept = pd.concat([before[~before["chapter"].isin(codes)], kept])
        known = stamp["codes"] | known
    results.write_table(kept.reset_index(drop=True), path, results.table_stamp([module], COMMAND, codes=known))
    return path


def stale(folder: Path, codes: Mapping[str, str]) -> list[str]:
    """Those of these chapters whose code is not the one that the table was made with."""
    if not seeds_path(folder).is_file():
        return []
    made = results.read_table(seeds_path(folder), COMMAND)[1].get("codes", {})
    return [chapter for chapter in made if codes.get(chapter, made[chapter]) != made[chapter]]
