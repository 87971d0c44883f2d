"""Nets as populations: one tensor for all of them, applied to themselves, trained on themselves, in soups."""

from srnn_lib.replicators import dynamics, fixpoints, population, robustness, soup
from srnn_lib.replicators.architecture import Architecture
from srnn_lib.replicators.engines import Trainer, UpdateRule
from srnn_lib.replicators.presets import PRESETS, preset
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Weightwise
from srnn_lib.replicators.soup_schedule import SoupSchedule

__all__ = [
    "PRESETS", "Aggregating", "Architecture", "Recurrent", "SoupSchedule", "Trainer", "UpdateRule", "Weightwise",
    "dynamics", "fixpoints", "population", "preset", "robustness", "soup",
]  # fmt: skip
