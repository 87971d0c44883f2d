"""Mean, variance and covariance of every layer of a stack, in one streaming pass over the examples.

Each chunk is centred in float64 and merged into the total by the pairwise update of Chan, Golub and LeVeque, so the
result neither depends on where chunks end nor loses digits to large means.
"""

from dataclasses import dataclass
from functools import reduce

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.neurons.stacks import CHUNK, Stack, activations

PerLayer = dict[int, Tensor]


@dataclass(frozen=True)
class Moments:
    """What the examples make of every unit, float64; the keys count layers, the first hidden layer is 1.

    Attributes:
        mean: ⟨x⟩, `(R, units)` per layer.
        variance: C_kk, population variance, `(R, units)` per layer.
        covariance: C, `(R, units, units)` for the layers asked for.
        examples: How many examples.

    Source: BI (3.1).
    """

    mean: PerLayer
    variance: PerLayer
    covariance: PerLayer
    examples: int

    def select(self, runs: slice | list[int] | Int[Tensor, " k"]) -> "Moments":
        """The moments of some of the runs."""
        groups = (self.mean, self.variance, self.covariance)
        mean, variance, covariance = ({layer: each[runs] for layer, each in group.items()} for group in groups)
        return Moments(mean, variance, covariance, self.examples)


def measure(
    stack: Stack, inputs: Float[Tensor, "n in"], covariance: tuple[int, ...] | None = None, chunk: int = CHUNK
) -> Moments:
    """Moments of all layers over `inputs`, and the covariance of some; None means all hidden ones, () none.

    `chunk` is how many examples are looked at at a time; it changes memory and speed only. A run of which one of these
    statistics is not finite has diverged: all of its moments are NaN, and its neighbours are as they are without it.

    Raises:
        BadInput: No examples, or no such layer.
    """
    wanted = tuple(range(1, len(stack.weights))) if covariance is None else tuple(map(stack.require_layer, covariance))
    if not len(inputs):
        raise checks.bad_input("number of examples", 0, "1 or more")
    chunks = inputs.split(checks.integer("chunk", chunk))
    total = reduce(_merged, (_of_chunk(activations(stack, some), wanted) for some in chunks))
    n = total.examples
    squares, products = ({layer: x / n for layer, x in sums.items()} for sums in (total.variance, total.covariance))
    groups = (total.mean, squares, products)
    each = [values.flatten(1).isfinite().all(1) for group in groups for values in group.values()]
    diverged = ~torch.stack(each).all(0)
    if diverged.any():
        for group in groups:
            for values in group.values():
                values[diverged] = torch.nan
    return Moments(*groups, n)


def _of_chunk(layers: list[Tensor], wanted: tuple[int, ...]) -> Moments:
    """Means and sums of centred squares and products of one chunk, whose values are centred in place."""
    mean, squares, products = {}, {}, {}
    for layer, values in enumerate(layers, start=1):
        values = values.to(torch.float64)
        mean[layer] = values.mean(2)
        values -= mean[layer][..., None]
        if layer in wanted:
            products[layer] = torch.bmm(values, values.transpose(1, 2))
            squares[layer] = products[layer].diagonal(dim1=1, dim2=2).clone()
        else:
            squares[layer] = values.square_().sum(2)
    return Moments(mean, squares, products, layers[0].shape[2])


def _merged(one: Moments, other: Moments) -> Moments:
    """Sums over both parts about their common mean."""
    examples = one.examples + other.examples
    share, weight = other.examples / examples, one.examples * other.examples / examples
    apart = {layer: other.mean[layer] - mean for layer, mean in one.mean.items()}
    return Moments(
        {layer: mean + apart[layer] * share for layer, mean in one.mean.items()},
        {layer: sums + other.variance[layer] + apart[layer] ** 2 * weight for layer, sums in one.variance.items()},
        {
            layer: sums + other.covariance[layer] + apart[layer][:, :, None] * apart[layer][:, None] * weight
            for layer, sums in one.covariance.items()
        },
        examples,
    )
