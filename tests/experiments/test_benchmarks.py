"""The table of measured times: what goes into it, what stays, and what is asked of it."""

import json
import math

import measured
import pytest

from srnn_lib.claimbook import results
from srnn_lib.experiments import benchmarks


@pytest.fixture
def times(tmp_path):
    return benchmarks.collect([measured.write(tmp_path / "run.json", measured.rows())], tmp_path)


def test_seconds_are_those_of_one_unit_of_the_fastest_form(times):
    assert times.each("self-training", "compiled", nets=1000) == pytest.approx(20e-9)
    assert times.each("self-training", "JAX, closed form", nets=1000) == pytest.approx(26e-9)
    assert math.isnan(times.each("self-training", "compiled", nets=7))


def test_numbers_of_nets_are_in_order_whatever_the_order_of_the_rows(times):
    assert list(times.by_nets("self-training", "plain")) == [10, 1000, 10_000, 1_000_000]
    assert times.by_nets("self-training", "JAX, closed form")[10] == pytest.approx(10e-9)


def test_what_is_written_is_what_is_read(times, tmp_path):
    again = benchmarks.read(tmp_path)
    assert again.rows.equals(times.rows)
    assert again.machines == times.machines
    assert list(again.rows.columns) == list(benchmarks.TIME_COLUMNS)


def test_the_machine_is_described_but_not_named(times):
    assert times.machines["cpu"]["processor"] == "Example"
    assert (times.machines["cpu"]["day"], times.machines["cpu"]["commit"]) == ("2026-01-02", "0123456789ab")
    assert "secret-name" not in json.dumps(times.machines)


def test_the_table_grows_stale_with_no_module(times, tmp_path):
    assert results.table_state(benchmarks.table_file(tmp_path)).kind == "fresh"


def test_another_device_joins_and_replaces_only_itself(times, tmp_path):
    gpu = measured.write(tmp_path / "gpu.json", measured.on_gpu(), "cuda", "Example GPU")
    both = benchmarks.collect([gpu], tmp_path)
    assert both.gpus == ["cuda"]
    assert len(both.rows) == len(times.rows) + len(measured.on_gpu())
    again = benchmarks.collect([measured.write(tmp_path / "less.json", measured.on_gpu()[:2], "cuda")], tmp_path)
    assert len(again.rows) == len(times.rows) + 2
    assert again.machines["cuda"]["processor"] == "Example"
    assert again.machines["cpu"] == times.machines["cpu"]


def test_a_project_without_a_table_has_no_times(tmp_path):
    assert benchmarks.read(tmp_path) is None


@pytest.mark.parametrize("content", [None, "{", "[]", '{"machine_info": {}}'])
def test_a_file_of_something_else_is_refused(tmp_path, refused, content):
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)
    with refused("file of benchmarks is 'run.json'", "pytest benchmarks --benchmark-json=FILE"):
        benchmarks.collect([path], tmp_path)


def test_a_file_without_rows_is_refused(tmp_path, refused):
    with refused("run.json holds no benchmark of this project"):
        benchmarks.collect([measured.write(tmp_path / "run.json", [])], tmp_path)
