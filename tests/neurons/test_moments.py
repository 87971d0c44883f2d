"""One pass gives what two passes in double precision give, wherever the chunks end."""

import pytest
import torch

from srnn_lib.neurons import moments, stacks


@pytest.fixture
def stack(seeded, dtype):
    return stacks.random_stack((6, 5, 4, 3), 3, seeded(), init="fan-in", dtype=dtype)


@pytest.mark.parametrize("chunk", [1, 7, 100, 1000])
def test_moments_are_those_of_all_examples(stack, chunk, seeded):
    given = torch.randn(100, 6, generator=seeded(1), dtype=stack.weights[0].dtype)
    found = moments.measure(stack, given, chunk=chunk)
    assert found.examples == 100
    tolerance = {"rtol": 1e-10, "atol": 1e-12} if given.dtype == torch.float64 else {"rtol": 1e-4, "atol": 1e-6}
    for layer, values in enumerate(stacks.activations(stack, given), start=1):
        values = values.double()
        torch.testing.assert_close(found.mean[layer], values.mean(2), **tolerance)
        torch.testing.assert_close(found.variance[layer], values.var(2, correction=0), **tolerance)
        if layer in found.covariance:
            wanted = torch.stack([run.cov(correction=0) for run in values])
            torch.testing.assert_close(found.covariance[layer], wanted, **tolerance)
    assert sorted(found.covariance) == [1, 2]


def test_large_means_cost_no_digits(seeded):
    """A variance of 1e-12 on a mean of 1 is lost to sums of squares; not to centred chunks."""
    stack = stacks.random_stack((1, 1, 1), 1, seeded(), activation="linear", dtype="float64")
    stack.weights[0].fill_(1e-6)
    stack.biases[0].fill_(1.0)
    given = torch.randn(5000, 1, generator=seeded(), dtype=torch.float64)
    found = moments.measure(stack, given, chunk=999)
    assert found.variance[1].item() == pytest.approx(1e-12 * given.var(correction=0).item(), rel=1e-6)


def test_layers_asked_for_and_runs_selected(stack, seeded):
    given = torch.randn(30, 6, generator=seeded(1), dtype=stack.weights[0].dtype)
    assert moments.measure(stack, given, covariance=()).covariance == {}
    found = moments.measure(stack, given, covariance=(2,))
    assert list(found.covariance) == [2]
    assert torch.equal(found.select([2, 0]).mean[1], found.mean[1][[2, 0]])


@pytest.mark.gpu
def test_moments_on_a_gpu_are_those_on_a_cpu(stack, seeded):
    given = torch.randn(100, 6, generator=seeded(1), dtype=stack.weights[0].dtype)
    close = 1e-12 if given.dtype == torch.float64 else 1e-5
    wanted = moments.measure(stack, given)
    found = moments.measure(stack.convert(lambda tensor: tensor.cuda()), given.cuda(), chunk=30)
    for name in ("mean", "variance", "covariance"):
        for layer, values in getattr(wanted, name).items():
            torch.testing.assert_close(getattr(found, name)[layer].cpu(), values, rtol=close, atol=close)


def test_what_cannot_be_measured_is_refused(stack, refused):
    given = torch.ones(4, 6, dtype=stack.weights[0].dtype)
    with refused("examples", "1 or more"):
        moments.measure(stack, given[:0])
    with refused("layer", "1 to 2"):
        moments.measure(stack, given, covariance=(3,))
