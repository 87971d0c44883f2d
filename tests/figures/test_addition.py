"""What the figures of organism networks draw, read back from their axes."""

import numpy as np
import pandas as pd
import torch
from matplotlib.colors import to_hex

from srnn_lib.figures import addition as figures
from srnn_lib.figures.style import OUTCOME_COLOURS
from srnn_lib.replicators import fixpoints


def test_types_stack_to_all_particles_and_replicators_have_a_line_each():
    other, fixpoint = fixpoints.OUTCOMES.index("other"), fixpoints.OUTCOMES.index("fixpoint")
    types = torch.tensor([[[other] * 4] * 2, [[fixpoint, other, other, other], [fixpoint] * 4]])
    left, right = figures.type_courses(types, [0, 10]).axes
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["replicator", "other"]
    tops = {area.get_label(): area.get_paths()[0].vertices[:, 1].max() for area in left.collections}
    assert tops == {"replicator": 1, "other": 4}
    courses = [line.get_ydata().tolist() for line in right.lines if len(line.get_ydata())]
    assert courses == [[0, 1], [0, 4], [0, 2.5]]
    assert to_hex(right.lines[2].get_color()) == OUTCOME_COLOURS["fixpoint"].lower()


def test_losses_are_medians_on_logarithmic_axes_with_the_bound_and_its_square():
    loss = torch.tensor([[1.0, 2.0, 4.0], [1e-3, 1e-2, 1e-1]])
    left, right = figures.loss_curves({"replication": loss, "task": 2 * loss}, loss, 1e-5).axes
    assert left.get_yscale() == right.get_yscale() == "log"
    np.testing.assert_allclose([line.get_ydata() for line in left.lines[:2]], [[2, 1e-2], [4, 2e-2]])
    np.testing.assert_allclose([left.lines[2].get_ydata()[0], right.lines[1].get_ydata()[0]], [1e-10, 1e-5])
    assert left.lines[0].get_linestyle() != left.lines[1].get_linestyle()


def survival_table(factor):
    rows = [
        {"nets": nets, "noise": noise, "time_to_vergence": factor * copy, "time_as_fixpoint": copy}
        for nets in figures._NETS
        for noise in (1e-1, 1e-2)
        for copy in (1, 2, 3)
    ]
    return pd.DataFrame(rows)


def test_running_counts_stand_beside_the_right_ones_with_the_hand_made_fixpoint_in_all():
    perfect = pd.DataFrame({"noise": [1e-2, 1e-1], "time_to_vergence": [9.0, 8.0], "time_as_fixpoint": [5.0, 4.0]})
    panels = figures.robustness_boxes(survival_table(1), survival_table(10), perfect).axes
    assert len(panels) == 4
    for axes, expected in zip(panels, ([8, 9], [8, 9], [4, 5], [4, 5]), strict=True):
        diamonds = [line for line in axes.lines if line.get_marker() == "D"]
        assert [line.get_ydata().tolist() for line in diamonds] == [expected]
        plain, hatched = axes.containers
        assert len(plain.boxes) == len(hatched.boxes) == 2
        assert [box.get_hatch() or "" for box in (*plain.boxes, *hatched.boxes)] == ["", "", "//////", "//////"]
    for axes in panels[2:]:
        assert [label.get_text() for label in axes.get_xticklabels()] == ["$10^{-1}$", "$10^{-2}$"]
    assert [axes.get_ylabel() for axes in panels] == ["time to vergence", "", "time as fixpoint", ""]
    means = {line.get_ydata()[0] for line in panels[1].lines if line.get_marker() == "_"}
    assert means == {20}


def test_every_organism_is_joined_to_its_net():
    errors = {"float32": (torch.tensor([2e-7, 4e-7]), torch.tensor([1e-7, 3e-7])), "float64": (torch.ones(2),) * 2}
    ratios = {"float32": [0.5, 0.6], "float64": [1.0, 1.1]}
    left, right = figures.substitution(errors, ratios, 0.8).axes
    assert len(left.lines) == 4
    np.testing.assert_allclose(left.lines[0].get_ydata(), [2, 1], rtol=1e-6)
    assert [label.get_text() for label in left.get_xticklabels()][:2] == ["organism\nfloat32", "net\nfloat32"]
    assert sum(bar.get_height() for bars in right.containers for bar in bars) == 4
    assert sorted(line.get_xdata()[0] for line in right.lines) == [0.8, 1]
