"""A step of training as one CUDA graph: a GPU runs hundreds of small kernels for the price of one launch."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

WARM_UP = 3
"""Runs before the capture, in which libraries make ready what they need: as many as torch advises."""


def possible(weights: Tensor) -> bool:
    """Whether steps of these nets can be captured: on a GPU, and nobody is capturing them already."""
    return weights.is_cuda and not torch.cuda.is_current_stream_capturing()


class Captured:
    """A function of tensors on a GPU, run once for the record and replayed from then on.

    All that it changes must be the `state`, in place; everything else is computed anew in the same memory. The given
    tensors must keep their shapes. Whatever asks a tensor for a number cannot be captured.

    Source: torch's notes on CUDA graphs.
    """

    def __init__(self, step: Callable[..., tuple[Tensor, ...]], state: Sequence[Tensor], *given: Tensor) -> None:
        self._given, before = [each.clone() for each in given], [each.clone() for each in state]
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.device(state[0].device):
            beside = torch.cuda.Stream()
            beside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(beside):
                for _ in range(WARM_UP):
                    step(*self._given)
            torch.cuda.current_stream().wait_stream(beside)
            with torch.cuda.graph(self._graph):
                self._made = step(*self._given)
        for each, value in zip(state, before, strict=True):
            each.copy_(value)

    def __call__(self, *given: Tensor) -> tuple[Tensor, ...]:
        """One more step; what it returns is the caller's."""
        for kept, new in zip(self._given, given, strict=True):
            kept.copy_(new)
        self._graph.replay()
        return tuple(each.clone() for each in self._made)
