"""The figures of what training costs, read back from their axes and their files."""

from pathlib import Path
from xml.etree import ElementTree

import measured
import pytest

from srnn_lib.claimbook import results
from srnn_lib.experiments import benchmarks
from srnn_lib.figures import cost as figures

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def times(tmp_path):
    files = [measured.write(tmp_path / "run.json", measured.rows())]
    files.append(measured.write(tmp_path / "gpu.json", measured.on_gpu(), "cuda", "Example GPU"))
    return benchmarks.collect(files, tmp_path)


def test_every_way_has_a_line_of_its_rates_and_a_look_of_its_own(times):
    (axes,) = figures.rates(times).axes
    lines = {line.get_label(): line for line in axes.lines}
    assert len(lines) == len(measured.SELF_TRAINING) + 2
    assert list(lines["compiled"].get_xdata()) == [10, 1000, 10_000, 1_000_000]
    assert list(lines["compiled"].get_ydata()) == pytest.approx([5e7] * 4)
    assert lines["plain, Example GPU"].get_ydata() == pytest.approx([5e8] * 4)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    looks = [(line.get_marker(), str(line._dash_pattern)) for line in axes.lines]
    assert len({mark for mark, _ in looks}) == len(lines)


def test_a_way_that_was_not_measured_has_no_line(tmp_path):
    rows = [each for each in measured.rows() if "JAX" not in each["extra_info"]["way"]]
    times = benchmarks.collect([measured.write(tmp_path / "run.json", rows)], tmp_path)
    assert not [line for line in figures.rates(times).axes[0].lines if "JAX" in line.get_label()]


def test_time_is_drawn_against_the_weights_of_a_net(times):
    (axes,) = figures.sizes(times).axes
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines["self-training, wider layers"].get_ydata()) == pytest.approx([10, 100])
    assert list(lines["self-application, more layers"].get_ydata()) == pytest.approx([100, 10_000])
    assert len({(line.get_marker(), line.get_linestyle()) for line in axes.lines}) == 4


def test_files_are_the_same_every_time_and_say_which_rows_they_show(times, tmp_path):
    paths = figures.draw(times, tmp_path)
    first = [path.read_bytes() for path in paths]
    assert [path.read_bytes() for path in figures.draw(times, tmp_path)] == first
    assert all(results.rows_digest(times.rows).encode() in content for content in first)
    assert [ElementTree.fromstring(content).tag for content in first] == ["{http://www.w3.org/2000/svg}svg"] * 2


def test_the_figures_of_the_book_show_its_table():
    digest = results.rows_digest(benchmarks.read(ROOT).rows)
    for name in ("cost-nets", "cost-sizes"):
        assert digest in (ROOT / "book" / "assets" / f"{name}.svg").read_text(encoding="utf-8")
