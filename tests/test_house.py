"""The rules of the house: who may import whom, what a function looks like, what a chapter may hold."""

import ast
import importlib.metadata
import os
import re
import statistics
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project_files import published

from srnn_lib.claimbook import chapters, notebooks
from srnn_lib.claimbook.squares import VERDICT_LOOKS
from srnn_lib.replicators.presets import PRESETS

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "srnn_lib"

GROUND = {"checks", "saving", "randomness", "activations", "data"}
# What each package may import besides itself. Nobody imports upwards, and the book's engine knows nothing of nets.
MAY_IMPORT = {
    "replicators": GROUND - {"data"},
    "organisms": GROUND | {"replicators"},
    "neurons": GROUND - {"data", "saving"},
    "claimbook": {"checks", "saving"},
    "explorables": {"checks", "saving"},
    "experiments": GROUND | {"replicators", "organisms", "neurons", "claimbook"},
    "figures": GROUND | {"replicators", "organisms", "neurons", "experiments", "claimbook"},
}
COMMAND_LINE = {"__main__": {"claimbook", "experiments", "explorables"}}
# Modules of these that several chapters share; every other one has the name of a chapter.
SHARED = {
    "figures": {"style", "data_behind", "projection", "film", "self_replication", "organism_networks", "cost"},
    "experiments": {
        "plans", "checkpoints", "resampling", "resuming", "levels", "make_tables", "same_code", "organisms",
        "compression", "plateau", "calibration", "gains", "starts", "further_births", "benchmarks", "bars", "cost",
        "phrases", "page_data", "accuracies",
    },
}  # fmt: skip

# Tests about more than one module of their package.
EXTRA_TESTS = {
    "replicators": {"alternating"},
    "organisms": {"graphs"},
    "experiments": {"kept_tables"},
    "neurons": {"divergence"},
    "claimbook": {"lift_out"},
}

LONGEST_BODY, MEDIAN_BODY = 40, 10
MOST_BY_PLACE, FIRST_BY_PLACE = 5, 3
LONGEST_CELL, MEDIAN_CELL = 20, 8
FOLDED = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
LARGEST_NOTEBOOK = 1_500_000
SHORTEST_DESCRIPTION = 40

# A result must be readable in ten years, and a draw must come from a generator that was handed in.
FORBIDDEN = {
    "dill", "joblib.dump", "joblib.load", "np.random.seed", "numpy.random.seed", "pickle", "random.seed",
    "torch.load", "torch.manual_seed", "torch.save", "torch.seed",
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
PACKAGES = set(MAY_IMPORT)
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


def named(node):
    """Names that a statement of a module gives to something, imports aside."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]


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


def mentions(module, imports_only=False):
    """Everything a syntax tree names: imports, what is imported from where, and chains of attributes."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not imports_only:
            yield dotted(node)


def tagged(path, prefix):
    """The code cells of a chapter with a tag that starts so."""
    cells = notebooks.code_cells(notebook(path))
    return [cell for cell in cells if any(tag.startswith(prefix) for tag in tags(cell))]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def bound(cell):
    """The names that a cell binds at its top level, each with its kind: import, function, parameter, or data."""
    waiting = list(notebooks.parse_cell(cell.source).body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name.partition(".")[0], "import") for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, "function"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, "parameter" if notebooks.has(cell, "parameters") else "data"
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            waiting += ast.iter_child_nodes(node)


def code_lines(cell):
    """Lines of a cell's statements, without imports, blank lines and the text of captions, which is prose."""
    lines = [line.strip() for line in cell.source.splitlines()]
    for node in notebooks.parse_cell(cell.source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return sum(bool(line) and not line.startswith(('"', "'", 'f"', "f'")) for line in lines)


def test_the_library_and_the_book_are_there():
    assert MODULES
    assert CHAPTERS


def test_every_package_has_its_rule():
    assert {name.partition(".")[0] for name in MODULES} == {*MAY_IMPORT, *GROUND, *COMMAND_LINE}


@every_module
def test_packages_import_what_they_may(name):
    package = name.partition(".")[0]
    allowed = {**MAY_IMPORT, **COMMAND_LINE}.get(package, GROUND) | {package}
    assert {each.partition(".")[0] for each in imported(MODULES[name])} - allowed == set()


def test_no_module_imports_itself_by_a_detour():
    arrows = {name: imported(path) - PACKAGES for name, path in MODULES.items() if name not in PACKAGES}
    assert list(TopologicalSorter(arrows).static_order())


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_packages_only_hand_names_on(package):
    first, *rest = tree(MODULES[package]).body
    assert isinstance(first, ast.Expr)
    *imports, exported = rest
    assert all(isinstance(node, ast.ImportFrom) for node in imports)
    assert all(f"{node.module}.".startswith(f"srnn_lib.{package}.") for node in imports)
    names = [alias.asname or alias.name for node in imports for alias in node.names]
    assert sorted(ast.literal_eval(exported.value)) == sorted(names)


def test_no_public_name_stands_twice():
    homes = {}
    for name, path in MODULES.items():
        for node in tree(path).body if name not in {*PACKAGES, "__main__"} else ():
            for each in named(node):
                homes.setdefault(each, []).append(name)
    assert {each: where for each, where in homes.items() if len(where) > 1 and not each.startswith("_")} == {}


@pytest.mark.parametrize("package", SHARED)
def test_modules_of_chapters_have_their_names(package):
    names = {path.stem.replace("-", "_") for path in CHAPTERS}
    inside = {name.partition(".")[2] for name in MODULES if name.startswith(f"{package}.")}
    assert inside - names == SHARED[package]


@pytest.mark.parametrize("package", [*MAY_IMPORT])
def test_tests_have_the_names_of_modules(package):
    modules = {name.partition(".")[2] for name in MODULES if name.startswith(f"{package}.")}
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / package).glob("test_*.py")}
    assert tests - modules == EXTRA_TESTS.get(package, set())


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
def test_many_arguments_are_given_by_name(name):
    crowded = []
    for function in functions(MODULES[name]):
        given = function.args
        plain = [each for each in (*given.posonlyargs, *given.args) if each.arg not in ("self", "cls")]
        if len(plain) + len(given.kwonlyargs) > MOST_BY_PLACE and len(plain) > FIRST_BY_PLACE:
            crowded.append(function.name)
    assert crowded == []


@every_module
def test_properties_read_well_on_the_page(name):
    """A colon in a property's first line makes the documentation take what stands before it for a type."""
    firsts = {
        node.name: (ast.get_docstring(node) or "").split("\n")[0]
        for node in functions(MODULES[name])
        if any("property" in dotted(mark) for mark in node.decorator_list)
    }
    assert {key: line for key, line in firsts.items() if ": " in line} == {}


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
    assert FORBIDDEN & {name for cell in cells for name in mentions(notebooks.parse_cell(cell.source))} == set()


@every_chapter
def test_chapters_are_small_files(path):
    assert path.stat().st_size < LARGEST_NOTEBOOK


@every_chapter
def test_cells_are_short(path):
    cells = [cell for cell in notebooks.code_cells(notebook(path)) if not notebooks.has(cell, "parameters")]
    assert [cell.source for cell in cells if code_lines(cell) > LONGEST_CELL] == []
    visible = [
        sum(bool(line.strip()) for line in cell.source.splitlines()) for cell in cells if not FOLDED & tags(cell)
    ]
    assert max(visible) <= LONGEST_CELL
    assert statistics.median(visible) <= MEDIAN_CELL


@every_chapter
def test_what_is_folded_says_what_it_holds(path):
    folded = [cell for cell in notebooks.code_cells(notebook(path)) if notebooks.has(cell, "hide-input")]
    names = [cell.metadata.get("mystnb", {}).get("code_prompt_show", "") for cell in folded]
    assert [name for name in names if not name.startswith("Show ")] == []
    assert [name for name, times in Counter(names).items() if times > 1] == []


@every_chapter
def test_an_explorable_of_the_page_is_live_in_the_notebook_and_leaves_nothing_on_the_page(path):
    nb = notebook(path)
    prose = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    live = [cell for cell in nb.cells if cell.id == "live-explorable"]
    shown = [re.findall(r'^explorable\("([\w-]+)"\)$', cell.source, re.M) for cell in live]
    assert shown == [[name] for name in re.findall(r"^:figclass: explorable-([\w-]+)$", prose, re.M)]
    assert [tags(cell) for cell in live if tags(cell) != {notebooks.LIVE, "remove-cell"}] == []


@every_chapter
def test_a_name_that_means_a_function_or_a_parameter_means_nothing_else_later(path):
    first = {}
    for place, cell in enumerate(notebooks.code_cells(notebook(path))):
        for name, kind in bound(cell):
            old = first.setdefault(name, (kind, place))
            assert old == (kind, place) or {old[0], kind} == {"data"}, f"{name} is {old[0]}, then {kind}"


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


def test_every_module_is_on_the_page_of_its_package():
    listed = {}
    for path in (ROOT / "book" / "api").glob("*.md"):
        lines = path.read_text(encoding="utf-8").splitlines()
        names = [line.split("::")[1].strip() for line in lines if line.startswith(".. automodule::")]
        listed |= {name.removeprefix("srnn_lib."): path.stem for name in names}
    packages = {name: name.rpartition(".")[0] or "ground" for name in MODULES if name not in {"__main__", *PACKAGES}}
    assert listed == packages


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
    assert [name for name, pin in wanted.items() if pin[0].specifier != constraints[name][0].specifier] == []


def test_everything_that_snakemake_needs_is_pinned():
    assert [pin for each in pins("requirements-workflow.txt").values() for pin in each if "==" not in str(pin)] == []


def test_everything_that_jupyterlab_needs_is_pinned():
    lines, held = pins("requirements-lab.txt"), pins("constraints.txt")
    assert [pin for each in lines.values() for pin in each if "==" not in str(pin)] == []
    everywhere = {name for name, each in held.items() if each[0].marker is None}
    assert set(lines) & everywhere == set()


def test_what_the_library_imports_is_declared_with_a_lower_bound():
    lines = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    declared = {canonicalize_name(each.name): each.specifier for each in map(Requirement, lines)}
    owners = importlib.metadata.packages_distributions()
    needed = set()
    for path in MODULES.values():
        tops = {name.partition(".")[0] for name in mentions(tree(path), imports_only=True)}
        needed |= {canonicalize_name(owners[top][0]) for top in tops - sys.stdlib_module_names - {"srnn_lib"}}
    assert needed - set(declared) == set()
    assert set(declared) - needed == set()
    assert {name for name, bounds in declared.items() if [each.operator for each in bounds] != [">="]} == set()


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
    fills = [fill.lower() for fill, _ in VERDICT_LOOKS.values() if fill != "none"]
    assert [fill for fill in fills if fill not in sheet] == []
