"""Refusals: one line with the name, the value, what is allowed, and the nearest valid name."""

import math

import numpy as np
import pytest

from srnn_lib import checks


@pytest.mark.parametrize(
    ("check", "value", "result"),
    [
        (checks.integer, 3, 3),
        (checks.integer, np.int64(3), 3),
        (checks.number, -2, -2.0),
        (checks.number, np.float32(0.5), 0.5),
        (checks.positive, 1e-300, 1e-300),
        (checks.fraction, 0, 0.0),
        (checks.fraction, 1, 1.0),
        (checks.momentum, 0.9, 0.9),
    ],
)
def test_valid_values_pass_as_plain_numbers(check, value, result):
    found = check("x", value)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("check", "value", "allowed"),
    [
        (checks.integer, 0, "1 or more"),
        (checks.integer, -5, "1 or more"),
        (checks.integer, 2.0, "a whole number"),
        (checks.integer, True, "a whole number"),
        (checks.integer, "3", "a whole number"),
        (checks.number, math.nan, "a finite number"),
        (checks.number, math.inf, "a finite number"),
        (checks.number, "1", "a finite number"),
        (checks.number, False, "a finite number"),
        (checks.positive, 0.0, "above 0"),
        (checks.positive, math.nan, "above 0"),
        (checks.positive, math.inf, "above 0"),
        (checks.fraction, 1.01, "0 or more, at most 1"),
        (checks.fraction, -0.01, "0 or more, at most 1"),
        (checks.momentum, 1, "0 or more, below 1"),
        (checks.momentum, -0.1, "0 or more, at most 1"),
    ],
)
def test_a_refusal_names_value_and_range(check, value, allowed, refused):
    with refused("rate", repr(value), "allowed:", allowed):
        check("rate", value)


def test_count_from_zero():
    assert checks.integer("seed", 0, at_least=0) == 0


def test_a_wrong_name_is_answered_with_the_nearest(refused):
    assert checks.choice("scale", "quick", ("book", "quick")) == "quick"
    with refused("scale is 'quik'", "book, quick", "did you mean 'quick'?"):
        checks.choice("scale", "quik", ("book", "quick"))


@pytest.mark.parametrize("value", ["zzz", 3, None])
def test_nothing_is_suggested_where_nothing_is_near(value):
    with pytest.raises(checks.BadInput) as caught:
        checks.choice("scale", value, ("book", "quick"))
    assert "did you mean" not in str(caught.value)
