"""What every neuron of a layer is worth, and what it costs to lose it, while training goes on."""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import store
from srnn_lib.data import Images
from srnn_lib.lifecycle import campaign, death, efficiency, moments, protocol
from srnn_lib.lifecycle.protocol import Plan
from srnn_lib.lifecycle.stacks import Stack

MEASURES = {"A1": "local", "A2": "local", "A3": "spectral", "A4": "unexplained"}
"""By which measure each algorithm ranks neurons."""


def at(
    stack: Stack, inputs: Float[Tensor, "n in"], labels: Int[Tensor, " n"], layer: int = 1
) -> dict[str, Float[Tensor, "R units"]]:
    """Everything about every neuron of a layer, float64.

    Returns:
        `local` (E), `spectral` (E'), `unexplained` (u), and under `A1` to `A4` the change of the mean cross-entropy
        when that neuron alone is removed by the algorithm.

    Source: BI §5.1.
    """
    found = moments.measure(stack, inputs, covariance=(stack.layer(layer),))
    worth = {name: efficiency.of(stack, found, layer, algorithm) for algorithm, name in MEASURES.items()}
    given = (stack, found, inputs, labels, layer)
    return worth | {algorithm: death.costs(*given, algorithm) for algorithm in efficiency.ALGORITHMS}


def table(nets: Mapping[str, Plan], images: Images, say: Callable[[str], None] | None = None) -> pd.DataFrame:
    """`at` for the first hidden layer at every snapshot of every training, on all training images.

    Each plan is trained first if it is not yet.

    Args:
        nets: Plans by name.
        images: Train part.
        say: Takes a line per snapshot.

    Returns:
        One row per net, snapshot, run and neuron: net, epoch (the paper's), run, neuron, local, spectral,
        unexplained, A1, A2, A3, A4, the last seven in float32.
    """
    frames = []
    for name, plan in nets.items():
        campaign.run(plan, images, say=say)
        frames += [_tidy(name, epoch * plan.pace, found) for epoch, found in measured(plan, images, say)]
    return pd.concat(frames, ignore_index=True)


def measured(
    plan: Plan, images: Images, say: Callable[[str], None] | None = None
) -> Iterator[tuple[int, dict[str, Float[Tensor, "R units"]]]]:
    """Epoch and `at` of every snapshot that a course has come by, whether it is over or not.

    What was found at a snapshot is kept in the run store and, for a course that is taken to other machines without its
    snapshots, in its folder, too.
    """
    folder, there = campaign.folder(plan, images), campaign.kept(plan, images)
    settings = campaign.settings(plan, images)
    for epoch in plan.snapshots:
        beside = folder / f"deaths-{epoch:06d}.safetensors"
        if epoch in there:
            found = _kept(plan, images, epoch)
            if campaign.travels(folder):
                store.save(beside, found, settings)
            if say:
                say(f"{'-'.join(map(str, plan.widths))}, epoch {epoch} of {plan.epochs}: measured")
            yield epoch, found
        elif beside.is_file():
            yield epoch, campaign.read(beside, plan, images)


def _kept(plan: Plan, images: Images, epoch: int) -> dict[str, Tensor]:
    """`at` for one snapshot, from the run store if it is there."""

    def make() -> dict[str, Tensor]:
        inputs = protocol.prepared(images.train, plan.scaling, images.train)
        return at(campaign.snapshot(plan, images, epoch), inputs, images.train_labels)

    return store.kept("mortality", {**campaign.settings(plan, images), "epoch": epoch}, make, [__name__])


def _tidy(net: str, epoch: int, found: Mapping[str, Tensor]) -> pd.DataFrame:
    runs, units = found["local"].shape
    places = {"run": torch.arange(runs).repeat_interleave(units), "neuron": torch.arange(units).repeat(runs)}
    names = (*dict.fromkeys(MEASURES.values()), *efficiency.ALGORITHMS)
    columns = {**places, **{name: found[name].flatten().float() for name in names}}
    return pd.DataFrame({"net": net, "epoch": epoch, **{name: each.numpy() for name, each in columns.items()}})
