"""The table of deaths is what the parts of the library say about each neuron."""

import numpy as np
import pytest
import torch
from drawn import networks
from hypothesis import given

from srnn_lib.data import Images
from srnn_lib.lifecycle import campaign, death, descent, efficiency, mortality, protocol


@given(networks())
def test_at_is_what_the_library_says_of_every_neuron(case):
    stack, inputs, found, layer = case
    labels = torch.arange(len(inputs)) % stack.widths[-1]
    got = mortality.at(stack, inputs, labels, layer)
    assert list(got) == ["local", "spectral", "unexplained", "A1", "A2", "A3", "A4"]
    assert {each.shape for each in got.values()} == {(stack.runs, stack.widths[layer])}
    for algorithm, measure in mortality.MEASURES.items():
        torch.testing.assert_close(got[measure], efficiency.of(stack, found, layer, algorithm))
        torch.testing.assert_close(got[algorithm], death.costs(stack, found, inputs, labels, layer, algorithm))


PLAN = protocol.Plan((9, 5, 4, 4), 3, 6, (2, 4, 6), (4, 2), descent.Rule(0.01, 40), scaling="standard")


@pytest.fixture
def images(seeded, tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    pixels = torch.rand(240, 9, generator=seeded(3))
    labels = (pixels.sum(1) * 9).long() % 4
    return Images("digits", 3, pixels[:200], labels[:200], pixels[200:], labels[200:], {})


def test_the_table_has_a_row_per_net_snapshot_run_and_neuron(images, monkeypatch):
    said = []
    rows = mortality.table({"one": PLAN, "other": PLAN}, images, said.append)
    assert list(rows.columns)[:4] == ["net", "epoch", "run", "neuron"]
    assert len(rows) == 2 * 5 * (3 + 3 + 2)
    assert set(rows["epoch"]) == {20, 40, 60}
    assert {str(kind) for kind in rows.dtypes.iloc[4:]} == {"float32"}
    assert sum("measured" in line for line in said) == 6
    pixels = protocol.prepared(images.train, "standard", images.train)
    wanted = mortality.at(campaign.snapshot(PLAN, images, 4), pixels, images.train_labels)
    one = rows[(rows["net"] == "one") & (rows["epoch"] == 40)].sort_values(["run", "neuron"])
    for name, values in wanted.items():
        np.testing.assert_allclose(one[name], values.flatten(), rtol=1e-6, atol=1e-9)
    monkeypatch.setattr(mortality, "at", None)  # nothing is measured again
    assert mortality.table({"one": PLAN, "other": PLAN}, images).equals(rows)


def test_nets_of_other_shapes_share_a_table(images):
    wide = protocol.Plan((9, 7, 4), 2, 2, (2,), rule=descent.Rule(0.01, 40))
    rows = mortality.table({"narrow": PLAN, "wide": wide}, images)
    assert rows.groupby("net")["neuron"].max().to_dict() == {"narrow": 4, "wide": 6}
