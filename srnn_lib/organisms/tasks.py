"""What an organism is trained for besides replication: adding numbers, and telling images apart.

A task deals one epoch of batches at a time. A batch is `(inputs, targets)`, either with a leading axis `S` (each
organism its own data) or without one (all organisms the same).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.data import Images

Batch = tuple[Tensor, Tensor]


class Task(ABC):
    """Batches, a loss and a score."""

    @property
    @abstractmethod
    def ends(self) -> tuple[int, int]:
        """Inputs and outputs that a network for this task has."""

    @property
    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """All that the task's batches depend on besides the generator, as plain values."""

    @abstractmethod
    def epoch(self, seeds: int, generator: torch.Generator, dtype: torch.dtype = torch.float32) -> Iterator[Batch]:
        """The batches of one epoch, drawn with `generator`."""

    @abstractmethod
    def test(self, dtype: torch.dtype = torch.float32) -> Batch:
        """The fixed test set, the same for all organisms and at any time."""

    def examine(
        self, answer: Callable[[Tensor], Float[Tensor, "S B out"]], dtype: torch.dtype = torch.float32
    ) -> tuple[Float[Tensor, " S"], Float[Tensor, " S"]]:
        """Loss and score on the test set of whatever answers to its inputs."""
        inputs, targets = self.test(dtype)
        outputs = answer(inputs)
        return self.loss(outputs, targets), self.score(outputs, targets)

    @abstractmethod
    def loss(self, outputs: Float[Tensor, "S B out"], targets: Tensor) -> Float[Tensor, " S"]:
        """What training lowers, per organism."""

    @abstractmethod
    def score(self, outputs: Float[Tensor, "S B out"], targets: Tensor) -> Float[Tensor, " S"]:
        """What is reported, per organism."""


@dataclass(frozen=True)
class Addition(Task):
    """The (weighted) sum of two standard normal numbers; the score is the mean absolute error.

    Attributes:
        pairs: Per epoch, drawn afresh for every epoch and organism.
        batch: Pairs per batch; a remainder is dropped.
        coefficients: Of the two numbers in the target.
        test_pairs: Size of the fixed test set.
        test_seed: Of the generator that draws it.

    Source: ON §IV-A; authors' `swarm` branch for the distribution, 1,000 pairs and batches of 50.
    """

    pairs: int = 1000
    batch: int = 50
    coefficients: tuple[float, float] = (1.0, 1.0)
    test_pairs: int = 10_000
    test_seed: int = 2022

    def __post_init__(self) -> None:
        checks.integer("pairs", self.pairs, at_least=checks.integer("batch", self.batch))
        checks.integer("test_pairs", self.test_pairs)

    @property
    def ends(self) -> tuple[int, int]:
        """Two numbers in, one out."""
        return 2, 1

    @property
    def settings(self) -> dict[str, Any]:
        """The attributes."""
        return {"task": "addition", **asdict(self), "coefficients": list(self.coefficients)}

    def epoch(self, seeds: int, generator: torch.Generator, dtype: torch.dtype = torch.float32) -> Iterator[Batch]:
        """Fresh pairs for every organism."""
        inputs, targets = self._drawn(seeds, self.pairs, generator, dtype)
        for start in range(0, self.pairs - self.batch + 1, self.batch):
            part = slice(start, start + self.batch)
            yield inputs[:, part], targets[:, part]

    def test(self, dtype: torch.dtype = torch.float32) -> Batch:
        """The same pairs for all organisms."""
        inputs, targets = self._drawn(1, self.test_pairs, torch.Generator().manual_seed(self.test_seed), dtype)
        return inputs[0], targets[0]

    def loss(self, outputs: Float[Tensor, "S B 1"], targets: Tensor) -> Float[Tensor, " S"]:
        """Mean squared error."""
        return (outputs - targets).square().mean(dim=(1, 2))

    def score(self, outputs: Float[Tensor, "S B 1"], targets: Tensor) -> Float[Tensor, " S"]:
        """Mean absolute error."""
        return (outputs - targets).abs().mean(dim=(1, 2))

    def _drawn(self, seeds: int, pairs: int, generator: torch.Generator, dtype: torch.dtype) -> Batch:
        numbers = randomness.normal(generator, seeds, pairs, 2)
        sums = (numbers * numbers.new_tensor(self.coefficients)).sum(-1, keepdim=True)
        return numbers.to(dtype), sums.to(dtype)


@dataclass(frozen=True)
class Classification(Task):
    """Which class an image belongs to; the score is the accuracy.

    All organisms see the same batches in the same order, so that one wide product serves them all.

    Attributes:
        images: As `data.images` gives them.
        batch: Images per batch, in a fresh order at every epoch; a remainder is dropped.
        noise: Standard deviation of the normal noise on every pixel, fresh at every epoch, fixed on the test set.
        test_seed: Of the generator that draws the noise on the test set.

    Source: ON §V; authors' `swarm` branch for batches of 2,000 and the form of the noise.
    """

    images: Images
    batch: int = 2000
    noise: float = 0.0
    test_seed: int = 2022

    def __post_init__(self) -> None:
        if checks.integer("batch", self.batch) > len(self.images.train):
            raise checks.bad_input("batch", self.batch, f"at most {len(self.images.train)}, the number of images")
        checks.number("noise", self.noise, at_least=0.0)

    @property
    def ends(self) -> tuple[int, int]:
        """Pixels in, classes out."""
        return self.images.train.shape[1], int(self.images.train_labels.max()) + 1

    @property
    def settings(self) -> dict[str, Any]:
        """The attributes, with a digest of the images themselves."""
        numbers = {"batch": self.batch, "noise": self.noise, "test_seed": self.test_seed}
        return {"task": "classification", "images": self.images.digest, **numbers}

    def epoch(self, seeds: int, generator: torch.Generator, dtype: torch.dtype = torch.float32) -> Iterator[Batch]:
        """All training images in a fresh order."""
        order = randomness.permutations(generator, 1, len(self.images.train))[0]
        noise = randomness.spawn(generator)
        for part in order[: len(order) // self.batch * self.batch].split(self.batch):
            pixels = self.images.train.index_select(0, part).to(dtype)
            yield self._noisy(pixels, noise), self.images.train_labels[part]

    def test(self, dtype: torch.dtype = torch.float32) -> Batch:
        """All test images."""
        return self._tested.to(dtype), self.images.test_labels

    @cached_property
    def _tested(self) -> Tensor:
        return self._noisy(self.images.test, torch.Generator().manual_seed(self.test_seed))

    def loss(self, outputs: Float[Tensor, "S B out"], targets: Tensor) -> Float[Tensor, " S"]:
        """Mean cross-entropy on the outputs as logits."""
        right = targets.expand(len(outputs), -1)
        return F.cross_entropy(outputs.transpose(1, 2), right, reduction="none").mean(1)

    def score(self, outputs: Float[Tensor, "S B out"], targets: Tensor) -> Float[Tensor, " S"]:
        """Share of images whose largest output is the right one."""
        by_class = outputs.mT
        largest = by_class == by_class.amax(1, keepdim=True)
        if largest.count_nonzero() != largest[:, 0].numel():  # equal outputs, of which the first counts, or no numbers
            return (by_class.argmax(1) == targets).double().mean(-1)
        return largest.gather(1, targets.expand(len(outputs), 1, -1))[:, 0].double().mean(-1)

    def _noisy(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        if not self.noise:
            return pixels
        drawn = torch.randn(pixels.shape, generator=generator, dtype=pixels.dtype)
        return pixels.add(drawn, alpha=self.noise)
