"""Tidy tables behind figures: Parquet files that carry their provenance."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from srnn_lib.checks import BadInput
from srnn_lib.files import write_whole

KEY = b"srnn"


def write_table(frame: pd.DataFrame, path: str | Path, provenance: dict[str, Any]) -> None:
    """Write `frame` (one row per observation) with its provenance, replacing the file in one step.

    Raises:
        BadInput: `provenance` is empty or holds something that JSON does not know.
    """
    path = Path(path)
    try:
        stamp = json.dumps(provenance, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise BadInput(f"provenance of {path.name} is not plain JSON: {error}") from error
    if not provenance:
        raise BadInput(f"provenance of {path.name} is empty; use srnn_lib.provenance.provenance(...)")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    buffer = pa.BufferOutputStream()
    parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, KEY: stamp}), buffer)
    write_whole(path, buffer.getvalue().to_pybytes())


def read_table(path: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table at `path` and its provenance.

    Raises:
        BadInput: The file is missing, damaged, or was not written by `write_table`.
    """
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path} does not exist; make it by running its chapter at the scale `paper`")
    try:
        table = parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} is damaged or not a Parquet file; delete it and make it again") from error
    metadata = table.schema.metadata or {}
    if KEY not in metadata:
        raise BadInput(f"{path} has no provenance: srnn_lib did not write it; delete it and make it again")
    return table.to_pandas(), json.loads(metadata[KEY])
