"""Parameters: read from a chapter, overridden by scale and user, refused where a rule is broken."""

import pytest
import tinybook

from srnn_lib.book import parameters
from srnn_lib.replicators import population, presets
from srnn_lib.replicators.architecture import ACTIVATIONS

DEFAULTS = {
    "scale": "book",
    "nets": 40,
    "learning_rate": 0.01,
    "noise_levels": [0.1, 0.001],
    "dtypes": ["float32"],
    "preset": "alife2019",
}


def read(source):
    return parameters.defaults(tinybook.chapter(parameters=source))


def test_defaults_are_read_from_plain_and_annotated_assignments():
    assert read(tinybook.PARAMETERS) == {
        "scale": "book",
        "seed": 3,
        "nets": 40,
        "learning_rate": 0.01,
        "noise_levels": [0.1, 0.001],
    }


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
        parameters.defaults(nb)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("nets", "7", 7),
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
    found = parameters.parse_value(name, text, DEFAULTS[name])
    assert found == value
    assert type(found) is type(value)


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
        parameters.parse_value(name, text, DEFAULTS[name])


def test_overrides_win_over_scale_and_scale_over_defaults():
    found = parameters.resolve(DEFAULTS, {"scale": "quick", "nets": 5, "learning_rate": 1}, {"nets": 7})
    assert found == {**DEFAULTS, "scale": "quick", "nets": 7, "learning_rate": 1.0}
    assert list(found) == list(DEFAULTS)


@pytest.mark.parametrize("where", ["scale", "overrides"])
def test_unknown_names_are_refused_wherever_they_come_from(where, refused):
    given = {"scale": {}, "overrides": {}} | {where: {"net": 5}}
    with refused("parameter is 'net'", "did you mean 'nets'?"):
        parameters.resolve(DEFAULTS, **given)


def test_wrong_values_are_refused_wherever_they_come_from(refused):
    with refused("nets is '5'", "a whole number"):
        parameters.resolve(DEFAULTS, {"nets": "5"}, {})


def test_scale_is_not_an_override(refused):
    with refused("--scale"):
        parameters.resolve(DEFAULTS, {}, {"scale": "quick"})


def test_pairs_of_the_command_line(refused):
    assert parameters.parse([("nets", "7"), ("preset", "artl2021")], DEFAULTS) == {
        "nets": 7,
        "preset": "artl2021",
    }
    with refused("parameter is 'presets'", "did you mean 'preset'?"):
        parameters.parse([("presets", "artl2021")], DEFAULTS)
    with refused("-p nets is given twice"):
        parameters.parse([("nets", "7"), ("nets", "8")], DEFAULTS)


def test_every_rule_is_documented():
    assert [name for name, rule in parameters.RULES.items() if not (rule.allowed and rule.meaning)] == []


def test_names_are_those_of_the_library():
    assert set(parameters.ACTIVATIONS) == set(ACTIVATIONS)
    assert set(parameters.DTYPES) == set(population.DTYPES)
    assert set(parameters.REDUCTIONS) == set(presets.REDUCTIONS)
    assert set(parameters.PRESETS) == set(presets.PRESETS)
