"""The commands `evidence` and `train`: what they ask for, say, and refuse before anything is done."""

import json
from pathlib import Path

import pytest

from srnn_lib import __main__
from srnn_lib.experiments import levels, make_tables, same_code


@pytest.fixture
def asked(monkeypatch):
    """What the command asks of those that make tables; each gives one path back."""
    seen = {}

    def made(*given, **named):
        seen["made"] = given, {key: value for key, value in named.items() if key != "say"}
        yield Path("results/bi-death-scaled.parquet")

    def restamped(level, names, commit, say):
        seen["restamped"] = level, names, commit
        yield Path("results/bi-plateau-scaled.parquet")

    monkeypatch.setattr(make_tables, "make_tables", made)
    monkeypatch.setattr(same_code, "restamped", restamped)
    return seen


@pytest.mark.parametrize(
    ("arguments", "names", "given"),
    [
        ("scaled", [], {"device": "cpu", "train": True}),
        ("scaled death plateau", ["death", "plateau"], {"device": "cpu", "train": True}),
        ("scaled --as-is", [], {"device": "cpu", "train": False}),
        ("paper death --device cpu", ["death"], {"device": "cpu", "train": True}),
    ],
)
def test_tables_are_made_and_named(asked, capsys, arguments, names, given):
    assert __main__.main(["evidence", *arguments.split()]) == 0
    assert asked == {"made": ((arguments.split()[0], None, names), given)}
    assert capsys.readouterr().out == "results/bi-death-scaled.parquet\n"


def test_stamps_are_renewed_instead(asked, capsys):
    assert __main__.main(["evidence", "scaled", "plateau", "--same-as", "4c8a155"]) == 0
    assert asked == {"restamped": ("scaled", ["plateau"], "4c8a155")}
    assert capsys.readouterr().out == "results/bi-plateau-scaled.parquet\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", ("the following arguments are required: level",)),
        ("scale", ("level is 'scale'", "did you mean 'scaled'?")),
        ("scaled deaths", ("table is 'deaths'", "did you mean 'death'?")),
        ("paper calibration", ("table is 'calibration'", "allowed: death")),
        ("scaled --device gpu", ("device is 'gpu'", "one of torch that this machine has")),
        ("scaled --as", ("option is '--as'", "did you mean '--as-is'?")),
    ],
)
def test_what_is_wrong_is_said_in_one_line_before_anything_is_done(asked, capsys, arguments, words):
    assert __main__.main(["evidence", *arguments.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert [word for word in words if word not in err] == []
    assert asked == {}


def test_the_help_names_every_table(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["evidence", "--help"])
    said = "".join(capsys.readouterr().out.split())  # a name may be wrapped at its hyphen
    assert [name for name in levels.TABLES if name not in said] == []


@pytest.fixture
def trained(monkeypatch):
    """What the command asks of those that train."""
    seen = []

    def train(*given, **named):
        named.pop("say")("12:00:00 epoch 1 of 2")
        seen.append((given, named))
        return Path("somewhere/course-784-5-20-10-0123")

    monkeypatch.setattr(make_tables, "run_training", train)
    return seen


def test_a_training_is_carried_out_and_its_folder_named(trained, capsys):
    assert __main__.main(["train", "paper", "N1-0.005", "--device", "cpu"]) == 0
    assert trained == [(("N1-0.005", "paper"), {"device": "cpu"})]
    assert capsys.readouterr().out == "12:00:00 epoch 1 of 2\ncourse-784-5-20-10-0123\n"


def test_the_trainings_of_a_level_are_listed_with_the_tables_that_rest_on_them(trained, capsys):
    assert __main__.main(["train", "paper"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "N1: 50000 epochs, for death, replication, further-births, combined-losses, plateau"
    assert __main__.main(["train", "paper", "--json"]) == 0
    held = json.loads(capsys.readouterr().out)
    assert [line.partition(":")[0] for line in lines] == list(held)
    assert held["N4-0"]["tables"] == ["compression", "combined-losses", "combined-rounds"]
    assert trained == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", ("the following arguments are required: level",)),
        ("papr", ("level is 'papr'", "did you mean 'paper'?")),
        ("paper N9", ("training is 'N9'", "allowed: N1")),
        ("paper N1 --device gpu", ("device is 'gpu'",)),
    ],
)
def test_a_training_that_is_not_there_is_refused_in_one_line(capsys, arguments, words):
    assert __main__.main(["train", *arguments.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert [word for word in words if word not in err] == []
