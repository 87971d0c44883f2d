"""Data that explorables carry: two trained networks and what was measured of them, as modules of JavaScript.

Weights are float32 in base64, so a page computes with the very ones that were trained. The organism comes without
images: how well it reads is measured here, and what a reader draws is answered in the page.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from srnn_lib import data, saving
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import store
from srnn_lib.experiments import accuracies
from srnn_lib.neurons.sgd import SGD, SGDRule
from srnn_lib.neurons.stacks import Stack, loss_and_accuracy, random_stack
from srnn_lib.organisms import pruning
from srnn_lib.organisms.tasks import Classification
from srnn_lib.organisms.training import Schedule
from srnn_lib.randomness import seeded
from srnn_lib.replicators import fixpoints

DATA_FOLDER = "book/explorables/shared"
READER = accuracies.READERS["width 5"]
"""The shape of the organism that reads what is drawn: the wider one of the chapter on MNIST."""
REMOVED_AT_ONCE = 25
"""Weights between two measurements of how well the organism reads."""
NEURONS = (64, 12, 8, 10)
"""Units of the network whose neurons die, the inputs first."""
SEED, EPOCHS = 2022, 300
RULE = SGDRule(learning_rate=0.1, batch=50)
MEASURED = 400
"""Images of the training set over which a page measures what neurons do."""


def reader_place(images: data.Images) -> Path:
    """Where the chapter on MNIST keeps its organisms of this shape."""
    own = accuracies.settings()
    task, schedule = Classification(images, own["batch"]), Schedule(own["self_steps"])
    known = {"organism": asdict(READER), "task": task.settings, "schedule": asdict(schedule)}
    course = {key: own[key] for key in ("epochs", "every", "epsilon", "seeds")}
    course["seed"] = own["seed"] + READER.widths[1]
    return store.place("organisms", known | course, ["srnn_lib.experiments.organisms"])


def digit() -> dict[str, Any]:
    """The organism that reads best of the ten, four orders of removal, and how well it then reads the test images.

    Raises:
        BadInput: MNIST or the chapter's organisms are not at hand.
    """
    images = data.images("mnist")
    if not (path := reader_place(images)).is_file():
        raise bad_input("stored organisms", None, path.name, "python -m srnn_lib run organism-networks/mnist")
    course = store.read_result(path)[0]
    best = int(course["score"][-1].argmax())
    gains = READER.gains(course["weights"][-1, best : best + 1])[0]
    replicates = fixpoints.is_outcome(course["types"][-1, best], "fixpoint")
    orders, counts = orders_of(gains, replicates, images.train.mean(0)), counts_of(replicates)
    return {
        "widths": list(READER.widths),
        "gains": packed(gains),
        "replicates": "".join(str(int(each)) for each in replicates),
        "orders": {name: order.tolist() for name, order in orders.items()},
        "tested": len(images.test),
        "counts": counts.tolist(),
        "accuracies": accuracies_of(gains, orders, counts, images),
    }


def orders_of(gains: Tensor, replicates: Tensor, brightness: Tensor) -> dict[str, Tensor]:
    """In which order each way removes the organism's weights; ties as one permutation has them."""
    drawn = torch.randperm(len(gains), generator=seeded(SEED))
    fed = READER.widths[1] * len(brightness)
    dark = torch.cat([brightness.repeat(READER.widths[1]), torch.ones(len(gains) - fed)])
    worth = {"replicators": ~replicates, "others": replicates, "smallest": gains.abs(), "dark": dark}
    return {name: drawn[each[drawn].argsort(stable=True)] for name, each in worth.items()}


def counts_of(replicates: Tensor) -> Tensor:
    """How many weights are gone at each measurement: equal steps, and all replicators."""
    steps = torch.arange(0, len(replicates) + 1, REMOVED_AT_ONCE)
    return torch.cat([steps, torch.tensor([int(replicates.sum()), len(replicates)])]).unique()


def accuracies_of(
    gains: Tensor, orders: dict[str, Tensor], counts: Tensor, images: data.Images
) -> dict[str, list[float]]:
    """The share of all test images that is read right, by way of removal and number of weights removed."""
    task = Classification(images, 2000)
    found = {}
    for name, order in orders.items():
        kept = pruning.lowest(order.argsort().expand(len(counts), -1).float(), counts)
        found[name] = [round(share, 4) for share in pruning.score(READER, gains * kept, task).tolist()]
    return found


def dying_network(images: data.Images) -> Stack:
    """The network whose neurons die in a page, trained on the digits of scikit-learn; float64, rounded to float32."""
    start = random_stack(NEURONS, 1, seeded(SEED), dtype="float64")
    trainer = SGD(start, images.train.double(), images.train_labels, rule=RULE, seed=SEED)
    for epoch in range(EPOCHS):
        trainer.epoch(epoch)
    return trainer.stack.convert(lambda tensor: tensor.float())


def death() -> dict[str, Any]:
    """That network, and images: some to measure its neurons with, and all those of the test."""
    images = data.images("digits", 8)
    stack = dying_network(images)
    accuracy = loss_and_accuracy(stack, images.test, images.test_labels)[1]
    return {
        "widths": list(NEURONS),
        "weights": [packed(weight[0]) for weight in stack.weights],
        "biases": [packed(bias[0]) for bias in stack.biases],
        "accuracy": round(float(accuracy), 4),
        "seen": levels_of(images.train[:MEASURED]),
        "test": levels_of(images.test),
        "labels": digits_of(images.test_labels),
    }


MODULES: dict[str, Callable[[], dict[str, Any]]] = {"digit": digit, "death": death}
"""What makes the data of each explorable that has some."""


def path_of(name: str, root: Path | None = None) -> Path:
    """The file of an explorable's data."""
    return saving.root(root) / DATA_FOLDER / f"{name}-data.js"


def text_of(name: str, values: dict[str, Any]) -> str:
    """A module that holds these values, sealed."""
    lines = ",\n".join(f"  {key}: {json.dumps(value)}" for key, value in values.items())
    head = f"// Made by `{command_of(name)}` (srnn_lib/experiments/page_data.py).\n// {saving.BLANK_SEAL}"
    text = f"{head}\n\nexport const {name.upper()} = {{\n{lines},\n}};\n"
    return saving.sealed(text.encode()).decode()


def command_of(name: str) -> str:
    """What makes the data of an explorable anew."""
    return f"python -m srnn_lib explorables --data {name}"


def carried(name: str, root: Path | None = None) -> dict[str, Any]:
    """The values of a module that `text_of` wrote.

    Raises:
        BadInput: It is not what was written.
    """
    path = path_of(name, root)
    if fault := saving.broken_seal(path.read_bytes()):
        raise BadInput(f"{path.name} is damaged: {fault}; make it again: {command_of(name)}")
    rows = path.read_text(encoding="utf-8").split("= {\n")[1].split(",\n};")[0].split(",\n  ")
    return {key.strip(): json.loads(value) for key, value in (row.split(": ", 1) for row in rows)}


def write_module(name: str, root: Path | None = None) -> Path:
    """Make an explorable's data anew."""
    saving.write_whole(path_of(name, root), text_of(name, MODULES[name]()))
    return path_of(name, root)


def packed(values: Tensor) -> str:
    """Numbers as float32, little-endian, in base64; row by row."""
    return base64.b64encode(values.float().contiguous().numpy().astype("<f4").tobytes()).decode()


def unpacked(text: str) -> Tensor:
    """The way back from `packed`."""
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32)


def stack_of(values: dict[str, Any]) -> Stack:
    """The network whose neurons die, from the values of its module; float64."""
    shapes = zip(values["weights"], NEURONS[1:], NEURONS[:-1], strict=True)
    weights = tuple(unpacked(text).view(1, *shape).double() for text, *shape in shapes)
    return Stack(weights, tuple(unpacked(text)[None].double() for text in values["biases"]))


def levels_of(images: Tensor) -> str:
    """Pixels of 17 levels, one sign each: 0 to 9, and a to g."""
    return "".join("0123456789abcdefg"[level] for level in (images * 16).round().int().flatten())


def digits_of(labels: Tensor) -> str:
    """Labels, one digit each."""
    return "".join(str(int(label)) for label in labels)
