"""The bars: which times they set against each other, and when they hold."""

import measured
import pytest

from srnn_lib.experiments import benchmarks
from srnn_lib.experiments.bars import BARS


@pytest.fixture
def ratios(tmp_path):
    times = benchmarks.collect([measured.write(tmp_path / "run.json", measured.rows())], tmp_path)
    return [bar.ratio(times) for bar in BARS]


def test_every_bar_is_a_ratio_of_two_measured_times(ratios):
    assert ratios == pytest.approx([20 / 8, 0.1, 0.1, 1.0, 1.5, 3.0, 0.5, 20 / 26])


def test_a_ratio_that_is_just_allowed_holds_except_where_something_must_be_faster(ratios):
    assert [bar.holds(bar.most) for bar in BARS] == [True] * 7 + [False]
    assert [bar.holds(ratio) for bar, ratio in zip(BARS, ratios, strict=True)] == [
        True, True, False, True, True, False, True, True,
    ]  # fmt: skip
