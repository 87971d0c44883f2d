"""Sweeps: every combination once, checked before anything runs, under names of their own."""

import shlex

import pytest
import tinybook
from ruamel.yaml import YAML

from srnn_lib.claimbook import cli, sweeps

pytest_plugins = ("tinybook_fixtures",)


@pytest.fixture
def sweep(book):
    """The sweep `some` of the tiny book, from what its file shall say."""

    def read(**said):
        path = book / "some.yml"
        YAML(typ="safe", pure=True).dump(said, path)
        return sweeps.read_sweep(path, book)

    return read


def settings(found):
    return [dict(run.overrides) for run in found.runs]


def test_every_combination_of_seeds_and_values_is_a_run(sweep):
    found = sweep(scale="quick", seeds=[0, 4], chapters={tinybook.CHAPTER: {"parameters": {"nets": [5, 6]}}})
    assert settings(found) == [{"seed": seed, "nets": nets} for seed in (0, 4) for nets in (5, 6)]
    assert {run.plan.scale for run in found.runs} == {"quick"}
    assert [run.plan.parameters["learning_rate"] for run in found.runs] == [1e-3] * 4


def test_a_chapter_may_have_a_scale_and_seeds_of_its_own(sweep, book):
    tinybook.add(book, "self-replication/soups")
    own = {"scale": "book", "seeds": [7]}
    found = sweep(scale="quick", seeds=[0], chapters={"self-application": None, "soups": own})
    ran = [(run.plan.chapter.id, run.plan.scale, dict(run.overrides)) for run in found.runs]
    assert ran == [(tinybook.CHAPTER, "quick", {"seed": 0}), ("self-replication/soups", "book", {"seed": 7})]


def test_a_chapter_may_have_several_sets_of_values(sweep):
    several = [{"seeds": [7]}, {"seeds": [], "parameters": {"nets": [5, 6]}}]
    found = sweep(scale="quick", seeds=[0], chapters={tinybook.CHAPTER: several})
    assert settings(found) == [{"seed": 7}, {"nets": 5}, {"nets": 6}]


def test_without_chapters_all_that_have_the_scale_are_meant(sweep, book):
    tinybook.add(book, "self-replication/soups")
    assert {run.plan.chapter.id for run in sweep(scale="quick").runs} == {tinybook.CHAPTER}
    assert len(sweep(scale="book", seeds=[0, 1]).runs) == 4


def test_without_seeds_the_seed_is_that_of_the_scale(sweep):
    (run,) = sweep(scale="quick").runs
    assert run.overrides == {}
    assert run.plan.parameters["seed"] == 3


def test_a_run_that_is_asked_for_twice_is_one(sweep):
    assert settings(sweep(scale="quick", seeds=[1, 1, 2])) == [{"seed": 1}, {"seed": 2}]


def test_no_run_replaces_a_chapter_and_each_has_a_place_of_its_own(sweep, book):
    found = sweep(scale="book", seeds=[3, 4])
    assert [run.plan.replaces for run in found.runs] == [False, False]
    places = {run.plan.target for run in found.runs}
    assert len(places) == 2
    assert {place.parent for place in places} == {book / "_runs" / "sweeps" / "some"}
    assert found.table == book / "_runs" / "sweeps" / "some.parquet"


def test_the_command_of_a_run_asks_for_just_that_run(sweep, book, monkeypatch):
    monkeypatch.setenv("SRNN_ROOT", str(book))
    values = {"noise_levels": [[1e-5, 0.1], [1.0]], "learning_rate": [1e-5]}
    found = sweep(scale="quick", seeds=[5], chapters={tinybook.CHAPTER: {"parameters": values}})
    asked = []
    monkeypatch.setattr(cli.runner, "execute_all", lambda plans, jobs: asked.extend(plans) or [])
    monkeypatch.chdir(book)
    for run in found.runs:
        assert cli.main(shlex.split(run.arguments)) == 0
    assert [(plan.parameters, plan.target) for plan in asked] == [
        (run.plan.parameters, run.plan.target) for run in found.runs
    ]


def test_the_code_of_a_run_changes_with_chapter_and_library(sweep, book, library):
    def code():
        (run,) = sweep(scale="quick").plain.values()
        return run["code"]

    codes = [code()]
    tinybook.edit(book, lambda nb: nb.cells[0].update(source="# Another title"))
    assert code() == codes[0]
    tinybook.edit(book, lambda nb: nb.cells[3].update(source=nb.cells[3].source + "\nmore = 1"))
    codes.append(code())
    estimates = library / "claimbook" / "estimates.py"
    estimates.write_text(estimates.read_text() + "\nMORE = 1\n")
    codes.append(code())
    assert len(set(codes)) == 3


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, ("some.yml", "'scale' is missing")),
        ({"scale": "quik"}, ("some.yml", "scale is 'quik'", "did you mean 'quick'?")),
        ({"scale": "quick", "seed": 1}, ("some.yml", "key is 'seed'", "did you mean 'seeds'?")),
        ({"scale": "quick", "seeds": 3}, ("some.yml", "seeds is 3", "a list")),
        ({"scale": "quick", "seeds": [-1]}, ("some.yml", "seed is -1", "0 or more")),
        ({"scale": "quick", "chapters": {"soup": {}}}, ("some.yml", "chapter is 'soup'")),
        ({"scale": "quick", "chapters": {"self-application": {"seed": [1]}}}, ("key is 'seed'",)),
    ],
)
def test_a_mistake_is_found_before_anything_runs(sweep, refused, said, words):
    with refused(*words):
        sweep(**said)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"net": [5]}, ("parameter of", "'net'", "did you mean 'nets'?")),
        ({"nets": [5, -1]}, ("nets is -1", "1 or more")),
        ({"nets": []}, ("nets is []", "a list of values")),
        ({"nets": 5}, ("parameters.nets is 5", "a list")),
        ({"seed": [1]}, ("seed is no parameter here",)),
        ({"scale": ["book"]}, ("parameter of", "'scale'")),
    ],
)
def test_a_mistake_in_a_parameter_is_found_before_anything_runs(sweep, refused, parameters, words):
    with refused("some.yml", *words):
        sweep(scale="quick", chapters={"self-application": {"parameters": parameters}})


def test_a_file_that_is_not_there(book, refused):
    with refused("none.yml cannot be read"):
        sweeps.read_sweep(book / "none.yml", book)
