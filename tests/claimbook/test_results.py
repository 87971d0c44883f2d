"""Tables on disk keep their rows, types and provenance; what cannot be trusted is refused."""

import pandas as pd
import pyarrow as pa
import pytest
import tinybook
from pyarrow import parquet

from srnn_lib.claimbook import provenance, results
from srnn_lib.claimbook.provenance import State

pytest_plugins = ("tinybook_fixtures",)

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
    with refused("table.parquet does not exist; make it again"):
        results.read_table(tmp_path / "table.parquet")
    with refused("table.parquet does not exist; make it: python -m srnn_lib evidence scaled death"):
        results.read_table(tmp_path / "table.parquet", "python -m srnn_lib evidence scaled death")


@pytest.mark.parametrize("keep", [0, 3, 0.5, -1])
def test_truncated_file(tmp_path, refused, keep):
    path = tmp_path / "table.parquet"
    results.write_table(FRAME, path, {"day": "today"})
    whole = path.read_bytes()
    path.write_bytes(whole[: keep if isinstance(keep, int) else int(keep * len(whole))])
    with refused("table.parquet is damaged", "delete it and make it again"):
        results.read_table(path)
    with refused("table.parquet is damaged", "delete it and make it: make table"):
        results.read_table(path, "make table")


def test_foreign_files(tmp_path, refused):
    parquet.write_table(pa.table({"x": [1]}), tmp_path / "foreign.parquet")
    with refused("foreign.parquet has no stamp: srnn_lib did not write it; delete it and make it again"):
        results.read_table(tmp_path / "foreign.parquet")
    (tmp_path / "text.parquet").write_text("x\n1\n" * 100)
    with refused("text.parquet is damaged"):
        results.read_table(tmp_path / "text.parquet")


@pytest.mark.parametrize("stamp", [{}, {"rate": float("nan")}, {"path": object()}])
def test_a_stamp_must_say_something_in_json(tmp_path, refused, stamp):
    with refused("stamp of table.parquet"):
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


def test_the_stamp_says_what_made_a_table():
    stamp = results.table_stamp(["srnn_lib.randomness"], "make it", "cuda", level="scaled", courses=[1, 2])
    plain = provenance.provenance(["srnn_lib.randomness"], "cuda")
    assert stamp == plain | {
        "modules": ["srnn_lib.randomness"],
        "command": "make it",
        "level": "scaled",
        "courses": [1, 2],
    }
    assert "srnn_lib.checks" in stamp["library"]


def test_kept_tables_are_those_in_results(book):
    assert results.kept_tables(book) == []
    tinybook.keep_table(book, "b")
    tinybook.keep_table(book, "a")
    (book / "results" / "notes.txt").write_text("x")
    (book / "results" / "courses").mkdir()
    assert results.kept_tables(book) == [book / "results" / "a.parquet", book / "results" / "b.parquet"]


class TestState:
    """Whether a kept table is what its modules would make now."""

    COMMAND = "python -m srnn_lib evidence scaled death"

    def test_fresh(self, book):
        assert results.table_state(tinybook.keep_table(book)) == State("fresh")

    @pytest.mark.parametrize("module", ["randomness", "checks"])
    def test_a_module_that_changed_is_named_with_the_command(self, book, library, module):
        path = tinybook.keep_table(book)
        with (library / f"{module}.py").open("a") as file:
            file.write("\nNEW = 1\n")
        assert results.table_state(path) == State("stale", f"srnn_lib.{module} changed", self.COMMAND)

    def test_a_change_elsewhere_or_of_words_only_leaves_it_fresh(self, book, library):
        path = tinybook.keep_table(book)
        (library / "data.py").write_text("broken = \n")
        randomness = library / "randomness.py"
        randomness.write_text(f"# A comment.\n{randomness.read_text()}")
        assert results.table_state(path) == State("fresh")

    def test_a_change_of_what_keeps_it_leaves_it_fresh(self, book, library):
        path = tinybook.keep_table(book, **results.table_stamp(["srnn_lib.claimbook.results"], "make it"))
        with (library / "claimbook" / "results.py").open("a") as file:
            file.write("\nNEW = 1\n")
        assert results.table_state(path) == State("fresh")

    def test_every_change_is_named(self, book):
        then = results.table_stamp(["srnn_lib.randomness"], self.COMMAND)["library"]
        path = tinybook.keep_table(book, library={**dict.fromkeys(then, "0"), "srnn_lib.old": "1"})
        found = results.table_state(path)
        assert (found.kind, found.note) == ("stale", self.COMMAND)
        assert found.reason.split("; ") == [f"{name} changed" for name in sorted([*then, "srnn_lib.old"])]

    @pytest.mark.parametrize("changes", [{"modules": None}, {"library": None}, {"modules": ["srnn_lib.gone"]}])
    def test_a_stamp_that_names_no_modules_of_today(self, book, changes):
        found = results.table_state(tinybook.keep_table(book, **changes))
        assert found == State("stale", "the modules that made it are not there any more", self.COMMAND)

    def test_a_stamp_of_before_commands_were_stamped(self, book):
        found = results.table_state(tinybook.keep_table(book, modules=None, command=None))
        assert found == State("stale", "the modules that made it are not there any more")

    def test_a_stamp_without_a_command_can_be_stale(self, book):
        found = results.table_state(tinybook.keep_table(book, library={}, command=None))
        assert found == State("stale", "srnn_lib.checks changed; srnn_lib.randomness changed")

    @pytest.mark.parametrize(
        ("content", "words"), [(b"", "is damaged or not a Parquet file"), (b"PAR1" * 9, "is damaged or not")]
    )
    def test_a_damaged_file(self, book, content, words):
        path = tinybook.keep_table(book)
        path.write_bytes(content)
        found = results.table_state(path)
        assert (found.kind, found.note) == ("damaged", "")
        assert words in found.reason

    def test_a_file_without_a_stamp(self, book):
        path = book / "results" / "death.parquet"
        path.parent.mkdir()
        parquet.write_table(pa.table({"x": [1]}), path)
        found = results.table_state(path)
        assert found.kind == "damaged"
        assert "has no stamp" in found.reason
