"""Statistics over tables of `mortality`: who is least efficient, what foretells the cost, how far runs agree.

Runs are what is drawn in a bootstrap: the neurons of one run are no independent observations.
"""

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy import stats
from torch import Tensor

from srnn_lib import estimates, randomness
from srnn_lib.estimates import Estimate
from srnn_lib.lifecycle import mortality

EDGES = ((1 - estimates.CONFIDENCE) / 2, (1 + estimates.CONFIDENCE) / 2)


def by_algorithm(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of `mortality.table`, once per algorithm: net, epoch, run, neuron, algorithm, its measure (worth), cost."""
    places = ["net", "epoch", "run", "neuron"]
    frames = [
        table[places].assign(
            algorithm=algorithm, worth=table[measure].astype(float), cost=table[algorithm].astype(float)
        )
        for algorithm, measure in mortality.MEASURES.items()
    ]
    return pd.concat(frames, ignore_index=True)


def lasting(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of those runs of each net that went on to its last epoch."""
    last = table.groupby("net")["epoch"].transform("max")
    there = table.loc[table["epoch"] == last, ["net", "run"]].drop_duplicates()
    return table.merge(there, on=["net", "run"])


def least(rows: pd.DataFrame) -> pd.DataFrame:
    """Of rows of `by_algorithm`, those of the least efficient neuron of each run, by the algorithm's own measure."""
    places = rows.groupby(["net", "epoch", "algorithm", "run"], sort=False)["worth"].idxmin()
    return rows.loc[places].reset_index(drop=True)


def within(rows: pd.DataFrame) -> pd.Series:
    """Mean over runs of the rank correlation of worth and cost within a run, by algorithm, net and epoch."""
    places = ["algorithm", "net", "epoch"]
    pairs = rows.groupby([*places, "run"])[["worth", "cost"]].corr("spearman")
    return pairs["worth"].xs("cost", level=-1).groupby(places).mean()


def association(rows: pd.DataFrame, generator: torch.Generator, draws: int = 200) -> Estimate:
    """Rank correlation (Spearman's) of worth and cost over all neurons, with a bootstrap interval over runs."""
    runs = [each[["worth", "cost"]].to_numpy() for _, each in rows.groupby("run")]
    value = stats.spearmanr(*np.concatenate(runs).T).statistic
    chosen = (randomness.uniform(generator, draws, len(runs)) * len(runs)).long()
    found = [stats.spearmanr(*np.concatenate([runs[run] for run in some]).T).statistic for some in chosen.tolist()]
    return _interval(value, found, len(rows))


def resample(
    values: Float[Tensor, "R ..."], generator: torch.Generator, draws: int = 1000
) -> Float[Tensor, "draws ..."]:
    """Means over as many runs as there are, drawn with replacement, `draws` times."""
    runs = len(values)
    chosen = (randomness.uniform(generator, draws, runs) * runs).long()
    counts = torch.nn.functional.one_hot(chosen, runs).sum(1).double()
    return (counts / runs @ values.double().flatten(1)).unflatten(1, values.shape[1:])


def ratio(pairs: Float[Tensor, "R 2"], generator: torch.Generator) -> Estimate:
    """Mean of the first column over that of the second, with a bootstrap interval over runs."""
    one, other = pairs.double().mean(0).tolist()
    drawn = resample(pairs, generator)
    return _interval(one / other, drawn[:, 0] / drawn[:, 1], len(pairs))


def slopes(rows: pd.DataFrame, generator: torch.Generator, draws: int = 1000) -> pd.DataFrame:
    """Slope b of the least-squares fit worth = a + b · cost over all neurons of all runs, at each epoch.

    Args:
        rows: Of `by_algorithm`; a net has the same runs at all its epochs.
        generator: Source of the bootstrap over runs.
        draws: Of the bootstrap.

    Returns:
        One row per net, algorithm and epoch: slope, and low and high end of its 95 % interval.

    Source: BI (5.1–5.2).
    """
    frames = []
    for (net, algorithm), some in rows.groupby(["net", "algorithm"], sort=False):
        worth, cost = (_grid(some, name) for name in ("worth", "cost"))
        parts = torch.stack([cost, worth, cost * worth, cost.square()], 1).mean(3)
        drawn = _slope(resample(parts, generator, draws).unbind(1))
        low, high = drawn.quantile(torch.tensor(EDGES, dtype=torch.float64), 0)
        columns = {"slope": _slope(parts.mean(0).unbind(0)), "low": low, "high": high}
        places = {"net": net, "algorithm": algorithm, "epoch": sorted(some["epoch"].unique())}
        frames.append(pd.DataFrame({**places, **{name: each.numpy() for name, each in columns.items()}}))
    return pd.concat(frames, ignore_index=True)


def _interval(value: float, draws: ArrayLike, n: int) -> Estimate:
    """An estimate with the middle 95 % of its bootstrap draws as interval."""
    low, high = np.nanquantile(draws, EDGES)
    return Estimate(float(value), float(low), float(high), n)


def _grid(rows: pd.DataFrame, name: str) -> Float[Tensor, "R epochs units"]:
    """A column as a tensor, less its mean over runs and neurons at each epoch."""
    wide = rows.pivot(index="run", columns=["epoch", "neuron"], values=name).sort_index(axis=1)
    values = torch.tensor(wide.to_numpy()).unflatten(1, (rows["epoch"].nunique(), -1))
    return values - values.mean((0, 2), keepdim=True)


def _slope(means: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
    x, y, both, square = means
    return (both - x * y) / (square - x * x)
