"""A book of one small chapter and three claims, for the tests of what runs, judges and reports."""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from srnn_lib.book import chapters, runner, scoreboard
from srnn_lib.files import write_whole

CHAPTER = "self-replication/self-application"
GUARDS = Path(__file__).parents[1] / "book" / "conftest.py"

CLAIMS = """
- id: SR-01
  paper: SR
  place: "§3.1"
  chapter: self-replication/self-application
  statement: Most nets end at zero.
  quantity: share of nets that end at zero
  criterion: Between 0.4 and 0.8, more than diverge.
  checks:
    zero_share:
      label: share at zero
      book: {min: 0.4, max: 0.8}
      quick: {min: 0.1}
    margin:
      label: share at zero minus share divergent
      book: {above: 0}
  expected: "0.54 (27 of 50, log)"
- id: SR-02
  paper: SR
  place: "§3.2"
  chapter: self-replication/self-application
  statement: The error of the identity net is $0$.
  quantity: largest self-error
  criterion: Exactly 0.
  checks:
    error:
      label: largest self-error
      book: {equals: 0}
  expected: none printed
- id: ON-01
  paper: ON
  place: "§2"
  chapter: organism-networks/definitions
  statement: A gain is printed.
  quantity: gain
  criterion: None; the number is lost.
  expected: none printed
  lost: The value of the gain.
"""

PARAMETERS = """scale: str = "book"  # how much is computed
seed = 3
nets = 40  # random nets
learning_rate = 0.01
noise_levels = [1e-1, 1e-3]
"""
IMPORTS = """import numpy as np
from IPython.display import display

from srnn_lib import estimates
from srnn_lib.book import claims

judge = claims.Judge(scale)"""
MEASURE = """draws = np.random.default_rng(seed).random(nets)
zero, divergent = draws < 0.6, draws > 0.9
print(len(draws), "nets")"""
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FIGURE = f"""data = {{"image/png": "{PNG}", "text/plain": "figure"}}
labels = {{"alt": "A dot.", "caption": "One dot.", "name": "fig-SR-1"}}
display(data, raw=True, metadata={{"image/png": labels}})"""
VERDICTS = """display(judge("SR-01", zero_share=estimates.share(zero), margin=zero.mean() - divergent.mean()))
judge("SR-02", error=np.abs(draws - draws).max())"""


def code(source: str, *tags: str) -> nbformat.NotebookNode:
    """A code cell; its id is taken from its source, so that two books are alike."""
    return new_code_cell(source, id=f"c{sum(source.encode()):x}", metadata={"tags": list(tags)} if tags else {})


def chapter(*cells: nbformat.NotebookNode, parameters: str = PARAMETERS) -> nbformat.NotebookNode:
    """A chapter with title and parameters before its `cells` (default: those of the tiny book)."""
    shown = code(FIGURE, "fig:SR-1"), code(VERDICTS, "verdict"), code("judge.table()")
    cells = cells or (code(IMPORTS), code(MEASURE), *shown)
    title = new_markdown_cell("# Self-application", id="title")
    return new_notebook(cells=[title, code(parameters, "parameters"), *cells])


def write(folder: Path, nb: nbformat.NotebookNode | None = None, name: str = CHAPTER) -> Path:
    """The chapter `nb` (default: the tiny book's) in the book of `folder`."""
    path = folder / "book" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb or chapter(), path)
    return path


def make(folder: Path) -> Path:
    """The tiny book, not yet run, in `folder`."""
    write(folder)
    (folder / "_config.yml").write_text("title: tiny\n")
    (folder / "README.md").write_text("# Tiny\n<!-- scoreboard:start -->\n<!-- scoreboard:end -->\nEnd.\n")
    (folder / "book" / "claims.yml").write_text(CLAIMS, encoding="utf-8")
    (folder / "book" / "scales.yml").write_text(f"{CHAPTER}:\n  quick: {{nets: 5, learning_rate: 1e-3}}\n")
    return folder


@functools.cache
def executed() -> Path:
    """The tiny book after its run, which happens once per process; copy it before changing it."""
    folder = make(Path(tempfile.mkdtemp(prefix="tinybook-")))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    runner.run(chapters.find(CHAPTER, folder), progress=False)
    return folder


def publish(folder: Path) -> None:
    """Write the generated files of the book in `folder`."""
    for path, text in scoreboard.files(scoreboard.read(folder)).items():
        write_whole(path, text)


def edit(folder: Path, change: Callable[[nbformat.NotebookNode], object], name: str = CHAPTER) -> Path:
    """Let `change` alter the stored notebook in place."""
    path = folder / "book" / f"{name}.ipynb"
    nb = nbformat.read(path, as_version=4)
    change(nb)
    nbformat.write(nb, path)
    return path


def nbval(folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Exit code and output of pytest over `arguments` in `folder`, under the book's guards."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "book" / "conftest.py").write_text(GUARDS.read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout
