"""How well organisms read digits: a row per organism and epoch, and further organisms than a chapter trains.

Ten organisms of a shape lie too far apart to tell its median. The kept table has fifty more, from further seeds and
otherwise with the settings of the chapter on MNIST.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks, data
from srnn_lib.claimbook.registry import Book
from srnn_lib.data import Images
from srnn_lib.experiments import organisms
from srnn_lib.experiments.checkpoints import Say
from srnn_lib.organisms.organism import Organism
from srnn_lib.organisms.tasks import Classification
from srnn_lib.organisms.training import Schedule

FAMILIES = (1, 2, 3, 4, 5)
"""Seeds of the further organisms, those of `workflow/seeds.yml`; the chapter's own is another."""
HIDDEN: Mapping[str, tuple[int, ...]] = {"width 3": (3, 3, 3), "width 5": (5, 5, 5), "two layers": (3, 3)}
"""Cells of the hidden layers of each kind."""
READERS = {kind: Organism((225, *hidden, 10), activation="gelu", residual="each") for kind, hidden in HIDDEN.items()}
"""The organisms of each kind, for images of 15 × 15 pixels."""


def settings() -> dict[str, Any]:
    """The chapter's parameters at book scale."""
    return Book.here().by_scale.values("organism-networks/mnist", "book")


def accuracy_table(
    images: Images | None = None, families: Iterable[int] = FAMILIES, say: Say | None = None, **changes: Any
) -> pd.DataFrame:
    """The test accuracy of every family's organisms over their training, from the run store where it has them.

    Args:
        images: None: MNIST at 15 × 15 pixels.
        families: Seeds, each of one set of organisms per kind.
        say: Takes a line now and then.
        changes: Of the chapter's parameters.

    Returns:
        One row per kind, family, organism and epoch, with the columns `net`, `family`, `organism`, `epoch` and
        `accuracy`. With two hidden layers organisms are trained for as many epochs as the chapter's variants.
    """
    own = settings() | changes
    images = images or data.images("mnist")
    parts = []
    for family in families:
        for kind in READERS:
            parts.append(accuracy_rows(kind, family, _course(kind, family, images, own)))
            if say:
                say(f"seed {family}, {kind}")
    return pd.concat(parts, ignore_index=True)


def accuracy_rows(kind: str, family: int, score: Float[Tensor, "E S"]) -> pd.DataFrame:
    """Rows of `accuracy_table` from the accuracies of one kind and family, from epoch 0 on."""
    epochs, count = score.shape
    rows = {
        "net": kind,
        "family": family,
        "organism": torch.arange(count).repeat(epochs).numpy(),
        "epoch": torch.arange(epochs).repeat_interleave(count).numpy(),
        "accuracy": score.double().flatten().numpy(),
    }
    return pd.DataFrame(rows)


def scores(table: pd.DataFrame, kind: str) -> Float[Tensor, "E S"]:
    """Accuracies of all organisms of a kind, of all families, from epoch 0 on.

    Raises:
        BadInput: A kind that the table does not have.
    """
    rows = table[table["net"] == checks.choice("kind", kind, table["net"].unique())]
    wide = rows.pivot(index="epoch", columns=["family", "organism"], values="accuracy")
    return torch.from_numpy(wide.to_numpy().copy())


def _course(kind: str, family: int, images: Images, own: Mapping[str, Any]) -> Float[Tensor, "E S"]:
    """The accuracies of a set of organisms, trained as the chapter trains them, with the same key in the store."""
    deep = len(HIDDEN[kind]) > 2
    epochs = own["epochs"] if deep else min(own["variant_epochs"], own["epochs"])
    task = Classification(images, min(own["batch"], len(images.train)))
    course = organisms.trained(
        READERS[kind], task, Schedule(own["self_steps"]),
        seeds=own["seeds"], epochs=epochs, every=own["every"] if deep else epochs, seed=family + HIDDEN[kind][0],
    )  # fmt: skip
    return course.score
