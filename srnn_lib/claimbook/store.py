"""The run store: what took long to compute is kept under the key of its settings, and made again only if they change.

The key is a digest of the settings and of the code that computes the result, so none outlives a change of either.
Files lie below `_runs/store` (or `$SRNN_STORE`), are safetensors with their settings in the header, and may be deleted
at any time.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from torch import Tensor

from srnn_lib import checks, saving
from srnn_lib.claimbook.provenance import computing

Tensors = dict[str, Tensor]
ANEW = "delete it; it is made again when needed"


def place(name: str, settings: Mapping[str, Any], modules: Iterable[str]) -> Path:
    """File of the result `name` for these settings, made by these library modules (full names) and what they import.

    Raises:
        BadInput: Settings that JSON does not know, or a name that is no library module.
    """
    try:
        written = json.dumps(dict(settings), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise checks.bad_input("settings", dict(settings), "numbers, texts, and lists of them", str(error)) from error
    key = saving.digest([written, computing(modules)])
    return saving.store_folder() / f"{name}-{key[:16]}.safetensors"


def cached(name: str, settings: Mapping[str, Any], make: Callable[[], Tensors], modules: Iterable[str]) -> Tensors:
    """The stored result, or a new one, which is stored whole or not at all.

    Args:
        name: Of the result; the first part of the file's name.
        settings: Everything that `make` depends on: numbers, texts, lists.
        make: Computes the named tensors.
        modules: Library modules that `make` uses; a change in their code makes the result anew.

    Raises:
        BadInput: A stored file that is damaged, or of other settings.
    """
    path = place(name, settings, modules)
    with lock(path):  # whoever else needs the same result waits for it
        if not path.is_file():
            saving.save_tensors(path, make(), settings)
        found, known = read_result(path)
        if known != json.loads(json.dumps(dict(settings))):
            raise checks.bad_input(path.name, "of other settings", "what its name says", ANEW)
        return found


def lock(path: Path) -> FileLock:
    """A lock that one process at a time can hold for this result, for use in a `with` block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_suffix(".lock"))


@contextmanager
def locks(paths: Iterable[Path]) -> Iterator[None]:
    """The locks of several results, taken in one order, so that nobody waits for whoever waits for him."""
    with ExitStack() as held:
        for path in sorted(set(paths)):
            held.enter_context(lock(path))
        yield


def read_result(path: Path) -> tuple[Tensors, dict[str, Any]]:
    """Tensors and settings of a stored result.

    Raises:
        BadInput: The file is missing, damaged, or no stored result.
    """
    return saving.load_tensors(path, "stored result", ANEW)
