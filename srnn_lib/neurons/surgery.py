"""Death and replication for a network of your own, one line each.

    print(surgery.report(model, inputs))
    smaller, table = surgery.compress(model, inputs, neurons=10)
    larger, table = surgery.grow(model, inputs, neurons=10)

`model` is an `nn.Sequential` of `nn.Linear` layers with one and the same activation between them; Flatten and Dropout
may stand anywhere. It is never changed: every function returns a new network or a table.
"""

from collections.abc import Iterable

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from srnn_lib import checks
from srnn_lib.neurons import death, efficiency, modules, moments, replication, stacks
from srnn_lib.neurons.stacks import Stack


def report(model: nn.Sequential, inputs: Float[Tensor, "n ..."]) -> pd.DataFrame:
    """What every hidden neuron is worth on these inputs, one row each.

    Columns: layer (the first hidden one is 1), neuron, mean, variance, local (E, BI 3.18), covariance (E', BI 3.8) and
    unexplained (the share of its variance that the best linear fit on its layer leaves).
    """
    stack, given = _read(model, inputs)
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
        BadInput: A model that is not understood, neither or both of `neurons` and `budget`, or more to remove than
            there is.
    """
    stack, given = _read(model, inputs)
    chosen = _layers(stack, layers)
    if (neurons is None) == (budget is None):
        raise checks.bad_input("neurons and budget", (neurons, budget), "one of the two")
    left = checks.integer("neurons", neurons, at_least=0) if budget is None else checks.integer("budget", budget)
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
    return modules.rebuilt(model, smaller), _table(stack, smaller, given, labels)


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
    stack, given = _read(model, inputs)
    chosen, larger = _layers(stack, layers), stack
    generator = torch.Generator().manual_seed(0) if generator is None else generator
    for _ in range(checks.integer("neurons", neurons, at_least=0)):
        found = moments.measure(larger, given, covariance=())
        worth = {layer: efficiency.local(larger, found, layer) for layer in chosen}
        layer = max(worth, key=lambda each: worth[each].amax().item())
        larger = replication.add(larger, algorithm, worth[layer].argmax(1), generator=generator, layer=layer)
    return modules.rebuilt(model, larger), _table(stack, larger, given, labels)


def _read(model: nn.Sequential, inputs: Tensor) -> tuple[Stack, Tensor]:
    """The model as a stack of one run and the inputs as rows, both on the CPU."""
    stack = modules.from_modules([model]).convert(lambda tensor: tensor.cpu())
    given = inputs.detach().flatten(1).to("cpu", stack.weights[0].dtype) if inputs.ndim > 1 else inputs
    stacks.activations(stack, given[:1])
    if len(stack.weights) < 2:
        raise checks.bad_input("model", stack.widths, "a network with a hidden layer")
    return stack, given


def _layers(stack: Stack, layers: Iterable[int] | None) -> list[int]:
    return [*range(1, len(stack.weights))] if layers is None else [stack.require_layer(layer) for layer in layers]


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
            loss, accuracy = stacks.loss_and_accuracy(stack, given, labels.cpu())
            row |= {"loss": loss.item(), "accuracy": accuracy.item()}
        rows.append(row)
    return pd.DataFrame(rows)
