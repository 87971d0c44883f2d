"""The verdicts of many runs as one tidy table: a row per quantity of a claim, with the settings of the run."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from srnn_lib import saving
from srnn_lib.checks import BadInput
from srnn_lib.claimbook import notebooks
from srnn_lib.claimbook.board import payloads
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.stamps import stamp_faults, stamp_of
from srnn_lib.claimbook.verdicts import Verdict, restore

VERDICT_COLUMNS = {
    "chapter": str, "scale": str, "seed": "Int64", "draw": "Int64", "claim": str, "word": str, "headline": bool,
    "quantity": str, "value": float, "low": float, "high": float, "n": "Int64", "result": str, "side": "boolean",
    "parameters": str, "library": str, "device": str, "day": str, "notebook": str,
}  # fmt: skip
"""The columns of the table, and what they hold."""


def verdict_rows(paths: Iterable[Path], book: Book) -> pd.DataFrame:
    """What the executed notebooks at `paths` found, as today's registry decides it.

    What a claim has from kept tables at higher scales is left out, as it does not depend on the run; unless the run has
    drawn from these tables: then it is what was wanted.

    Returns:
        One row per verdict and quantity: chapter, scale, seed, draw, claim, its word, whether the quantity is the
        headline (of which every verdict has one row), the quantity's name, value, interval, number of observations,
        what came out of it and whether it is a remark; the parameters as JSON, a digest of the library, the device,
        the day, and the notebook. A claim that is not testable has one row without a quantity.

    Raises:
        BadInput: A notebook that is missing, was not run by this library, was changed after its run, or does not fit
            the registry; the line names it.
    """
    rows = [row for path in paths for row in _notebook(path, book)]
    return pd.DataFrame(rows, columns=[*VERDICT_COLUMNS]).astype(VERDICT_COLUMNS)


def _notebook(path: Path, book: Book) -> Iterator[dict[str, Any]]:
    nb = notebooks.read_notebook(path)
    stamp, faults = stamp_of(nb), stamp_faults(nb)
    if stamp.get("outputs") != notebooks.outputs_hash(nb):
        faults.append("its outputs were changed after the run")
    if faults:
        raise BadInput(f"{path.name} cannot be merged: {faults[0]}; delete it and run it again")
    origin = {
        "scale": stamp["scale"],
        "seed": stamp["parameters"].get("seed"),
        "draw": stamp["parameters"].get("draw", 0),
        "parameters": json.dumps(stamp["parameters"], sort_keys=True),
        "library": saving.digest(stamp["library"])[:16],
        "device": stamp["device"],
        "day": stamp["day"],
        "notebook": path.name,
    }
    for _, payload, _ in payloads(nb, "verdict"):
        own = payload if origin["draw"] else [payload, *payload.get("beside", [])][-1]
        found = _restored(own, stamp["scale"], path, book)
        if found is None:
            continue
        yield from ({"chapter": found.claim.chapter, **origin, **row} for row in _quantities(found))


def _restored(own: dict[str, Any], scale: str, path: Path, book: Book) -> Verdict | None:
    """The verdict of the run itself; None if it is that of kept tables as they are."""
    if own.get("scale") in book.scales[book.scales.index("book") + 1 :]:
        return None
    try:
        if own["claim"] not in book.claims:
            raise BadInput(f"{own['claim']} is not in the registry")
        return restore(book.claims[own["claim"]], {**own, "scale": scale, "beside": []}, book.scales)
    except (BadInput, KeyError) as error:
        raise BadInput(f"{path.name} cannot be merged: {error}; delete it and run it again") from error


def _quantities(found: Verdict) -> Iterator[dict[str, Any]]:
    verdict = {"claim": found.claim.id, "word": found.word}
    for place, check in enumerate(found.checks):
        yield {
            **verdict,
            "headline": place == 0,
            "quantity": check.name,
            **vars(check.found),
            "result": check.result,
            "side": check.side,
        }
    if not found.checks:
        yield {**verdict, "headline": True, "quantity": ""}
