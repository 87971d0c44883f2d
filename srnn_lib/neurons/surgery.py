"""Death and replication for a network of your own, one line each.

    print(surgery.report(model, inputs))
    smaller, table = surgery.compress(model, inputs, neurons=10)
    larger, table = surgery.grow(model, inputs, neurons=10)

`model` is an `nn.Sequential` of `nn.Linear` layers with one and the same activation between them; Flatten and Dropout
are passed over. It is never changed: every function returns a new network or a table.

Before anything else, what was read of the model is compared with what the model does on these inputs, without dropout.
If they differ, because of a hook or a module that does something of its own, the model is refused.

The new network keeps names, frozen layers, number format, device and mode. It does not keep ties between weights,
hooks and parametrisations, and says so. Its parameters are new: give them to a new optimizer, whose momentum begins
at zero.

Two things follow from the paper's own formulas. A2 guesses a value even for a neuron that never fires, so removing
such a neuron by A2 moves the outputs; A1 does not. Twins made by "half" are equal in all they receive and give, so
training moves them alike, and they never part; by "B1" to "B3" and "bit" they give different shares, and do.
"""

from collections.abc import Iterable

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from srnn_lib import checks
from srnn_lib.neurons import death, efficiency, modules, moments, replication, stacks
from srnn_lib.neurons.replication import REPLICATION_ALGORITHMS
from srnn_lib.neurons.stacks import Stack


def report(model: nn.Sequential, inputs: Float[Tensor, "n ..."]) -> pd.DataFrame:
    """What every hidden neuron is worth on these inputs, one row each.

    Columns: layer (the first hidden one is 1), neuron, mean, variance, local (E, BI 3.18), covariance (E', BI 3.8) and
    unexplained (the share of its variance that the best linear fit on its layer leaves).
    """
    stack, given = modules.read_faithfully(model, inputs)
    found = moments.measure(stack, given)
    rows = []
    for layer in found.covariance:
        variance = found.variance[layer]
        columns = {
            "neuron": torch.arange(stack.widths[layer])[None],
            "mean": found.mean[layer],
            "variance": variance,
            "local": efficiency.local(stack, found, layer),
            "covariance": efficiency.spectral(found, layer),
            "unexplained": torch.where(variance > 0, efficiency.unexplained(found, layer) / variance, 0.0),
        }
        rows.append(pd.DataFrame({"layer": layer, **{name: each[0].numpy() for name, each in columns.items()}}))
    return pd.concat(rows, ignore_index=True)


def compress(
    model: nn.Sequential,
    inputs: Float[Tensor, "n ..."],
    neurons: int | None = None,
    *,
    budget: int | None = None,
    algorithm: str = "A1",
    layers: Iterable[int] | None = None,
    labels: Int[Tensor, " n"] | None = None,
) -> tuple[nn.Sequential, pd.DataFrame]:
    """Remove the least efficient neuron, measure again, and so on.

    Args:
        model: See above.
        inputs: Examples to measure on, as the model takes them.
        neurons: How many to remove; or
        budget: how many weights and biases may be left.
        algorithm: One of `efficiency.ALGORITHMS`.
        layers: Hidden layers that may lose neurons; None: all. No layer loses its last neuron.
        labels: Classes of the examples, for loss and accuracy in the table.

    Returns:
        A new network, and a table of two rows, before and after: widths, hidden neurons, parameters, root mean square
        change of the outputs, and with labels the mean cross-entropy and the accuracy.

    Raises:
        BadInput: A model that is not understood or does something else than what was read of it, labels that are no
            classes of its outputs, neither or both of `neurons` and `budget`, or more to remove than there is.
    """
    if (neurons is None) == (budget is None):
        raise checks.bad_input("neurons and budget", (neurons, budget), "one of the two")
    left = checks.integer("neurons", neurons, at_least=0) if budget is None else checks.integer("budget", budget)
    checks.choice("algorithm", algorithm, efficiency.ALGORITHMS)
    stack, given = modules.read_faithfully(model, inputs)
    chosen, classes = _layers(stack, layers), _classes(stack, given, labels)
    smaller = stack
    while left > 0 if budget is None else _parameters(smaller) > left:
        open_layers = [layer for layer in chosen if smaller.widths[layer] > 1]
        if not open_layers:
            gone = sum(stack.widths) - sum(smaller.widths)
            bound = f"at most {gone} neurons removed, or a budget of {_parameters(smaller)} parameters or more"
            raise checks.bad_input("neurons" if budget is None else "budget", neurons or budget, bound)
        covariance = tuple(open_layers) if algorithm in ("A3", "A4") else ()
        found = moments.measure(smaller, given, covariance=covariance)
        worth = {layer: efficiency.worth(smaller, found, layer, algorithm).amin().item() for layer in open_layers}
        smaller = death.die(smaller, found, min(worth, key=lambda layer: worth[layer]), algorithm)
        left -= budget is None
    return modules.rebuilt(model, smaller), _table(stack, smaller, given, classes)


def grow(
    model: nn.Sequential,
    inputs: Float[Tensor, "n ..."],
    neurons: int,
    *,
    algorithm: str = "B1",
    layers: Iterable[int] | None = None,
    labels: Int[Tensor, " n"] | None = None,
    generator: torch.Generator | None = None,
) -> tuple[nn.Sequential, pd.DataFrame]:
    """Replicate the neuron with the largest local efficiency, measure again, and so on, until there are `neurons` more.

    The algorithms "B1", "B2", "B3", "half" and "bit" leave the outputs as they are; "B4" adds a random neuron. Without
    a generator of the shares, one with seed 0 is used. All else is as in `compress`.
    """
    checks.integer("neurons", neurons, at_least=0)
    checks.choice("algorithm", algorithm, REPLICATION_ALGORITHMS[:-1])  # the last one adds none
    if not isinstance(generator, torch.Generator | None):
        raise checks.bad_input("generator", generator, "a torch.Generator, or None")
    stack, given = modules.read_faithfully(model, inputs)
    chosen, larger, classes = _layers(stack, layers), stack, _classes(stack, given, labels)
    generator = torch.Generator().manual_seed(0) if generator is None else generator
    for _ in range(neurons):
        found = moments.measure(larger, given, covariance=())
        worth = {layer: efficiency.local(larger, found, layer) for layer in chosen}
        layer = max(worth, key=lambda each: worth[each].amax().item())
        larger = replication.add(larger, algorithm, worth[layer].argmax(1), generator=generator, layer=layer)
    return modules.rebuilt(model, larger), _table(stack, larger, given, classes)


def _layers(stack: Stack, layers: Iterable[int] | None) -> list[int]:
    """The hidden layers that are meant, each once."""
    if layers is None:
        return [*range(1, len(stack.weights))]
    chosen = [stack.require_layer(layer) for layer in layers] if isinstance(layers, Iterable) else []
    if not chosen:
        raise checks.bad_input("layers", layers, f"a list of hidden layers, 1 to {len(stack.weights) - 1}")
    return sorted(set(chosen))


def _classes(stack: Stack, given: Tensor, labels: Tensor | None) -> Int[Tensor, " n"] | None:
    """The labels as whole numbers on the CPU, if they are one class of the outputs for every example."""
    if labels is None:
        return None
    outputs, allowed = stack.widths[-1], f"a torch tensor of {len(given)} whole numbers, 0 to {stack.widths[-1] - 1}"
    if not isinstance(labels, Tensor) or labels.is_floating_point() or labels.is_complex():
        shown = str(labels.dtype) if isinstance(labels, Tensor) else type(labels).__name__
        raise checks.bad_input("labels", shown, allowed)
    if labels.shape != (len(given),):
        raise checks.bad_input("shape of the labels", tuple(labels.shape), allowed)
    classes = labels.detach().to("cpu", torch.int64)
    if not 0 <= int(classes.min()) <= int(classes.max()) < outputs:
        raise checks.bad_input("labels", f"{int(classes.min())} to {int(classes.max())}", allowed)
    return classes


def _parameters(stack: Stack) -> int:
    return sum(each[0].numel() for each in (*stack.weights, *stack.biases))


def _table(before: Stack, after: Stack, given: Tensor, labels: Tensor | None) -> pd.DataFrame:
    """Both networks in one table."""
    outputs = stacks.forward(before, given)
    rows = []
    for when, stack in (("before", before), ("after", after)):
        row = {
            "when": when,
            "widths": "-".join(map(str, stack.widths)),
            "neurons": sum(stack.widths[1:-1]),
            "parameters": _parameters(stack),
            "change": (stacks.forward(stack, given) - outputs).double().square().mean().sqrt().item(),
        }
        if labels is not None:
            loss, accuracy = stacks.loss_and_accuracy(stack, given, labels)
            row |= {"loss": loss.item(), "accuracy": accuracy.item()}
        rows.append(row)
    return pd.DataFrame(rows)
