"""Parameters: read from a chapter, overridden by scale and user, refused where a rule is broken."""

import sys

import pytest
import tinybook
from pydantic import ValidationError

from srnn_lib.claimbook import parameters
from srnn_lib.claimbook.parameters import ParameterRule
from srnn_lib.replicators.presets import PRESETS


def rule(kind, **more):
    """A rule as a file would give it."""
    return ParameterRule.model_validate({"is": kind, "meaning": "in a few words"} | more)


RULES = {
    "seed": rule("count", at_least=0),
    "nets": rule("count"),
    "trials": rule("count"),
    "learning_rate": rule("positive"),
    "noise_levels": rule("positive", list=True),
    "chance": rule("fraction"),
    "floor": rule("number", at_least=0),
    "shift": rule("number"),
    "turns": rule("count", list=True, at_least=2),
    "dtypes": rule("choice", names=["float32", "float64"], list=True),
    "preset": rule("choice", names_of="srnn_lib.replicators.presets.PRESETS"),
}
DEFAULTS = {
    "scale": "book",
    "nets": 40,
    "learning_rate": 0.01,
    "noise_levels": [0.1, 0.001],
    "dtypes": ["float32"],
    "preset": "alife2019",
    "chance": 0.5,
    "floor": 0.0,
    "shift": -1.0,
    "turns": [2],
}


def read(source):
    return parameters.defaults(tinybook.chapter(parameters=source), RULES)


def given(*pairs):
    """What these pairs of name and text from the command line stand for."""
    return parameters.parse_overrides(pairs, DEFAULTS, RULES)


class TestRules:
    @pytest.mark.parametrize(
        ("of", "allowed"),
        [
            (rule("count"), "a whole number, 1 or more"),
            (rule("count", at_least=0), "a whole number, 0 or more"),
            (rule("number"), "a finite number"),
            (rule("number", at_least=0.5), "a finite number, 0.5 or more"),
            (rule("positive"), "a finite number above 0"),
            (rule("fraction"), "a number from 0 to 1"),
            (rule("choice", names=["a", "b"]), "a or b"),
            (rule("count", list=True), "a list, not empty, each item a whole number, 1 or more"),
            (rule("choice", names=["a", "b"], list=True), "a list, not empty, each item a or b"),
        ],
    )
    def test_what_is_allowed_in_words(self, of, allowed):
        assert of.allowed == allowed

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("nets", 1),
            ("seed", 0),
            ("shift", -2.5),
            ("shift", 3),
            ("floor", 0),
            ("learning_rate", 1e-300),
            ("chance", 0),
            ("chance", 1.0),
            ("preset", "artl2021"),
            ("noise_levels", [1, 0.5]),
            ("turns", [2, 3]),
            ("dtypes", ["float64", "float32"]),
        ],
    )
    def test_what_they_allow(self, name, value):
        assert parameters.checked(name, value, RULES) == value

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("nets", 0, "nets is 0; allowed: a whole number, 1 or more"),
            ("nets", 2.0, "nets is 2.0; allowed: a whole number, 1 or more"),
            ("nets", True, "nets is True; allowed: a whole number"),
            ("nets", [3], "nets is [3]; allowed: a whole number"),
            ("seed", -1, "seed is -1; allowed: a whole number, 0 or more"),
            ("floor", -0.1, "floor is -0.1; allowed: a finite number, 0 or more"),
            ("shift", float("inf"), "shift is inf; allowed: a finite number"),
            ("learning_rate", 0.0, "learning_rate is 0.0; allowed: a finite number above 0"),
            ("chance", 1.1, "chance is 1.1; allowed: a finite number, 0 or more, at most 1"),
            ("preset", "alife2020", "preset is 'alife2020'; allowed: alife2019"),
            ("preset", 3, "preset is 3; allowed: alife2019"),
            ("noise_levels", [], "noise_levels is []; allowed: a list, not empty, each item a finite number above 0"),
            ("noise_levels", (0.1,), "noise_levels is (0.1,); allowed: a list, not empty"),
            ("noise_levels", 0.1, "noise_levels is 0.1; allowed: a list, not empty"),
            ("noise_levels", [0.1, 0], "noise_levels[1] is 0; allowed: a finite number above 0"),
            ("turns", [2, 1], "turns[1] is 1; allowed: a whole number, 2 or more"),
            ("dtypes", ["float16"], "dtypes[0] is 'float16'; allowed: float32, float64"),
            ("netts", 3, "parameter without a rule in book/parameters.yml is 'netts'"),
            ("netts", 3, "did you mean 'nets'?"),
        ],
    )
    def test_what_they_refuse(self, name, value, words, refused):
        with refused(words):
            parameters.checked(name, value, RULES)

    def test_names_are_those_of_the_library(self):
        assert RULES["preset"].choices == tuple(PRESETS)
        assert RULES["dtypes"].choices == ("float32", "float64")

    def test_the_library_is_asked_only_when_the_names_are_needed(self, tmp_path, monkeypatch):
        (tmp_path / "late_names.py").write_text("NAMES = ('a', 'b')\n")
        monkeypatch.syspath_prepend(tmp_path)
        late = rule("choice", names_of="late_names.NAMES")
        assert "late_names" not in sys.modules
        assert late.choices == ("a", "b")
        assert sys.modules.pop("late_names")

    @pytest.mark.parametrize(
        "place", ["srnn_lib.data.NOTHING", "srnn_lib.data.", "srnn_lib.data.images", "srnn_lib.data.DIGITS_TRAIN"]
    )
    def test_names_that_are_not_there(self, refused, place):
        with refused(f"names_of is {place!r}; allowed: the full name of names in a library module"):
            rule("choice", names_of=place).check("preset", "a")

    def test_a_rule_does_not_change(self):
        nets = rule("count")
        with pytest.raises(ValidationError):
            nets.several = True
        assert not nets.several


def test_defaults_are_read_from_plain_and_annotated_assignments():
    assert read(tinybook.PARAMETERS) == {"scale": "book", **tinybook.SETTINGS}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nets = 10 * 4", ("line 2", "'nets = 10 * 4'", "name = literal")),
        ("nets: int", ("line 2", "name = literal")),
        ("nets += 1", ("line 2", "name = literal")),
        ("nets = trials = 3", ("line 2", "name = literal")),
        ("nets, trials = 3, 4", ("line 2", "name = literal")),
        ("import os", ("line 2", "name = literal")),
        ("nets = = 3", ("line 2", "invalid syntax")),
        ("scale = 'book'", ("line 2", "scale is set twice")),
        ("netts = 3", ("'netts'", "without a rule", "did you mean 'nets'?")),
        ("nets = -3", ("nets is -3", "1 or more")),
        ("noise_levels = []", ("noise_levels is []", "not empty")),
        ("noise_levels = [0.1, '1e-3']", ("noise_levels[1] is '1e-3'", "above 0")),
        ("preset = 'alife2020'", ("preset is 'alife2020'", "did you mean 'alife2019'?")),
    ],
)
def test_a_wrong_line_is_named(line, words, refused):
    with refused(*words):
        read(f'scale = "book"\n{line}\n')


@pytest.mark.parametrize("source", ["nets = 3", "scale = 'quick'"])
def test_scale_must_be_book(source, refused):
    with refused("scale is", "book, the default everywhere"):
        read(source)


@pytest.mark.parametrize("tags", [(), ("parameters", "parameters")])
def test_exactly_one_cell_is_tagged(tags, refused):
    nb = tinybook.chapter()
    del nb.cells[1]
    nb.cells += [tinybook.code("scale = 'book'", tag) for tag in tags]
    with refused(f"{len(tags)} cells have the tag 'parameters'"):
        parameters.defaults(nb, RULES)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("nets", "7", 7),
        ("chance", "0", 0.0),
        ("floor", "2", 2.0),
        ("turns", "3,4", [3, 4]),
        ("learning_rate", "1e-5", 1e-5),
        ("learning_rate", "1", 1.0),
        ("noise_levels", "[1, 1e-9]", [1.0, 1e-9]),
        ("noise_levels", "1, 1e-9", [1.0, 1e-9]),
        ("dtypes", "float32,float64", ["float32", "float64"]),
        ("dtypes", "float64", ["float64"]),
        ("dtypes", "['float64']", ["float64"]),
        ("preset", "artl2021", "artl2021"),
        ("preset", "'artl2021'", "artl2021"),
    ],
)
def test_text_from_the_command_line(name, text, value):
    found = given((name, text))
    assert found == {name: value}
    assert type(found[name]) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("nets", "-5", ("nets is -5", "1 or more")),
        ("nets", "7.0", ("nets is 7.0", "a whole number")),
        ("nets", "True", ("nets is True", "a whole number")),
        ("nets", "many", ("nets is 'many'", "a whole number")),
        ("nets", "", ("nets is ''", "a whole number")),
        ("learning_rate", "nan", ("learning_rate is 'nan'", "a finite number above 0")),
        ("learning_rate", "1e999", ("learning_rate is inf", "a finite number above 0")),
        ("learning_rate", "'0.1'", ("learning_rate is '0.1'", "a finite number above 0")),
        ("learning_rate", "0", ("learning_rate is 0", "above 0")),
        ("noise_levels", "0.1", ("noise_levels is 0.1", "a list")),
        ("noise_levels", "[True]", ("noise_levels[0] is True", "above 0")),
        ("dtypes", "float16", ("dtypes[0] is 'float16'", "float32, float64")),
        ("preset", "7", ("preset is '7'", "alife2019, artl2021")),
        ("nets", "((((" * 200, ("nets is", "a whole number")),
    ],
)
def test_wrong_text_from_the_command_line(name, text, words, refused):
    with refused(*words):
        given((name, text))


def test_pairs_of_the_command_line(refused):
    assert given(("nets", "7"), ("preset", "artl2021")) == {"nets": 7, "preset": "artl2021"}
    assert given() == {}
    with refused("parameter is 'presets'", "did you mean 'preset'?"):
        given(("presets", "artl2021"))
    with refused("-p nets is given twice"):
        given(("nets", "7"), ("nets", "8"))


def test_a_parameter_of_other_chapters_is_none_of_this_one(refused):
    with refused("parameter is 'trials'; allowed: scale, nets, learning_rate"):
        given(("trials", "7"))


def test_scale_is_no_ordinary_parameter(refused):
    with refused("scale is no ordinary parameter; set it with --scale"):
        given(("scale", "quick"))
