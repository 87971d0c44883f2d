"""The project on disk: where it is, files written whole or not at all, tensors with what they are in the header.

What is kept carries a seal: a digest of the whole file, with zeros where the digest stands. Whoever reads a file
compares it, so that no flipped bit, no lost end and no edit goes unseen.
"""

import errno
import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from srnn_lib.checks import BadInput, bad_input

if TYPE_CHECKING:
    from torch import Tensor

LANDMARKS = ("_config.yml", "book/claims.yml")
WITHOUT = "replicators, organisms, neurons, data and figures need none"
"""What of the library works without a book, as where it was installed from a wheel."""
SEALING = "python -m srnn_lib seal"
"""The command that seals what was kept before files were sealed."""
_MARK = b"sha256 of this file: "
BLANK_SEAL = (_MARK + b"0" * 64).decode()
"""What stands in a file where its seal shall be."""


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
    raise BadInput(f"no book at or above {start} ({wanted}); {remedy}; {WITHOUT}")


def store_folder() -> Path:
    """The run store, where results are kept: `$SRNN_STORE`, else `_runs/store` in the book's folder."""
    named = os.environ.get("SRNN_STORE")
    return Path(named) if named else root() / "_runs" / "store"


def digest(value: Any) -> str:
    """SHA-256 of a value made of plain lists, dictionaries, text and numbers."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def read_text(path: Path) -> str:
    """The text of a file; empty if it is not there.

    Raises:
        BadInput: It cannot be read, or is not written in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not written in UTF-8: byte {error.start} ({path})") from error
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror} ({path})") from error


def process_name(process: int | None = None) -> str:
    """What a process (None: this one) of this machine puts into the names of what it writes and takes away again."""
    machine = "".join(letter for letter in platform.node() if letter.isalnum()) or "here"
    return f"{machine}-{process or os.getpid()}"


def beside(path: Path) -> Path:
    """Where this process prepares what shall be at `path`."""
    return path.with_name(f".{path.name}.{process_name()}.tmp")


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace the file at `path` in one step: a reader sees the old content or the new, never half of one.

    Raises:
        OSError: It cannot be written, for instance because the disk is full; the error names the file.
    """
    prepared = beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prepared.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(prepared, path)
    except OSError as error:
        raise error if error.filename or not error.errno else OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            prepared.unlink(missing_ok=True)


def move_folder(now: Path, place: Path) -> None:
    """Move a folder to where none is, also to another disk.

    Whenever this is killed, a whole one is in one of the places, or in both, beside what `sweep` removes.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.rename(now, place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copytree(now, beside(place))
        os.rename(beside(place), place)
        remove_folder(now)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it: whenever this is killed, it is whole or gone under its name."""
    os.rename(folder, gone := beside(folder))
    shutil.rmtree(gone)


def sweep(paths: Iterable[Path]) -> list[Path]:
    """Of these paths, remove those that processes of this machine have left that are dead by now; which they were."""
    ours = re.compile(rf".*[.-]{re.escape(process_name(1)[:-1])}(\d+)\.(tmp|run\.ipynb)")
    left = [path for path in paths if (name := ours.fullmatch(path.name)) and _is_over(int(name[1]), path)]
    for path in left:
        with suppress(OSError):  # whoever swept at the same time was faster
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return left


def _is_over(process: int, path: Path) -> bool:
    """Whether the process of that number that made the path is no more; another one may have its number."""
    try:
        return psutil.Process(process).create_time() > path.stat().st_mtime + 1
    except (psutil.Error, OSError):
        return True


def sealed(content: bytes) -> bytes:
    """The content of a file, which holds `BLANK_SEAL` once, with its seal in that place."""
    before, after = content.split(BLANK_SEAL.encode())
    return before + _MARK + hashlib.sha256(content).hexdigest().encode() + after


def is_sealed(content: bytes) -> bool:
    """Whether a file with this content has a seal, broken or not."""
    return _MARK in content


def broken_seal(content: bytes) -> str:
    """What is wrong with the seal of a file with this content, in words; empty if nothing is."""
    before, mark, after = content.partition(_MARK)
    if not mark:
        return f"kept before files had seals, then run {SEALING}"
    blank = before + BLANK_SEAL.encode() + after[64:]
    return "" if hashlib.sha256(blank).hexdigest().encode() == after[:64] else "it is not what was written"


def save_tensors(path: str | Path, tensors: Mapping[str, "Tensor"], header: Mapping[str, Any]) -> None:
    """Write tensors to a sealed safetensors file, with `header` as JSON in its entry `settings`; an old one goes."""
    import safetensors.torch  # brings torch along, which the book's own commands do not need

    owned = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    write_whole(Path(path), _with_metadata(safetensors.torch.save(owned), {"settings": json.dumps(dict(header))}))


def seal_tensors(path: Path) -> None:
    """Seal a safetensors file that has no seal.

    Raises:
        BadInput: It is damaged, or something else.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            metadata = {"settings": file.metadata()["settings"]}
    except (SafetensorError, KeyError, TypeError, OSError) as error:
        raise bad_input("file", path.name, "one that this project wrote, undamaged") from error
    write_whole(path, _with_metadata(path.read_bytes(), metadata))


def _with_metadata(content: bytes, metadata: Mapping[str, str]) -> bytes:
    """A safetensors file with other texts in its header, and a seal; the same file for the same texts."""
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start]) | {"__metadata__": {**metadata, "seal": BLANK_SEAL}}
    written = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    written += b" " * (-len(written) % 8)  # tensors begin at multiples of 8
    return sealed(len(written).to_bytes(8, "little") + written + content[start:])


def load_tensors(path: str | Path, name: str, remedy: str) -> tuple[dict[str, "Tensor"], dict[str, Any]]:
    """Tensors and header of a file that `save_tensors` wrote.

    If it cannot be read, it is called `name` in the error, such as "population file", which ends with the `remedy`.

    Raises:
        BadInput: It is missing, damaged, edited, or something else.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise bad_input(name, path.name, "an existing file", remedy)
    if fault := broken_seal(path.read_bytes()):
        raise bad_input(name, path.name, f"one that this project wrote, undamaged ({fault})", remedy)
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})["settings"])
            return {key: file.get_tensor(key) for key in file.keys()}, header  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise bad_input(name, path.name, "one that this project wrote, undamaged", remedy) from error
