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

from srnn_lib import checks
from srnn_lib.experiments.checkpoints import Training, tidy
from srnn_lib.neurons import death, efficiency, moments, saliency, stacks
from srnn_lib.neurons.moments import Moments
from srnn_lib.neurons.stacks import Stack
from srnn_lib.randomness import keyed, uniform

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
REMOVED = 95
"""Of N4's hundred neurons: how many are removed one by one at the kept levels."""


def compression_of(training: Training, methods: Iterable[str], neurons: int, seed: int) -> pd.DataFrame:
    """Neurons of the first hidden layer removed one by one from trained networks, by some of `METHODS`.

    The training is done first, if it is not yet; its last epoch must be among its snapshots. Statistics are taken on
    `SAMPLE` of its training images. The seed is that of the sample and of random orders.

    Returns:
        One row per method, run and number of neurons removed: epoch (the paper's), method, run, removed, accuracy and
        loss (mean cross-entropy), both on the test images.
    """
    training.run()
    sample = torch.randperm(len(training.labels), generator=keyed(seed, "sample", 0))[:SAMPLE]
    settings = {"neurons": neurons, "removal seed": seed, "sample": SAMPLE}
    epoch, frames = training.plan.epochs * training.plan.pace, []
    for method in methods:
        make = partial(_compressed, training, method, neurons, sample=sample, seed=seed)
        found = training.cached("compression", make, [__name__], method=method, **settings)
        runs, sizes = map(range, found["accuracy"].shape)
        values = {name: found[name] for name in ("accuracy", "loss")}
        frames.append(tidy(values, epoch=[epoch], method=[method], run=runs, removed=sizes))
    return pd.concat(frames, ignore_index=True)


def _compressed(
    training: Training, method: str, neurons: int, *, sample: Int[Tensor, " n"], seed: int
) -> dict[str, Tensor]:
    stack, generator = training.snapshot(training.plan.epochs), keyed(seed, "order", 0)
    inputs, labels = training.inputs[sample], training.labels[sample]
    smaller = removals(stack, method, neurons, inputs=inputs, labels=labels, generator=generator)
    return accuracy_course(stack, smaller, training.test_inputs, training.images.test_labels)


def accuracy_course(
    stack: Stack, smaller: Iterable[Stack], test: Float[Tensor, "m in"], labels: Int[Tensor, " m"], layer: int = 1
) -> dict[str, Float[Tensor, "R sizes"]]:
    """Accuracy and loss of every run on test examples, before and after each of the `removals`."""
    values = stacks.activations(stack, test)[stack.require_layer(layer) - 1]
    found = [_tested(each, values, labels, layer) for each in (stack, *smaller)]
    accuracy, loss = (torch.stack(each, 1) for each in zip(*found, strict=True))
    return {"accuracy": accuracy, "loss": loss}


def _tested(stack: Stack, values: Tensor, labels: Tensor, layer: int) -> tuple[Tensor, Tensor]:
    """Accuracy and mean cross-entropy of every run, from the outputs of a layer on."""
    outputs = stacks.activations_above(stack, values, layer)[1][-1]
    right = stacks.right_answers(outputs, labels).double().mean(1)
    return right, stacks.cross_entropy(outputs, labels).double().mean(1)


def removals(
    stack: Stack,
    method: str,
    neurons: int,
    *,
    inputs: Float[Tensor, "n in"],
    labels: Int[Tensor, " n"],
    generator: torch.Generator,
    layer: int = 1,
) -> Iterator[Stack]:
    """The runs after one removal each, after two, and so on; removed neurons have outgoing weights of zero.

    Everything that a method looks at is measured again after each removal. "random" is a random order, but with the
    relation of A1, or of A4 ("+ fit"). "magnitude" goes by the weights into a neuron, "outgoing" by those out of it,
    "taylor" by `saliency.taylor`, about the constant that stands in: the neuron's mean ("+ mean"), or 0. Only "taylor"
    looks at the labels.

    Raises:
        BadInput: An unknown method, or too many neurons.
    """
    order, relation = METHODS[checks.choice("method", method, METHODS)]
    units = stack.units(layer)
    if checks.integer("neurons", neurons) >= units:
        raise checks.bad_input("neurons", neurons, f"at most {units - 1}: the last neuron of a layer cannot die")
    whole = moments.measure(stack, inputs, covariance=(layer,))
    values = stacks.activations(stack, inputs)[layer - 1]
    chance = uniform(generator, stack.runs, units)
    alive = torch.arange(units).expand(stack.runs, -1)
    for _ in range(neurons):
        smaller, found = stacks.select_units(stack, alive, layer), _left(stack, whole, values, alive, layer)
        about = None if relation == "cut" else whole.mean[layer]
        if order == "taylor":
            worth = saliency.taylor(stack, values, labels, layer, about).gather(1, alive)
        elif order == "random":
            worth = chance.gather(1, alive)
        elif order in saliency.SIDES:
            worth = saliency.magnitude(smaller, layer, order)
        else:
            worth = efficiency.worth(smaller, found, layer, order)
        dead = worth.argmin(1)
        stack = _without(stack, smaller, found, alive=alive, dead=dead, layer=layer, relation=relation)
        alive = alive[alive != alive.gather(1, dead[:, None])].view(stack.runs, -1)
        yield stack


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
    stack: Stack, smaller: Stack, found: Moments, *, alive: Tensor, dead: Tensor, layer: int, relation: str
) -> Stack:
    """The runs of full width after the removal of neuron `alive[run, dead[run]]` of each."""
    algorithm = "A1" if relation == "cut" else relation
    few, constant = efficiency.relation(smaller, found, dead, layer, algorithm)
    if relation == "cut":
        constant = torch.zeros_like(constant)
    coefficients = few.new_zeros(stack.runs, stack.widths[layer]).scatter(1, alive, few)
    gone = alive.gather(1, dead[:, None])[:, 0]
    return death.emptied(stack, gone, (coefficients, constant), layer)
