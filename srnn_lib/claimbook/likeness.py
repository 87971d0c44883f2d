"""Whether a cell that is run again puts out what is stored, beyond its texts: figures, their words, verdicts' values.

nbval compares the texts. It does not look at pictures, nor at what goes with an output unseen, where a figure has its
caption and a verdict its values. Pictures and values need not be equal to the last bit, since processors round
differently; they must be alike.
"""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srnn_lib.claimbook import framed
from srnn_lib.claimbook.verdicts import METADATA, VARIANT_METADATA

CLOSE = 0.01
"""How far two values may be apart, as a share of the larger."""
BLOCK, DARKER = 8, 0.05
"""Side of the squares of pixels that are compared, and by how much, from 0 to 1, they may differ in the mean."""


def differences(stored: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]) -> list[str]:
    """What differs between the outputs of a cell that are stored and those of a second run, in words."""
    shown = [[each for each in outputs if "data" in each] for outputs in (stored, again)]
    if len(shown[0]) != len(shown[1]):
        return [f"{len(shown[0])} outputs are stored, and {len(shown[1])} came out"]
    return [fault for pair in zip(*shown, strict=True) for fault in _differences(*pair)]


def _differences(stored: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[str]:
    one, other = (framed.picture(each["data"]) for each in (stored, again))
    words, others = (each.get("metadata", {}) for each in (stored, again))
    if words.get("image/png", {}) != others.get("image/png", {}):
        yield "the words of the figure are not those that came out"
    if (one or other) and not (one and other and _alike(_pixels(one), _pixels(other))):
        yield "the figure does not look like the one that came out"
    for key in (METADATA, VARIANT_METADATA):
        yield from (
            f"{place} is not what came out" for place in _apart(words.get(key), others.get(key), "a stored value")
        )


def _pixels(encoded: str) -> NDArray[np.floating]:
    """A picture as an array, rows by columns by colours, from 0 to 1."""
    from matplotlib.image import imread  # takes a second, and only nbval's guards need it

    return imread(io.BytesIO(base64.b64decode(encoded)), format="png")


def _alike(one: NDArray[np.floating], other: NDArray[np.floating]) -> bool:
    """Whether two pictures have about the same size and no square of pixels in which they differ."""
    if one.ndim != other.ndim or any(abs(a - b) > 2 for a, b in zip(one.shape, other.shape, strict=True)):
        return False
    height, width = np.minimum(one.shape[:2], other.shape[:2]).tolist()
    apart = np.abs(one[:height, :width].astype(float) - other[:height, :width])
    apart = apart.reshape(height, width, -1).mean(2)
    rows, columns = (np.arange(0, length, BLOCK) for length in apart.shape)
    sums = np.add.reduceat(np.add.reduceat(apart, rows, 0), columns, 1)
    sizes = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))
    return bool((sums / sizes <= DARKER).all())


def _apart(stored: Any, again: Any, place: str) -> Iterator[str]:
    """Where two values made of lists, mappings, texts and numbers differ."""
    if isinstance(stored, Mapping) and isinstance(again, Mapping) and set(stored) == set(again):
        for key in stored:
            yield from _apart(stored[key], again[key], f"{place}, {key}")
    elif isinstance(stored, list) and isinstance(again, list) and len(stored) == len(again):
        for number, pair in enumerate(zip(stored, again, strict=True)):
            yield from _apart(*pair, f"{place}, {number}")
    elif not _are_close(stored, again):
        yield place


def _are_close(one: Any, other: Any) -> bool:
    if isinstance(one, Real) and isinstance(other, Real):
        a, b = float(one), float(other)
        return a == b or abs(a - b) <= CLOSE * max(abs(a), abs(b))
    return bool(one == other)
