"""Stamps are renewed only where two versions of the code make the same small tables, to the last bit."""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from pyarrow import parquet

from srnn_lib.claimbook import results
from srnn_lib.experiments import levels, make_tables, plans, same_code

OLD = {"srnn_lib.experiments.plateau": "0" * 16, "srnn_lib.lifecycle.gone": "1" * 16}
"""Fingerprints of the commit that made the kept tables."""
ROWS = pd.DataFrame({"net": ["N1", "N1"], "loss": [0.1, 0.2]})
LARGE = pd.concat([ROWS, ROWS + ROWS], ignore_index=True)


@cache
def stamp_of(name):
    """What a table of that kind would be stamped with today."""
    return results.table_stamp([make_tables.EXPERIMENTS[name]], levels.command(name, levels.level_of(name)))


class Versions:
    """A book with kept tables, the small tables that two versions of the code make, and what was done."""

    def __init__(self, folder):
        self.folder, self.then, self.now, self.done, self.said = folder, {}, {}, [], []

    def small(self, name, then=ROWS, now=ROWS):
        """What both versions make."""
        self.then[name] = (then, {**stamp_of(name), "library": OLD})
        self.now[name] = (now, stamp_of(name))

    def keep(self, name, library=OLD, **more):
        """A large table that code of these fingerprints has made."""
        stamp = {**stamp_of(name), "library": library, "day": "2026-11-01", "level": "scaled", **more}
        results.write_table(LARGE, levels.table_path(name), stamp)

    def renewed(self, *names, commit="abc"):
        """Restamp these tables."""
        return list(same_code.restamped("scaled", names, commit, self.said.append))

    def check_out(self, commit, _):
        """In place of git."""
        self.done.append(commit)

    def make(self, root, out):
        """In place of a process that makes small tables."""
        self.done.append(root)
        for name, (rows, stamp) in (self.now if root == self.folder else self.then).items():
            results.write_table(rows, path := out / f"{name}.parquet", stamp)
            if root != self.folder:  # the code of that commit knew no seals
                parquet.write_table(parquet.read_table(path), path)


@pytest.fixture
def book(empty_book, monkeypatch):
    """A book with two stale tables and one fresh one."""
    here = Versions(empty_book)
    monkeypatch.setattr(same_code, "_check_out", here.check_out)
    monkeypatch.setattr(same_code, "_make", here.make)
    for name in levels.TABLES:
        here.small(name)
    here.keep("plateau", courses=[{"seed": 0}])
    here.keep("death")
    here.keep("compression", stamp_of("compression")["library"])
    return here


def test_equal_small_tables_renew_the_stamp_and_nothing_else(book):
    path = levels.table_path("plateau")
    assert results.table_state(path).kind == "stale"
    assert book.renewed("plateau", commit="1a2b3c") == [path]
    rows, stamp = results.read_table(path)
    pd.testing.assert_frame_equal(rows, LARGE)
    today = stamp_of("plateau")
    assert {name: stamp[name] for name in ("library", "modules", "command")} == {
        name: today[name] for name in ("library", "modules", "command")
    }
    assert (stamp["same_as"], stamp["day"], stamp["level"]) == ("1a2b3c", "2026-11-01", "scaled")
    assert stamp["courses"] == [{"seed": 0}]
    assert results.table_state(path).kind == "fresh"
    assert (book.done[0], book.done[-1], len(book.done)) == ("1a2b3c", book.folder, 3)
    assert [line.split()[-1] for line in book.said] == ["1a2b3c", "today"]


def test_without_names_every_stale_table_is_renewed_and_no_other(book):
    before = levels.table_path("compression").read_bytes()
    assert book.renewed() == [levels.table_path("death"), levels.table_path("plateau")]
    assert levels.table_path("compression").read_bytes() == before
    assert not levels.table_path("replication").exists()


@pytest.mark.parametrize(
    "other",
    [
        ROWS.assign(loss=[0.1, 0.2 + 2**-55]),
        ROWS.iloc[:1],
        ROWS.iloc[::-1].reset_index(drop=True),
        ROWS.rename(columns={"loss": "cost"}),
        ROWS.astype({"loss": "float32"}),
    ],
    ids=["a bit", "a row less", "another order", "another name", "another precision"],
)
def test_other_numbers_leave_the_stamp_as_it_was(book, other, refused):
    book.small("plateau", now=other)
    before = levels.table_path("plateau").read_bytes()
    with refused("bi-plateau-scaled.parquet", "other numbers than at abc", "evidence scaled plateau"):
        book.renewed("plateau")
    assert levels.table_path("plateau").read_bytes() == before


def test_missing_numbers_are_equal_to_missing_ones(book):
    blank = ROWS.assign(loss=[0.1, float("nan")])
    book.small("plateau", then=blank, now=blank.copy())
    assert book.renewed("plateau") == [levels.table_path("plateau")]


@pytest.mark.parametrize(
    "library",
    [
        {**OLD, "srnn_lib.experiments.plateau": "2" * 16},
        dict(list(OLD.items())[:1]),
        {**OLD, "srnn_lib.data": "3" * 16},
    ],
    ids=["changed", "fewer", "more"],
)
def test_a_table_of_another_commit_is_not_renewed(book, library, refused):
    book.keep("plateau", library)
    before = levels.table_path("plateau").read_bytes()
    with refused("bi-plateau-scaled.parquet", "not made by the code of abc", "evidence scaled plateau"):
        book.renewed("plateau")
    assert levels.table_path("plateau").read_bytes() == before


def test_tables_before_the_first_fault_are_renewed(book, refused):
    book.small("plateau", now=ROWS.iloc[:1])
    with refused("bi-plateau-scaled.parquet", "other numbers"):
        book.renewed()
    states = {name: results.table_state(levels.table_path(name)).kind for name in ("death", "plateau")}
    assert states == {"death": "fresh", "plateau": "stale"}


def test_tables_that_there_cannot_be_are_refused_before_anything_is_made(book, refused):
    with refused("table is 'plateaus'", "did you mean 'plateau'?"):
        book.renewed("plateaus")
    with refused("table is 'accuracies'", "allowed: death"):
        book.renewed("accuracies")
    assert book.done == []


def test_a_commit_that_git_does_not_know_is_refused(tmp_path, refused):
    with refused("commit is 'no-such-commit'", "one that git knows"):
        same_code._check_out("no-such-commit", tmp_path / "tree")


def test_code_that_makes_no_small_tables_says_why(tmp_path, refused):
    (tmp_path / "srnn_lib").mkdir()
    (tmp_path / "srnn_lib" / "__init__.py").write_text("raise RuntimeError('too old')\n")
    with refused("no small tables", str(tmp_path), "RuntimeError: too old"):
        same_code._make(tmp_path, tmp_path / "out")


@pytest.mark.slow
def test_there_is_a_small_table_of_every_kind(noise_images):
    """The functions are those that make the large tables; here on noise in place of images."""
    found = dict(same_code.miniatures(noise_images(600, 28, 10), noise_images(600, 15, 10)))
    assert set(found) == set(levels.TABLES)
    for name, table in found.items():
        assert len(table)
        assert set(levels.TRAINING_COLUMNS.get(name, [])) <= set(table.columns)
    assert found["death"]["neuron"].max() == 19
    assert found["combined-rounds"]["before"].notna().any()
    assert set(found["plateau"]["kind"]) >= {"plain", "step"}


@pytest.mark.parametrize("cutoff", [None, 0.005])
@pytest.mark.parametrize("net", ["N1", "N4"])
def test_small_plans_are_the_papers_cut_down(net, cutoff):
    paper, tiny = plans.paper_plan(net, cutoff=cutoff), same_code._tiny(net, cutoff)
    assert (tiny.runs, tiny.epochs, tiny.snapshots) == (3, 6, (1, 2, 6))
    kept = replace(tiny, runs=paper.runs, epochs=paper.epochs, snapshots=paper.snapshots, period=paper.period)
    assert replace(kept, fewer=paper.fewer) == paper
