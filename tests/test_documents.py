"""What the pages for users and contributors show is done here, to the letter."""

import doctest
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from project_files import published

import srnn_lib
from srnn_lib.claimbook import audit, notebooks, provenance
from srnn_lib.claimbook.board import read_board

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^( *)(`{3,})\w+\n(.*?)^ *\2$", re.M | re.S)


def blocks(section):
    """The fenced blocks of a section, each without its indentation and with the paragraph before it."""
    before = 0
    for found in FENCE.finditer(section):
        paragraph = section[before : found.start()].strip().rpartition("\n\n")[2]
        yield " ".join(paragraph.split()), textwrap.dedent(found[3]) if not found[1] else unindented(found[3], found[1])
        before = found.end()


def unindented(text, indent):
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))


def follow(folder, said, block):
    """Do in `folder` what a paragraph and the block below it say."""
    if found := re.search(r"In `(\S+)`, replace `(\S+)` by `(\S+)`", said):
        path = folder / found[1]
        path.write_text(path.read_text(encoding="utf-8").replace(found[2], found[3]), encoding="utf-8")
    last = re.split(r"(?<=\.) (?=[A-Z])", said)[-1]
    names = re.findall(r"`([^`]+)`", last)
    if last.startswith("New file"):
        (folder / names[0]).write_text(block, encoding="utf-8")
    elif last.startswith("At the end of"):
        path = folder / names[0]
        path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + "\n" * block.startswith("#") + block)
    elif ", after the line" in last:
        insert(folder / names[0], names[1], block)
    elif "cell" in last:
        write_cell(folder / names[0], block, names[1:], new=last.startswith("New cell"))
    else:
        run(folder, "bash", "-e", "-c", block)


def insert(path, after, block):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (place,) = [number for number, line in enumerate(lines) if line.strip() == after]
    path.write_text("".join([*lines[: place + 1], block, *lines[place + 1 :]]), encoding="utf-8")


def write_cell(path, source, tags, new):
    nb = nbformat.read(path, as_version=4)
    if new:
        nb.cells.insert(-1, new_code_cell(source.rstrip(), metadata={"tags": tags} if tags else {}))
    else:
        (cell,) = [cell for cell in notebooks.code_cells(nb) if notebooks.has(cell, tags[0])]
        cell.source = source.rstrip()
    nbformat.write(nb, path)


def run(folder, *command):
    """A command in `folder`, by the library that lies there."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {"PATH": path, "PYTHONPATH": str(folder), "SRNN_ROOT": str(folder)}
    done = subprocess.run(command, cwd=folder, env={**os.environ, **given}, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


@pytest.fixture
def project(tmp_path):
    """A copy of the project, without what is made in it."""
    for path in published():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.slow
def test_who_follows_the_guide_adds_a_chapter_a_parameter_a_claim_and_a_figure(project, monkeypatch):
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = guide.partition("\n## Add a chapter, a parameter, a claim and a figure\n")[2].partition("\n## ")[0]
    steps = list(blocks(section))
    assert len(steps) == 14
    for said, block in steps:
        follow(project, said, block)

    monkeypatch.setattr(provenance, "FOLDER", project / "srnn_lib")
    board = read_board(project)
    assert board.word(board.book.claims["SR-99"]) == "reproduced"
    assert [fault for fault in audit.problems(board) if "example" in fault or "SR-99" in fault] == []
    assert "| [self-replication/example]" in (project / "book" / "cost.md").read_text(encoding="utf-8")
    run(project, sys.executable, "-m", "ruff", "check", ".")
    run(project, sys.executable, "-m", "ruff", "format", "--check", ".")
    house = ("--noconftest", "-k", "not side_effects", "tests/test_house.py", "tests/figures/test_example.py")
    run(project, sys.executable, "-m", "pytest", "-q", "-n", "0", *house)


def test_the_version_is_the_same_wherever_it_stands():
    changes, citation = ((ROOT / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "CITATION.cff"))
    assert re.search(r"^## (\S+)", changes, re.M)[1] == srnn_lib.__version__
    assert re.search(r"^version: (\S+)", citation, re.M)[1] == srnn_lib.__version__


@pytest.mark.slow
def test_the_quick_start_does_what_it_says(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "book" / "api.md").read_text(encoding="utf-8"), re.M | re.S)
    example = doctest.DocTestParser().get_doctest("".join(blocks), {}, "quick start", "book/api.md", 0)
    said = []
    found = doctest.DocTestRunner().run(example, out=said.append)
    assert (len(blocks), found.failed) == (8, 0), "".join(said)
