"""How fast this core, or this GPU, multiplies large matrices: the limit that other work is held against."""

import pytest
import torch

from srnn_lib.neurons import stacks
from srnn_lib.randomness import seeded

SIZES = {"cpu": 2048, "cuda": 8192}


@pytest.mark.parametrize("way", ["torch", "oneDNN"])
def test_products(measure, device, way):
    """In float32; the library asks oneDNN where that is at hand, so the faster of the two is the limit."""
    size = SIZES[torch.device(device).type]
    one, other = torch.rand(2, size, size, generator=seeded(0)).to(device)
    call = (lambda: one @ other.T) if way == "torch" else (lambda: stacks.product(one, other))
    measure(call, 1, what="product", way=way, unit="product", flop=2 * size**3)
