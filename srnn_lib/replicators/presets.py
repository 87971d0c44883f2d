"""The settings of the authors' code, by name. Each is cited; a chapter says which one it runs."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import population
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Reduction, Weightwise

REDUCTIONS = ("weightwise", "aggregating", "recurrent")


@dataclass(frozen=True)
class Preset:
    """One paper's settings.

    Attributes:
        name: As in `PRESETS`.
        rule: Of one step of self-training.
        epsilon: Margin the authors' code used; the papers print 1e-5.
        init: Initialisation of kernels (`population.INITIALISATIONS`).
        order: Of the flat weights (`architecture.WEIGHT_ORDERS`).
        codes: Of the positions (`architecture.POSITION_CODES`).
        source: Where the values stand.
        widths: Of a weightwise net; five inputs are those of an organism's particle.
    """

    name: str
    rule: UpdateRule
    epsilon: float
    init: str
    order: str
    codes: str
    source: str
    widths: tuple[int, ...] = (4, 2, 2, 1)

    def reduction(self, name: str, activation: str = "linear") -> Reduction:
        """The named reduction on the paper's net: two hidden layers of two cells, three in particles of organisms.

        Raises:
            BadInput: An unknown reduction or activation.
        """
        checks.choice("reduction", name, REDUCTIONS)
        if name == "weightwise":
            return Weightwise(Architecture(self.widths, activation, order=self.order), self.codes)
        if name == "aggregating":
            return Aggregating(Architecture((4, 2, 2, 4), activation, order=self.order))
        return Recurrent(Architecture((1, 2, 2, 1), activation, recurrent=True, order=self.order))

    def population(
        self,
        reduction: Reduction,
        nets: int,
        generator: torch.Generator,
        dtype: str = "float32",
        device: str = "cpu",
    ) -> Float[Tensor, "N W"]:
        """Random nets for that reduction, drawn as the authors drew them; the same ones on every device."""
        architecture = reduction.architecture
        return population.initialise(architecture, nets, generator, init=self.init, dtype=dtype, device=device)


PRESETS = {preset.name: preset for preset in (
    Preset(
        name="alife2019", rule=UpdateRule(learning_rate=0.01, batch="single"),
        epsilon=1e-4, init="glorot", order="source", codes="keras",
        source="authors' branch `master`, code/network.py and code/setups: Keras, SGD default, batch size 1",
    ),
    Preset(
        name="artl2021", rule=UpdateRule(learning_rate=0.04, batch="full"),
        epsilon=1e-5, init="fan-in", order="target", codes="layer",
        source="authors' branch `journal`, commits of 2021: PyTorch, new optimiser at each step, no momentum",
    ),
    Preset(
        name="artl2021-robustness", rule=UpdateRule(learning_rate=0.004, batch="full", momentum=0.9, reset_every=1000),
        epsilon=1e-5, init="fan-in", order="target", codes="layer",
        source="authors' branch `journal`, journal_robustness.py: 5 calls of 1,000 steps, momentum within a call",
    ),
    Preset(
        name="organism2022", rule=UpdateRule(learning_rate=0.004, batch="full", momentum=0.9, reset_every=25),
        epsilon=1e-5, init="glorot", order="target", codes="global", widths=(5, 3, 3, 1),
        source="authors' branch `swarm`: Xavier start, momentum forgotten at each batch; ON §IV-A, 25 steps in it",
    ),
)}  # fmt: skip


def preset(name: str) -> Preset:
    """The preset of that name.

    Raises:
        BadInput: No such preset; the line names the nearest one.
    """
    return PRESETS[checks.choice("preset", name, PRESETS)]
