"""Explorables put together: each with the modules that it imports, as one file.

The sources in `book/explorables` are ES modules that import each other. A page that is opened from disk may load no
module, and a widget is one module. So a bundle holds all that an explorable needs: `module` is that for a widget, and
`page_script` the same as an ordinary script, for pages. Modules are laid behind one another, those that others import
first. Therefore no two modules of a bundle give one name to different things.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from srnn_lib import checks, saving
from srnn_lib.checks import BadInput

SOURCE_FOLDER = "book/explorables"
PAGE_FOLDER = "book/assets/explorables"
STYLE = "style.css"
HOST = "host.js"

_IMPORT = re.compile(r'^import \{ ([\w, $\s]+?),? \} from "(\.{1,2}/[\w./-]+)";\n', re.M)
_DEFAULT = re.compile(r"^export default ", re.M)
_EXPORT = re.compile(r"^export (?=const|let|function|class|async)", re.M)
_SEAL = re.compile(r"^// sha256 of this file: .*\n", re.M)
_NAME = re.compile(r"^(?:export )?(?:const|let|function|class|async function) ([\w$]+)", re.M)


def known(root: Path | None = None) -> list[str]:
    """The explorables there are."""
    return sorted(path.stem for path in _folder(root).glob("*.js") if path.name != HOST)


def module(name: str, root: Path | None = None) -> str:
    """An explorable as one ES module, which exports what its own source exports.

    Raises:
        BadInput: No such explorable, a name that two modules give, or an import that the bundle cannot follow.
    """
    folder = _folder(root)
    return bundled(folder / f"{checks.choice('explorable', name, known(root))}.js")


def bundled(path: Path) -> str:
    """A module with all that it imports, as one module."""
    *below, last = _in_order(path, ())
    homes: dict[str, str] = {}
    for each in (*below, last):
        for name in _NAME.findall(text := _read(each)):
            if name in homes:
                raise BadInput(f"{each.name} and {homes[name]} both define {name}; rename one of them")
            homes[name] = each.name
        _refuse_unknown_imports(each, text, homes)
    parts = [_EXPORT.sub("", _body(each)) for each in below]
    return "\n".join([*parts, _body(last)])


def page_script(name: str, root: Path | None = None) -> str:
    """An explorable as a script that a page loads: it hands itself to the host of the page."""
    body = _EXPORT.sub("", _DEFAULT.sub("const explorable = ", module(name, root)))
    head = f"// Made from {SOURCE_FOLDER}/{name}.js by `python -m srnn_lib explorables`."
    handed_over = f'globalThis.srnnExplorables.mount("{name}", explorable);'
    return f'{head}\n(() => {{\n"use strict";\n{body}\n{handed_over}\n}})();\n'


def style(root: Path | None = None) -> str:
    """The look of all explorables."""
    return _read(_folder(root) / STYLE)


def page_files(root: Path | None = None) -> dict[Path, str]:
    """What pages load, by path: a script for every explorable, the host, and the style."""
    target = saving.root(root) / PAGE_FOLDER
    shared = {target / each: _read(_folder(root) / each) for each in (HOST, STYLE)}
    return shared | {target / f"{name}.js": page_script(name, root) for name in known(root)}


def stale_files(root: Path | None = None) -> list[Path]:
    """Those of these files that are missing, or are not what the sources give."""
    return list(_stale(root))


def write_files(root: Path | None = None) -> list[Path]:
    """Write what pages load; returns the files that changed."""
    changed = _stale(root)
    for path, text in changed.items():
        saving.write_whole(path, text)
    return list(changed)


def _stale(root: Path | None) -> dict[Path, str]:
    """What has to be written, by path."""
    return {path: text for path, text in page_files(root).items() if not path.is_file() or _read(path) != text}


def _folder(root: Path | None) -> Path:
    return saving.root(root) / SOURCE_FOLDER


def _read(path: Path) -> str:
    if not path.is_file():
        raise checks.bad_input("file of explorables", path.name, "an existing one")
    return saving.read_text(path)


def _body(path: Path) -> str:
    """A module without its imports, and without the seal of what it carries, which is of that file alone."""
    text = _read(path)
    if path.stem.endswith("-data") and (fault := saving.broken_seal(path.read_bytes())):
        again = f"python -m srnn_lib explorables --data {path.stem.removesuffix('-data')}"
        raise BadInput(f"{path.name} is damaged: {fault}; make it again: {again}")
    return _SEAL.sub("", _IMPORT.sub("", text)).strip() + "\n"


def _imports(path: Path) -> Iterator[Path]:
    for _, address in _IMPORT.findall(_read(path)):
        found = (path.parent / address).resolve()
        if not found.is_file():
            raise checks.bad_input("import", address, f"a file beside {path.name}")
        yield found


def _in_order(path: Path, waiting: tuple[Path, ...]) -> list[Path]:
    """A module behind all that it imports, each once."""
    if path in waiting:
        raise BadInput(f"{path.name} imports itself by a detour: {' → '.join(each.name for each in waiting)}")
    found: dict[Path, None] = {}
    for each in _imports(path):
        found |= dict.fromkeys(_in_order(each, (*waiting, path)))
    return [*found, path]


def _refuse_unknown_imports(path: Path, text: str, homes: dict[str, str]) -> None:
    for listed, address in _IMPORT.findall(text):
        for name in re.split(r",\s*", listed.strip()):
            if name not in homes:
                raise checks.bad_input(f"import of {path.name} from {address}", name, "a name that it defines")
    if re.search(r"^\s*import\b", _IMPORT.sub("", text), re.M):
        raise BadInput(f'{path.name} has an import that is not of the form `import {{ name }} from "./file.js";`')
