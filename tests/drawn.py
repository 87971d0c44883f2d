"""Random networks and examples for the tests of death and replication, drawn by hypothesis."""

import torch
from hypothesis import strategies as st

from srnn_lib.neurons import moments, stacks

ACTIVATIONS = ["tanh", "linear", "relu", "gelu", "sigmoid"]


@st.composite
def networks(draw, least=2, activations=ACTIVATIONS):
    """A stack in double precision, inputs for it, its moments, and one of its hidden layers."""
    hidden = draw(st.lists(st.integers(least, 6), min_size=1, max_size=3))
    widths = (draw(st.integers(2, 6)), *hidden, draw(st.integers(1, 4)))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10**6)))
    activation = draw(st.sampled_from(activations))
    stack = stacks.random_stack(
        widths, draw(st.integers(1, 3)), generator, init="fan-in", activation=activation, dtype="float64"
    )
    given = torch.randn(40, widths[0], generator=generator, dtype=torch.float64)
    return stack, given, moments.measure(stack, given), draw(st.integers(1, len(hidden)))


def sums(stack, given, layer):
    """y: what reaches the units of the layer above `layer`, `(R, units, n)`."""
    below = stacks.activations(stack, given)[layer - 1]
    return torch.baddbmm(stack.biases[layer][..., None], stack.weights[layer], below)
