"""Kept tables stand beside a run's own, and never instead of it without being named."""

import pandas as pd
import pytest

from srnn_lib.checks import BadInput
from srnn_lib.claimbook import results
from srnn_lib.experiments import levels

OWN = pd.DataFrame({"net": ["N1"], "run": [0], "loss": [0.5]})
KEPT = pd.DataFrame({"net": ["N1", "N1"], "run": [0, 1], "loss": [0.25, 0.75]})


@pytest.fixture(autouse=True)
def here(empty_book):
    return empty_book


def keep(level, table=KEPT):
    results.write_table(table, levels.table_path("plateau", level), {"day": "today"})


def test_without_kept_tables_there_is_the_run_alone():
    found = levels.by_level("plateau", OWN, "book")
    assert list(found) == ["book"]
    assert levels.highest(found) == ("book", OWN)


def test_kept_tables_stand_above_the_run():
    keep("paper")
    keep("scaled")
    found = levels.by_level("plateau", OWN, "book")
    assert list(found) == ["book", "scaled", "paper"]
    assert found["book"] is OWN
    level, table = levels.highest(found)
    assert level == "paper"
    pd.testing.assert_frame_equal(table, KEPT)


def test_a_table_counts_as_soon_as_it_has_the_trainings_of_the_run():
    other = OWN.assign(net="N2")
    keep("scaled", KEPT.assign(net=["N1", "N3"]))
    assert list(levels.by_level("plateau", pd.concat([OWN, other]), "book")) == ["book"]
    found = levels.by_level("plateau", OWN, "book")
    assert found["scaled"].values.tolist() == [["N1", 0, 0.25]]
    assert list(levels.by_level("plateau", other, "book")) == ["book"]


def test_tables_of_one_training_are_whole():
    results.write_table(KEPT, levels.table_path("compression", "scaled"), {"day": "today"})
    assert len(levels.by_level("compression", OWN.assign(net="N4"), "book")["scaled"]) == 2


def test_further_networks_stand_above_the_run_and_below_longer_trainings(here):
    path = levels.table_path("accuracies", "more")
    assert path == here / "results" / "on-accuracies.parquet"
    assert list(levels.by_level("accuracies", OWN, "book")) == ["book"]
    results.write_table(KEPT, path, {"day": "today"})
    assert len(levels.by_level("accuracies", OWN, "book")["more"]) == 2
    results.write_table(KEPT.assign(net=["N1", "N2"]), path, {"day": "today"})
    assert len(levels.by_level("accuracies", OWN, "book")["more"]) == 2  # kinds that the run does not have are kept
    assert list(levels.by_level("accuracies", OWN.assign(net="N3"), "book")) == ["book"]
    assert list(levels.by_level("accuracies", OWN, "quick")) == ["quick"]
    assert [levels.level_of(name) for name in ("accuracies", "death", "overlay")] == ["more", "scaled", "scaled"]


def test_other_scales_stand_alone():
    keep("scaled")
    assert list(levels.by_level("plateau", OWN, "quick")) == ["quick"]


def test_what_does_not_fit_is_refused(refused):
    keep("scaled", KEPT.rename(columns={"loss": "cost"}))
    with refused("columns of bi-plateau-scaled.parquet", "loss", "make it again"):
        levels.by_level("plateau", OWN, "book")
    with refused("table", "did you mean 'plateau'?"):
        levels.by_level("plateaus", OWN, "book")
    with refused("table", "accuracies, death, compression"):
        levels.by_level("overlay", OWN, "book")


def test_a_damaged_table_is_refused_even_where_the_run_could_stand_alone(refused):
    keep("scaled")
    levels.table_path("plateau").write_bytes(b"PAR1")
    with refused("bi-plateau-scaled.parquet", "damaged", "python -m srnn_lib evidence scaled plateau"):
        levels.by_level("plateau", OWN, "book")


def test_a_kept_table_is_read(here):
    keep("paper")
    assert levels.table_path("plateau", "paper") == here / "results" / "bi-plateau-paper.parquet"
    pd.testing.assert_frame_equal(levels.kept_table("plateau", "paper"), KEPT)


@pytest.mark.parametrize(("name", "level"), [("plateau", "paper"), ("death", "scaled"), ("overlay", "scaled")])
def test_a_missing_table_names_the_command_that_makes_it(name, level, refused):
    command = f"python -m srnn_lib evidence {level} {name}"
    assert levels.command(name, level) == command
    with refused(levels.table_path(name, level).name, "does not exist", f"make it: {command}"):
        levels.kept_table(name, level)


def test_the_choice_of_settings_was_made_at_one_level_only():
    assert set(levels.tables_of("scaled")) - set(levels.tables_of("paper")) == {"calibration", "overlay", "gains"}
    assert {*levels.tables_of("more"), *levels.tables_of("scaled")} == set(levels.TABLES)
    assert levels.table_path("overlay").name == "bi-overlay.parquet"


@pytest.mark.parametrize("read", [levels.table_path, levels.kept_table])
def test_tables_that_a_level_does_not_have_are_refused(read, refused):
    with refused("table is 'overlay'", "death, compression"):
        read("overlay", "paper")
    with refused("table is 'deaths'", "did you mean 'death'?"):
        read("deaths", "scaled")
    with refused("level is 'book'", "more, scaled, paper"):
        read("plateau", "book")


@pytest.fixture
def many():
    """Two trainings of forty runs, with two epochs each; the second one has fewer at the end."""
    rows = [(net, run, epoch) for net in ("N1", "N2") for run in range(40) for epoch in (1, 2)]
    table = pd.DataFrame(rows, columns=["net", "run", "epoch"])
    table["loss"] = table["run"] + 100.0 * table["epoch"]
    return table[(table["net"] == "N1") | (table["epoch"] == 1) | (table["run"] < 20)].reset_index(drop=True)


def test_no_draw_is_the_table_itself(many):
    assert levels.redrawn(many, ["net"], 0) is many


def test_runs_are_drawn_whole_and_all_trainings_alike(many):
    drawn = levels.redrawn(many, ["net"], 3)
    one, two = (drawn[drawn["net"] == net] for net in ("N1", "N2"))
    assert list(drawn.columns) == list(many.columns)
    assert sorted(one["run"].unique()) == list(range(40))
    source = (one["loss"] - 100 * one["epoch"]).groupby(one["run"])
    assert (source.nunique() == 1).all() and one.groupby("run")["epoch"].apply(list).map(len).eq(2).all()
    assert 15 < source.first().nunique() < 35  # of forty drawn from forty, about 25 are different ones
    assert not set(one["loss"]) - set(many["loss"])
    pd.testing.assert_series_equal(
        source.first(), (two["loss"] - 100 * two["epoch"]).groupby(two["run"]).first(), check_names=False
    )


def test_draws_differ_and_come_again(many):
    first, again, other = (levels.redrawn(many, [], draw) for draw in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["loss"].equals(other["loss"])


def test_kept_tables_are_drawn_from_and_the_run_is_not():
    keep("scaled", pd.concat([KEPT.assign(run=run, loss=float(run)) for run in range(30)]).iloc[::2])
    found = levels.by_level("plateau", OWN, "book", draw=1)
    assert found["book"] is OWN and len(found["scaled"]) == 30
    assert found["scaled"]["loss"].nunique() < 30
    pd.testing.assert_frame_equal(found["scaled"], levels.kept_table("plateau", draw=1))


@pytest.mark.parametrize(("draw", "words"), [(-1, "0 or more"), (1, "has no runs")])
def test_impossible_draws_are_refused(draw, words):
    with pytest.raises(BadInput, match=words):
        levels.redrawn(KEPT.drop(columns="run"), [], draw)
