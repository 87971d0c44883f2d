"""The engine of the book taken out of this project: a book about coins, with one claim and no nets."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from srnn_lib.claimbook import provenance

FILES = {
    "README.md": "# Coins\n\n<!-- scoreboard:start -->\n<!-- scoreboard:end -->\n",
    "_config.yml": "title: Coins\nonly_build_toc_files: true\nexecute: {execute_notebooks: 'off'}\n",
    "_toc.yml": "format: jb-book\nroot: book/index\nchapters: [{file: book/coins/fair}, {file: book/scoreboard}]\n",
    "torch.py": 'raise ImportError("there are no nets here")\n',
    "book/index.md": "# Coins\n",
    "book/papers.yml": "C: {title: On coins, part: coins, chapters: {fair: A fair coin}}\n",
    "book/hinges.yml": "luck: {title: luck, meaning: Another throw may fall otherwise.}\n",
    "book/parameters.yml": "throws: {is: count, meaning: throws of a coin}\n",
    "book/scales.yml": (
        "scales: {quick: a few, book: all}\nchapters: {coins/fair: {book: {throws: 400}, quick: {throws: 40}}}\n"
    ),
    "book/claims.yml": """- id: C-01
  paper: C
  place: "§1"
  chapter: coins/fair
  statement: A coin falls on either side alike.
  quantity: share of heads
  criterion: Between 0.4 and 0.6.
  checks: {heads: {label: share of heads, book: {min: 0.4, max: 0.6}}}
  expected: "0.5"
""",
}
CELLS = [
    new_markdown_cell("# A fair coin", id="title"),
    new_code_cell(
        'scale = "book"  # quick or book\nthrows = 400  # of the coin',
        id="parameters",
        metadata={"tags": ["parameters"]},
    ),
    new_code_cell(
        "import random\n\nfrom srnn_lib.claimbook import Judge, estimates\n\n"
        'judge = Judge("coins/fair", globals())\njudge.at_stake()',
        id="setup",
    ),
    new_code_cell("coin = random.Random(1)\nheads = [coin.random() < 0.5 for _ in range(throws)]", id="throws"),
    new_code_cell('judge("C-01", heads=estimates.share(heads))', id="verdict", metadata={"tags": ["verdict"]}),
    new_code_cell("judge.table()", id="table"),
]


# One process for all commands: most of their time goes into importing.
END = "-- done"
COMMANDS = f"""
from srnn_lib.claimbook import cli
for line in ("run --scale book", "claims --write", "claims --check", "status"):
    assert cli.main(line.split()) == 0, line
    print({END!r}, flush=True)
"""


@pytest.fixture
def coins(tmp_path):
    """An empty folder with the engine, what it stands on, and the book about coins."""
    library = provenance.FOLDER
    shutil.copytree(
        library / "claimbook", tmp_path / "srnn_lib" / "claimbook", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("__init__.py", "checks.py", "saving.py"):
        shutil.copy(library / name, tmp_path / "srnn_lib")
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "book" / "coins").mkdir()
    nbformat.write(new_notebook(cells=CELLS), tmp_path / "book" / "coins" / "fair.ipynb")
    return tmp_path


def said(folder, *command):
    """What a command says in `folder`, where no other library is at hand."""
    given = {"PYTHONPATH": str(folder), "SRNN_ROOT": str(folder)}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env={**os.environ, **given}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_book_without_nets_runs_judges_checks_and_renders(coins):
    ran, written, checked, status = said(coins, "-c", COMMANDS).split(END)[:-1]
    assert "coins/fair" in ran
    assert "1 reproduced" in written
    assert "1 reproduced" in checked
    assert status.splitlines()[2].split()[:2] == ["coins/fair", "fresh"]

    nb = nbformat.read(coins / "book" / "coins" / "fair.ipynb", as_version=4)
    (payload,) = [
        output.metadata["srnn"] for cell in nb.cells for output in cell.get("outputs", []) if "srnn" in output.metadata
    ]
    assert (payload["claim"], payload["verdict"]) == ("C-01", "reproduced")
    parts = {name.split(".")[1] for name in nb.metadata["provenance"]["library"]}
    assert parts <= {"claimbook", "checks", "saving"}

    said(coins, "-c", "from jupyter_book.cli.main import main; main()", "build", "-q", "-W", ".")
    page = (coins / "_build" / "html" / "book" / "coins" / "fair.html").read_text(encoding="utf-8")
    assert "srnn-verdict srnn-reproduced" in page
    assert "1 reproduced" in (coins / "README.md").read_text(encoding="utf-8")
