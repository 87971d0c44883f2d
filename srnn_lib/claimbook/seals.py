"""Seals of what a project keeps: tables and trainings in `results/`, what pages carry, and the run store."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from srnn_lib import saving
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import reads, results
from srnn_lib.saving import broken_seal, is_sealed

ENDINGS = ("*.parquet", "*.safetensors")
SPEAK_NOT = {"results": "*.safetensors", "book": "*-data.js"}
"""Sealed files, by folder, of which no table speaks: trainings, and what scripts in pages carry."""


def kept_files(folder: Path) -> list[Path]:
    """All files of the project in `folder` that carry a seal, in `results/` and in the run store."""
    places = {(folder / "results").resolve(), saving.store_folder().resolve()}
    return sorted({path for place in places for end in ENDINGS for path in place.rglob(end)})


def broken(folder: Path) -> dict[Path, str]:
    """What is wrong with each kept file, tables aside, that is not what was written; tables speak for themselves."""
    kept = [path for place, names in SPEAK_NOT.items() for path in sorted((folder / place).rglob(names))]
    return {path: fault for path in kept if (fault := _fault(path))}


def _fault(path: Path) -> str:
    try:
        return broken_seal(path.read_bytes())
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def note_read(path: Path) -> None:
    """Note that a sealed file of the project was read, for the stamp of the chapter that reads it."""
    reads.note(path.resolve(), said(path))


def said(path: Path) -> str:
    """A digest of a sealed file; empty if it is not there, or is not what was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    return "" if broken_seal(content) else hashlib.sha256(content).hexdigest()


def seal_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Seal those of the files that have no seal, and name them; a broken seal is never mended.

    Raises:
        BadInput: A file that cannot be read, whose seal is broken, or that is of another kind.
    """
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BadInput(f"{path.name} cannot be read: {error.strerror}") from error
        if not is_sealed(content):
            _seal(path, content)
            yield path
        elif fault := broken_seal(content):
            raise BadInput(f"{path.name} is damaged: {fault}; delete it and make it again")


def _seal(path: Path, content: bytes) -> None:
    if path.suffix == ".parquet":
        rows, stamp = results.read_table(path, unsealed=True)
        results.write_table(rows, path, stamp)
    elif path.suffix == ".safetensors":
        saving.seal_tensors(path)
    else:
        raise bad_input("file", path.name, "a kept table (.parquet) or kept tensors (.safetensors)")
