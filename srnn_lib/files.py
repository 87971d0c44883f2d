"""The repository on disk: where it is, its YAML files, and writing a file whole or not at all."""

import os
import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from srnn_lib.checks import BadInput, refuse

LANDMARKS = ("_config.yml", "book/claims.yml")


def root(start: Path | None = None) -> Path:
    """Folder of the book: `$SRNN_ROOT`, else the nearest one at or above `start` (default: here).

    Raises:
        BadInput: No such folder.
    """
    if named := os.environ.get("SRNN_ROOT"):
        if _is_root(Path(named)):
            return Path(named).resolve()
        raise refuse("SRNN_ROOT", named, f"a folder with {' and '.join(LANDMARKS)}")
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if _is_root(folder):
            return folder
    raise BadInput(
        f"no book at or above {start} (a folder with {' and '.join(LANDMARKS)}); "
        "change into the project's folder or name it in the variable SRNN_ROOT"
    )


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace the file at `path` in one step: a reader sees the old content or the new, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def read_yaml(path: Path) -> Any:
    """Content of a YAML file, in which `1e-5` is a number, `ON` is text, and no key stands twice.

    Raises:
        BadInput: Missing, or not YAML; the message names file and line.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror} ({path})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(f"{path.name}, line {line}: {error.problem}") from error


class _Loader(yaml.SafeLoader):
    """YAML 1.1 as PyYAML reads it, less its traps: 1.2's numbers and truth values."""

    yaml_implicit_resolvers: ClassVar = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


def _is_root(folder: Path) -> bool:
    return all((folder / name).is_file() for name in LANDMARKS)
