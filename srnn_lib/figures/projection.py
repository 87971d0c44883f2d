"""Many-dimensional trajectories on a plane: principal components, as the papers draw them."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float
from sklearn.decomposition import PCA
from torch import Tensor

from srnn_lib import checks


class Plane(NamedTuple):
    """Trajectories on their first two principal components.

    Attributes:
        table: One row per net and recorded step: `net`, `step`, `x`, `y`.
        origin: Where the zero net lands on the plane.
        explained: Share of the variance along x and along y.
    """

    table: pd.DataFrame
    origin: tuple[float, float]
    explained: tuple[float, float]


def principal_plane(recorded: Float[Tensor, "T N W"], every: int = 1) -> Plane:
    """Fit two principal components to all recorded states of all nets together and project them.

    Args:
        recorded: Finite trajectories, as `dynamics.record` returns them.
        every: Steps between two records.

    Raises:
        BadInput: A state is not finite, as that of a divergent net.

    Source: SR note 2.
    """
    times, nets, width = recorded.shape
    states = recorded.double().reshape(-1, width).numpy()
    if not np.isfinite(states).all():
        raise checks.bad_input("trajectories", "not finite", "finite ones", "leave divergent nets out")
    fitted = PCA(n_components=2, svd_solver="full").fit(states)
    flat = fitted.transform(states)
    step, net = np.meshgrid(np.arange(times) * every, np.arange(nets), indexing="ij")
    table = pd.DataFrame({"net": net.ravel(), "step": step.ravel(), "x": flat[:, 0], "y": flat[:, 1]})
    (x, y), (first, second) = fitted.transform(np.zeros((1, width)))[0], fitted.explained_variance_ratio_
    return Plane(table, (float(x), float(y)), (float(first), float(second)))
