"""Bad input of every kind we could think of, over command line, files and library: one clear line, no traceback."""

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tinybook
import torch
import typecheck

from srnn_lib import __main__, checks, data, randomness
from srnn_lib.checks import BadInput
from srnn_lib.claimbook import estimates, results, store
from srnn_lib.experiments import levels, plans, resuming
from srnn_lib.neurons import death, efficiency, moments, replication, sgd, stacks, turnover
from srnn_lib.organisms import Addition, Organism, Schedule, pruning
from srnn_lib.replicators import Weightwise, fixpoints, population, preset
from srnn_lib.replicators.architecture import Architecture

pytest_plugins = ("tinybook_fixtures",)

HUGE = "9" * 400
COMMANDS = f"""

runn
run
run nothing
run self-application --scale huge
run self-application --scale paper
run self-application -p
run self-application -p nets
run self-application -p nets 0
run self-application -p nets -1
run self-application -p nets 1.5
run self-application -p nets many
run self-application -p nets 1e3
run self-application -p nets {HUGE}
run self-application -p nets 99999999999999999999
run self-application -p nets 3 -p nets 4
run self-application -p scale quick
run self-application -p learning_rate -1e-5
run self-application -p learning_rate -.5
run self-application -p learning_rate 0
run self-application -p learning_rate nan
run self-application -p learning_rate inf
run self-application -p learning_rate {HUGE}
run self-application -p learning_rate 1e999
run self-application -p noise_levels 3
run self-application -p noise_levels []
run self-application -p noise_levels [0]
run self-application -p noise_levels [1,'a']
run self-application -p noise_levels [[1]]
run self-application -p seed -1
run self-application -p seed {HUGE}
run self-application -p seed True
run self-application -p seed None
run self-application -p sead 1
run self-application --jobs 0
run self-application --jobs -3
run self-application --jobs two
run self-application --jobs 1.5
run self-application --jobs {"9" * 5000}
run self-application --skale quick
run self-application --to
run ../self-application
run /etc/passwd
run self-application self-aplication
run ''
sweep
sweep none.yml
sweep .
sweep book/claims.yml
sweep book/papers.yml --json
sweep _config.yml --merge
sweep book/scales.yml --json --merge
seeds
seeds none.yml
seeds book/scales.yml
seeds --jobs none
status now
status --all
seal none.parquet
seal README.md
seal .
seal book/claims.yml --force
parameters
parameters none
parameters self-application more
claims now
claims --wirte
claims --check=1
evidence
evidence huge
evidence scaled none
evidence paper gains
evidence scaled death --device warp
evidence scaled death --device cuda:99
evidence scaled death --device meta
evidence scaled death --device
evidence scaled --same-as
train
train huge
train scaled none
train scaled N1 --device warp
train scaled {"x" * 9000}
train paper N1 --device ''
train scaled N1 N2
train scaled --jsno
run self-application -p nets 0x
run self-application -p nets __import__('os')
run {"[" * 3000}
run self-application -p noise_levels {"[" * 3000}
run self-application -p nets ü
run sélf-application
""".split("\n")[1:-1]
ODD = {
    "a byte that no text has": b"a: \xff\xfe\n",
    "UTF-16": "a: 1\n".encode("utf-16"),
    "Latin-1": "a: für\n".encode("latin-1"),
    "a null byte": b"a: \0\n",
    "a tab": b"a:\n\tb: 1\n",
    "a list": b"- 1\n- 2\n",
    "a word": b"word\n",
    "a number": b"3\n",
    "an open bracket": b"a: [1, 2\n",
    "many open brackets": b"[" * 20_000,
    "a key twice": b"a: 1\na: 2\n",
    "a reference to nothing": b"a: *b\n",
    "a tag": b"a: !!python/object:os.system {}\n",
    "nothing in an entry": b"a:\n",
    "a number too large": b"a: " + b"9" * 5000 + b"\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
}
FILES = ["papers.yml", "hinges.yml", "parameters.yml", "scales.yml", "claims.yml"]
NOTEBOOKS = {
    "nothing": b"", "half": b'{"cells": [', "a list": b"[]", "a number": b"3", "null": b"null", "text": b"hello",
    "bad bytes": b"\xff\xfe{}", "no cells": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "old": b'{"nbformat": 1, "worksheets": []}', "cells of numbers": b'{"cells": [1], "nbformat": 4, "metadata": {}}',
    "new": b'{"cells": [], "nbformat": 99, "nbformat_minor": 0, "metadata": {}}', "deep": b"[" * 20_000,
}  # fmt: skip


@pytest.fixture
def here(book, monkeypatch, tmp_path):
    """The tiny book, where we stand."""
    monkeypatch.chdir(book)
    monkeypatch.setenv("SRNN_ROOT", str(book))
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "store"))
    return book


def one_line(capsys, code):
    """What the command said: one line, and an exit code that says so."""
    out, err = capsys.readouterr()
    assert code in (1, 2)
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("error: ")
    assert len(lines[0]) <= 1600
    assert "Traceback" not in out
    return lines[0]


@pytest.mark.parametrize("line", [line for line in COMMANDS if line != "run"], ids=lambda line: line[:60])
def test_a_command_line(here, capsys, monkeypatch, line):
    monkeypatch.setattr("srnn_lib.claimbook.runner.execute", lambda *_: pytest.fail("it ran"))
    arguments = [part.strip("'") if part == "''" else part for part in line.split()]
    one_line(capsys, __main__.main(arguments))


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_book(here, capsys, name, kind):
    (here / "book" / name).write_bytes(ODD[kind])
    said = one_line(capsys, __main__.main(["claims", "--check"]))
    assert name in said or "papers.yml" in name or "chapter" in said


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("state", ["missing", "a folder"])
def test_a_file_that_is_not_there(here, capsys, name, state):
    (here / "book" / name).unlink()
    if state == "a folder":
        (here / "book" / name).mkdir()
    one_line(capsys, __main__.main(["claims", "--check"]))


@pytest.mark.parametrize("kind", NOTEBOOKS)
@pytest.mark.parametrize("command", [["status"], ["run", "self-application"]])
def test_a_notebook(here, capsys, kind, command):
    (here / "book" / f"{tinybook.CHAPTER}.ipynb").write_bytes(NOTEBOOKS[kind])
    one_line(capsys, __main__.main(command))


@pytest.mark.parametrize(
    "source",
    ["x = = 1", "nets = 40\nnets = 41", "nets = compute()", "import os", "\0", "nets = 40\nscale = 'quick'", "", "((((",
     "nets = " + "(" * 300, "scale = 'book'\nnets = 9" + "9" * 5000],
)  # fmt: skip
def test_a_parameters_cell(here, capsys, source):
    tinybook.edit(here, lambda nb: nb.cells[1].update(source=source))
    one_line(capsys, __main__.main(["parameters", "self-application"]))


@pytest.mark.parametrize("source", ["x = = 1", "\0", "if", "%%bash\nif [ 1 ]; fi", "x = 'ü", "(" * 300])
def test_a_cell_that_is_no_python(here, capsys, source):
    tinybook.edit(here, lambda nb: nb.cells[2].update(source=source))
    one_line(capsys, __main__.main(["run", "self-application"]))


@pytest.mark.parametrize("name", ["README.md", "book/index.md"])
@pytest.mark.parametrize("kind", ["a byte that no text has", "UTF-16", "a picture", "missing", "a folder"])
def test_a_page_with_generated_parts(here, capsys, name, kind):
    path = here / "README.md"
    path.unlink()
    if kind == "a folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(ODD[kind])
    assert "README.md" in one_line(capsys, __main__.main(["claims", "--write"]))


@pytest.mark.parametrize("where", ["nowhere", "book/claims.yml", "", "\0"[:0]])
def test_a_root_that_is_none(here, capsys, monkeypatch, where):
    monkeypatch.setenv("SRNN_ROOT", where or str(here.parent / "elsewhere"))
    one_line(capsys, __main__.main(["status"]))


NET = Weightwise()
GENERATOR = torch.Generator()
STACK = stacks.random_stack((6, 4, 3), 2, torch.Generator().manual_seed(0))
INPUTS = torch.linspace(-1, 1, 60).view(10, 6)
FOUND = moments.measure(STACK, INPUTS)
LABELS = torch.arange(10) % 3
NOTHING = (None, "x", -1, 1.5, math.nan, 10**400)
CALLS = {
    "seeded": lambda bad: randomness.seeded(bad),
    "uniform": lambda bad: randomness.uniform(GENERATOR, bad),
    "nets": lambda bad: population.initialise(NET.architecture, bad, GENERATOR),
    "widths": lambda bad: stacks.random_stack((6, bad, 3), 2, GENERATOR),
    "runs": lambda bad: stacks.random_stack((6, 4, 3), bad, GENERATOR),
    "plan": lambda bad: plans.Plan((6, 4, 3), bad, 9),
    "epochs": lambda bad: plans.Plan((6, 4, 3), 2, bad),
    "snapshots": lambda bad: plans.Plan((6, 4, 3), 2, 9, (bad,)),
    "layer": lambda bad: efficiency.local(STACK, FOUND, bad),
    "chunk": lambda bad: moments.measure(STACK, INPUTS, chunk=bad),
    "cutoff": lambda bad: turnover.TurnoverRule("x" if bad == 1.5 else bad if bad != 10**400 else math.inf),
    "batch": lambda bad: sgd.SGDRule(batch=bad),
    "learning_rate": lambda bad: sgd.SGDRule(learning_rate=-1.5 if bad == 1.5 else bad),
    "count": lambda bad: estimates.count(bad, 3),
    "integer": lambda bad: checks.integer("n", bad),
    "number": lambda bad: checks.number("n", bad, at_least=2 if bad == 1.5 else 0),
    "until": lambda bad: resuming.go_on(None, bad, path=Path("never"), settings={}),
    "schedule": lambda bad: Schedule(bad),
    "pairs": lambda bad: Addition(pairs=bad),
    "organisms": lambda bad: Organism().populate(bad, GENERATOR),
    "size of images": lambda bad: data.images("digits", size=bad),
}
NAMES = {
    "init": lambda bad: population.initialise(NET.architecture, 2, GENERATOR, init=bad),
    "dtype": lambda bad: population.initialise(NET.architecture, 2, GENERATOR, dtype=bad),
    "device": lambda bad: population.initialise(NET.architecture, 2, GENERATOR, device=bad),
    "kernel": lambda bad: randomness.kernel(GENERATOR, 1, 2, 3, bad),
    "preset": preset,
    "activation": lambda bad: Architecture((4, 2, 1), bad),
    "stack activation": lambda bad: stacks.Stack(STACK.weights, STACK.biases, bad),
    "algorithm": lambda bad: death.die(STACK, FOUND, algorithm=bad),
    "worth": lambda bad: efficiency.worth(STACK, FOUND, 1, bad),
    "split": lambda bad: replication.shares(bad, GENERATOR, 2),
    "parents": lambda bad: turnover.TurnoverRule(parents=bad),
    "decay": lambda bad: sgd.SGDRule(decay=bad),
    "level": lambda bad: levels.tables_of(bad),
    "table": lambda bad: levels.table_path(bad),
    "net": lambda bad: plans.paper_plan(bad),
    "scaling": lambda bad: plans.Plan((6, 4, 3), 2, 9, scaling=bad),
    "images": lambda bad: data.images(bad),
    "at hand": lambda bad: data.at_hand(bad),
    "outcome": lambda bad: fixpoints.is_outcome(torch.zeros(2, dtype=torch.int64), bad),
}


@pytest.mark.parametrize("bad", NOTHING, ids=lambda bad: str(bad)[:9])
@pytest.mark.parametrize("call", CALLS)
def test_a_call_with_a_bad_number(call, bad, monkeypatch, refused):
    with refused("allowed: "):
        CALLS[call](bad)


@pytest.mark.parametrize("bad", ["", "nonsense", None, 3, "x" * 9000, "\n"], ids=lambda bad: repr(bad)[:9])
@pytest.mark.parametrize("call", NAMES)
def test_a_call_with_a_bad_name(call, bad, refused):
    with refused("allowed: "):
        NAMES[call](bad)


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 99, b"\xff" * 8 + b"{}", b"PAR1" * 4, b'{"a": 1}'])
@pytest.mark.parametrize(
    "read", [population.load_population, pruning.read_network, store.read_result, results.read_table]
)
def test_a_file_of_tensors_or_rows(tmp_path, content, read, refused):
    path = tmp_path / "kept"
    path.write_bytes(content)
    with refused("kept"):
        read(path)
    path.unlink()
    path.mkdir()
    with refused("kept"):
        read(path)
    shutil.rmtree(path)
    with refused("kept"):
        read(path)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
@pytest.mark.slow
def test_a_terminal_that_knows_few_letters(here, encoding):
    tinybook.edit_data(
        here, "parameters.yml", lambda held: held["nets"].update(meaning="nets \u2265 1, \u03b2 \u2192 \U0001f600")
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "srnn_lib", "parameters", "self-application"]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"nets ? 1" in done.stdout


def test_there_are_enough_of_them():
    library = len(CALLS) * len(NOTHING) + len(NAMES) * 6
    assert len(COMMANDS) + len(FILES) * (len(ODD) + 2) + 2 * len(NOTEBOOKS) >= 190
    assert library >= 200
    assert issubclass(BadInput, ValueError)
    assert typecheck
