"""Words under further seeds outlive a change of the code that changes no value, and no other."""

import subprocess

import nbformat
import pandas as pd
import pytest
import tinybook

from srnn_lib.claimbook import chapters, cli, results, same_words, seeds, sweeps
from srnn_lib.claimbook.board import payloads

pytest_plugins = ("tinybook_fixtures",)

CLAIMS = ("SR-01", "SR-02")


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def codes(folder):
    return {tinybook.CHAPTER: sweeps.code(chapters.find(tinybook.CHAPTER, folder))}


def edit(folder, change):
    """Change the notebook, and let its stamp say that it was run since."""
    path = chapters.find(tinybook.CHAPTER, folder).path
    nb = nbformat.read(path, as_version=4)
    change(nb)
    nb.metadata["provenance"]["outputs"] = chapters.notebooks.outputs_hash(nb)
    nb.metadata["provenance"]["source"] = chapters.notebooks.source_hash(nb)
    nbformat.write(nb, path)


def more_source(nb):
    nb.cells[-1].source += "\n# changed"


@pytest.fixture
def changed(run_book, monkeypatch):
    """A book with a table of seeds, made by the code of its only commit, and a cell that has changed since."""
    git(run_book, "init", "-q")
    git(run_book, "add", "-A")
    git(run_book, "commit", "-qm", "a")
    shared = {"chapter": tinybook.CHAPTER, "seed": 1, "draw": 0, "word": "reproduced", "headline": True}
    shared |= {"quantity": "error", "value": 0.0, "low": 0.0, "high": 0.0}
    rows = [{**shared, "claim": claim} for claim in CLAIMS]
    seeds.write(pd.DataFrame(rows), codes(run_book), "srnn_lib.claimbook.verdict_rows", run_book)
    edit(run_book, more_source)
    monkeypatch.setattr(chapters, "state", lambda chapter: chapters.State("fresh", ""))
    return run_book


def test_equal_values_let_the_words_stand(changed):
    assert seeds.stale(changed, codes(changed)) == [tinybook.CHAPTER]
    before = results.read_table(seeds.seeds_path(changed))[0]
    assert same_words.renew(changed, "HEAD", codes(changed)) == [tinybook.CHAPTER]
    after, stamp = results.read_table(seeds.seeds_path(changed))
    pd.testing.assert_frame_equal(before, after)
    assert stamp["same_as"] == "HEAD"
    assert seeds.stale(changed, codes(changed)) == []
    assert same_words.renew(changed, "HEAD", codes(changed)) == []


@pytest.mark.parametrize("key", ["value", "bounds", "result"])
def test_another_value_bound_or_result_does_not(changed, key, refused):
    def otherwise(nb):
        (found,) = [each for _, each, _ in payloads(nb) if each["claim"] == "SR-02"]
        found["checks"][0][key] = {"value": 1e-4, "bounds": {}, "result": "fails"}[key]

    edit(changed, otherwise)
    before = seeds.seeds_path(changed).read_bytes()
    with refused(tinybook.CHAPTER, "other values than at HEAD (SR-02)", "python -m srnn_lib seeds"):
        same_words.renew(changed, "HEAD", codes(changed))
    assert seeds.seeds_path(changed).read_bytes() == before


def test_the_last_digits_do_not_matter(changed):
    def hardly(nb):
        for _, each, _ in payloads(nb):
            each["checks"][0]["value"] *= 1 + 1e-9

    edit(changed, hardly)
    assert same_words.renew(changed, "HEAD", codes(changed)) == [tinybook.CHAPTER]


def test_a_commit_of_other_code_is_refused(changed, refused):
    git(changed, "commit", "-aqm", "b")
    with refused(tinybook.CHAPTER, "not run under further seeds by the code of HEAD"):
        same_words.renew(changed, "HEAD", codes(changed))
    with refused("commit is 'no-such'", "one that git knows"):
        same_words.renew(changed, "no-such", codes(changed))


def test_a_chapter_that_was_not_run_since_is_refused(changed, monkeypatch, refused):
    monkeypatch.setattr(chapters, "state", lambda chapter: chapters.State("stale", "a cell"))
    with refused(tinybook.CHAPTER, "stale", f"python -m srnn_lib run {tinybook.CHAPTER}"):
        same_words.renew(changed, "HEAD", codes(changed))


def test_the_command_says_whose_words_stand(changed, monkeypatch, capsys):
    monkeypatch.chdir(changed)
    monkeypatch.setenv("SRNN_ROOT", str(changed))
    (changed / "some.yml").write_text(f"scale: book\nseeds: [1]\nchapters: {{{tinybook.CHAPTER}: }}\n")
    assert cli.main(["seeds", "some.yml", "--same-as", "HEAD"]) == 0
    assert capsys.readouterr().out == f"{tinybook.CHAPTER}: the same values\n"
