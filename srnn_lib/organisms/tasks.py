"""What an organism is trained for besides replication: adding numbers, and telling images apart.

A task deals one epoch of batches at a time. A batch is `(inputs, targets)`, either with a leading axis `S` (each
organism its own data) or without one (all organisms the same).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks, randomness
from srnn_lib.data import Images

Batch = tuple[Tensor, Tensor]
Answer = Callable[[Tensor, Tensor], Float[Tensor, "S B out"]]


def portions(seeds: int, at_once: int) -> list[slice]:
    """All of S organisms in as few portions as may be, which differ by one at most."""
    many = max(1, -(-seeds // at_once))
    edges = [seeds * part // many for part in range(many + 1)]
    return [slice(first, last) for first, last in pairwise(edges)]


def dealt(batch: Batch, part: slice, seeds: int) -> Batch:
    """What these of S organisms see of a batch; inputs and targets that all share stay as they are."""
    inputs, targets = batch
    own = inputs.ndim == 3, targets.shape[:2] == (seeds, inputs.shape[-2])
    return inputs[part] if own[0] else inputs, targets[part] if own[1] else targets


def joined(parts: Sequence[Tensor]) -> Tensor:
    """What portions of organisms gave, one behind the other; a single one stays where it is."""
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


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
        self, answer: Answer, weights: Float[Tensor, "S N *_W"], portion: Callable[[int], int]
    ) -> tuple[Float[Tensor, " S"], Float[Tensor, " S"]]:
        """Loss and score of S organisms or networks on the test set, in the precision of their weights.

        `answer` makes outputs `(S, B, out)` of weights and inputs, and `portion` says how many may answer at once to so
        many inputs (`Organism.portion`).
        """
        batch = self.test(weights.dtype)
        found = []
        for part in portions(len(weights), portion(batch[0].shape[-2])):
            inputs, targets = (each.to(weights.device) for each in dealt(batch, part, len(weights)))
            outputs = answer(weights[part], inputs)
            found.append((self.loss(outputs, targets), self.score(outputs, targets)))
        loss, score = (joined(values) for values in zip(*found, strict=True))
        return loss, score

    def on(self, device: str) -> "Task":
        """This task with its data on that device of torch; what is drawn is drawn on the CPU all the same."""
        return self

    @abstractmethod
    def loss(self, outputs: Float[Tensor, "S B out"], targets: Tensor) -> Float[Tensor, " S"]:
        """What training lowers, per organism."""

    def graded(
        self, outputs: Float[Tensor, "S B out"], targets: Tensor
    ) -> tuple[Float[Tensor, " S"], Float[Tensor, "S B out"]]:
        """The loss, and its derivative by the outputs: by autograd, unless a task knows better.

        A task that does has both in closed form; whoever changes its `loss` changes this too.
        """
        leaf = outputs.detach().requires_grad_()
        loss = self.loss(leaf, targets)
        return loss.detach(), torch.autograd.grad(loss.sum(), leaf)[0]

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

    def graded(
        self, outputs: Float[Tensor, "S B 1"], targets: Tensor
    ) -> tuple[Float[Tensor, " S"], Float[Tensor, "S B 1"]]:
        """Mean squared error, and twice the error, shared among the pairs."""
        error = outputs - targets
        return error.square().mean(dim=(1, 2)), error * (2 / error[0].numel())

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
        drawn = randomness.permutations(generator, 1, len(self.images.train))[0]
        order = drawn.to(self.images.train.device)
        noise = randomness.spawn(generator)
        for part in order[: len(order) // self.batch * self.batch].split(self.batch):
            pixels = self.images.train.index_select(0, part).to(dtype)
            yield self._noisy(pixels, noise), self.images.train_labels[part]

    def on(self, device: str) -> "Classification":
        """The same task with all images on that device."""
        if self.images.train.device == torch.device(device):
            return self
        names = ("train", "train_labels", "test", "test_labels")
        moved = {name: getattr(self.images, name).to(device) for name in names}
        return replace(self, images=replace(self.images, **moved))

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

    def graded(
        self, outputs: Float[Tensor, "S B out"], targets: Tensor
    ) -> tuple[Float[Tensor, " S"], Float[Tensor, "S B out"]]:
        """Cross-entropy, and by how much the probabilities exceed what they should be, shared among the images."""
        likely, right = F.log_softmax(outputs.mT, 1), targets.expand(len(outputs), 1, -1)
        owed = torch.zeros_like(likely).scatter_(1, right, -1 / outputs.shape[1])
        slope = torch.ops.aten._log_softmax_backward_data(owed, likely, 1, likely.dtype)
        return -likely.gather(1, right)[:, 0].mean(1), slope.mT

    def score(self, outputs: Float[Tensor, "S B out"], targets: Tensor) -> Float[Tensor, " S"]:
        """Share of images whose largest output is the right one."""
        by_class = outputs.mT
        if by_class.is_cuda:
            return (by_class.argmax(1) == targets).double().mean(-1)
        largest = by_class == by_class.amax(1, keepdim=True)  # sooner than argmax
        right = largest.gather(1, targets.expand(len(outputs), 1, -1))[:, 0]
        tied = largest.sum(1, dtype=torch.uint8) != 1  # of equal outputs the first counts; or they are no numbers
        if tied.any():
            right[tied] = outputs[tied].argmax(1) == targets.expand(len(outputs), -1)[tied]
        return right.double().mean(-1)

    def _noisy(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        if not self.noise:
            return pixels
        drawn = torch.randn(pixels.shape, generator=generator, dtype=pixels.dtype)
        return pixels.add(drawn.to(pixels.device), alpha=self.noise)
