"""From tensors to tidy tables: one row per outcome, with the settings in columns."""

from collections.abc import Mapping

import pandas as pd
from jaxtyping import Int
from torch import Tensor

from srnn_lib.replicators import fixpoints


def outcome_rows(outcomes: Int[Tensor, " N"] | Mapping[str, int], **settings: str) -> pd.DataFrame:
    """Counts per outcome, one row each, with the settings as further columns.

    Args:
        outcomes: Codes as `fixpoints.classify` returns them, or counts by name (missing names count zero).
        settings: Such as `reduction="weightwise"`.
    """
    counts = fixpoints.tally(outcomes) if isinstance(outcomes, Tensor) else outcomes
    return pd.DataFrame({"outcome": name, "count": counts.get(name, 0), **settings} for name in fixpoints.OUTCOMES)
