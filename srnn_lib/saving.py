"""The project on disk: where it is, files written whole or not at all, tensors with what they are in the header."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srnn_lib.checks import BadInput, bad_input

if TYPE_CHECKING:
    from torch import Tensor

LANDMARKS = ("_config.yml", "book/claims.yml")


def root(start: Path | None = None) -> Path:
    """Folder of the book: `$SRNN_ROOT`, else the nearest one at or above `start` (default: here).

    Raises:
        BadInput: No such folder.
    """
    named, wanted = os.environ.get("SRNN_ROOT"), f"a folder with {' and '.join(LANDMARKS)}"
    start = Path(named or start or Path.cwd()).resolve()
    for folder in (start,) if named else (start, *start.parents):
        if all((folder / name).is_file() for name in LANDMARKS):
            return folder
    if named:
        raise bad_input("SRNN_ROOT", named, wanted)
    remedy = "change into the project's folder or name it in the variable SRNN_ROOT"
    raise BadInput(f"no book at or above {start} ({wanted}); {remedy}")


def digest(value: Any) -> str:
    """SHA-256 of a value made of plain lists, dictionaries, text and numbers."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace the file at `path` in one step: a reader sees the old content or the new, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def save_tensors(path: str | Path, tensors: Mapping[str, "Tensor"], header: Mapping[str, Any]) -> None:
    """Write tensors to a safetensors file, with `header` as JSON in its entry `settings`; an old file is replaced."""
    import safetensors.torch  # brings torch along, which the book's own commands do not need

    owned = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    write_whole(Path(path), safetensors.torch.save(owned, {"settings": json.dumps(dict(header))}))


def load_tensors(path: str | Path, name: str, remedy: str) -> tuple[dict[str, "Tensor"], dict[str, Any]]:
    """Tensors and header of a file that `save_tensors` wrote.

    If it cannot be read, it is called `name` in the error, such as "population file", which ends with the `remedy`.

    Raises:
        BadInput: It is missing, damaged, or something else.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise bad_input(name, path.name, "an existing file", remedy)
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})["settings"])
            return {key: file.get_tensor(key) for key in file.keys()}, header  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise bad_input(name, path.name, "one that this project wrote, undamaged", remedy) from error
