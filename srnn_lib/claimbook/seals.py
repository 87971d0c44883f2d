"""Seals of what a project keeps: tables and trainings in `results/`, and the run store."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from srnn_lib import saving
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import results
from srnn_lib.saving import broken_seal, is_sealed

ENDINGS = ("*.parquet", "*.safetensors")


def kept_files(folder: Path) -> list[Path]:
    """All files of the project in `folder` that carry a seal, in `results/` and in the run store."""
    places = {(folder / "results").resolve(), saving.store_folder().resolve()}
    return sorted({path for place in places for end in ENDINGS for path in place.rglob(end)})


def broken(folder: Path) -> dict[Path, str]:
    """What is wrong with each tensor file in `results/` that is not what was written; tables speak for themselves."""
    kept = {path: path.read_bytes() for path in sorted((folder / "results").rglob("*.safetensors"))}
    return {path: fault for path, content in kept.items() if (fault := broken_seal(content))}


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
