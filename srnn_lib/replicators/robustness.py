"""How long fixpoints hold out when noise is added to them and they are applied to themselves."""

from collections.abc import Sequence

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import dynamics, fixpoints, population
from srnn_lib.replicators.reductions import Reduction


def noisy_survival(
    reduction: Reduction,
    parents: Float[Tensor, "N W"],
    levels: Sequence[float],
    *,
    copies: int,
    generator: torch.Generator,
    steps: int = 100,
    epsilon: float = fixpoints.EPSILON,
    form: str = "uniform",
) -> pd.DataFrame:
    """Noisy copies of some nets, usually fixpoints, under self-application, all levels in one population.

    A level is the largest noise per weight, 0 stands for exact copies, and `copies` counts per parent and level; `form`
    is that of the noise (`population.NOISE_FORMS`). A copy is followed for at most `steps` self-applications; `epsilon`
    is the margin of the zero and fixpoint tests.

    Returns:
        One row per copy, copies of one parent and level in the order they were drawn: `noise`, `parent` (its index),
        and the fields of `dynamics.Survival`.

    Raises:
        BadInput: No parents, a negative level, or a count below 1.

    Source: SR §3.1 and §3.2, Figs 3 and 6; ON §IV-A, Fig. 4.
    """
    if not len(parents):
        raise checks.bad_input("parents", "no net", "one net or more", "train longer, or allow a larger epsilon")
    positive = [level for level in levels if level != 0]
    noisy = population.clone_with_noise(parents, positive, copies, generator, form).flatten(0, 2)
    exact = parents.repeat_interleave(copies, 0).repeat(len(levels) - len(positive), 1)
    survived = dynamics.survival(reduction, torch.cat([noisy, exact]), steps, epsilon)
    rows = pd.DataFrame({name: value.cpu().numpy() for name, value in vars(survived).items()})
    order = positive + [0.0] * (len(levels) - len(positive))
    rows.insert(0, "noise", [level for level in order for _ in range(len(parents) * copies)])
    rows.insert(1, "parent", [parent for _ in order for parent in range(len(parents)) for _ in range(copies)])
    return rows
