"""Tidy tables behind figures: Parquet files that carry their provenance.

A stamp says which library modules made a table (`modules`), what these and all they import were like (`library`), by
which `command` it is made, and how. A table is stale as soon as one of those modules has changed.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from srnn_lib.checks import BadInput
from srnn_lib.claimbook import reads
from srnn_lib.claimbook.provenance import State, changes, computing, provenance
from srnn_lib.saving import digest, write_whole

KEY = b"srnn"


def table_stamp(modules: Sequence[str], command: str, device: str = "cpu", **more: Any) -> dict[str, Any]:
    """The stamp of a table that these library modules (full names) have made, by this command."""
    own = {"library": computing(modules), "modules": list(modules), "command": command}
    return {**provenance(modules, device), **own, **more}


def write_table(frame: pd.DataFrame, path: str | Path, stamp: dict[str, Any]) -> None:
    """Write `frame` (one row per observation) with its stamp, replacing the file in one step.

    Raises:
        BadInput: `stamp` is empty or holds something that JSON does not know.
    """
    path = Path(path)
    try:
        written = json.dumps(stamp, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise BadInput(f"stamp of {path.name} is not plain JSON: {error}") from error
    if not stamp:
        raise BadInput(f"stamp of {path.name} is empty; use results.table_stamp(...)")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    buffer = pa.BufferOutputStream()
    parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, KEY: written}), buffer)
    write_whole(path, buffer.getvalue().to_pybytes())


def read_table(path: str | Path, command: str = "") -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table at `path` and its stamp; `command` is what makes it, for the error.

    Raises:
        BadInput: The file is missing, damaged, or was not written by `write_table`.
    """
    path, remedy = Path(path), f"make it: {command}" if command else "make it again"
    if not path.is_file():
        raise BadInput(f"{path} does not exist; {remedy}")
    try:
        table = parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} is damaged or not a Parquet file; delete it and {remedy}") from error
    metadata = table.schema.metadata or {}
    if KEY not in metadata:
        raise BadInput(f"{path} has no stamp: srnn_lib did not write it; delete it and {remedy}")
    frame = table.to_pandas()
    reads.note(path.resolve(), rows_digest(frame))
    return frame, json.loads(metadata[KEY])


def rows_digest(frame: pd.DataFrame) -> str:
    """A digest of a table's columns and rows, whatever its stamp."""
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    return digest([list(frame.columns), hashlib.sha256(rows).hexdigest()])


def has_table(path: Path) -> bool:
    """Whether there is a table at `path`; that there is none is noted like what one says."""
    if not path.is_file():
        reads.note(path.resolve(), "")
    return path.is_file()


def kept_tables(folder: Path) -> list[Path]:
    """The tables of the project in `folder`."""
    return sorted((folder / "results").glob("*.parquet"))


def table_state(path: Path) -> State:
    """Whether a table is what its modules would make now; if not, the note is the command that makes it."""
    try:
        stamp = read_table(path)[1]
    except BadInput as error:
        return State("damaged", str(error))
    try:
        reasons = changes(stamp["library"], computing(stamp["modules"]))
    except (BadInput, KeyError):
        reasons = ["the modules that made it are not there any more"]
    return State("stale", "; ".join(reasons), stamp.get("command", "")) if reasons else State("fresh")
