"""What every neuron of a layer is worth, and what it costs to lose it, while training goes on; statistics of that.

Runs are what is drawn in a bootstrap: the neurons of one run are no independent observations.
"""

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int
from scipy import stats
from torch import Tensor

from srnn_lib import randomness
from srnn_lib.claimbook import estimates
from srnn_lib.claimbook.estimates import Estimate
from srnn_lib.experiments.checkpoints import Say, Training, run_together, tidy
from srnn_lib.neurons import death, efficiency, moments
from srnn_lib.neurons.stacks import Stack

RANKED_BY = {"A1": "local", "A2": "local", "A3": "spectral", "A4": "unexplained"}
"""By which measure each algorithm ranks neurons."""


def measure_deaths(
    stack: Stack, inputs: Float[Tensor, "n in"], labels: Int[Tensor, " n"], layer: int = 1
) -> dict[str, Float[Tensor, "R units"]]:
    """Everything about every neuron of a layer, float64.

    Returns:
        `local` (E), `spectral` (E'), `unexplained` (u), and under `A1` to `A4` the change of the mean cross-entropy
        when that neuron alone is removed by the algorithm.

    Source: BI §5.1.
    """
    found = moments.measure(stack, inputs, covariance=(stack.require_layer(layer),))
    worth = {name: efficiency.worth(stack, found, layer, algorithm) for algorithm, name in RANKED_BY.items()}
    for name in efficiency.ALGORITHMS:
        worth[name] = death.costs(stack, found, inputs, labels=labels, layer=layer, algorithm=name)
    return worth


def death_table(trainings: Iterable[Training], say: Say | None = None) -> pd.DataFrame:
    """`measure_deaths` for the first hidden layer at every snapshot of every training, on all training images.

    Trainings that have not come to their end are done first, together; `say` takes a line per snapshot.

    Returns:
        One row per net, snapshot, run and neuron: net, epoch (the paper's), run, neuron, local, spectral,
        unexplained, A1, A2, A3, A4, the last seven in float32.
    """
    frames, names = [], (*dict.fromkeys(RANKED_BY.values()), *efficiency.ALGORITHMS)
    some = list(trainings)
    run_together(some, say=say)
    for training in some:
        plan = training.plan
        for epoch, found in measured(training, say):
            runs, units = map(range, found["local"].shape)
            values = {name: found[name].float() for name in names}
            frames.append(tidy(values, net=[plan.net], epoch=[epoch * plan.pace], run=runs, neuron=units))
    return pd.concat(frames, ignore_index=True)


def measured(training: Training, say: Say | None = None) -> Iterator[tuple[int, dict[str, Float[Tensor, "R units"]]]]:
    """Epoch and `measure_deaths` of every snapshot that a training has come by, whether it is over or not.

    What was found at a snapshot is kept in the run store and, for a training that is taken to other machines without
    its snapshots, in its folder, too.
    """
    there = training.snapshots()
    for epoch in training.plan.snapshots:
        beside = f"deaths-{epoch:06d}"
        if epoch in there:
            found = training.cached("deaths", partial(_measured, training, epoch), [__name__], epoch=epoch)
            if training.is_committed:
                training.write(beside, found)
            if say:
                say(f"{training.plan.net}, epoch {epoch} of {training.plan.epochs}: measured")
            yield epoch, found
        elif training.has(beside):
            yield epoch, training.read(beside)


def _measured(training: Training, epoch: int) -> dict[str, Tensor]:
    return measure_deaths(training.snapshot(epoch), training.inputs, training.labels)


def by_algorithm(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of `death_table`, once per algorithm: net, epoch, run, neuron, algorithm, its measure (worth), cost."""
    places = ["net", "epoch", "run", "neuron"]
    frames = [
        table[places].assign(algorithm=name, worth=table[measure].astype(float), cost=table[name].astype(float))
        for name, measure in RANKED_BY.items()
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
    return estimates.bootstrapped(value, found, len(runs))


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
    return estimates.bootstrapped(one / other, drawn[:, 0] / drawn[:, 1], len(pairs))


def regression_slopes(rows: pd.DataFrame, generator: torch.Generator, draws: int = 1000) -> pd.DataFrame:
    """Slope b of the least-squares fit worth = a + b · cost over all neurons of all runs, at each epoch.

    The rows are of `by_algorithm`; a net has the same runs at all its epochs.

    Returns:
        One row per net, algorithm and epoch: slope, and low and high end of its 95 % interval, bootstrapped over runs.

    Source: BI (5.1–5.2).
    """
    frames = []
    for (net, algorithm), some in rows.groupby(["net", "algorithm"], sort=False):
        worth, cost = (_grid(some, name) for name in ("worth", "cost"))
        parts = torch.stack([cost, worth, cost * worth, cost.square()], 1).mean(3)
        drawn = _slope(resample(parts, generator, draws).unbind(1))
        ends = estimates.edges(max(2, some["run"].nunique()))  # of one run, all draws are equal
        low, high = drawn.quantile(torch.tensor(ends, dtype=torch.float64), 0)
        values = {"slope": _slope(parts.mean(0).unbind(0)), "low": low, "high": high}
        frames.append(tidy(values, net=[net], algorithm=[algorithm], epoch=sorted(some["epoch"].unique())))
    return pd.concat(frames, ignore_index=True)


def _grid(rows: pd.DataFrame, name: str) -> Float[Tensor, "R epochs units"]:
    """A column as a tensor, less its mean over runs and neurons at each epoch."""
    wide = rows.pivot(index="run", columns=["epoch", "neuron"], values=name).sort_index(axis=1)
    values = torch.tensor(wide.to_numpy()).unflatten(1, (rows["epoch"].nunique(), -1))
    return values - values.mean((0, 2), keepdim=True)


def _slope(means: tuple[Tensor, ...]) -> Tensor:
    x, y, both, square = means
    return (both - x * y) / (square - x * x)
