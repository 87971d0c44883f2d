"""Intervals of whatever is computed from samples of independent units, such as a ratio of variances."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from srnn_lib.claimbook.estimates import NOTHING, Estimate, bootstrapped

DRAWS = 4000


def resampled(statistic: Callable[..., float], *samples: ArrayLike, paired: bool = False, seed: int = 0) -> Estimate:
    """A statistic of samples with a bootstrap interval over their units.

    Args:
        statistic: A number from as many arrays as there are samples.
        samples: Units along the first axis, such as organisms; anything may lie along the others.
        paired: Whether the samples are of the same units, which are then drawn together.
        seed: Of the draws.

    Returns:
        The estimate, with the size of the smallest sample; nothing where a sample is empty or the value no number.
    """
    given = [np.asarray(sample, dtype=float) for sample in samples]
    sizes = [len(sample) for sample in given]
    value = float(statistic(*given)) if min(sizes) else math.nan
    if math.isnan(value):
        return NOTHING
    generator = np.random.default_rng(seed)
    found = [float(statistic(*_drawn(given, generator, paired))) for _ in range(DRAWS)]
    return bootstrapped(value, found, min(sizes))


def _drawn(
    samples: list[NDArray[np.float64]], generator: np.random.Generator, paired: bool
) -> list[NDArray[np.float64]]:
    """As many units of every sample as it has, some of them more than once."""
    if paired:
        rows = generator.integers(0, len(samples[0]), len(samples[0]))
        return [sample[rows] for sample in samples]
    return [sample[generator.integers(0, len(sample), len(sample))] for sample in samples]
