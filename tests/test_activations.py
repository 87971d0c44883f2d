"""Activation functions by name."""

import pytest
import torch

from srnn_lib.activations import function


@pytest.mark.parametrize("name", ["linear", "tanh", "relu", "gelu", "sigmoid", "leaky_relu", "sin"])
def test_elementwise_functions_are_found(name):
    values = torch.linspace(-3, 3, 10)
    assert function(name)(values).shape == values.shape


@pytest.mark.parametrize(
    "name", ["rand_like", "normalize", "softmax", "relu_", "dropout", "sum", "zeros", "nothing", ""]
)
def test_what_mixes_draws_or_changes_its_input_is_none(name, refused):
    before = torch.get_rng_state()
    with refused("activation", "an elementwise function of torch"):
        function(name)
    assert torch.equal(torch.get_rng_state(), before)
