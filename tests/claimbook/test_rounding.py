"""Rounding: numbers and estimates in few digits, the same whichever processor measured them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.claimbook import rounding
from srnn_lib.claimbook.estimates import NOTHING, Estimate

FOUND = Estimate(0.123456, 0.0987654, 0.156789, 200)


@pytest.mark.parametrize(
    ("value", "several", "rounded"),
    [
        (0.123456, 2, 0.12),
        (0.123456, 4, 0.1235),
        (-1234.5, 2, -1200.0),
        (9.99, 2, 10.0),
        (3, 1, 3.0),
        (0.0, 2, 0.0),
        (1.23e-9, 2, 1.2e-9),
        (math.inf, 2, math.inf),
    ],
)
def test_significant_digits(value, several, rounded):
    found = rounding.digits(value, several)
    assert found == rounded
    assert type(found) is float


def test_an_estimate_has_digits_of_its_own_at_the_ends():
    assert rounding.digits(FOUND) == Estimate(0.12, 0.099, 0.16, 200)
    assert rounding.digits(FOUND, 3, 1) == Estimate(0.123, 0.1, 0.2, 200)


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        (0.123, 0.01, 0.12),
        (0.123, 0.05, 0.1),
        (0.126, 0.05, 0.15),
        (-0.004, 0.01, 0.0),
        (123.0, 10, 120.0),
        (0.3, 0.1, 0.3),
        (0.3, 0.25, 0.25),
        (3, 2.5, 2.5),
        (math.inf, 0.1, math.inf),
    ],
)
def test_steps(value, step, rounded):
    found = rounding.to_steps(value, step)
    assert str(found) == str(rounded)


def test_an_estimate_in_steps():
    assert rounding.to_steps(FOUND, 0.05) == Estimate(0.1, 0.1, 0.15, 200)


@given(st.floats(-1e6, 1e6), st.sampled_from([0.001, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]))
def test_a_step_is_never_further_than_half_of_it(value, step):
    found = rounding.to_steps(value, step)
    assert abs(found - value) <= step / 2 + 1e-9
    assert rounding.to_steps(found, step) == found


@pytest.mark.parametrize("change", [lambda found: rounding.digits(found), lambda found: rounding.to_steps(found, 0.1)])
def test_what_is_not_a_number_stays_that(change):
    assert math.isnan(change(math.nan))
    nothing = change(NOTHING)
    assert all(map(math.isnan, (nothing.value, nothing.low, nothing.high)))
    assert nothing.n == 0


@pytest.mark.parametrize(
    ("value", "least", "lead", "above"),
    [
        (3e-4, 1e-6, 1.0, 1e-3),
        (1e-3, 1e-6, 1.0, 1e-3),
        (0.0, 1e-6, 1.0, 1e-6),
        (1e-9, 1e-6, 1.0, 1e-6),
        (3e-4, 1e-6, 5.0, 5e-4),
        (6e-4, 5e-6, 5.0, 5e-3),
        (1e-9, 5e-6, 5.0, 5e-6),
        (12.0, 1e-6, 1.0, 100.0),
    ],
)
def test_the_next_power_of_ten(value, least, lead, above):
    assert rounding.power_above(value, least, lead) == pytest.approx(above, rel=1e-12)


def test_nothing_has_no_power_above_it():
    assert math.isnan(rounding.power_above(math.nan, 1e-6))
    assert rounding.power_above(math.inf, 1e-6) == math.inf
