"""Measured times: from what pytest-benchmark writes to one tidy table of all devices, and what is asked of it.

A row is one call that was timed: `what` was done in which `way`, for how many `nets`, how much of it (`count` of
`unit`), and the time of its fastest round. The table's stamp describes the machine behind each device.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import results

MAKE_COMMAND = "make benchmarks"
TIME_COLUMNS = (
    "what",
    "way",
    "form",
    "device",
    "nets",
    "shape",
    "weights",
    "unit",
    "count",
    "flop",
    "seconds",
    "rounds",
)
_TEXTS = ("what", "way", "form", "device", "shape", "unit")


@dataclass(frozen=True)
class Times:
    """What was measured.

    Attributes:
        rows: One per timed call, with `TIME_COLUMNS`; seconds are those of the fastest round of the whole call.
        machines: What each device is, by its name: processor, memory in GiB, versions, day, commit.
    """

    rows: pd.DataFrame
    machines: Mapping[str, Mapping[str, Any]]

    def of(self, what: str, device: str = "cpu", **wanted: Any) -> pd.DataFrame:
        """The rows about that, and seconds `each` unit of work took in them."""
        rows = self.rows[(self.rows["what"] == what) & (self.rows["device"] == device)]
        for column, value in wanted.items():
            rows = rows[rows[column] == value]
        return rows.assign(each=rows["seconds"] / rows["count"])

    def each(self, what: str, way: str, device: str = "cpu", **wanted: Any) -> float:
        """Seconds per unit of work, of the fastest form if there are several; NaN if that was not measured."""
        return float(self.of(what, device, way=way, **wanted)["each"].min())

    def by_nets(self, what: str, way: str, device: str = "cpu") -> dict[int, float]:
        """Seconds per net and step against the number of nets, of the fastest form at each."""
        found = self.of(what, device, way=way).groupby("nets")["each"].min()
        return {int(nets): float(seconds) for nets, seconds in found.items()}

    @property
    def gpus(self) -> list[str]:
        """The devices that are no processors."""
        return sorted(set(self.machines) - {"cpu"})


def table_file(folder: Path) -> Path:
    """Where a project keeps its measured times."""
    return folder / "results" / "benchmarks.parquet"


def read(folder: Path) -> Times | None:
    """The measured times of the project in that folder, if there are any.

    Raises:
        BadInput: The table is damaged.
    """
    if not (path := table_file(folder)).is_file():
        return None
    rows, stamp = results.read_table(path, MAKE_COMMAND)
    return Times(rows, stamp["machines"])


def collect(paths: Iterable[Path], folder: Path) -> Times:
    """Make the table of what these files of pytest-benchmark hold; devices they do not speak of stay as they were.

    Raises:
        BadInput: A file that is missing, or that no benchmark of this project wrote.
    """
    found = [_read_file(path) for path in paths]
    machines = {machine["device"]: machine for _, machine in found}
    old = read(folder) or Times(pd.DataFrame(columns=list(TIME_COLUMNS)), {})
    kept = old.rows[~old.rows["device"].isin(list(machines))]
    rows = pd.concat([each for each in [kept, *(rows for rows, _ in found)] if len(each)], ignore_index=True)
    times = Times(rows, {**old.machines, **machines})
    results.write_table(rows, table_file(folder), results.table_stamp([], MAKE_COMMAND, machines=times.machines))
    return times


def _read_file(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Rows and machine of one file of pytest-benchmark."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        machine, commit = dict(held["machine_info"]["srnn"]), held["commit_info"]
        machine |= {"day": held["datetime"][:10], "commit": commit["id"][:12], "changed": bool(commit.get("dirty"))}
        rows = pd.DataFrame([_row(each) for each in held["benchmarks"] if "what" in each["extra_info"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "write one with pytest benchmarks --benchmark-json=FILE"
        raise bad_input("file of benchmarks", path.name, "what the benchmarks of this project wrote", remedy) from error
    if rows.empty:
        raise BadInput(f"{path.name} holds no benchmark of this project")
    return rows, machine


def _row(found: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table, from an entry of pytest-benchmark; a size that an entry does not have is NaN."""
    said, stats = found["extra_info"], found["stats"]
    texts = {name: str(said.get(name, "")) for name in _TEXTS}
    numbers = {name: float(said.get(name, math.nan)) for name in ("nets", "weights", "count", "flop")}
    row = {**texts, **numbers, "seconds": float(stats["min"]), "rounds": int(stats["rounds"])}
    return {name: row[name] for name in TIME_COLUMNS}
