"""Where a result comes from: versions, the library modules behind it, device, day.

A module's fingerprint is taken over its syntax tree without docstrings, so comments, layout and documentation
do not make a result stale. It does not depend on the version of Python (`ast.dump` would).
"""

import ast
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from srnn_lib.checks import refuse
from srnn_lib.notebooks import digest

PACKAGES = ("torch", "torchvision", "numpy", "matplotlib", "scipy")
LIBRARY = "srnn_lib"
FOLDER = Path(__file__).parent

_UNSEEN = {"ctx", "kind", "type_comment"}
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


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
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # torchvision is only needed where images are
            continue
    return found


def fingerprints(modules: Iterable[str]) -> dict[str, str]:
    """Fingerprint of each of these library modules and of every one they import, directly or not.

    Raises:
        BadInput: A name that is no module of the library.
    """
    found, waiting = {}, set(modules)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None:
            raise refuse("library module", name, "a full name such as srnn_lib.replicators.population")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found[name] = digest(_skeleton(tree))[:16]
        waiting |= imported(tree, within=name) - set(found)
    return dict(sorted(found.items()))


def imported(tree: ast.AST, within: str = "") -> set[str]:
    """Library modules that `tree` imports; `within` is the module it stands in, for relative imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, within)
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    parts = [name.split(".") for name in names]
    # Importing a.b.c runs a and a.b first. The package itself is left out: it holds only its version.
    above = {".".join(part[:end]) for part in parts if part[0] == LIBRARY for end in range(2, len(part) + 1)}
    return {name for name in above if _file(name)}


def _base(node: ast.ImportFrom, within: str) -> str:
    if not node.level:
        return node.module or ""
    package = within if _file(within) and _file(within).name == "__init__.py" else within.rpartition(".")[0]
    for _ in range(node.level - 1):
        package = package.rpartition(".")[0]
    return f"{package}.{node.module}" if node.module else package


def _file(module: str) -> Path | None:
    place = FOLDER.joinpath(*module.split(".")[1:])
    return next((p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file()), None)


def _skeleton(node: Any) -> Any:
    """`node` as nested lists, without what docstrings, layout or Python's version put into a tree."""
    if isinstance(node, list):
        return [_skeleton(item) for item in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: value for name, value in ast.iter_fields(node) if name not in _UNSEEN}
    if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    kept = {name: value for name, value in fields.items() if value is not None and value != []}
    return [type(node).__name__, {name: _skeleton(value) for name, value in kept.items()}]
