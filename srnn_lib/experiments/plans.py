"""The paper's trainings of N1 to N4 as settings: how many networks, how long, and what the paper leaves open.

A plan says everything that a training depends on but the images; `checkpoints.Training` carries it out.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from srnn_lib import checks
from srnn_lib.neurons import sgd, stacks, turnover
from srnn_lib.neurons.stacks import Stack
from srnn_lib.randomness import keyed

SCALINGS = ("unit", "standard")
PACES = {"scaled": 10, "paper": 1}
"""How many times the paper's learning rate, with as many times fewer epochs."""
PAPER_RATE = 0.001
CALIBRATED: dict[str, Any] = {"init": "fan-in", "scaling": "unit"}
"""What the paper leaves open, chosen by BI-32 alone (`results/bi-calibration.parquet`)."""
RUNS: dict[str, tuple[int, tuple[int, int] | None]] = {
    "N1": (50, None),
    "N2": (50, (25_000, 25)),
    "N3": (50, (25_000, 13)),
    "N4": (28, None),
}
"""Runs of each network, and how many go on after which of the paper's epochs: Fig. 4 has more than Figs 2 and 3."""
EARLY = (10, 20, 50, 100, 200, 500)


@dataclass(frozen=True)
class Plan:
    """Everything that a training depends on but the images.

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
    rule: sgd.SGDRule = field(default_factory=sgd.SGDRule)
    init: str = "glorot"
    scaling: str = "unit"
    activation: str = "tanh"
    seed: int = 0
    renewal: turnover.TurnoverRule | None = None
    period: int = 500

    def __post_init__(self) -> None:
        for name in ("runs", "epochs", "period"):
            checks.integer(name, getattr(self, name))
        checks.choice("scaling", self.scaling, SCALINGS)
        for epoch in self.snapshots:
            if checks.integer("snapshot", epoch) > self.epochs:
                raise checks.bad_input("snapshot", epoch, f"at most {self.epochs}, the last epoch")

    @property
    def pace(self) -> int:
        """Epochs of the paper that one epoch stands for, and how many times its learning rate is used."""
        return round(self.rule.learning_rate / PAPER_RATE)

    @property
    def net(self) -> str:
        """Name of the net, or its widths if it has none."""
        names: dict[tuple[int, ...], str] = {widths: name for name, widths in stacks.NETS.items()}
        return names.get(self.widths, "-".join(map(str, self.widths)))

    def start(self) -> Stack:
        """The runs before the first epoch; the first of them are the same however many there are."""
        generator = keyed(self.seed, "start", 0)
        return stacks.random_stack(self.widths, self.runs, generator, init=self.init, activation=self.activation)


def paper_plan(name: str, level: str = "scaled", cutoff: float | None = None, **changes: Any) -> Plan:
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
    factor = PACES[checks.choice("level", level, PACES)]
    epochs, every = (50_000, 1_000) if cutoff is None else (5_000, 500)
    snapshots = sorted({*EARLY, *range(every, epochs + 1, every)})
    plan = Plan(
        widths=stacks.NETS[name],
        runs=runs,
        epochs=epochs // factor,
        snapshots=tuple(epoch // factor for epoch in snapshots),
        fewer=(fewer[0] // factor, fewer[1]) if fewer and cutoff is None else None,
        rule=sgd.SGDRule(learning_rate=factor * PAPER_RATE),
        renewal=None if cutoff is None else turnover.TurnoverRule(cutoff),
        period=500 // factor,
    )
    return replace(plan, **CALIBRATED | changes)


def short_plan(
    name: str, runs: int, epochs: int, *, cutoff: float | None = None, every: int = 50, **changes: Any
) -> Plan:
    """The scaled plan cut short, for a chapter's own run; a snapshot every so many epochs, and a few early ones, too.

    Each epoch stands for ten of the paper's; all else is as in `paper_plan`.
    """
    early = (epoch for epoch in (1, 2, 5, 10, 20) if epoch < every)
    kept = sorted({epoch for epoch in (*early, *range(every, epochs, every), epochs) if epoch <= epochs})
    return paper_plan(name, cutoff=cutoff, runs=runs, epochs=epochs, snapshots=tuple(kept), fewer=None, **changes)
