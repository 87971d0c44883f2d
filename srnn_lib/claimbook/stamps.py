"""The stamp that a run leaves in its notebook: what was run, on what, with what, and a digest of all that.

The digest finds what was changed by accident. Who changes a stamp on purpose can make a new digest; what stands in a
stamp beside its fingerprints, such as seconds, is protected by the history of the project alone.
"""

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

from srnn_lib.saving import digest

STAMP_FIELDS: dict[str, type | tuple[type, ...]] = {
    "scale": str, "parameters": dict, "source": str, "outputs": str, "data": dict, "reads": dict,
    "seconds": (int, float), "memory_mib": int, "library": dict, "packages": dict, "python": str, "device": str,
    "day": str,
}  # fmt: skip
"""What every stamp holds, and of which kind."""
_TEXTS = ("data", "reads", "library", "packages")


def with_digest(stamp: Mapping[str, Any]) -> dict[str, Any]:
    """The stamp with a digest of itself."""
    return {**stamp, "stamp": digest(dict(stamp))}


def stamp_of(nb: NotebookNode) -> dict[str, Any]:
    """What a notebook's stamp says, as far as it is of the right kind; empty if it was never run."""
    stamp = nb.metadata.get("provenance")
    found = stamp if isinstance(stamp, dict) else {}
    return {name: found[name] for name in STAMP_FIELDS if _is(name, found.get(name))}


def stamp_faults(nb: NotebookNode) -> list[str]:
    """What is wrong with a notebook's stamp in itself, in words."""
    stamp, good = nb.metadata.get("provenance"), stamp_of(nb)
    if not isinstance(stamp, dict):
        return ["it has no provenance: it was not run by srnn_lib"]
    faults = [f"its stamp has no {name} that can be read" for name in STAMP_FIELDS if name not in good]
    if stamp.get("stamp") != digest({name: value for name, value in stamp.items() if name != "stamp"}):
        faults.append(
            "its stamp was changed after the run" if "stamp" in stamp else "its stamp has no digest of itself"
        )
    return faults


def _is(name: str, value: Any) -> bool:
    """Whether a field of that name may have the value."""
    if name in _TEXTS:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return isinstance(value, STAMP_FIELDS[name]) and not isinstance(value, bool)
