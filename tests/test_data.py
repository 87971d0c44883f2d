"""Images are verified before use, resized as the authors did, and never fetched unasked."""

import gzip
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
def fashion(small, tmp_path):
    """A folder with a small set in FashionMNIST's form."""
    folder = tmp_path / "FashionMNIST" / "raw"
    folder.mkdir(parents=True)
    for number, (file, shape) in enumerate(small.items()):
        (folder / file).write_bytes(idx(shape, number))
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
    elif kind == "packed":
        path.write_bytes(gzip.compress(content))
    elif kind == "header":
        path.write_bytes(b"PK" + content[2:])
    else:
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("file", data.FILES)
@pytest.mark.parametrize(
    ("kind", "words"),
    [("missing", "is missing"), ("truncated", "bytes instead of"), ("packed", "bytes instead of"), ("header", "IDX")],
)
def test_spoilt_files_are_refused(fashion, tmp_path, kind, words, file, refused):
    spoil(kind, fashion / file)
    with refused(file, words, "SRNN_DATA", "download=True"):
        data.images("fashion-mnist", root=tmp_path)


@pytest.mark.parametrize("file", data.FILES)
def test_one_flipped_bit_is_found(fashion, tmp_path, monkeypatch, file, refused):
    shutil.move(fashion.parent, tmp_path / "MNIST")
    folder = tmp_path / "MNIST" / "raw"
    digests = {name: data._verified("fashion-mnist", folder / name) for name in data.FILES}
    monkeypatch.setattr(data, "MNIST_SHA256", digests)
    assert data.images(root=tmp_path).sha256 == digests
    spoil("flipped", folder / file)
    with refused(file, "is not MNIST's", "SRNN_DATA"):
        data.images(root=tmp_path)


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
        ({"name": "minst"}, ("name", "mnist, fashion-mnist, digits", "did you mean 'mnist'?")),
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
    spoil("flipped", fashion / "t10k-labels-idx1-ubyte")
    assert data.images("fashion-mnist", size=7, root=tmp_path).origin != plain.origin


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
    (tmp_path / "pictures" / "MNIST").mkdir(parents=True)
    assert data.at_hand("mnist")
    assert not data.at_hand("fashion-mnist")
    assert data.at_hand("digits")
    assert data.images_folder(tmp_path) == tmp_path
