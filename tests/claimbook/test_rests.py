"""Where the numbers of a chapter come from, by its code."""

import ast

import pytest

from srnn_lib.claimbook import rests

CELLS = """
import numpy as np
from srnn_lib.replicators import population, fixpoints as fix
from srnn_lib.claimbook import estimates
nets = 40
size = 3
drawn = np.random.default_rng(size).random(nets)
found = population.initialise(nets)
first, (second, *rest) = found
gathered = []
for each in drawn:
    gathered.append(each)
table = {}
table["a"] = fix.self_error(found)
fixed = [1, 2, 3]
def of(values):
    return max(values)
def whole():
    return fix.self_error(found).mean()
total = 0
total += found.sum()
with fix.open_file(size) as handle:
    pass
"""


@pytest.fixture
def cells():
    """A chapter of one cell, with two parameters."""
    return rests.read_cells([ast.parse(CELLS)], ["scale", "nets", "size"])


@pytest.mark.parametrize(
    "source",
    [
        "drawn.max()", "first", "second.a[0]", "rest", "gathered", "table", "table['a'].x", "of(drawn)", "whole()",
        "[whole() for _ in fixed]", "total", "handle", "estimates.share(drawn > 0.5)", "population.initialise(3)",
        "{net: of(found) for net in fixed}", "lambda: drawn", "unknown(3)", "of(each for each in gathered)",
    ],
)  # fmt: skip
def test_what_was_computed(cells, source):
    assert cells.is_computed(ast.parse(source, mode="eval"))


@pytest.mark.parametrize(
    "source",
    [
        "0.5", "nets", "nets * size", "of(fixed)", "np.mean(fixed)", "population", "fix.LIMIT",
        "estimates.share(fixed)",
        "[0.5 for _ in fixed]", "max(nets, 3)", "lambda: 3", "np.sqrt(2)", "len(fixed)",
    ],
)  # fmt: skip
def test_what_was_not(cells, source):
    assert not cells.is_computed(ast.parse(source, mode="eval"))
