"""The paper's trainings of N1 to N4 as settings: how many networks, how long, and what the paper leaves open.

A plan says everything that a training depends on; `campaign` carries it out.
"""

from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks
from srnn_lib.lifecycle import descent, stacks, turnover
from srnn_lib.lifecycle.stacks import Stack
from srnn_lib.randomness import keyed

SCALINGS = ("unit", "standard")
LEVELS = {"scaled": 10, "paper": 1}
"""How many times the paper's learning rate, with as many times fewer epochs."""
PAPER_RATE = 0.001
CALIBRATED = {"init": "fan-in", "scaling": "unit", "activation": "tanh"}
"""What the paper leaves open, chosen by BI-32 alone (`results/bi-calibration.parquet`)."""
RUNS = {"N1": (50, None), "N2": (50, (25_000, 25)), "N3": (50, (25_000, 13)), "N4": (28, None)}
"""Runs of each network, and how many go on after which of the paper's epochs: Fig. 4 has more than Figs 2 and 3."""
EARLY = (10, 20, 50, 100, 200, 500)


@dataclass(frozen=True)
class Plan:
    """Everything that a course depends on.

    Attributes:
        widths: Units per layer, the inputs first.
        runs: Networks trained side by side.
        epochs: Passes over the training images.
        snapshots: Epochs after which the weights are kept.
        fewer: `(epoch, runs)`: after that epoch only the first of the runs go on; None: all do.
        rule: How a batch changes the parameters.
        init: One of `stacks.INITS`.
        scaling: Pixels as they are in [0, 1] ("unit"), or less their mean, over their deviation ("standard").
        activation: Of the hidden layers.
        seed: Of initial weights, batches and shares.
        renewal: Death and replication; None for plain training.
        period: Epochs between two rounds of those.
    """

    widths: tuple[int, ...]
    runs: int
    epochs: int
    snapshots: tuple[int, ...] = ()
    fewer: tuple[int, int] | None = None
    rule: descent.Rule = field(default_factory=descent.Rule)
    init: str = "glorot"
    scaling: str = "unit"
    activation: str = "tanh"
    seed: int = 0
    renewal: turnover.Rule | None = None
    period: int = 500

    def __post_init__(self) -> None:
        checks.count("epochs", self.epochs)
        checks.count("period", self.period)
        checks.choice("scaling", self.scaling, SCALINGS)
        for epoch in self.snapshots:
            if checks.count("snapshot", epoch) > self.epochs:
                raise checks.refuse("snapshot", epoch, f"at most {self.epochs}, the last epoch")

    @property
    def pace(self) -> int:
        """Epochs of the paper that one epoch stands for: how many times its learning rate is used."""
        return round(self.rule.learning_rate / PAPER_RATE)

    def start(self) -> Stack:
        """The runs before the first epoch; the first of them are the same however many there are."""
        generator = keyed(self.seed, "start", 0)
        return stacks.initialise(self.widths, self.runs, generator, self.init, self.activation)


def plan(name: str, level: str = "scaled", cutoff: float | None = None, **changes: Any) -> Plan:
    """The paper's training of one of its networks.

    Args:
        name: One of `stacks.NETS`.
        level: "paper" (learning rate 0.001), or "scaled" (ten times that, and a tenth of the epochs).
        cutoff: ε of the combined algorithm (5,000 of the paper's epochs, a round every 500); None: plain training,
            50,000 epochs.
        **changes: Other values of a `Plan`.

    Source: BI §5; the settings that are open there are `CALIBRATED`.
    """
    runs, fewer = RUNS[checks.choice("name", name, RUNS)]
    factor = LEVELS[checks.choice("level", level, LEVELS)]
    epochs, every = (50_000, 1_000) if cutoff is None else (5_000, 500)
    snapshots = sorted({*EARLY, *range(every, epochs + 1, every)})
    values = {
        "widths": stacks.NETS[name],
        "runs": runs,
        "epochs": epochs // factor,
        "snapshots": tuple(epoch // factor for epoch in snapshots),
        "fewer": (fewer[0] // factor, fewer[1]) if fewer and cutoff is None else None,
        "rule": descent.Rule(learning_rate=factor * PAPER_RATE),
        "renewal": None if cutoff is None else turnover.Rule(cutoff),
        "period": 500 // factor,
    }
    return Plan(**{**values, **CALIBRATED, **changes})


def brief(name: str, runs: int, epochs: int, cutoff: float | None = None, every: int = 50, **changes: Any) -> Plan:
    """The scaled plan cut short, for a chapter's own run.

    Args:
        name: One of `stacks.NETS`.
        runs: Networks.
        epochs: Of training; each stands for ten of the paper's.
        cutoff: As in `plan`.
        every: Epochs between snapshots; there are a few early ones, too.
        **changes: Other values of a `Plan`, such as the seed.
    """
    early = (epoch for epoch in (1, 2, 5, 10, 20) if epoch < every)
    kept = sorted({epoch for epoch in (*early, *range(every, epochs, every), epochs) if epoch <= epochs})
    return plan(name, cutoff=cutoff, runs=runs, epochs=epochs, snapshots=tuple(kept), fewer=None, **changes)


def prepared(pixels: Float[Tensor, "n pixels"], scaling: str, reference: Float[Tensor, "m pixels"]) -> Tensor:
    """Pixels in the plan's scaling; mean and deviation are those of all pixels of `reference`, the training images."""
    if checks.choice("scaling", scaling, SCALINGS) == "unit":
        return pixels
    return (pixels - reference.mean()) / reference.std()
