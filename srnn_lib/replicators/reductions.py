"""How a small net can take a whole net as its input: the three reductions of the paper.

A reduction cuts the weights of a net M into pieces that a net N can read, lets N map each piece, and puts the results
back together. The same pieces serve as training pairs. Every function works on N pairs of nets at once.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cache, cached_property

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.replicators import chunks
from srnn_lib.replicators.architecture import POSITION_CODES, Architecture

AGGREGATES = ("mean", "max")


@dataclass(frozen=True)
class Reduction(ABC):
    """What all reductions share: application and training pairs, both made of `reduce` and its way back.

    A subclass owes `reduce`, and its own `restore` and `expected` where those here do not hold.
    """

    architecture: Architecture

    @abstractmethod
    def reduce(self, other: Float[Tensor, "N W"]) -> Float[Tensor, "N B in"]:
        """The pieces of M that N reads."""

    def restore(self, outputs: Float[Tensor, "N B out"]) -> Float[Tensor, "N W"]:
        """The weights of the new net, from what N answered to each piece: one answer, one weight."""
        return outputs[..., 0]

    def expected(self, pieces: Float[Tensor, "N B in"]) -> Float[Tensor, "N B out"]:
        """The answers that would leave M as it is: the training targets."""
        return pieces

    @property
    def samples(self) -> int:
        """Training pairs per net. A sequence counts as one."""
        return 1

    @property
    def numbers(self) -> int:
        """How many numbers the largest tensor of an application holds for each net, about."""
        return self.architecture.weight_count * max(self.architecture.widths)

    @property
    def source(self) -> torch.Generator | None:
        """What an application draws from, if it draws."""
        return None

    @property
    def draws(self) -> bool:
        """Whether an application draws random numbers, so that two applications differ."""
        return self.source is not None

    def apply(self, net: Float[Tensor, "#N W"], other: Float[Tensor, "#N W"]) -> Float[Tensor, "_N W"]:
        """N applied to M: the net that `net` makes of `other`, pair by pair; one net may meet many.

        All answers are computed from the old weights before any is written, so N may be M. Large populations are
        applied part by part, which bounds the memory and changes no bit.

        Source: SR §2.2, Reductions 1–3.
        """
        for weights in (net, other):
            if weights.shape[-1] != self.architecture.weight_count:
                allowed = f"{self.architecture.weight_count}, that of this architecture"
                raise checks.bad_input("number of weights", weights.shape[-1], allowed)
        return chunks.in_parts(self._applied, self.numbers, net, other)

    def _applied(self, net: Tensor, other: Tensor) -> Tensor:
        return self.restore(self.architecture.forward(net, self.reduce(other)))

    def training_pairs(self, other: Float[Tensor, "N W"]) -> tuple[Tensor, Tensor]:
        """Inputs and targets of training on `other`, shapes `(N, B, in)` and `(N, B, out)`.

        Source: SR §2.3, training reductions 1–3.
        """
        pieces = self.reduce(other)
        return pieces, self.expected(pieces)


@dataclass(frozen=True)
class Weightwise(Reduction):
    """Reduction 1: N reads every weight of M alone, with its position, and answers with the new weight.

    Attributes:
        architecture: Four inputs (value, layer, cell, place) and one output. Inputs beyond the fourth are auxiliary:
            they belong to a task, and read 0 while a net is applied to a net.
        codes: One of `POSITION_CODES`.

    Source: SR §2.2, Reduction 1; ON Definition 6 for auxiliary inputs (replicative application).
    """

    architecture: Architecture = field(default_factory=Architecture)
    codes: str = "layer"

    def __post_init__(self) -> None:
        checks.choice("codes", self.codes, POSITION_CODES)
        _require(self.architecture, max(4, self.architecture.widths[0]), 1)

    @cached_property
    def positions(self) -> Float[Tensor, "W codes"]:
        """Layer, cell and place of every weight, and a zero for every auxiliary input (float64)."""
        return F.pad(self.architecture.positions(self.codes), (0, self.architecture.widths[0] - 4))

    def positions_like(self, weights: Float[Tensor, "..."]) -> Float[Tensor, "W codes"]:
        """The positions in the precision of these weights and on their device, where they stay."""
        return _positions(self, weights.dtype, weights.device)

    @property
    def samples(self) -> int:
        """One training pair per weight."""
        return self.architecture.weight_count

    def reduce(self, other: Float[Tensor, "N W"]) -> Float[Tensor, "N W in"]:
        """Every weight with its position."""
        return torch.cat([other[..., None], self.positions_like(other).expand(len(other), -1, -1)], dim=2)

    def expected(self, pieces: Float[Tensor, "N W in"]) -> Float[Tensor, "N W 1"]:
        """The weight itself."""
        return pieces[..., :1]


@dataclass(frozen=True)
class Aggregating(Reduction):
    """Reduction 2: N reads b averages of consecutive weights and answers with b values, copied back to the members.

    Attributes:
        architecture: b inputs and b outputs; the paper's b is 4. A remainder of weights joins the last sub-list.
        aggregate: "mean" (the paper's) or "max".
        shuffle: A generator, if the weights shall be dealt to the sub-lists at random, anew at each application.

    Source: SR §2.2, Reduction 2; authors' `master` branch for b, the remainder and the variants.
    """

    architecture: Architecture = field(default_factory=lambda: Architecture((4, 2, 2, 4)))
    aggregate: str = "mean"
    shuffle: torch.Generator | None = None

    def __post_init__(self) -> None:
        checks.choice("aggregate", self.aggregate, AGGREGATES)
        _require(self.architecture, self.architecture.widths[0], self.architecture.widths[0])

    @property
    def numbers(self) -> int:
        """As many as weights, which are more than the pieces."""
        return self.architecture.weight_count

    @property
    def source(self) -> torch.Generator | None:
        """`shuffle`."""
        return self.shuffle

    @property
    def sizes(self) -> list[int]:
        """Length of each sub-list."""
        weights, parts = self.architecture.weight_count, self.architecture.widths[0]
        return [weights // parts] * (parts - 1) + [weights - weights // parts * (parts - 1)]

    def reduce(self, other: Float[Tensor, "N W"]) -> Float[Tensor, "N 1 b"]:
        """One value per sub-list."""
        parts = other.split(self.sizes, dim=1)
        values = [part.mean(1) if self.aggregate == "mean" else part.amax(1) for part in parts]
        return torch.stack(values, dim=1)[:, None]

    def restore(self, outputs: Float[Tensor, "N 1 b"]) -> Float[Tensor, "N W"]:
        """Every answer copied to all members of its sub-list."""
        return outputs[:, 0].index_select(1, _sublist_of_weight(self, outputs.device))

    def apply(self, net: Float[Tensor, "#N W"], other: Float[Tensor, "#N W"]) -> Float[Tensor, "_N W"]:
        """N applied to M; with `shuffle`, on sub-lists dealt at random."""
        if self.shuffle is None:
            return super().apply(net, other)
        dealt = randomness.permutations(self.shuffle, *other.shape).to(other.device)
        return torch.empty_like(other).scatter(1, dealt, super().apply(net, other.gather(1, dealt)))


@dataclass(frozen=True)
class Recurrent(Reduction):
    """Reduction 3: a recurrent N of one input and one output reads the weights of M as a sequence and answers with one.

    Source: SR §2.2, Reduction 3; three recurrent layers 1-2-2-1 in the authors' `master` branch.
    """

    architecture: Architecture = field(default_factory=lambda: Architecture((1, 2, 2, 1), recurrent=True))

    def __post_init__(self) -> None:
        _require(self.architecture, 1, 1, recurrent=True)

    def reduce(self, other: Float[Tensor, "N W"]) -> Float[Tensor, "N W 1"]:
        """The weights as a sequence of single numbers."""
        return other[..., None]


@cache
def _positions(reduction: Weightwise, dtype: torch.dtype, device: torch.device) -> Tensor:
    return reduction.positions.to(device, dtype)


@cache
def _sublist_of_weight(reduction: Aggregating, device: torch.device) -> Tensor:
    return torch.arange(len(reduction.sizes)).repeat_interleave(torch.tensor(reduction.sizes)).to(device)


def _require(architecture: Architecture, inputs: int, outputs: int, recurrent: bool = False) -> None:
    """Refuse an architecture that does not fit the reduction."""
    kinds = {True: "recurrent", False: "feed-forward"}
    if architecture.recurrent != recurrent:
        raise checks.bad_input("architecture", kinds[architecture.recurrent], f"{kinds[recurrent]} ones")
    if (architecture.widths[0], architecture.widths[-1]) != (inputs, outputs):
        raise checks.bad_input("widths", architecture.widths, f"{inputs} inputs and {outputs} outputs")
