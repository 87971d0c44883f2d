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

    `chunk` is how many examples are looked at at a time; it changes memory and speed only.

    Raises:
        BadInput: No examples, no such layer, or a statistic that is not finite; the line says where.
    """
    wanted = tuple(range(1, len(stack.weights))) if covariance is None else tuple(map(stack.require_layer, covariance))
    if not len(inputs):
        raise checks.bad_input("number of examples", 0, "1 or more")
    chunks = inputs.split(checks.integer("chunk", chunk))
    total = reduce(_merged, (_of_chunk(activations(stack, some), wanted) for some in chunks))
    n = total.examples
    squares, products = ({layer: x / n for layer, x in sums.items()} for sums in (total.variance, total.covariance))
    for name, group in {"mean": total.mean, "variance": squares, "covariance": products}.items():
        for layer, values in group.items():
            if not values.isfinite().all():
                run, unit = (~values.isfinite()).nonzero()[0, :2].tolist()
                place = f"{name} of unit {unit}, layer {layer}, run {run}"
                raise checks.bad_input(place, "not finite", "a finite number")
    return Moments(total.mean, squares, products, n)


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
