"""The command `evidence`: what it asks for, what it says, and what it refuses before anything is done."""

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
    said = capsys.readouterr().out
    assert [name for name in levels.TABLES if name not in said] == []
