"""A book of one small chapter and three claims, for the tests of what runs, judges and reports.

Its papers, hinges, parameters, scales and claims are data files of its own, as in the real book.
"""

import atexit
import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from ruamel.yaml import YAML

from srnn_lib.claimbook import chapters, content, results, runner, scoreboard, stamps
from srnn_lib.claimbook.board import read_board
from srnn_lib.saving import write_whole

CHAPTER = "self-replication/self-application"
GUARDS = Path(__file__).parents[1] / "book" / "conftest.py"

PAPERS = """
SR:
  title: Self-Replication in Neural Networks
  part: self-replication
  chapters:
    definitions: Definitions
    self-application: Self-application
    weight-space: Weight space
    mixed: Mixed settings
    soups: Soups
ON:
  title: Constructing Organism Networks from Collaborative Self-Replicators
  part: organism-networks
  chapters:
    definitions: Definitions
    mnist: MNIST
BI:
  title: Bio-inspired Machine Learning
  part: programmed-death
  chapters: {death: Death}
"""
HINGES = """
float32:
  title: the number format
  meaning: In double precision the outcome is another one.
steps:
  title: how long one goes on
  meaning: >-
    Earlier or later the same measurement
    gives another answer.
"""
RULES = """
seed: {is: count, at_least: 0, meaning: of the random generator}
nets: {is: count, meaning: random nets}
learning_rate: {is: positive, meaning: of gradient descent}
noise_levels: {is: positive, list: true, meaning: changes of a weight}
"""
SCALES = f"""
scales:
  quick: a smoke run
  book: what the book shows
  scaled: kept tables of shorter trainings
  paper: kept tables of the paper's own settings
chapters:
  {CHAPTER}:
    book: {{seed: 3, nets: 40, learning_rate: 0.01, noise_levels: [1e-1, 1e-3]}}
    quick: {{nets: 5, learning_rate: 1e-3}}
"""
SETTINGS = {"seed": 3, "nets": 40, "learning_rate": 0.01, "noise_levels": [0.1, 0.001]}
"""The tiny chapter's parameters at book scale, but for the scale."""
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
DATA = {
    "papers.yml": PAPERS,
    "hinges.yml": HINGES,
    "parameters.yml": RULES,
    "scales.yml": SCALES,
    "claims.yml": CLAIMS,
}

PARAMETERS = """scale: str = "book"  # how much is computed
seed = 3
nets = 40  # random nets
learning_rate = 0.01
noise_levels = [1e-1, 1e-3]
"""
IMPORTS = """import numpy as np
from IPython.display import display

from srnn_lib.claimbook import Judge, estimates

judge = Judge("CHAPTER", globals())
judge.at_stake()"""
MEASURE = """draws = np.random.default_rng(seed).random(nets)
zero, divergent = draws < 0.6, draws > 0.9
print(len(draws), "nets")"""
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FIGURE = f"""import base64

from srnn_lib.claimbook.framed import framed

words = {{"alt": "A dot.", "caption": "One dot."}}
html = framed(base64.b64decode("{PNG}"), **words)
labels = {{"image/png": {{**words, "name": "fig-SR-1"}}}}
display({{"text/html": html, "text/plain": "figure"}}, raw=True, metadata=labels)"""
VERDICTS = """display(judge("SR-01", zero_share=estimates.share(zero), margin=zero.mean() - divergent.mean()))
judge("SR-02", error=np.abs(draws - draws).max())"""


def code(source: str, *tags: str) -> nbformat.NotebookNode:
    """A code cell; its id is taken from its source, so that two books are alike."""
    return new_code_cell(source, id=f"c{sum(source.encode()):x}", metadata={"tags": list(tags)} if tags else {})


def chapter(*cells: nbformat.NotebookNode, parameters: str = PARAMETERS, name: str = CHAPTER) -> nbformat.NotebookNode:
    """A chapter with title and parameters before its `cells` (default: those of the tiny book)."""
    shown = code(FIGURE, "fig:SR-1"), code(VERDICTS, "verdict"), code("judge.table()")
    cells = cells or (code(IMPORTS.replace("CHAPTER", name)), code(MEASURE), *shown)
    title = new_markdown_cell("# Self-application", id="title")
    return new_notebook(cells=[title, code(parameters, "parameters"), *cells])


def write(folder: Path, nb: nbformat.NotebookNode | None = None, name: str = CHAPTER) -> Path:
    """The chapter `nb` (default: the tiny book's) in the book of `folder`."""
    path = folder / "book" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb or chapter(name=name), path)
    return path


def add(folder: Path, name: str, nb: nbformat.NotebookNode | None = None, **scales: dict[str, Any]) -> Path:
    """One more chapter, with its `scales` (default: the tiny book's settings as those of the book)."""
    edit_data(folder, "scales.yml", lambda entry: entry["chapters"].update({name: scales or {"book": SETTINGS}}))
    return write(folder, nb, name)


def make(folder: Path) -> Path:
    """The tiny book, not yet run, in `folder`."""
    write(folder)
    (folder / "_config.yml").write_text("title: tiny\n")
    (folder / "README.md").write_text("# Tiny\n<!-- scoreboard:start -->\n<!-- scoreboard:end -->\nEnd.\n")
    for name, text in DATA.items():
        (folder / "book" / name).write_text(text, encoding="utf-8")
    return folder


@functools.cache
def executed() -> Path:
    """The tiny book after its run, which happens once per process; copy it before changing it."""
    folder = make(Path(tempfile.mkdtemp(prefix="tinybook-")))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    runner.run_chapter(chapters.find(CHAPTER, folder), progress=False)
    return folder


def publish(folder: Path) -> None:
    """Write the generated files of the book in `folder`."""
    for path, text in scoreboard.files(read_board(folder)).items():
        write_whole(path, text)


def edit(folder: Path, change: Callable[[nbformat.NotebookNode], object], name: str = CHAPTER) -> Path:
    """Let `change` alter the stored notebook in place."""
    path = folder / "book" / f"{name}.ipynb"
    nb = nbformat.read(path, as_version=4)
    change(nb)
    nbformat.write(nb, path)
    return path


def edit_stamp(folder: Path, change: Callable[[Any], object], name: str = CHAPTER) -> Path:
    """Let `change` alter the stamp of the stored notebook, as if the run had left it so."""

    def altered(nb: nbformat.NotebookNode) -> None:
        change(nb.metadata.provenance)
        nb.metadata.provenance.pop("stamp", None)
        nb.metadata.provenance = stamps.with_digest(nb.metadata.provenance)

    return edit(folder, altered, name)


def edit_data(folder: Path, name: str, change: Callable[[Any], object]) -> None:
    """Let `change` alter what a data file of the book holds, in place."""
    path = folder / "book" / name
    held = content.read_yaml(path)
    change(held)
    yaml = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(held, path)


def keep_table(folder: Path, name: str = "death", module: str = "srnn_lib.randomness", **changes: Any) -> Path:
    """A table in `results/`, made by `module`; its stamp has `changes`: other values, or none where they are None."""
    stamp = results.table_stamp([module], f"python -m srnn_lib evidence scaled {name}") | changes
    path = folder / "results" / f"{name}.parquet"
    frame = pd.DataFrame({"run": [0, 1], "loss": [0.5, 0.25]})
    results.write_table(frame, path, {key: value for key, value in stamp.items() if value is not None})
    return path


def guarded(folder: Path) -> Path:
    """The book in `folder`, with the real book's guards around nbval."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "book" / "conftest.py").write_text(GUARDS.read_text(encoding="utf-8"), encoding="utf-8")
    return folder
