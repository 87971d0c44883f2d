"""How numbers and lists read."""

import pytest

from srnn_lib.experiments import phrases


@pytest.mark.parametrize(
    ("value", "said"), [(0.0834, "0.083"), (1, "1"), (2.449, "2.4"), (9.96, "10"), (52.7, "53"), (38_123, "38,000")]
)
def test_numbers_have_two_digits(value, said):
    assert phrases.rounded(value) == said


@pytest.mark.parametrize(("value", "said"), [(0.111, "1/9"), (0.2, "1/5"), (0.4, "0.4"), (2.5, "2.5")])
def test_small_fractions_are_one_over_something(value, said):
    assert phrases.as_ratio(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(10, "10"), (1000, "1,000"), (10_000, "10,000"), (853_000, "850,000"), (996_000, "1 million"),
     (52_700_000, "53 million"), (1.6e9, "1.6 billion")],
)  # fmt: skip
def test_large_counts_are_said_in_words(value, said):
    assert phrases.counted(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(19.1e-9, "19 ns"), (0.0999e-6, "100 ns"), (0.997e-6, "1 µs"), (4.2e-3, "4.2 ms"), (1.5, "1.5 s"), (60, "1 min"),
     (4e-12, "0.004 ns")],
)  # fmt: skip
def test_durations_have_the_unit_that_fits(seconds, said):
    assert phrases.duration(seconds) == said


def test_a_span_of_one_value_is_that_value():
    assert phrases.span([3.14, 3.12]) == "3.1"
    assert phrases.span([3, 1, 2]) == "1 to 3"


def test_lists_end_in_and():
    assert [phrases.listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_a_tight_table_is_one_of_that_class():
    assert phrases.tight("| a |").splitlines() == ["```{table}", ":class: tight", "", "| a |", "```"]


def test_a_table_has_numbers_on_the_right_unless_they_are_text():
    assert phrases.table(["a", "b", "c"], [["x", "1", "y"]], (2,)).splitlines() == [
        "| a | b | c |",
        "| --- | --: | --- |",
        "| x | 1 | y |",
    ]
