"""The rules of the house: who may import whom, what a function looks like, what a chapter may hold."""

import ast
import importlib.metadata
import os
import shutil
import statistics
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from srnn_lib import notebooks
from srnn_lib.book import chapters
from srnn_lib.book.squares import LOOKS
from srnn_lib.replicators.presets import PRESETS

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "srnn_lib"

# The modules from the ground up. Each may import those before it and none after it.
FLOORS = [
    "checks", "activations", "estimates", "files", "randomness", "notebooks", "provenance", "results", "store", "data",
    "replicators", *(f"replicators.{name}" for name in (
        "authors", "architecture", "population", "reductions", "engines", "presets", "fixpoints", "dynamics",
        "robustness", "cloning", "soup_schedule", "soup", "soup_history", "projection", "tables",
    )),
    "organisms", *(f"organisms.{name}" for name in ("organism", "tasks", "training", "ordinary", "pruning")),
    "lifecycle", *(f"lifecycle.{name}" for name in (
        "stacks", "models", "sparse", "descent", "moments", "efficiency", "death", "replication", "turnover", "surgery",
        "protocol", "campaign", "calibration", "mortality", "statistics", "saliency", "compression",
        "evidence", "offspring", "renewal", "plateau", "expedition",
    )),
    "book", "book.registry", "book.claims",
    "figures", *(f"figures.{name}" for name in (
        "style", "nets", "self_replication", "shares", "weight_space", "soups", "animation", "organisms", "images",
        "neurons", "learning", "mortality", "offspring", "renewal",
    )),
    *(f"book.{name}" for name in (
        "parameters", "chapters", "squares", "summary", "scoreboard", "audit", "publish", "runner",
    )),
    "__main__",
]  # fmt: skip
PACKAGES = {"replicators", "organisms", "lifecycle", "book", "figures"}

LONGEST_BODY, MEDIAN_BODY = 40, 10
LONGEST_CELL, LONG_CELL, LONG_CELL_SHARE = 20, 15, 0.1
LARGEST_NOTEBOOK = 1_500_000
SHORTEST_DESCRIPTION = 40

# A result must be readable in ten years, and a draw must come from a generator that was handed in.
FORBIDDEN = {
    "dill", "joblib.dump", "joblib.load", "np.random.seed", "numpy.random.seed", "pickle", "random.seed",
    "torch.load", "torch.manual_seed", "torch.save", "torch.seed",
}  # fmt: skip
MADE_HERE = {
    ".venv", "_build", "_runs", "data", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis",
    ".benchmarks", ".ipynb_checkpoints", "srnn_lib.egg-info",
}  # fmt: skip
# In two halves, so that this file does not name them itself.
MACHINE_PATHS = [f"/{head}{tail}".encode() for head, tail in (("wo", "rk/"), ("ro", "ot/"), ("tmp/", "bash"))]


def modules():
    """Name below srnn_lib and path of every module but the package itself."""
    found = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        name = ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__")
        if name != "__init__":
            found[name] = path
    return found


MODULES = modules()
CHAPTERS = [chapter.path for chapter in chapters.find_all(ROOT)]
every_module = pytest.mark.parametrize("name", MODULES)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def notebook(path):
    return nbformat.read(path, as_version=4)


def imported(path):
    """The modules of the library that a file imports, by name below srnn_lib."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    inside = {name.removeprefix("srnn_lib.") for name in found if name.startswith("srnn_lib.")}
    return inside & set(MODULES)


def functions(path):
    """Every function and method of a file, the nested ones too."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function, path):
    """Lines of a function's body that are neither docstring nor blank."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    source = path.read_text(encoding="utf-8").splitlines()
    return sum(bool(line.strip()) for line in source[body[0].lineno - 1 : function.end_lineno]) if body else 0


def public(path):
    """The public functions, classes and methods of a module."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                inside = (member for member in node.body if isinstance(member, ast.FunctionDef))
                yield from (method for method in inside if not method.name.startswith("_"))


def unannotated(function):
    """The arguments without a type, and "return" if that has none."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    missing = [each.arg for each in named if each and not each.annotation and each.arg not in ("self", "cls")]
    return missing + ["return"] * (function.returns is None)


def dotted(node):
    """`a.b.c` of a name or a chain of attributes; empty for anything else."""
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return base and f"{base}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def mentions(module):
    """Everything a syntax tree names: chains of attributes, imports, and what is imported from where."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield dotted(node)


def tagged(path, prefix):
    """The code cells of a chapter with a tag that starts so."""
    cells = notebooks.code_cells(notebook(path))
    return [cell for cell in cells if any(tag.startswith(prefix) for tag in cell.metadata.get("tags", []))]


def code_lines(cell):
    """Lines of a cell's statements, without imports, blank lines and the text of captions, which is prose."""
    lines = [line.strip() for line in cell.source.splitlines()]
    for node in notebooks.parse(cell.source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return sum(bool(line) and not line.startswith(('"', "'", 'f"', "f'")) for line in lines)


def published():
    """The files of the project: what git knows or would add; without git, all but what is made here."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True) if shutil.which("git") else None
    if done and done.returncode == 0:
        return [path for path in (ROOT / name for name in done.stdout.split("\0") if name) if path.is_file()]
    parts = {path: path.relative_to(ROOT).parts for path in ROOT.rglob("*") if path.is_file()}
    return [path for path, names in parts.items() if not any(name in MADE_HERE for name in names)]


def test_the_library_and_the_book_are_there():
    assert MODULES
    assert CHAPTERS


def test_every_module_has_its_floor():
    assert sorted(MODULES) == sorted(FLOORS)


@every_module
def test_imports_point_down(name):
    allowed = set(FLOORS[: FLOORS.index(name)]) | PACKAGES
    assert imported(MODULES[name]) - allowed == set()


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("__init__.py")), ids=str)
def test_packages_export_nothing(path):
    assert [node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)] == []


def test_importing_has_no_side_effects(tmp_path):
    watch = """
import importlib, random, sys
import numpy, torch
before = torch.get_rng_state(), random.getstate(), str(numpy.random.get_state())
settings = torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled()
for name in sys.argv[1:]:
    importlib.import_module("srnn_lib." + name)
after = torch.get_rng_state(), random.getstate(), str(numpy.random.get_state())
assert torch.equal(before[0], after[0]) and before[1:] == after[1:], "a global random state moved"
now = torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled()
assert settings == now, "a setting of torch changed"
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", watch, *MODULES], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@every_module
def test_what_is_public_is_documented_and_typed(name):
    nodes = list(public(MODULES[name]))
    assert [node.name for node in nodes if not ast.get_docstring(node)] == []
    defined = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    assert {node.name: unannotated(node) for node in defined if unannotated(node)} == {}


@every_module
def test_no_function_is_long(name):
    path = MODULES[name]
    lengths = {function.name: body_lines(function, path) for function in functions(path)}
    assert {key: lines for key, lines in lengths.items() if lines > LONGEST_BODY} == {}


def test_functions_are_short():
    lengths = [body_lines(function, path) for path in MODULES.values() for function in functions(path)]
    assert statistics.median(lengths) <= MEDIAN_BODY


@every_module
def test_the_library_neither_pickles_nor_seeds_globally(name):
    assert FORBIDDEN & set(mentions(tree(MODULES[name]))) == set()


@every_chapter
def test_chapters_neither_pickle_nor_seed_globally(path):
    cells = notebooks.code_cells(notebook(path))
    assert FORBIDDEN & {name for cell in cells for name in mentions(notebooks.parse(cell.source))} == set()


@every_chapter
def test_chapters_are_small_files(path):
    assert path.stat().st_size < LARGEST_NOTEBOOK


@every_chapter
def test_cells_are_short(path):
    cells = [cell for cell in notebooks.code_cells(notebook(path)) if not notebooks.has(cell, "parameters")]
    assert [cell.source for cell in cells if code_lines(cell) > LONGEST_CELL] == []
    long = [cell.source for cell in cells if code_lines(cell) > LONG_CELL]
    assert len(long) <= LONG_CELL_SHARE * len(cells), "\n\n".join(long)


@every_chapter
def test_every_figure_is_described(path):
    for cell in tagged(path, "fig:"):
        shown = cell.metadata.get("mystnb", {})
        alt, figure = shown.get("image", {}).get("alt", ""), shown.get("figure", {})
        for text in (alt, figure.get("caption", "")):
            assert len(text) >= SHORTEST_DESCRIPTION
            assert " " in text.strip()
            assert "_images/" not in text
        assert alt != figure["caption"]
        assert figure.get("name", "")


def test_every_figure_has_a_tag_and_a_name_of_its_own():
    cells = [cell for path in CHAPTERS for cell in tagged(path, "fig:")]
    tags = [tag for cell in cells for tag in cell.metadata.tags if tag.startswith("fig:")]
    labels = [cell.metadata.mystnb["figure"]["name"] for cell in cells]
    assert len(tags) == len(set(tags))
    assert len(labels) == len(set(labels))


def test_every_module_is_on_the_library_page():
    page = (ROOT / "book" / "api.md").read_text(encoding="utf-8").splitlines()
    listed = [line.split("::")[1].strip() for line in page if line.startswith(".. automodule::")]
    assert sorted(listed) == sorted(f"srnn_lib.{name}" for name in MODULES if name not in {"__main__", *PACKAGES})


def test_every_preset_is_in_the_notation():
    page = (ROOT / "book" / "notation.md").read_text(encoding="utf-8")
    assert [name for name in PRESETS if f"`{name}`" not in page] == []


def test_no_file_names_a_path_of_a_machine():
    found = {path: [part for part in MACHINE_PATHS if part in path.read_bytes()] for path in published()}
    assert {path.relative_to(ROOT).as_posix(): parts for path, parts in found.items() if parts} == {}


def pins(name):
    """The requirements in a file, by name; one name may have several, for different platforms."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        if line.strip() and not line.startswith("#"):
            pin = Requirement(line)
            found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


def test_every_requirement_is_pinned_once_and_the_same_in_the_constraints():
    wanted, constraints = pins("requirements.txt"), pins("constraints.txt")
    assert [pin for each in [*wanted.values(), *constraints.values()] for pin in each if len(pin.specifier) != 1] == []
    assert [name for name, pin in wanted.items() if str(pin[0]) != str(constraints[name][0])] == []


def test_everything_the_requirements_bring_along_is_pinned():
    constraints, queue, seen = (
        pins("constraints.txt"),
        [(name, "") for name in pins("requirements.txt")],
        set(),
    )
    while queue:
        name, extra = queue.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in importlib.metadata.requires(name) or []:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                queue += [(canonicalize_name(need.name), each) for each in ("", *need.extras)]
    assert {name for name, _ in seen} - set(constraints) == set()


def test_the_colours_of_verdicts_are_those_of_the_scoreboard():
    sheet = (ROOT / "book" / "assets" / "book.css").read_text(encoding="utf-8").lower()
    fills = [fill.lower() for fill, _ in LOOKS.values() if fill != "none"]
    assert [fill for fill in fills if fill not in sheet] == []
