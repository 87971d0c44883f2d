"""What explorables carry: that it is what the library trained, and reads as well as it says."""

import hashlib
from pathlib import Path

import pytest
import torch

from srnn_lib import data
from srnn_lib.claimbook import seals
from srnn_lib.experiments import page_data
from srnn_lib.explorables import bundle
from srnn_lib.neurons.stacks import loss_and_accuracy

ROOT = Path(__file__).resolve().parents[2]
DIGEST = {"digit": "664a8315b1ab02a4", "death": "417cb1a220ed5624"}


@pytest.fixture(autouse=True)
def the_book(monkeypatch):
    """The data are those of this clone."""
    monkeypatch.setenv("SRNN_ROOT", str(ROOT))


@pytest.mark.parametrize("name", page_data.MODULES)
def test_a_module_is_what_its_values_give(name):
    text = page_data.path_of(name).read_text(encoding="utf-8")
    assert page_data.text_of(name, page_data.carried(name)) == text
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == DIGEST[name]


@pytest.mark.parametrize("name", page_data.MODULES)
def test_a_module_that_was_changed_is_refused_with_what_makes_it(name, tmp_path, monkeypatch, refused):
    monkeypatch.delenv("SRNN_ROOT")
    (place := page_data.path_of(name, _book_in(tmp_path))).parent.mkdir(parents=True)
    whole = page_data.path_of(name, ROOT).read_bytes()
    for place_of in (0, 10, 100, 120, len(whole) // 2, len(whole) - 2):
        place.write_bytes(whole[:place_of] + bytes([whole[place_of] ^ 1]) + whole[place_of + 1 :])
        for read in (lambda: page_data.carried(name, tmp_path), lambda: bundle.bundled(place)):
            with refused(f"{name}-data.js is damaged", f"explorables --data {name}"):
                read()
        assert list(seals.broken(tmp_path)) == [place]
    place.write_bytes(whole)
    assert seals.broken(tmp_path) == {}


def _book_in(folder):
    """A folder that counts as a book."""
    (folder / "_config.yml").touch()
    (folder / "book").mkdir()
    (folder / "book" / "claims.yml").touch()
    return folder


def test_the_organism_is_that_of_the_chapter():
    if not data.at_hand("mnist"):
        pytest.skip(data.lack("mnist"))
    if not page_data.reader_place(data.images("mnist")).is_file():
        pytest.skip("the organisms of the chapter on MNIST are not stored: run organism-networks/mnist")
    again, carried = page_data.digit(), page_data.carried("digit")
    shares = again.pop("accuracies"), carried.pop("accuracies")
    assert again == carried
    assert_measured(*shares)


def assert_measured(here, there):
    """The same accuracies; of another processor two images in ten thousand may be told apart otherwise."""
    assert here.keys() == there.keys()
    for name, shares in here.items():
        assert shares == pytest.approx(there[name], abs=2.5e-4)


def parts_of(carried):
    """Gains, who replicates, orders of removal and counts, as tensors."""
    replicates = torch.tensor([digit == "1" for digit in carried["replicates"]])
    orders = {name: torch.tensor(order) for name, order in carried["orders"].items()}
    return page_data.unpacked(carried["gains"]), replicates, orders, torch.tensor(carried["counts"])


def test_the_accuracies_of_the_organism_are_those_on_all_test_images():
    if not data.at_hand("mnist"):
        pytest.skip(data.lack("mnist"))
    carried, images = page_data.carried("digit"), data.images("mnist")
    gains, replicates, orders, counts = parts_of(carried)
    assert carried["tested"] == len(images.test) == 10_000
    assert_measured(page_data.accuracies_of(gains, orders, counts, images), carried["accuracies"])
    again = page_data.orders_of(gains, replicates, images.train.mean(0))
    assert {name: order.tolist() for name, order in again.items()} == carried["orders"]


def test_orders_of_removal_are_what_they_are_called():
    gains, replicates, orders, counts = parts_of(page_data.carried("digit"))
    many, organism = int(replicates.sum()), page_data.READER
    assert len(gains) == len(replicates) == organism.particles
    assert all(order.sort().values.equal(torch.arange(organism.particles)) for order in orders.values())
    assert replicates[orders["replicators"][:many]].all()
    assert replicates[orders["others"][-many:]].all()
    assert gains[orders["smallest"]].abs().diff().min() >= 0
    pixels, width = organism.widths[:2]
    dark = orders["dark"][: pixels * width]
    assert int(dark.max()) < pixels * width
    assert counts.equal(page_data.counts_of(replicates))
    assert {0, many, organism.particles} <= set(counts.tolist())


def test_accuracies_begin_and_end_alike_in_every_order():
    carried = page_data.carried("digit")
    shares = [*carried["accuracies"].values()]
    assert {len(each) for each in shares} == {len(carried["counts"])}
    assert len({each[0] for each in shares}) == len({each[-1] for each in shares}) == 1


def test_the_organism_comes_without_images():
    names = {"widths", "gains", "replicates", "orders", "tested", "counts", "accuracies"}
    assert page_data.carried("digit").keys() == names


def test_the_network_whose_neurons_die_is_trained_again_to_the_same_weights():
    images = data.images("digits", 8)
    again, carried = page_data.dying_network(images), page_data.stack_of(page_data.carried("death"))
    for one, other in zip((*again.weights, *again.biases), (*carried.weights, *carried.biases), strict=True):
        assert torch.allclose(
            one.double(), other, rtol=0, atol=1e-5
        )  # sums of another processor differ in their last digits
    accuracy = loss_and_accuracy(carried, images.test.double(), images.test_labels)[1]
    assert float(accuracy) == pytest.approx(page_data.carried("death")["accuracy"], abs=1e-4)


def test_its_images_are_those_of_scikit_learn():
    images, carried = data.images("digits", 8), page_data.carried("death")
    assert carried["test"] == page_data.levels_of(images.test)
    assert carried["seen"] == page_data.levels_of(images.train[: page_data.MEASURED])
    assert carried["labels"] == page_data.digits_of(images.test_labels)
