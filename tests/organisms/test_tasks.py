"""Tasks: batches, losses and scores against plain formulas."""

import pytest
import torch
import torch.nn.functional as F

from srnn_lib import data
from srnn_lib.organisms.tasks import Addition, Classification


@pytest.fixture(scope="module")
def digits():
    return data.images("digits", size=8)


def test_pairs_are_fresh_for_every_organism_and_epoch(seeded):
    task, generator = Addition(pairs=105, batch=20), seeded()
    first, second = list(task.epoch(3, generator)), list(task.epoch(3, generator))
    assert len(first) == 5
    assert first[0][0].shape == (3, 20, 2)
    assert not torch.equal(first[0][0], second[0][0])
    assert not torch.equal(first[0][0][0], first[0][0][1])
    for inputs, targets in first:
        torch.testing.assert_close(targets, inputs.sum(-1, keepdim=True))


def test_an_organisms_pairs_do_not_depend_on_its_neighbours(seeded):
    task = Addition(pairs=40, batch=20)
    alone, among = next(task.epoch(1, seeded())), next(task.epoch(4, seeded()))
    assert torch.equal(alone[0][0], among[0][0])


def test_coefficients_weigh_the_sum(seeded):
    inputs, targets = Addition(coefficients=(2.0, -0.5)).test(torch.float64)
    torch.testing.assert_close(targets[:, 0], 2 * inputs[:, 0] - inputs[:, 1] / 2)
    assert inputs.mean(0).abs().max() < 0.05
    assert (inputs.std(0) - 1).abs().max() < 0.05


def test_the_test_set_stays_the_same(digits):
    for task in (Addition(), Classification(digits, batch=100, noise=0.1)):
        assert all(torch.equal(one, other) for one, other in zip(task.test(), task.test(), strict=True))


def test_losses_and_scores_of_addition():
    outputs, targets = torch.tensor([[[1.0], [2.0]], [[0.0], [4.0]]]), torch.tensor([[1.0], [4.0]])
    assert Addition().loss(outputs, targets).tolist() == [2.0, 0.5]
    assert Addition().score(outputs, targets).tolist() == [1.0, 0.5]


def test_losses_and_scores_of_classification(digits, seeded):
    task = Classification(digits, batch=50)
    logits = torch.randn(3, 50, 10, generator=seeded())
    labels = digits.train_labels[:50]
    for seed in range(3):
        torch.testing.assert_close(task.loss(logits, labels)[seed], F.cross_entropy(logits[seed], labels))
        right = (logits[seed].argmax(1) == labels).double().mean()
        torch.testing.assert_close(task.score(logits, labels)[seed], right)


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_of_equal_outputs_the_first_counts(digits, value):
    """An organism whose outputs are all alike is right about the first class alone."""
    labels = digits.train_labels[:500]
    logits = torch.full((2, 500, 10), value)
    logits[1] = F.one_hot(labels, 10)
    accuracy = Classification(digits, batch=500).score(logits, labels)
    assert accuracy.tolist() == [(labels == 0).double().mean(), 1.0]


def test_an_epoch_shows_every_image_once(digits, seeded):
    task = Classification(digits, batch=479)
    batches = list(task.epoch(2, seeded()))
    assert len(batches) == 3
    shown = torch.cat([inputs for inputs, _ in batches])
    assert torch.equal(shown.sum(0), digits.train.sum(0)) or torch.allclose(shown.sum(0), digits.train.sum(0))
    assert torch.equal(torch.cat([labels for _, labels in batches]).bincount(), digits.train_labels.bincount())
    assert not torch.equal(next(task.epoch(2, seeded(1)))[1], batches[0][1])


def test_noise_is_normal_and_fresh(digits, seeded):
    task, plain = Classification(digits, batch=1000, noise=0.2), Classification(digits, batch=1000)
    generator = seeded()
    noisy = [next(task.epoch(1, generator))[0] for _ in range(2)]
    clean = next(plain.epoch(1, seeded()))[0]
    assert abs((noisy[0] - clean).std().item() - 0.2) < 0.01
    assert not torch.equal(noisy[0], noisy[1])
    assert abs((task.test()[0] - digits.test).std().item() - 0.2) < 0.01


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda images: Addition(pairs=10, batch=20), ("pairs", "10", "20 or more")),
        (lambda images: Addition(batch=0), ("batch", "0", "1 or more")),
        (lambda images: Classification(images, batch=5000), ("batch", "5000", "at most 1437")),
        (lambda images: Classification(images, batch=5, noise=-1.0), ("noise", "-1.0", "0 or more")),
    ],
)
def test_bad_settings_are_refused(make, words, digits, refused):
    with refused(*words):
        make(digits)


def test_ends():
    images = data.images("digits", size=5)
    assert Addition().ends == (2, 1)
    assert Classification(images, batch=10).ends == (25, 10)
