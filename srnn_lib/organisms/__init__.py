"""Networks whose every weight is a small self-replicating net: tasks, training, pruning."""

from srnn_lib.organisms import ordinary, pruning, training
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Addition, Classification
from srnn_lib.organisms.training import Schedule

__all__ = ["Addition", "Classification", "Organism", "Schedule", "ordinary", "pruning", "training"]
