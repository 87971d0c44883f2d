"""From tensors to tidy tables: one row per net, or per outcome, with the settings in columns."""

from collections.abc import Mapping, Sequence

import pandas as pd
from jaxtyping import Int
from torch import Tensor

from srnn_lib import fixpoints
from srnn_lib.dynamics import Survival


def outcome_rows(outcomes: Int[Tensor, " N"] | Mapping[str, int], **settings: str) -> pd.DataFrame:
    """Counts per outcome, one row each, with the settings as further columns.

    Args:
        outcomes: Codes as `fixpoints.classify` returns them, or counts by name (missing names count zero).
        settings: Such as `reduction="weightwise"`.
    """
    counts = fixpoints.tally(outcomes) if isinstance(outcomes, Tensor) else outcomes
    return pd.DataFrame({"outcome": name, "count": counts.get(name, 0), **settings} for name in fixpoints.OUTCOMES)


def survival_rows(survived: Survival, noise: Sequence[float], **settings: object) -> pd.DataFrame:
    """One row per net, with its noise level and its counts.

    Args:
        survived: Counts of nets that lie level by level, as flattened from `population.clone_with_noise`.
        noise: The levels; every level holds the same number of nets.
        settings: Further columns, such as `dtype="float32"`.
    """
    rows = pd.DataFrame({name: value.numpy() for name, value in vars(survived).items()})
    per_level = len(rows) // len(noise)
    rows.insert(0, "noise", [level for level in noise for _ in range(per_level)])
    return rows.assign(**settings)
