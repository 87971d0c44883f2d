"""Tidy tables behind figures: Parquet files that carry their provenance.

A stamp says which library modules made a table (`modules`), what these and all they import were like (`library`), by
which `command` it is made, and how. A table is stale as soon as one of those modules has changed.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from srnn_lib.checks import BadInput
from srnn_lib.claimbook import reads
from srnn_lib.claimbook.provenance import State, changes, computing, provenance
from srnn_lib.saving import BLANK_SEAL, broken_seal, digest, is_sealed, sealed, write_whole

KEY = b"srnn"


def table_stamp(modules: Sequence[str], command: str, device: str = "cpu", **more: Any) -> dict[str, Any]:
    """The stamp of a table that these library modules (full names) have made, by this command."""
    own = {"library": computing(modules), "modules": list(modules), "command": command}
    return {**provenance(modules, device), **own, **more}


def write_table(frame: pd.DataFrame, path: str | Path, stamp: dict[str, Any]) -> None:
    """Write `frame` (one row per observation) with its stamp and a seal, replacing the file in one step.

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
    table = table.replace_schema_metadata({**table.schema.metadata, KEY: written})
    buffer = pa.BufferOutputStream()
    with parquet.ParquetWriter(buffer, table.schema) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"seal": BLANK_SEAL})
    write_whole(path, sealed(buffer.getvalue().to_pybytes()))


def read_table(path: str | Path, command: str = "", unsealed: bool = False) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table at `path` and its stamp; `command` is what makes it, for the error.

    An `unsealed` one is taken as it is: one that was written before tables were sealed.

    Raises:
        BadInput: The file is missing, damaged, edited, or was not written by `write_table`.
    """
    path, remedy = Path(path), f"make it: {command}" if command else "make it again"
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = f"cannot be read: {error.strerror}" if path.exists() else "does not exist"
        raise BadInput(f"{path} {fault}; {remedy}") from error
    fault = "" if unsealed else broken_seal(content)
    if fault and is_sealed(content):  # nobody needs to look at what was changed
        raise BadInput(f"{path} is damaged: {fault}; delete it and {_made_by(content) or remedy}")
    table = _parsed(path, content, remedy)
    if fault:
        raise BadInput(f"{path} is damaged, or {fault}; else delete it and {remedy}")
    frame = table.to_pandas()
    reads.note(path.resolve(), rows_digest(frame))
    return frame, _stamp(path, table, remedy)


def _made_by(content: bytes) -> str:
    """What to do about a damaged table, if it still says what makes it."""
    with suppress(pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        return f"make it: {json.loads(parquet.read_schema(pa.BufferReader(content)).metadata[KEY])['command']}"
    return ""


def _parsed(path: Path, content: bytes, remedy: str) -> pa.Table:
    """What a file holds, if it is one of ours, as far as the format can tell."""
    try:
        table = parquet.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} is damaged or not a Parquet file; delete it and {remedy}") from error
    if KEY not in (table.schema.metadata or {}):
        raise BadInput(f"{path} has no stamp: srnn_lib did not write it; delete it and {remedy}")
    return table


def _stamp(path: Path, table: pa.Table, remedy: str) -> dict[str, Any]:
    try:
        stamp = json.loads(table.schema.metadata[KEY])
    except ValueError as error:
        raise BadInput(f"{path} has a stamp that is not JSON; delete it and {remedy}") from error
    if not isinstance(stamp, dict):
        raise BadInput(f"{path} has a stamp that is no mapping; delete it and {remedy}")
    return stamp


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
