"""What was asked of the engines before they were built: ratios of two times within one run, one thread."""

from collections.abc import Callable
from typing import Any, NamedTuple

from srnn_lib.experiments.benchmarks import Times

POPULATION, MANY = 1_000, 1_000_000
"""So many nets a population has in the chapters, and more than memory likes."""
STACKS = ("N1", "N2", "N3", "N4")


class Bar(NamedTuple):
    """A ratio of two measured times, and what it may be at most; where it is to be `faster`, it must lie below that."""

    what: str
    ratio: Callable[[Times], float]
    most: float
    faster: bool = False

    def holds(self, value: float) -> bool:
        """Whether a measured ratio meets the bar."""
        return value < self.most if self.faster else value <= self.most


def _ratio(what: str, way: str, other: str, nets: int | None = None) -> Callable[[Times], float]:
    where: dict[str, Any] = {} if nets is None else {"nets": nets}
    return lambda times: times.each(what, way, **where) / times.each(what, other, **where)


def _growth(times: Times) -> float:
    return times.each("self-training", "compiled", nets=MANY) / times.each("self-training", "compiled", nets=10_000)


def _slowest_stack(times: Times) -> float:
    return max(times.each(name, "library") / times.each(name, "dense") for name in STACKS)


_trained, _organism = "self-training", "organism"
BARS = (
    Bar(
        f"full batch, {POPULATION:,} nets, beside the update alone",
        _ratio(_trained, "compiled", "update alone", POPULATION),
        3,
    ),
    Bar("one update per weight, beside the plain engine", _ratio("single pairs", "compiled", "plain"), 1 / 8),
    Bar("recurrent nets, beside the plain engine", _ratio("recurrent", "compiled", "plain"), 1 / 12),
    Bar("a million nets beside ten thousand, per net and step", _growth, 1.3),
    Bar("organism 5:1 beside the ordinary network", _ratio(_organism, "5:1", "ordinary network"), 1.8),
    Bar("organism 25:1 beside the ordinary network", _ratio(_organism, "25:1", "ordinary network"), 2.8),
    Bar("the slowest stack of networks beside its dense form", _slowest_stack, 1),
    Bar(
        f"full batch, {POPULATION:,} nets, beside JAX's closed form",
        _ratio(_trained, "compiled", "JAX, closed form", POPULATION),
        1,
        faster=True,
    ),
)
