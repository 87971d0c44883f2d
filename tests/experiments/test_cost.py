"""What the page on cost says of measured times."""

from pathlib import Path

import measured
import pytest

from srnn_lib import __main__
from srnn_lib.experiments import benchmarks, cost

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def page(tmp_path):
    """The page of some rows; a way's rows may be left out, those of a GPU be there."""

    def made(without="", gpu=False):
        rows = [each for each in measured.rows() if not without or without not in each["extra_info"]["way"]]
        files = [measured.write(tmp_path / "run.json", rows)]
        files += [measured.write(tmp_path / "gpu.json", measured.on_gpu(), "cuda", "Example GPU")] * gpu
        benchmarks.collect(files, tmp_path)
        return cost.evidence(tmp_path)

    return made


def test_a_book_without_measured_times_says_nothing(tmp_path):
    assert cost.evidence(tmp_path) == ""


def test_times_of_some_benchmarks_alone_make_no_page(tmp_path, refused):
    rows = [each for each in measured.rows() if each["extra_info"]["what"] not in ("N3", "product")]
    benchmarks.collect([measured.write(tmp_path / "run.json", rows)], tmp_path)
    with refused("times of cpu lack product, N3; measure all: make benchmarks"):
        cost.evidence(tmp_path)


def test_the_page_says_what_a_population_costs(page):
    text = page()
    assert "takes 20 ns of one core, where 1,000 nets train together: 50 million net-steps in a second" in text
    assert "1,000 nets need 50 ms for the 2,500 steps" in text
    assert "each of them costs 1 times what it would among ten thousand" in text
    assert "takes 50 times as long as the kernels with 1,000 nets" in text


def test_the_page_says_where_others_are_faster(page):
    text = page()
    assert "JAX with the closed form is faster than the kernels: 2 times with 10 nets" in text
    assert "; with other numbers of nets it takes 1.3 times as long" in text
    assert "Depending on the number of nets, JAX as one writes it takes 45 times, torch.func takes 100 times" in text
    assert "and a list of torch modules takes 20,000 times as long as the kernels" in text


def test_every_bar_stands_beside_what_was_measured(page):
    text = page()
    assert "| full batch, 1,000 nets, beside the update alone | at most 3 | 2.5 | met |" in text
    assert "| recurrent nets, beside the plain engine | at most 1/12 | 1/10 | **missed** |" in text
    assert "| full batch, 1,000 nets, beside JAX's closed form | below 1 | 0.77 | met |" in text


def test_without_jax_its_rows_are_missing_and_the_page_says_so(page):
    text = page(without="JAX")
    assert "JAX was not installed where this was measured" in text
    assert "| JAX" not in text
    assert "beside JAX's closed form" not in text


def test_the_growth_with_size_is_that_of_twice_the_weights(page):
    text = page()
    assert "2 times (self-training, wider layers)" in text
    assert "4 times (self-application, more layers)" in text


def test_networks_stand_beside_ordinary_ones_and_beside_a_large_product(page):
    text = page()
    assert "| organism 5:1 | 1.5 ms | 1 ms | 1.5 | 6.7 | 3 % |" in text
    assert "| 50 networks N1 | 10 ms | 100 ms | 0.1 | 100 | 50 % |" in text
    assert "(by oneDNN) reaches 200 GFLOP per second" in text


def test_a_gpu_stands_beside_one_core_and_what_it_did_not_measure_is_left_out(page):
    assert "No GPU was at hand" in page()
    text = page(gpu=True)
    assert "No GPU was at hand" not in text
    assert "Wall time on one Example GPU" in text
    assert "| a net and step, 1 million nets | 2 ns | 20 ns | 10 |" in text
    assert "| organism 5:1, a batch | 500 µs | 1.5 ms | 3 |" in text
    assert "organism 25:1, a batch" not in text


def test_the_page_of_the_book_is_what_its_table_says():
    text = (ROOT / "book" / "cost.md").read_text(encoding="utf-8")
    assert cost.evidence(ROOT)
    assert cost.evidence(ROOT) in text
    assert __main__.COMMANDS["claims"].action.args == (cost.evidence,)
