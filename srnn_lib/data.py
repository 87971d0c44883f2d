"""Images that nets learn to tell apart: small digits or clothes.

They are read by torchvision from a folder on disk, checked before use, and made small by a bilinear resize.
Nothing is written to disk, and nothing is fetched unless `download=True` is passed.
"""

import hashlib
import math
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from srnn_lib import checks, saving
from srnn_lib.checks import BadInput

FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
IMAGE_SETS = (*FOLDERS, "digits")
FILES = {
    "train-images-idx3-ubyte": (60_000, 28, 28),
    "train-labels-idx1-ubyte": (60_000,),
    "t10k-images-idx3-ubyte": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte": (10_000,),
}
"""The four files of a set, and the shape of what they hold."""
MNIST_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
DIGITS_TRAIN = 1_437
_CHUNK = 5_000


@dataclass(frozen=True)
class Images:
    """A set of grey images in two parts, with the fingerprints of the files it was read from.

    Attributes:
        name: One of `IMAGE_SETS`.
        size: Pixels per side.
        train: Images, row by row, float32 in [0, 1].
        train_labels: What they show, 0 to 9.
        test: Images that are not for training.
        test_labels: What those show.
        sha256: Digest of each file; of the arrays, for the embedded digits.
        antialias: Whether the resize averaged.
    """

    name: str
    size: int
    train: Float[Tensor, "n pixels"]
    train_labels: Int[Tensor, " n"]
    test: Float[Tensor, "m pixels"]
    test_labels: Int[Tensor, " m"]
    sha256: dict[str, str]
    antialias: bool = False

    @property
    def origin(self) -> list[Any]:
        """Where the images come from and what was done to them; stored trainings are known by it."""
        return [self.name, self.size, self.sha256] + ["antialias"] * self.antialias

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the pixels and labels themselves."""
        parts = (self.train, self.train_labels, self.test, self.test_labels)
        return hashlib.sha256(b"".join(part.numpy().tobytes() for part in parts)).hexdigest()


def images(
    name: str = "mnist", size: int = 15, antialias: bool = False, root: str | Path | None = None, download: bool = False
) -> Images:
    """Read a set of images and make them small.

    Args:
        name: "mnist", "fashion-mnist" (both through torchvision), or "digits" (the 1,797 of scikit-learn, 8 × 8,
            split 1,437 to 360 in their own order).
        size: Pixels per side of the result; the files' own size (28, or 8 for digits) leaves the images as they are.
        antialias: Whether the resize averages over the pixels it drops. The paper's authors did not.
        root: Folder that holds `MNIST/raw` or `FashionMNIST/raw`; see `images_folder`.
        download: Fetch the set if its folder is absent. Without it nothing is ever fetched.

    Raises:
        BadInput: A name or size that is not allowed; a file that is missing, too short, or not the one it should be.

    Source: ON §V (downscaled MNIST); authors' experiments of 2022 for 15 pixels and the plain bilinear resize.
    """
    checks.choice("name", name, IMAGE_SETS)
    checks.integer("size", size)
    parts, found = _digits() if name == "digits" else _files(name, images_folder(root), download)
    train, test = (_resize(part, size, antialias) for part in parts[::2])
    return Images(name, size, train, parts[1], test, parts[3], found, antialias)


def images_folder(root: str | Path | None = None) -> Path:
    """Folder of the image files: `root`, else `$SRNN_DATA`, else `data`.

    A relative one is looked for here, then in the book's folder, where the commands of the README are given.
    """
    path = Path(root or os.environ.get("SRNN_DATA") or "data")
    if path.is_absolute() or path.exists():
        return path
    try:
        return saving.root() / path
    except BadInput:
        return path


def at_hand(name: str, root: str | Path | None = None) -> bool:
    """Whether the set's folder is there, in whatever state; `images` looks at what it holds."""
    return checks.choice("name", name, IMAGE_SETS) == "digits" or (images_folder(root) / FOLDERS[name]).exists()


def lack(name: str) -> str:
    """What is missing where a set is not at hand, in words."""
    return f"{name} is not in {images_folder()} (name its folder in SRNN_DATA)"


def digests(name: str) -> dict[str, str]:
    """Digest of each file of a set that is at hand."""
    return images(name).sha256


def _resize(pixels: UInt8[Tensor, "n h w"], size: int, antialias: bool) -> Float[Tensor, "n pixels"]:
    """Images in [0, 1], flat, a chunk at a time so that few are ever in memory at their full size as floats."""
    out = torch.empty(len(pixels), size * size)
    for chunk, place in zip(pixels.split(_CHUNK), out.split(_CHUNK), strict=True):
        scaled = chunk.to(torch.float32).div_(255)[:, None]
        if size != pixels.shape[1]:
            scaled = F.interpolate(scaled, (size, size), mode="bilinear", align_corners=False, antialias=antialias)
        place.copy_(scaled.flatten(1))
    return out


def _digits() -> tuple[list[Tensor], dict[str, str]]:
    """The embedded digits with their 17 levels spread over 0 … 255, in their own order."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    pixels = torch.from_numpy(pixels).mul(255 / 16).round().to(torch.uint8).view(-1, 8, 8)
    labels = torch.from_numpy(labels.astype(np.int64))
    parts = [kept for part in (slice(DIGITS_TRAIN), slice(DIGITS_TRAIN, None)) for kept in (pixels[part], labels[part])]
    arrays = {"digits-images": pixels, "digits-labels": labels}
    return parts, {key: hashlib.sha256(array.numpy().tobytes()).hexdigest() for key, array in arrays.items()}


def _files(name: str, root: Path, download: bool) -> tuple[list[Tensor], dict[str, str]]:
    """The parts as torchvision reads them, after a look at each file."""
    from torchvision import datasets

    reader = getattr(datasets, FOLDERS[name])
    folder = root / FOLDERS[name] / "raw"
    try:
        if download and not folder.exists():
            reader(str(root), download=True)
    except (OSError, RuntimeError) as error:
        raise BadInput(f"{folder} could not be filled from the network ({error}); {_remedy(folder)}") from error
    digests = {file: _verified(name, folder / file) for file in FILES}
    sets = [reader(str(root), train=train, download=False) for train in (True, False)]
    return [part for each in sets for part in (each.data, each.targets)], digests


def _verified(name: str, path: Path) -> str:
    """The SHA-256 of a file that has the right format, and, for MNIST, the right content."""
    shape = FILES[path.name]
    header = b"".join(value.to_bytes(4, "big") for value in (0x800 + len(shape), *shape))
    wanted = len(header) + math.prod(shape)
    if not path.is_file():
        problem = "is missing"
    elif (size := path.stat().st_size) != wanted:
        problem = f"has {size:,} bytes instead of {wanted:,}"
    elif not (content := path.read_bytes()).startswith(header):
        problem = "does not start as an IDX file does"
    elif (digest := hashlib.sha256(content).hexdigest()) != MNIST_SHA256[path.name] and name == "mnist":
        problem = f"is not {FOLDERS[name]}'s (SHA-256 {digest[:12]}…)"
    else:
        return digest
    raise BadInput(f"{path.name} in {path.parent} {problem}; {_remedy(path.parent)}")


def _remedy(folder: Path) -> str:
    return (
        f"put the four extracted files there, or name in SRNN_DATA the folder that holds {folder.parent.name}/raw, "
        "or delete it and call data.images with download=True"
    )
