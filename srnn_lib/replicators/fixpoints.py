"""What became of a net: divergent, zero, a fixpoint, a fixpoint of second order, or none of these."""

from functools import partial

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import chunks
from srnn_lib.replicators.reductions import Reduction

EPSILON = 1e-5
OUTCOMES = ("divergent", "zero", "fixpoint", "second order", "other")
BRACKETS = ("right", "left")


def is_divergent(weights: Float[Tensor, "... W"]) -> Bool[Tensor, "..."]:
    """Whether some weight is infinite or not a number (SR §3.1, class a; NaN counts because infinities make it)."""
    return ~weights.isfinite().all(dim=-1)


def is_zero(weights: Float[Tensor, "... W"], epsilon: float = EPSILON) -> Bool[Tensor, "..."]:
    """Whether every weight is closer to zero than epsilon (SR §3.1, class b)."""
    return weights.abs().amax(dim=-1) < checks.positive("epsilon", epsilon)


def self_error(reduction: Reduction, weights: Float[Tensor, "N W"]) -> Float[Tensor, " N"]:
    """Largest change of a weight under self-application, `max |w_i - v_i|` (SR Definition 3); NaN where divergent."""
    return (reduction.apply(weights, weights) - weights).abs().amax(dim=-1)


def is_fixpoint(reduction: Reduction, weights: Float[Tensor, "N W"], epsilon: float = EPSILON) -> Bool[Tensor, " N"]:
    """Whether self-application changes every weight by less than epsilon (SR Definition 3). Zero nets are included."""
    return self_error(reduction, weights) < checks.positive("epsilon", epsilon)


def is_second_order(
    reduction: Reduction, weights: Float[Tensor, "N W"], epsilon: float = EPSILON, bracket: str = "right"
) -> Bool[Tensor, " N"]:
    """Whether N applied twice returns N up to epsilon. Fixpoints are included.

    The paper writes N = N ◁ N ◁ N without brackets. `bracket` "right" is N ◁ (N ◁ N), the original net applied to what
    it made (the authors' code); "left" is (N ◁ N) ◁ N, the new net applied to the original.

    Source: SR §3.1, class d.
    """
    checks.choice("bracket", bracket, BRACKETS)
    once = reduction.apply(weights, weights)
    twice = reduction.apply(weights, once) if bracket == "right" else reduction.apply(once, weights)
    return (twice - weights).abs().amax(dim=-1) < checks.positive("epsilon", epsilon)


def classify(
    reduction: Reduction, weights: Float[Tensor, "N W"], epsilon: float = EPSILON, bracket: str = "right"
) -> Int[Tensor, " N"]:
    """The outcome of every net, as an index into `OUTCOMES`: the first class that fits, in that order.

    `epsilon` is the margin of all three tests, `bracket` that of `is_second_order`. Large populations are looked at
    part by part; those of a reduction that draws all at once.

    Source: SR §3.1, classes a–e. Zero is asked before fixpoint, so zero is never counted as a replicator.
    """
    if reduction.draws:
        return _classify(weights, reduction, epsilon, bracket)
    look = partial(_classify, reduction=reduction, epsilon=epsilon, bracket=bracket)
    return chunks.in_parts(look, reduction.numbers, weights)


def _classify(weights: Tensor, reduction: Reduction, epsilon: float, bracket: str) -> Tensor:
    tests = [
        is_divergent(weights),
        is_zero(weights, epsilon),
        is_fixpoint(reduction, weights, epsilon),
        is_second_order(reduction, weights, epsilon, bracket),
        torch.ones(len(weights), dtype=torch.bool, device=weights.device),
    ]
    return torch.stack(tests).int().argmax(dim=0)


def is_replicator(reduction: Reduction, weights: Float[Tensor, "N W"], epsilon: float = EPSILON) -> Bool[Tensor, " N"]:
    """Whether each net is a fixpoint and not zero (SR §3.1, class c; ON §V-B: zero nets are no replicators)."""
    return is_outcome(classify(reduction, weights, epsilon), "fixpoint")


def names(outcomes: Int[Tensor, " N"]) -> list[str]:
    """The outcomes as words."""
    return [OUTCOMES[index] for index in outcomes.tolist()]


def tally(outcomes: Int[Tensor, " N"]) -> dict[str, int]:
    """How many nets met each outcome, all five named."""
    return dict(zip(OUTCOMES, outcomes.bincount(minlength=len(OUTCOMES)).tolist(), strict=True))


def is_outcome(outcomes: Int[Tensor, "*N"], *wanted: str) -> Bool[Tensor, "*N"]:
    """Which nets met one of the named outcomes."""
    codes = [OUTCOMES.index(checks.choice("outcome", name, OUTCOMES)) for name in wanted]
    return torch.isin(outcomes, torch.tensor(codes, device=outcomes.device))
