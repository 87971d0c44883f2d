"""Accuracies of further organisms: the chapter's own trainings, as rows and back."""

import pytest
import torch

from srnn_lib.experiments import accuracies, organisms
from srnn_lib.organisms.tasks import Classification
from srnn_lib.organisms.training import Schedule

FEW = {"seeds": 2, "epochs": 3, "every": 3, "variant_epochs": 2}


@pytest.fixture
def images(noise_images, tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    return noise_images(200, 15, 10)


def test_a_family_is_what_the_chapter_trains_from_that_seed(images):
    table = accuracies.accuracy_table(images, (4,), **FEW)
    shape, task = accuracies.READERS["width 5"], Classification(images, len(images.train))
    course = organisms.trained(shape, task, Schedule(5), seeds=2, epochs=3, every=3, seed=4 + 5)
    assert torch.equal(accuracies.scores(table, "width 5"), course.score.double())


def test_every_kind_has_its_length_and_every_family_its_own_draws(images):
    said = []
    table = accuracies.accuracy_table(images, (4, 6), say=said.append, **FEW)
    assert table.groupby("net")["epoch"].max().to_dict() == {"width 3": 3, "width 5": 3, "two layers": 2}
    found = accuracies.scores(table, "width 3")
    assert found.shape == (4, 4)
    assert not torch.equal(found[:, :2], found[:, 2:])
    assert len(said) == 2 * 3


def test_rows_and_scores_are_each_others_way_back():
    score = torch.tensor([[0.1, 0.2], [0.3, 0.4], [0.5, 0.75]])
    rows = accuracies.accuracy_rows("width 3", 1, score)
    assert rows.loc[(rows["organism"] == 1) & (rows["epoch"] == 2), "accuracy"].item() == 0.75
    assert torch.equal(accuracies.scores(rows, "width 3"), score.double())


def test_kinds_that_there_are_not_are_refused(refused):
    rows = accuracies.accuracy_rows("width 3", 1, torch.zeros(2, 2))
    with refused("kind is 'width 5'", "width 3"):
        accuracies.scores(rows, "width 5")
