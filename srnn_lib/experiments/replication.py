"""A trained network gets one neuron more, in several ways, and trains on: does the neuron help?

All ways start from the same snapshot and see the same batches, and those that draw shares draw the same random numbers,
so that runs can be compared pair by pair.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.claimbook import store
from srnn_lib.experiments.checkpoints import Say, Training, run_together, tidy
from srnn_lib.experiments.plans import Plan
from srnn_lib.neurons import efficiency, moments, replication, sgd, stacks
from srnn_lib.neurons.stacks import Stack

GROWN_AT = 25_000
"""Of the paper's epochs: when Fig. 4 adds a neuron."""
Way = tuple[str, str]
PARENT_RANKS = ("most", "least", "random")
WAYS: tuple[Way, ...] = (
    *((algorithm, "most") for algorithm in ("B1", "B2", "B3")),
    *((algorithm, "") for algorithm in ("B4", "B5", "fresh")),
    *(("B1", parent) for parent in ("least", "random")),
)
"""Algorithm and parent. "fresh" is not in the paper: B4's neuron, but with outgoing weights 0."""
AFTER = (0, 10, 100, 1000)
"""The paper's epochs after which the networks are looked at."""
TOGETHER = 60
"""Runs in one stack, at most."""
SITTING = 120
"""Runs of all stacks that go on side by side, at most, so that a killed process loses minutes."""
TWIN_MEASURES = ("change", "correlation", "cosine")


def replication_table(
    trainings: Iterable[Training],
    epoch: int | None = None,
    after: Sequence[int] = AFTER,
    *,
    ways: Sequence[Way] = WAYS,
    runs: int | None = None,
    few: int = 20,
    say: Say | None = None,
) -> pd.DataFrame:
    """How much the loss changes by a further neuron and further training.

    Args:
        trainings: Those whose snapshot is not there are done first.
        epoch: Of the snapshot, in epochs of the plan; None: its last one.
        after: The paper's epochs of further training, ascending, each a multiple of the plan's pace.
        ways: Some of `WAYS`.
        runs: Of each network, the first ones; None: all.
        few: Runs for the ways whose parent is the least efficient neuron or a random one.
        say: Takes a line per piece of work.

    Returns:
        One row per net, way, `after` and run: net, algorithm, parent ("most" or "least" efficient by E (3.18),
        "random", or "" without a parent), after, run, change (mean cross-entropy on all training images, less that of
        the run before it got its neuron), correlation (of child and parent over the training images, in size), cosine
        (between their incoming weights, biases left out). The last two are NaN without a parent.

    Source: BI §5.2, Fig. 4.
    """
    births = []
    for training in trainings:
        plan = training.plan
        own = _in_epochs_of_the_plan(after, plan.pace)
        birth = max(plan.snapshots) if epoch is None else epoch
        count = plan.runs if runs is None else min(checks.integer("runs", runs), plan.runs)
        births += [_Births(training, birth, own, some, number) for some, number in _pieces(ways, count, few)]
    frames: dict[int, pd.DataFrame] = {}
    for places in _sittings(births):
        found = _measured([births[place] for place in places], say)
        frames |= {place: _rows(births[place], each, after) for place, each in zip(places, found, strict=True)}
    return pd.concat([frames[place] for place in sorted(frames)], ignore_index=True)


@dataclass(frozen=True)
class _Births:
    """Ways to add a neuron after an epoch, all tried on the first runs of a training, and looked at again `after`."""

    training: Training
    epoch: int
    after: list[int]
    ways: tuple[Way, ...]
    runs: int

    @property
    def asked(self) -> dict[str, Any]:
        """What the result is known by, beside the training."""
        ways = [list(way) for way in self.ways]
        return {"epoch": self.epoch, "after": self.after, "ways": ways, "runs": self.runs}

    @property
    def size(self) -> int:
        """Networks in all."""
        return self.runs * len(self.ways)

    @property
    def stream(self) -> tuple[Any, ...]:
        """What the batches depend on, and when they are needed."""
        return *self.training.stream, self.epoch, self.after


def _rows(births: _Births, found: dict[str, Tensor], after: Sequence[int]) -> pd.DataFrame:
    frames, net = [], births.training.plan.net
    for place, (algorithm, parent) in enumerate(births.ways):
        values = {measure: found[measure][:, place] for measure in TWIN_MEASURES}
        axes = {"net": [net], "algorithm": [algorithm], "parent": [parent], "after": after}
        frames.append(tidy(values, **axes, run=range(values["change"].shape[1])))
    return pd.concat(frames, ignore_index=True)


def _sittings(births: Sequence[_Births]) -> list[list[int]]:
    """Places of those that go on side by side: they see the same batches, and have few runs in all."""
    sittings: list[list[int]] = []
    for place, each in enumerate(births):
        for sitting in sittings:
            other, size = births[sitting[0]], sum(births[at].size for at in sitting)
            if other.stream == each.stream and size + each.size <= SITTING:
                sitting.append(place)
                break
        else:
            sittings.append([place])
    return sittings


def _measured(births: Sequence[_Births], say: Say | None) -> Iterator[store.Tensors]:
    """Every measure of each, from the run store; if one is missing there, it and the later ones go on side by side."""
    made: dict[int, store.Tensors] = {}

    def make(place: int) -> store.Tensors:
        if place not in made:
            made.update(enumerate(_grown_on(births[place:], say), place))
        return made[place]

    for place, each in enumerate(births):
        net = each.training.plan.net
        yield each.training.cached(f"replication-{net}", partial(make, place), [__name__], **each.asked)
        if say:
            say(f"{net}: " + ", ".join(" ".join(way).strip() for way in each.ways))


def _in_epochs_of_the_plan(after: Sequence[int], pace: int) -> list[int]:
    wrong = [each for each in after if checks.integer("after", each, at_least=0) % pace]
    if wrong or list(after) != sorted(set(after)) or not after:
        raise checks.bad_input("after", list(after), f"ascending multiples of {pace}, the pace of the plan")
    return [each // pace for each in after]


def _pieces(ways: Iterable[Way], runs: int, few: int) -> list[tuple[tuple[Way, ...], int]]:
    """Ways that are trained side by side, and their runs; B5's networks are narrower than all others."""
    same: dict[tuple[bool, int], list[Way]] = {}
    for algorithm, parent in ways:
        checks.choice("algorithm", algorithm, (*replication.REPLICATION_ALGORITHMS, "fresh"))
        if (algorithm in replication.SPLITS) != (parent in PARENT_RANKS):
            raise checks.bad_input(f"parent of {algorithm}", parent, "most, least or random for a child, '' for others")
        count = min(runs, checks.integer("few", few)) if parent in ("least", "random") else runs
        same.setdefault((algorithm == "B5", count), []).append((algorithm, parent))
    pieces = []
    for (_, count), group in same.items():
        size = max(1, TOGETHER // count)
        pieces += [(tuple(group[first : first + size]), count) for first in range(0, len(group), size)]
    return pieces


def _grown_on(births: Sequence[_Births], say: Say | None) -> list[store.Tensors]:
    """Every measure, `(times, ways, R)`, of births of one stream, at the plan's epochs `after` the neuron was added."""
    run_together([each.training for each in births if each.epoch not in each.training.snapshots()], say=say)
    grown_up: list[_Grown] = []
    for each in births:
        grown_up.append(_Grown(each, grown_up[0].trainer if grown_up else None))
    epoch, after = births[0].epoch, births[0].after
    for done in range(after[-1] + 1):
        if done in after:
            for networks in grown_up:
                networks.look()
        if done < after[-1]:
            sgd.epoch_of_all([networks.trainer for networks in grown_up], epoch + done)
    return [dict(zip(TWIN_MEASURES, torch.stack(networks.rows, 1), strict=True)) for networks in grown_up]


class _Grown:
    """The networks of some births, on their way."""

    def __init__(self, births: _Births, beside: sgd.SGD | None) -> None:
        self._training = training = births.training
        stack = training.snapshot(births.epoch).select(slice(births.runs))
        self._before = stacks.mean_loss(stack, training.inputs, training.labels)
        chosen = _parents(stack, training.inputs, training.plan.seed)
        nobody = torch.full((stack.runs,), -1)
        self._parents = torch.stack([chosen[parent] if parent else nobody for _, parent in births.ways])
        each = zip(births.ways, self._parents, strict=True)
        whole = _joined([grown(stack, algorithm, parents, training.plan) for (algorithm, _), parents in each])
        self.trainer = beside.beside(whole) if beside else training.trainer(whole)
        self.rows: list[Float[Tensor, "measures ways R"]] = []

    def look(self) -> None:
        """Take every measure."""
        inputs, stack, shape = self._training.inputs, self.trainer.stack, self._parents.shape
        change = stacks.mean_loss(stack, inputs, self._training.labels).view(shape) - self._before
        self.rows.append(torch.stack([change, *alike(stack, inputs, self._parents.flatten()).view(2, *shape)]))


def grown(stack: Stack, algorithm: str, parents: Int[Tensor, " R"], plan: Plan) -> Stack:
    """The runs with a further neuron in the first hidden layer, drawn by the seed and the initialisation of the plan.

    The algorithm is "B1" to "B5", or "fresh"; B4, B5 and "fresh" do not look at the parents.
    """
    generator = randomness.keyed(plan.seed, "offspring", 0)
    if algorithm != "fresh":
        return replication.add(stack, algorithm, parents, generator=generator, layer=1, init=plan.init)
    larger = replication.add_random(stack, generator, 1, plan.init)
    larger.weights[1][..., -1] = 0
    return larger


def _parents(stack: Stack, inputs: Tensor, seed: int) -> dict[str, Int[Tensor, " R"]]:
    """The most and the least efficient neuron of the first hidden layer by E (3.18), and a random one."""
    worth = efficiency.local(stack, moments.measure(stack, inputs, covariance=()))
    drawn = randomness.uniform(randomness.keyed(seed, "offspring parent", 0), stack.runs)
    return {"most": worth.argmax(1), "least": worth.argmin(1), "random": (drawn * worth.shape[1]).long()}


def _joined(several: Sequence[Stack]) -> Stack:
    """The runs of all stacks, one after the other."""
    weights = tuple(map(torch.cat, zip(*(each.weights for each in several), strict=True)))
    biases = tuple(map(torch.cat, zip(*(each.biases for each in several), strict=True)))
    return Stack(weights, biases, several[0].activation)


def alike(stack: Stack, inputs: Float[Tensor, "n in"], parents: Int[Tensor, " R"]) -> Float[Tensor, "2 R"]:
    """How alike the last neuron of the first hidden layer and another one are; NaN for runs whose other one is -1.

    Returns:
        Correlation over the examples, in size, and cosine between the incoming weights without the biases.
    """
    found = torch.full((2, stack.runs), torch.nan, dtype=torch.float64)
    twins = (parents >= 0).nonzero()[:, 0]
    if len(twins):
        several, others = stack.select(twins), parents[twins]
        both = torch.stack([others, torch.full_like(others, stack.widths[1] - 1)], 1)
        rows = torch.arange(len(twins))[:, None]
        covariance = moments.measure(several, inputs, covariance=(1,)).covariance[1]
        within = covariance[rows[..., None], both[:, :, None], both[:, None]]
        weight = several.weights[0][rows, both].double()
        found[:, twins] = torch.stack([_ratio(within).abs(), _ratio(weight @ weight.mT)])
    return found


def _ratio(products: Float[Tensor, "R 2 2"]) -> Float[Tensor, " R"]:
    """The mixed product of two vectors over the root of both squares."""
    squares = products.diagonal(dim1=1, dim2=2)
    return products[:, 0, 1] / squares.prod(1).sqrt()


def pulls(
    stack: Stack, inputs: Float[Tensor, "n in"], labels: Int[Tensor, " n"], neurons: Int[Tensor, " R"]
) -> Float[Tensor, "R next _in_and_bias"]:
    """The gradient of ⟨H⟩ in the incoming weights and bias of a neuron, by the neurons of the next layer it comes from.

    Row i is the gradient for a copy of the neuron that acts on neuron i of the next layer alone. The rows add up to
    the whole gradient. Runs have two hidden layers; the neurons are of the first. Inputs have the stack's precision.
    """
    stack.require_neurons(neurons, 1)
    return torch.stack([_pulls(stack.select(run), inputs, labels, int(neurons[run])) for run in range(stack.runs)])


def _pulls(net: Stack, inputs: Tensor, labels: Tensor, neuron: int) -> Float[Tensor, "next _in_and_bias"]:
    (first, second, third), (bias, other, last) = ([each[0] for each in group] for group in (net.weights, net.biases))
    act, out = stacks.function(net.activation), second[:, neuron, None]
    copies = torch.cat([first[neuron], bias[neuron, None]]).repeat(len(second), 1).requires_grad_()
    values = act(first @ inputs.T + bias[:, None])
    own = act(copies[:, :-1] @ inputs.T + copies[:, -1:])
    values = act(second @ values + other[:, None] + out * (own - values[neuron]))
    return torch.autograd.grad(F.cross_entropy((third @ values + last[:, None]).T, labels), copies)[0]
