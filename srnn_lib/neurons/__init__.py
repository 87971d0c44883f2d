"""Neurons that die and replicate: any feed-forward network, many runs of it at once."""

from srnn_lib.neurons import death, efficiency, modules, moments, replication, saliency, sgd, stacks, surgery, turnover
from srnn_lib.neurons.stacks import Stack

__all__ = [
    "Stack", "death", "efficiency", "modules", "moments", "replication", "saliency", "sgd", "stacks", "surgery",
    "turnover",
]  # fmt: skip
