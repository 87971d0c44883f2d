"""The run store: what took long to compute is kept under the key of its settings, and made again only if they change.

The key is a digest of the settings and of the code that made the result, so a result never outlives a change of either.
Files lie below `_runs/store` (or `$SRNN_STORE`), are safetensors with their settings in the header, and may be deleted
at any time.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
from filelock import FileLock
from safetensors import SafetensorError, safe_open
from torch import Tensor

from srnn_lib import checks, files
from srnn_lib.notebooks import digest
from srnn_lib.provenance import fingerprints

Tensors = dict[str, Tensor]


def folder() -> Path:
    """Where results are kept: `$SRNN_STORE`, else `_runs/store` in the book's folder."""
    named = os.environ.get("SRNN_STORE")
    return Path(named) if named else files.root() / "_runs" / "store"


def place(name: str, settings: Mapping[str, Any], modules: Iterable[str]) -> Path:
    """File of the result `name` for these settings, made by these library modules (full names) and what they import.

    Raises:
        BadInput: Settings that JSON does not know, or a name that is no library module.
    """
    try:
        key = digest([json.dumps(dict(settings), sort_keys=True, allow_nan=False), fingerprints(modules)])
    except (TypeError, ValueError) as error:
        raise checks.refuse("settings", dict(settings), "numbers, texts, and lists of them", str(error)) from error
    return folder() / f"{name}-{key[:16]}.safetensors"


def kept(name: str, settings: Mapping[str, Any], make: Callable[[], Tensors], modules: Iterable[str]) -> Tensors:
    """The stored result, or a new one, which is stored whole or not at all.

    Args:
        name: Of the result; the first part of the file's name.
        settings: Everything that `make` depends on: numbers, texts, lists.
        make: Computes the named tensors.
        modules: Library modules that `make` uses; a change in their code makes the result anew.
    """
    path = place(name, settings, modules)
    with alone(path):  # whoever else needs the same result waits for it
        if not path.is_file():
            save(path, make(), settings)
        return load(path)[0]


def alone(path: Path) -> FileLock:
    """A lock that one process at a time can hold for this result, for use in a `with` block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_suffix(".lock"))


def save(path: Path, tensors: Mapping[str, Tensor], settings: Mapping[str, Any]) -> None:
    """Write tensors with their settings in the header; a file that is already there is replaced in one move."""
    owned = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    files.write_whole(path, safetensors.torch.save(owned, {"settings": json.dumps(dict(settings))}))


def load(path: Path) -> tuple[Tensors, dict[str, Any]]:
    """Tensors and settings of a stored result.

    Raises:
        BadInput: The file is missing, damaged, or was not written by `save`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            settings = json.loads((file.metadata() or {})["settings"])
            return {name: file.get_tensor(name) for name in file.keys()}, settings  # noqa: SIM118
    except (SafetensorError, FileNotFoundError, KeyError, ValueError) as error:
        wanted = "a file written by the run store"
        raise checks.refuse("stored result", path.name, wanted, "delete it; it is made again when needed") from error
