"""Images are verified before use, resized as the authors did, and never fetched unasked."""

import gzip
import hashlib
import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torchvision import datasets

from srnn_lib import data

HERE = Path(os.environ.get("SRNN_DATA") or Path(__file__).parents[1] / "data")
real = pytest.mark.skipif(not (HERE / "MNIST" / "raw").is_dir(), reason="no MNIST in $SRNN_DATA or ./data")


def idx(shape, seed=0):
    """Content of an IDX file with random bytes."""
    header = b"".join(value.to_bytes(4, "big") for value in (0x800 + len(shape), *shape))
    high = 256 if len(shape) > 1 else 10
    return header + np.random.default_rng(seed).integers(0, high, shape, np.uint8).tobytes()


@pytest.fixture
def small(monkeypatch):
    """Sets of 30 and 20 images instead of 60,000 and 10,000."""
    shapes = {file: ((30 if "train" in file else 20), *shape[1:]) for file, shape in data.FILES.items()}
    monkeypatch.setattr(data, "FILES", shapes)
    return shapes


@pytest.fixture
def fashion(small, tmp_path, monkeypatch):
    """A folder with a small set in FashionMNIST's form."""
    folder = tmp_path / "FashionMNIST" / "raw"
    folder.mkdir(parents=True)
    for number, (file, shape) in enumerate(small.items()):
        (folder / file).write_bytes(idx(shape, number))
        (folder / f"{file}.gz").write_bytes(gzip.compress(idx(shape, number), mtime=0))
    known = {file: hashlib.sha256((folder / f"{file}.gz").read_bytes()).hexdigest() for file in small}
    monkeypatch.setitem(data.PACKED_SHA256, "fashion-mnist", known)
    return folder


@pytest.fixture
def mnist(fashion, tmp_path, monkeypatch):
    """A folder with a small set in MNIST's form, extracted."""
    folder = tmp_path / "MNIST" / "raw"
    shutil.move(fashion.parent, folder.parent)
    for path in folder.glob("*.gz"):
        path.unlink()
    known = {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in data.FILES}
    monkeypatch.setattr(data, "MNIST_SHA256", known)
    return folder


def test_parts_are_what_torchvision_reads(fashion, tmp_path):
    read = data.images("fashion-mnist", size=28, root=tmp_path)
    theirs = datasets.FashionMNIST(str(tmp_path), train=False)
    assert torch.equal(read.test, theirs.data.flatten(1) / 255)
    assert torch.equal(read.test_labels, theirs.targets)
    assert read.train.shape == (30, 784)
    assert read.train.dtype == torch.float32
    assert sorted(read.sha256) == sorted(data.FILES)


@pytest.mark.parametrize("antialias", [False, True])
def test_resizing_is_bilinear_on_the_tensor(fashion, tmp_path, antialias):
    full = data.images("fashion-mnist", size=28, root=tmp_path)
    read = data.images("fashion-mnist", antialias=antialias, root=tmp_path)
    expected = F.interpolate(
        full.train.view(-1, 1, 28, 28), (15, 15), mode="bilinear", align_corners=False, antialias=antialias
    )
    torch.testing.assert_close(read.train, expected.flatten(1))
    assert read.train.min() >= 0
    assert read.train.max() <= 1


def test_without_antialiasing_some_pixels_are_never_read(fashion, tmp_path):
    """Every small pixel is a mean of at most four; with antialiasing it is a mean of more."""
    sizes = {"size": 7, "root": tmp_path}
    plain, smooth = (data.images("fashion-mnist", antialias=flag, **sizes).train for flag in (False, True))
    assert plain.std() > 1.3 * smooth.std()


def spoil(kind, path):
    content = path.read_bytes()
    if kind == "missing":
        path.unlink()
    elif kind == "truncated":
        path.write_bytes(content[:-1])
    elif kind == "packed twice":
        path.write_bytes(gzip.compress(content))
    elif kind == "header":
        path.write_bytes(b"PK" + content[2:])
    elif kind == "a folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("file", data.FILES)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "is missing"), ("truncated", "bytes instead of"), ("packed twice", "bytes instead of"),
        ("header", "IDX"), ("a folder", "is missing"), ("flipped", "is not MNIST's"),
    ],
)  # fmt: skip
def test_spoilt_files_are_refused(mnist, tmp_path, kind, words, file, refused):
    spoil(kind, mnist / file)
    with refused(file, words, "SRNN_DATA", "download=True"):
        data.images("mnist", root=tmp_path)


@pytest.mark.parametrize("file", data.FILES)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "is missing"), ("truncated", "cannot be read"), ("packed twice", "bytes instead of"),
        ("header", "cannot be read"), ("flipped", "in "),
    ],
)  # fmt: skip
def test_spoilt_packed_files_are_refused(fashion, tmp_path, kind, words, file, refused):
    spoil(kind, fashion / f"{file}.gz")
    with refused(file, words, "SRNN_DATA", "four packed files"):
        data.images("fashion-mnist", root=tmp_path)


def test_another_set_in_the_place_of_one_is_refused(fashion, tmp_path, monkeypatch, refused):
    monkeypatch.undo()
    monkeypatch.setattr(data, "FILES", {file: ((30 if "train" in file else 20), *shape[1:])
                                        for file, shape in data.FILES.items()})  # fmt: skip
    with refused("train-images-idx3-ubyte", "is not FashionMNIST's"):
        data.images("fashion-mnist", root=tmp_path)


def test_packed_files_of_mnist_are_read_as_extracted_ones(mnist, tmp_path):
    plain = data.images("mnist", root=tmp_path)
    for path in list(mnist.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert data.at_hand("mnist", tmp_path)
    packed = data.images("mnist", root=tmp_path)
    assert torch.equal(packed.train, plain.train)
    assert (packed.sha256, packed.digest) == (plain.sha256, plain.digest)


def test_labels_that_are_no_classes_are_refused(mnist, tmp_path, monkeypatch, refused):
    path = mnist / "t10k-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-1] + b"\x0a")
    monkeypatch.setitem(data.MNIST_SHA256, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    with refused("t10k-labels-idx1-ubyte", "has the label 10", "0 to 9"):
        data.images("mnist", root=tmp_path)


@pytest.mark.parametrize(
    "near", ["MNIST/raw/train-images.idx3-ubyte", "MNIST/train-images-idx3-ubyte", "train-images-idx3-ubyte.gz",
             "mnist/raw/train-images-idx3-ubyte", "MNIST/raw/Train_Images_IDX3_ubyte.GZ"],
)  # fmt: skip
def test_a_near_miss_is_named(mnist, tmp_path, monkeypatch, near, refused):
    (tmp_path / near).parent.mkdir(parents=True, exist_ok=True)
    shutil.move(mnist / "train-images-idx3-ubyte", tmp_path / near)
    monkeypatch.setenv("SRNN_DATA", str(tmp_path))
    assert not data.at_hand("mnist")
    assert f"{tmp_path / near} may be it" in data.lack("mnist")
    with refused("train-images-idx3-ubyte", "is missing", f"{tmp_path / near} may be it"):
        data.images("mnist")


def test_an_empty_or_half_filled_folder_is_not_at_hand(mnist, tmp_path):
    assert data.at_hand("mnist", tmp_path)
    (mnist / "t10k-labels-idx1-ubyte").unlink()
    assert not data.at_hand("mnist", tmp_path)
    (tmp_path / "KMNIST" / "raw").mkdir(parents=True)
    assert not data.at_hand("kmnist", tmp_path)


def test_the_digests_are_those_of_the_files_that_torchvision_fetches():
    """They name the same files; torchvision knows them by another digest."""
    for name, known in data.PACKED_SHA256.items():
        theirs = getattr(datasets, data.FOLDERS[name]).resources
        assert [f"{file}.gz" for file in known] == [file for file, _ in theirs]
        assert all(len(digest) == 64 for digest in known.values())


def test_nothing_is_fetched_unasked_and_nothing_written(tmp_path, monkeypatch, refused):
    monkeypatch.setattr(datasets.MNIST, "download", lambda self: pytest.fail("went to the network"))
    monkeypatch.setenv("SRNN_DATA", str(tmp_path / "nowhere"))
    with refused("train-images-idx3-ubyte", "is missing", "nowhere", "SRNN_DATA"):
        data.images()
    assert list(tmp_path.iterdir()) == []


def test_a_failed_download_is_one_line(tmp_path, monkeypatch, refused):
    def fail(self):
        raise OSError("no route to host")

    monkeypatch.setattr(datasets.MNIST, "download", fail)
    with refused("could not be filled", "no route to host", "SRNN_DATA"):
        data.images(root=tmp_path, download=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "minst"}, ("name", "mnist, fashion-mnist, kmnist, digits", "did you mean 'mnist'?")),
        ({"name": "digits", "size": 0}, ("size", "1 or more")),
        ({"name": "digits", "size": 7.5}, ("size", "whole number")),
    ],
)
def test_wrong_arguments_are_refused(arguments, words, refused):
    with refused(*words):
        data.images(**arguments)


def test_digits_are_there_without_files():
    read = data.images("digits", size=8)
    assert (read.train.shape, read.test.shape) == ((1437, 64), (360, 64))
    assert sorted(read.train_labels.unique().tolist()) == list(range(10))
    assert (read.train.min(), read.train.max()) == (0, 1)
    again = data.images("digits")
    assert again.train.shape == (1437, 225)
    assert again.sha256 == read.sha256


def test_images_are_known_by_their_files_and_what_was_done_to_them(fashion, tmp_path):
    plain, smooth = (data.images("fashion-mnist", size=7, antialias=flag, root=tmp_path) for flag in (False, True))
    assert plain.origin == ["fashion-mnist", 7, plain.sha256]
    assert smooth.origin == ["fashion-mnist", 7, plain.sha256, "antialias"]
    assert json.loads(json.dumps(plain.origin)) == plain.origin
    assert data.images("fashion-mnist", size=8, root=tmp_path).origin == ["fashion-mnist", 8, plain.sha256]


def test_the_digest_is_of_the_pixels_and_labels_themselves():
    read = data.images("digits", size=8)
    assert len(read.digest) == 64
    assert read.digest == data.images("digits", size=8).digest
    assert replace(read, name="mnist", sha256={}, antialias=True).digest == read.digest
    assert data.images("digits", size=7).digest != read.digest
    for part in ("train", "train_labels", "test", "test_labels"):
        other = getattr(read, part).clone()
        other[5] += 1
        assert replace(read, **{part: other}).digest != read.digest


@real
def test_mnist_as_it_lies_here():
    before = time.perf_counter()
    read = data.images(root=HERE)
    print(f"70,000 images in {time.perf_counter() - before:.2f} s")
    assert (read.train.shape, read.test.shape) == ((60_000, 225), (10_000, 225))
    assert read.sha256 == data.MNIST_SHA256
    assert read.train_labels.bincount().tolist()[:3] == [5923, 6742, 5958]
    assert 0 <= read.train.min() < read.train.max() <= 1


@real
def test_717_pixels_are_ever_inked():
    full = data.images(size=28, root=HERE)
    assert int((full.train.amax(0) > 0).sum()) == 717


def test_a_relative_folder_is_seen_from_here_and_from_the_book(tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_DATA", "pictures")
    monkeypatch.chdir(Path(data.__file__).parent)
    assert data.images_folder() == Path(data.__file__).parents[1] / "pictures"
    monkeypatch.chdir(tmp_path)
    assert data.images_folder() == Path("pictures")  # no book around: left as it is
    raw = tmp_path / "pictures" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    assert not data.at_hand("mnist")
    for file in data.FILES:
        (raw / file).write_bytes(b"")
    assert data.at_hand("mnist")
    assert not data.at_hand("fashion-mnist")
    assert data.at_hand("digits")
    assert data.images_folder(tmp_path) == tmp_path
