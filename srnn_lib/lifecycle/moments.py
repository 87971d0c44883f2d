"""Mean, variance and covariance of every layer of a stack, in one streaming pass over the examples.

Each chunk is centred in float64 and merged into the total by the pairwise update of Chan, Golub and LeVeque, so the
result neither depends on where chunks end nor loses digits to large means.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.lifecycle.stacks import CHUNK, Stack, states

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
        groups = ({layer: each[runs] for layer, each in group.items()} for group in self._groups())
        return Moments(*groups, self.examples)

    def _groups(self) -> tuple[PerLayer, PerLayer, PerLayer]:
        return self.mean, self.variance, self.covariance


def measure(
    stack: Stack, inputs: Float[Tensor, "n in"], covariance: tuple[int, ...] | None = None, chunk: int = CHUNK
) -> Moments:
    """Moments of all layers over `inputs`.

    Args:
        stack: R runs.
        inputs: Examples, 1 or more.
        covariance: Layers whose covariance is wanted; None means all hidden ones, () none.
        chunk: Examples at a time; changes memory and speed only.

    Raises:
        BadInput: No examples, no such layer, or a statistic that is not finite; the line says where.
    """
    wanted = tuple(range(1, len(stack.weights))) if covariance is None else tuple(map(stack.layer, covariance))
    if not len(inputs):
        raise checks.refuse("number of examples", 0, "1 or more")
    total: Moments | None = None
    for some in inputs.split(checks.count("chunk", chunk)):
        part = _of_chunk(states(stack, some), wanted)
        total = part if total is None else _merged(total, part)
    found = Moments(total.mean, *(_divided(sums, total.examples) for sums in total._groups()[1:]), total.examples)
    return _finite(found)


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


def _divided(sums: PerLayer, examples: int) -> PerLayer:
    return {layer: each / examples for layer, each in sums.items()}


def _finite(found: Moments) -> Moments:
    for name, group in zip(("mean", "variance", "covariance"), found._groups(), strict=True):
        for layer, values in group.items():
            if not values.isfinite().all():
                run, unit = (~values.isfinite()).nonzero()[0, :2].tolist()
                raise checks.refuse(f"{name} of unit {unit}, layer {layer}, run {run}", "not finite", "a finite number")
    return found
