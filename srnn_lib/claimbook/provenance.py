"""Where a result comes from: versions, the library modules behind it, device, day.

A module's fingerprint is taken over its syntax tree without docstrings and the types of arguments, so comments, layout
and documentation do not make a result stale, and over the files beside it that share its name, such as a script. It
does not depend on the version of Python (`ast.dump` would). A package's `__init__` only hands names on: what is
imported from a package is followed to the module that it comes from.
"""

import ast
import hashlib
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from srnn_lib.checks import bad_input
from srnn_lib.saving import digest

PACKAGES = ("torch", "torchvision", "numpy", "matplotlib", "scipy")
LIBRARY = __name__.partition(".")[0]
FOLDER = Path(__file__).parents[1]

_UNSEEN = {"ctx", "kind", "type_comment", "returns"}
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class State:
    """`kind` is fresh, stale or never run; `reason` says why, `note` what else is worth knowing."""

    kind: str
    reason: str = ""
    note: str = ""


def provenance(modules: Iterable[str], device: str = "cpu") -> dict[str, Any]:
    """The stamp of a result made with these library modules (full names), today, on this machine."""
    return {
        "library": fingerprints(modules),
        "packages": versions(),
        "python": platform.python_version(),
        "device": device,
        "day": datetime.now(UTC).date().isoformat(),
    }


def versions() -> dict[str, str]:
    """Installed versions of the packages that results depend on."""
    found = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):  # torchvision is only needed where images are
            found[name] = version(name)
    return found


def changes(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Which modules changed between two answers of `fingerprints`, in words."""
    return [f"{name} changed" for name in sorted(then.keys() | now.keys()) if then.get(name) != now.get(name)]


def computing(modules: Iterable[str]) -> dict[str, str]:
    """`fingerprints` without this package: who keeps a result does not change it."""
    keeper = __name__.rpartition(".")[0] + "."
    return {name: each for name, each in fingerprints(modules).items() if not name.startswith(keeper)}


def fingerprints(modules: Iterable[str]) -> dict[str, str]:
    """Fingerprint of each of these library modules and of every one they import, directly or not.

    Raises:
        BadInput: A name that is no module of the library.
    """
    found, waiting = dict[str, str](), set(modules)
    while waiting:
        tree = _tree(name := waiting.pop())
        beside = ((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in _beside(name))
        found[name] = _fingerprint(tree, *beside)
        waiting |= imported(tree) - set(found)
    return dict(sorted(found.items()))


@cache
def _fingerprint(tree: ast.Module, *beside: tuple[str, str]) -> str:
    """What stands for a module: its tree, and names and hashes of the files beside it."""
    return digest([_skeleton(tree), *beside])[:16]


def _beside(module: str) -> list[Path]:
    """Files that share a module's name, such as its script and style."""
    place = FOLDER.joinpath(*module.split(".")[1:])
    return [] if _is_package(module) else sorted(p for p in place.parent.glob(f"{place.name}.*") if p.suffix != ".py")


def imported(tree: ast.AST) -> set[str]:
    """Library modules that `tree` imports, all by their full names; a package's names are followed to their modules."""
    modules, packages, waiting = set[str](), set[str](), [tree]
    while waiting:
        named = {name for name in _named(waiting.pop()) if _file(name)}
        inside = {name for name in named if _is_package(name)}
        waiting += [_tree(name) for name in inside - packages]
        modules, packages = modules | (named - inside), packages | inside
    return modules


def _named(tree: ast.AST) -> set[str]:
    """What `tree` imports, modules of the library or not."""
    plain, drawn = _statements(tree)
    return {*plain, *(_home(module, name) for module, name in drawn)}


@lru_cache(maxsize=1024)
def _statements(tree: ast.AST) -> tuple[list[str], list[tuple[str, str]]]:
    """The modules that `tree` imports as a whole, and those from which it imports a name, with the name."""
    nodes = list(ast.walk(tree))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    drawn = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return plain, [(node.module or "", alias.name) for node in drawn for alias in node.names]


def _home(module: str, name: str) -> str:
    """The module that `name` comes from if it is imported from `module`."""
    if _file(f"{module}.{name}"):
        return f"{module}.{name}"
    body = _tree(module).body if _is_package(module) else []
    drawn = [node for node in body if isinstance(node, ast.ImportFrom) and node.module != module]
    homes = [(node.module or "", a.name) for node in drawn for a in node.names if name == (a.asname or a.name)]
    return _home(*homes[0]) if homes else module


def _is_package(module: str) -> bool:
    return getattr(_file(module), "name", "") == "__init__.py"


def _tree(module: str) -> ast.Module:
    """Syntax tree of a library module.

    Raises:
        BadInput: There is none of that name.
    """
    if path := _file(module):
        return _parsed(path.read_text(encoding="utf-8"))
    raise bad_input("library module", module, f"a full name such as {__name__}")


@cache  # chapters share most modules, and what follows from a tree is kept with it
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def _file(module: str) -> Path | None:
    first, *parts = module.split(".")
    if first != LIBRARY:
        return None
    place = FOLDER.joinpath(*parts)
    return next((p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file()), None)


def _skeleton(node: Any) -> Any:
    """`node` as nested lists, without what docstrings, types, layout or Python's version put into a tree."""
    if isinstance(node, list):
        return [_skeleton(item) for item in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: value for name, value in ast.iter_fields(node) if name not in _UNSEEN}
    if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    if isinstance(node, ast.arg):
        fields.pop("annotation", None)
    kept = {name: value for name, value in fields.items() if value is not None and value != []}
    return [type(node).__name__, {name: _skeleton(value) for name, value in kept.items()}]
