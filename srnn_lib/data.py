"""Images that nets learn to tell apart: small digits or clothes.

They are read from torchvision's files in a folder on disk, checked before use, and made small by a bilinear resize.
Nothing is written to disk, and nothing is fetched unless `download=True` is passed.
"""

import gzip
import hashlib
import math
import os
import re
import zlib
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

FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}
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
PACKED_SHA256 = {
    "fashion-mnist": {
        "train-images-idx3-ubyte": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
    "kmnist": {
        "train-images-idx3-ubyte": "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        "train-labels-idx1-ubyte": "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        "t10k-images-idx3-ubyte": "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        "t10k-labels-idx1-ubyte": "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    },
}
"""Digests of the packed files (`.gz`) of the sets of which only these are published; of MNIST it is the content's."""
CLASSES = 10
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
        name: "mnist", "fashion-mnist", "kmnist" (in torchvision's files), or "digits" (the 1,797 of scikit-learn,
            8 × 8, split 1,437 to 360 in their own order).
        size: Pixels per side of the result; the files' own size (28, or 8 for digits) leaves the images as they are.
        antialias: Whether the resize averages over the pixels it drops. The paper's authors did not.
        root: Folder that holds `MNIST/raw`, `FashionMNIST/raw` or `KMNIST/raw`; see `images_folder`. There are the
            four files as they are published (`.gz`); those of MNIST may be extracted.
        download: Fetch the set if it is not there. Without it nothing is ever fetched.

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
    """Whether all files of the set are there under their names; `images` looks at what they hold."""
    checks.choice("name", name, IMAGE_SETS)
    return name == "digits" or all(_found(name, images_folder(root), file) for file in FILES)


def lack(name: str) -> str:
    """What is missing where a set is not at hand, in words."""
    folder = images_folder()
    missing = [file for file in FILES if name in FOLDERS and not _found(name, folder, file)]
    hint = _near_miss(folder, missing[0]) if missing else ""
    return "; ".join(filter(None, [f"{name} is not in {folder} (name its folder in SRNN_DATA)", hint]))


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
    """The parts, images as bytes and labels as whole numbers, and the digest of the content of each file."""
    folder = root / FOLDERS[name] / "raw"
    if download and not at_hand(name, root):
        _fetch(name, root)
    contents = {file: _verified(name, root, file) for file in FILES}
    parts = [_parsed(content, FILES[file]) for file, content in contents.items()]
    for file, part in zip(FILES, parts, strict=True):
        if part.ndim == 1 and int(part.max()) >= CLASSES:
            problem = f"has the label {int(part.max())}, and the classes are 0 to {CLASSES - 1}"
            raise BadInput(f"{file} in {folder} {problem}; {_remedy(name, folder)}")
    return parts, {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}


def _fetch(name: str, root: Path) -> None:
    from torchvision import datasets

    try:
        getattr(datasets, FOLDERS[name])(str(root), download=True)
    except (OSError, RuntimeError) as error:
        folder, said = root / FOLDERS[name] / "raw", " ".join(str(error).split())
        raise BadInput(f"{folder} could not be filled from the network ({said}); {_remedy(name, folder)}") from error


def _parsed(content: bytes, shape: tuple[int, ...]) -> Tensor:
    """What an IDX file holds."""
    values = torch.from_numpy(np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).copy()).view(shape)
    return values if len(shape) > 1 else values.long()


def _found(name: str, root: Path, file: str) -> Path | None:
    """Where a file of a set lies, packed or, of MNIST, extracted."""
    place = root / FOLDERS[name] / "raw" / file
    forms = ([place] if name not in PACKED_SHA256 else []) + [place.with_name(f"{file}.gz")]
    return next((each for each in forms if each.is_file()), None)


def _verified(name: str, root: Path, file: str) -> bytes:
    """The content of a file that has the right digest, and the right format."""
    folder = root / FOLDERS[name] / "raw"
    try:
        path = _found(name, root, file)
        packed = path.read_bytes() if path else b""
        content = gzip.decompress(packed) if path and path.suffix == ".gz" else packed
        fault = _fault(name, file, packed, content) if path else "is missing"
    except (OSError, EOFError, zlib.error) as error:
        fault = f"cannot be read ({error})"
    if not fault:
        return content
    hint = _near_miss(root, file) if fault == "is missing" else ""
    raise BadInput("; ".join(filter(None, [f"{file} in {folder} {fault}", hint, _remedy(name, folder)])))


def _fault(name: str, file: str, packed: bytes, content: bytes) -> str:
    """What is wrong with a file, in words; empty if nothing is."""
    shape = FILES[file]
    header = b"".join(value.to_bytes(4, "big") for value in (0x800 + len(shape), *shape))
    if len(content) != (wanted := len(header) + math.prod(shape)):
        return f"has {len(content):,} bytes instead of {wanted:,}"
    if not content.startswith(header):
        return "does not start as an IDX file does"
    known, own = (PACKED_SHA256[name], packed) if name in PACKED_SHA256 else (MNIST_SHA256, content)
    digest = hashlib.sha256(own).hexdigest()
    return "" if digest == known[file] else f"is not {FOLDERS[name]}'s (SHA-256 {digest[:12]}…)"


def _near_miss(root: Path, file: str) -> str:
    """Where a file lies that may be the missing one under another name or in another place; empty if there is none."""
    wanted = _letters(file)
    levels = [root.glob("/".join("*" * depth)) for depth in (1, 2, 3)]
    found = sorted(path for level in levels for path in level if _letters(path.name) == wanted)
    return f"{found[0]} may be it, under another name or in another place" if found else ""


def _letters(name: str) -> str:
    """A file's name without what people change in it."""
    return re.sub(r"[^a-z0-9]", "", name.lower().removesuffix(".gz"))


def _remedy(name: str, folder: Path) -> str:
    form = "four packed files (.gz)" if name in PACKED_SHA256 else "four files, packed or extracted,"
    return (
        f"put the {form} there, or name in SRNN_DATA the folder that holds {folder.parent.name}/raw, "
        "or delete it and call data.images with download=True"
    )
