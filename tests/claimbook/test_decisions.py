"""What a check comes to, and the word that follows from several: every result and every verdict."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.claimbook.decisions import Check, decide
from srnn_lib.claimbook.estimates import NOTHING, Estimate, exact


def check(value, n=1, side=False, **bounds):
    """A check of an exact quantity."""
    return Check("x", "x", bounds, Estimate(value, value, value, n), side)


def between(low, value, high, n=100, **bounds):
    """A check of a quantity with an interval."""
    return Check("x", "x", bounds, Estimate(value, low, high, n))


RESULTS = [
    (between(0.5, 0.6, 0.7, min=0.4, max=0.8), "holds"),
    (between(0.4, 0.6, 0.8, min=0.4, max=0.8), "holds"),
    (between(0.4, 0.6, 0.7, above=0.4), "undecided"),
    (between(0.3, 0.6, 0.7, min=0.4, max=0.8), "undecided"),
    (between(0.3, 0.6, 0.9, min=0.4, max=0.8), "undecided"),
    (between(0.1, 0.2, 0.3, min=0.4, max=0.8), "fails"),
    (between(0.9, 1.0, 1.1, min=0.4, max=0.8), "fails"),
    (between(0.1, 0.2, 0.4, above=0.4), "fails"),
    (between(0.1, 0.2, 0.4, min=0.4), "undecided"),
    (between(0.8, 0.9, 1.0, below=0.8), "fails"),
    (between(0.8, 0.9, 1.0, max=0.8), "undecided"),
    (between(0.0, 0.0, 3.7, equals=0), "holds"),
    (between(0.0, 1.0, 3.7, equals=0), "fails"),
    (between(math.nan, 0.5, 0.7, max=0.8), "undecided"),
    (between(0.5, 0.6, math.nan, max=0.4), "fails"),
    (between(0.5, 0.1, 0.7, min=0.4, max=0.8), "undecided"),
    (check(0.5, min=0.5), "holds"),
    (check(0.5, above=0.5), "fails"),
    (check(math.nan, min=0.5), "nothing"),
    (Check("x", "x", {"min": 0.5}, NOTHING), "nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "result"), RESULTS)
def test_the_whole_interval_counts_unless_it_has_to_be_exactly_so(found, result):
    assert found.result == result


ENDS = st.floats(-9, 9)


@given(st.lists(ENDS, min_size=3, max_size=3).map(sorted), st.lists(ENDS, min_size=2, max_size=2, unique=True))
def test_of_two_sides_of_a_bound_at_most_one_holds(ends, bounds):
    low, value, high = ends
    inside = between(low, value, high, min=min(bounds), max=max(bounds)).result
    above, below = (
        between(low, value, high, **side).result for side in ({"above": max(bounds)}, {"below": min(bounds)})
    )
    assert [inside, above, below].count("holds") <= 1
    assert (inside == "fails") == ("holds" in (above, below))


def say(*results):
    """Checks with these results, remarks in brackets."""
    made = {
        "holds": check(1.0, equals=1.0), "fails": check(0.0, equals=1.0), "nothing": check(math.nan, equals=1.0),
        "undecided": between(0.0, 0.5, 1.0, min=0.5),
    }  # fmt: skip
    return [Check("x", "x", (found := made[each.strip("()")]).bounds, found.found, "(" in each) for each in results]


WORDS = [
    ((), "not testable"),
    (("holds",), "reproduced"),
    (("holds", "holds"), "reproduced"),
    (("fails",), "not reproduced"),
    (("fails", "fails"), "not reproduced"),
    (("holds", "fails"), "partly"),
    (("holds", "fails", "undecided"), "partly"),
    (("holds", "fails", "nothing"), "partly"),
    (("undecided",), "undecided"),
    (("holds", "undecided"), "undecided"),
    (("fails", "undecided"), "undecided"),
    (("holds", "nothing"), "undecided"),
    (("nothing",), "open"),
    (("nothing", "nothing"), "open"),
    (("nothing", "undecided"), "undecided"),
]


@pytest.mark.parametrize(("results", "word"), WORDS)
def test_every_verdict(results, word):
    assert decide(say(*results)) == word


@pytest.mark.parametrize(("results", "word"), WORDS[1:])
@pytest.mark.parametrize("remark", ["(holds)", "(fails)", "(undecided)", "(nothing)"])
def test_remarks_decide_nothing(results, word, remark):
    assert decide(say(*results, remark)) == word


@given(
    st.dictionaries(st.sampled_from(["min", "max", "above", "below", "equals"]), st.floats(-9, 9), min_size=1),
    st.sampled_from([NOTHING, exact(math.nan), exact(math.inf), exact(-math.inf), Estimate(0.0, 0.0, 0.0, 0)]),
)
def test_nothing_measured_never_holds(bounds, found):
    assert Check("x", "x", bounds, found).result != "holds"


def test_an_undecided_check_names_the_sample_that_would_decide():
    assert between(0.4, 0.6, 0.8, n=100, min=0.5).said == "undecided; about 400 observations would decide"
    assert between(0.4, 0.6, 0.8, n=100, min=0.55, max=0.9).said == "undecided; about 1,600 observations would decide"
    assert between(0.1, 0.6, 0.65, n=21, max=0.61).said == "undecided; about 530 observations would decide"


def test_it_takes_one_more_observation_at_least():
    assert between(0.499, 0.6, 0.701, n=5, min=0.5).said == "undecided; about 6 observations would decide"


def test_no_sample_is_named_that_nobody_can_draw():
    said = between(0.4, 0.501, 0.6, n=28, min=0.5).said
    assert said == "undecided; not even 1,000 times as many observations would decide"


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"min": 1}, "1.9 [1.9, 2], n = 9"),
        ({"min": 2}, "1.909 [1.85, 1.996], n = 9"),
        ({"below": 1.996}, "1.9 [1.9, 2], n = 9"),
        ({"below": 1.9961}, "1.909 [1.85, 1.996], n = 9"),
    ],
)
def test_what_is_printed_lies_on_the_same_side_of_a_bound(bounds, text):
    assert between(1.85, 1.909, 1.996, n=9, **bounds).measured == text


def test_on_the_bound_no_sample_is_named():
    assert between(0.4, 0.5, 0.8, min=0.5).said == "undecided"


def test_a_remark_says_that_it_is_one():
    assert check(1.0, side=True, equals=1.0).said == "holds (remark)"
    assert check(0.0, side=True, equals=1.0).said == "fails (remark)"
