"""Neurons of one layer removed one by one, by the paper's algorithms and by others, and what accuracy is left.

The outputs of the layer itself never change while its neurons go, so they are computed once. A removed neuron keeps
its place with outgoing weights of zero, which is the same to the rest of the network as being gone.
"""

from collections.abc import Iterable, Iterator
from functools import partial

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks, randomness, store
from srnn_lib.data import Images
from srnn_lib.lifecycle import campaign, death, efficiency, moments, protocol, saliency, stacks
from srnn_lib.lifecycle.moments import Moments
from srnn_lib.lifecycle.protocol import Plan
from srnn_lib.lifecycle.stacks import Stack

METHODS = {
    **{algorithm: (algorithm, algorithm) for algorithm in efficiency.ALGORITHMS},
    "random": ("random", "A1"),
    "random + fit": ("random", "A4"),
    "magnitude": ("incoming", "cut"),
    "taylor": ("taylor", "cut"),
    "magnitude + mean": ("incoming", "A1"),
    "outgoing + mean": ("outgoing", "A1"),
    "taylor + mean": ("taylor", "A1"),
}
"""Which neuron goes next, and what stands in for it: the relation of an algorithm, or nothing ("cut", x_k ≈ 0)."""
SAMPLE = 10_000
"""Training images on which a compression measures."""


def of(plan: Plan, images: Images, methods: Iterable[str], neurons: int, seed: int) -> pd.DataFrame:
    """Neurons of the first hidden layer removed one by one from the trained networks of a plan.

    Args:
        plan: Trained first, if it is not yet; its last epoch must be among its snapshots.
        images: Train part: statistics, on `SAMPLE` of them. Test part: accuracy and loss.
        methods: Some of `METHODS`.
        neurons: How many go, fewer than the layer has.
        seed: Of the sample and of random orders.

    Returns:
        The columns of `table`, after `epoch`, the paper's.
    """
    campaign.run(plan, images)
    stack = campaign.snapshot(plan, images, plan.epochs)
    train, test = (protocol.prepared(each, plan.scaling, images.train) for each in (images.train, images.test))
    sample = torch.randperm(len(train), generator=randomness.keyed(seed, "sample", 0))[:SAMPLE]
    settings = {**campaign.settings(plan, images), "neurons": neurons, "removal seed": seed, "sample": SAMPLE}
    found = {}
    for method in methods:
        given = (method, neurons, train[sample], images.train_labels[sample], test, images.test_labels)
        make = partial(course, stack, *given, randomness.keyed(seed, "order", 0))
        found[method] = store.kept("compression", {**settings, "method": method}, make, [__name__])
    rows = _tidy(found)
    rows.insert(0, "epoch", plan.epochs * plan.pace)
    return rows


def table(
    stack: Stack,
    methods: Iterable[str],
    neurons: int,
    inputs: Float[Tensor, "n in"],
    labels: Int[Tensor, " n"],
    test: Float[Tensor, "m in"],
    test_labels: Int[Tensor, " m"],
    generator: torch.Generator,
    layer: int = 1,
) -> pd.DataFrame:
    """`course` by several methods, one row per method, run and number of neurons removed.

    Columns: method, run, removed, accuracy and loss (mean cross-entropy), both on the test examples.
    """
    given = (neurons, inputs, labels, test, test_labels, generator, layer)
    return _tidy({method: course(stack, method, *given) for method in methods})


def _tidy(found: dict[str, dict[str, Tensor]]) -> pd.DataFrame:
    frames = []
    for method, kinds in found.items():
        runs, sizes = kinds["accuracy"].shape
        places = {"run": torch.arange(runs).repeat_interleave(sizes), "removed": torch.arange(sizes).repeat(runs)}
        columns = {**places, "accuracy": kinds["accuracy"].flatten(), "loss": kinds["loss"].flatten()}
        frames.append(pd.DataFrame({"method": method, **{name: each.numpy() for name, each in columns.items()}}))
    return pd.concat(frames, ignore_index=True)


def course(
    stack: Stack,
    method: str,
    neurons: int,
    inputs: Float[Tensor, "n in"],
    labels: Int[Tensor, " n"],
    test: Float[Tensor, "m in"],
    test_labels: Int[Tensor, " m"],
    generator: torch.Generator,
    layer: int = 1,
) -> dict[str, Float[Tensor, "R sizes"]]:
    """Accuracy and loss of every run on the test examples, before and after each of the removals of `removals`."""
    values = stacks.states(stack, test)[stack.layer(layer) - 1]
    found = [_tested(stack, values, test_labels, layer)]
    for smaller in removals(stack, method, neurons, inputs, labels, generator, layer):
        found.append(_tested(smaller, values, test_labels, layer))
    accuracy, loss = (torch.stack(each, 1) for each in zip(*found, strict=True))
    return {"accuracy": accuracy, "loss": loss}


def _tested(stack: Stack, values: Tensor, labels: Tensor, layer: int) -> tuple[Tensor, Tensor]:
    """Accuracy and mean cross-entropy of every run, from the outputs of a layer on."""
    outputs = stacks.above(stack, values, layer)[1][-1]
    right = (outputs.argmax(1) == labels).double().mean(1)
    return right, stacks.surprise(outputs, labels).double().mean(1)


def removals(
    stack: Stack,
    method: str,
    neurons: int,
    inputs: Float[Tensor, "n in"],
    labels: Int[Tensor, " n"],
    generator: torch.Generator,
    layer: int = 1,
) -> Iterator[Stack]:
    """The runs after one removal each, after two, and so on; removed neurons have outgoing weights of zero.

    Everything that a method looks at is measured again after each removal.

    Args:
        stack: R runs.
        method: One of `METHODS`. "random" is a random order, but with the relation of A1, or of A4 ("+ fit").
            "magnitude" goes by the weights into a neuron, "outgoing" by those out of it, "taylor" by
            `saliency.taylor`, about the constant that stands in: the neuron's mean ("+ mean"), or 0.
        neurons: How many go, 1 or more and fewer than the layer has.
        inputs: Examples that the methods measure on.
        labels: Their classes; only "taylor" looks at them.
        generator: Source of a random order.
        layer: Hidden layer, the first is 1.

    Raises:
        BadInput: An unknown method, or too many neurons.
    """
    order, relation = METHODS[checks.choice("method", method, METHODS)]
    units = stack.widths[stack.layer(layer)]
    if checks.count("neurons", neurons) >= units:
        raise checks.refuse("neurons", neurons, f"at most {units - 1}: the last neuron of a layer cannot die")
    whole = moments.measure(stack, inputs, covariance=(layer,))
    values = stacks.states(stack, inputs)[layer - 1]
    chance = randomness.uniform(generator, stack.runs, units)
    alive = torch.arange(units).expand(stack.runs, -1)
    for _ in range(neurons):
        smaller, found = stacks.narrowed(stack, alive, layer), _left(stack, whole, values, alive, layer)
        about = None if relation == "cut" else whole.mean[layer]
        if order == "taylor":
            worth = saliency.taylor_at(stack, values, labels, layer, about).gather(1, alive)
        else:
            worth = chance.gather(1, alive) if order == "random" else _worth(smaller, found, layer, order)
        dead = worth.argmin(1)
        stack = _without(stack, smaller, found, alive, dead, layer, relation)
        alive = alive[alive != alive.gather(1, dead[:, None])].view(stack.runs, -1)
        yield stack


def _worth(stack: Stack, found: Moments, layer: int, order: str) -> Float[Tensor, "R units"]:
    """What the neurons that are left are worth."""
    if order in saliency.SIDES:
        return saliency.magnitude(stack, layer, order)
    return efficiency.of(stack, found, layer, order)


def _left(stack: Stack, whole: Moments, values: Tensor, alive: Int[Tensor, "R units"], layer: int) -> Moments:
    """Moments of the neurons that are left, and of the layer above as it is now."""
    runs = torch.arange(stack.runs)[:, None]
    sums = torch.baddbmm(stack.biases[layer][..., None], stack.weights[layer], values)
    last = layer == len(stack.weights) - 1
    following = (sums if last else stacks.activate(sums, stack.activation)).double()
    mean = {layer: whole.mean[layer][runs, alive], layer + 1: following.mean(2)}
    variance = {layer: whole.variance[layer][runs, alive], layer + 1: following.var(2, correction=0)}
    covariance = whole.covariance[layer][runs[..., None], alive[:, :, None], alive[:, None]]
    return Moments(mean, variance, {layer: covariance}, whole.examples)


def _without(
    stack: Stack,
    smaller: Stack,
    found: Moments,
    alive: Int[Tensor, "R units"],
    dead: Int[Tensor, " R"],
    layer: int,
    relation: str,
) -> Stack:
    """The runs of full width after the removal of neuron `alive[run, dead[run]]` of each."""
    algorithm = "A1" if relation == "cut" else relation
    few, constant = efficiency.relation(smaller, found, dead, layer, algorithm)
    if relation == "cut":
        constant = torch.zeros_like(constant)
    coefficients = few.new_zeros(stack.runs, stack.widths[layer]).scatter(1, alive, few)
    gone = alive.gather(1, dead[:, None])[:, 0]
    return death.emptied(stack, gone, coefficients, constant, layer)
