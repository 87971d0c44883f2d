"""Tables on disk keep their rows, types and provenance; what cannot be trusted is refused."""

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from srnn_lib import provenance, results

FRAME = pd.DataFrame({"noise": [0.1, 1e-9], "steps": [3, 12], "kind": ["zero", "divergent"], "alive": [True, False]})


def test_table_comes_back_as_it_went(tmp_path):
    stamp = provenance.provenance(["srnn_lib.checks"])
    results.write_table(FRAME, tmp_path / "new" / "table.parquet", stamp)
    frame, found = results.read_table(tmp_path / "new" / "table.parquet")
    pd.testing.assert_frame_equal(frame, FRAME)
    assert found == stamp
    assert set(found["library"]) == {"srnn_lib.checks"}
    assert found["device"] == "cpu"


def test_missing_file(tmp_path, refused):
    with refused("table.parquet does not exist", "make it by running"):
        results.read_table(tmp_path / "table.parquet")


@pytest.mark.parametrize("keep", [0, 3, 0.5, -1])
def test_truncated_file(tmp_path, refused, keep):
    path = tmp_path / "table.parquet"
    results.write_table(FRAME, path, {"day": "today"})
    whole = path.read_bytes()
    path.write_bytes(whole[: keep if isinstance(keep, int) else int(keep * len(whole))])
    with refused("table.parquet is damaged", "delete it and make it again"):
        results.read_table(path)


def test_foreign_files(tmp_path, refused):
    parquet.write_table(pa.table({"x": [1]}), tmp_path / "foreign.parquet")
    with refused("foreign.parquet has no provenance", "srnn_lib did not write it"):
        results.read_table(tmp_path / "foreign.parquet")
    (tmp_path / "text.parquet").write_text("x\n1\n" * 100)
    with refused("text.parquet is damaged"):
        results.read_table(tmp_path / "text.parquet")


@pytest.mark.parametrize("stamp", [{}, {"rate": float("nan")}, {"path": object()}])
def test_provenance_must_say_something_in_json(tmp_path, refused, stamp):
    with refused("provenance of table.parquet"):
        results.write_table(FRAME, tmp_path / "table.parquet", stamp)
    assert not (tmp_path / "table.parquet").exists()


def test_a_failed_write_leaves_the_old_table(tmp_path):
    path = tmp_path / "table.parquet"
    results.write_table(FRAME, path, {"day": "today"})
    before = path.read_bytes()
    with pytest.raises(pa.ArrowException):
        results.write_table(pd.DataFrame({"mixed": [1, "a", object()]}), path, {"day": "today"})
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["table.parquet"]
