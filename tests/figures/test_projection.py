"""Trajectories on a plane."""

import numpy as np
import pytest
import torch

from srnn_lib.figures.projection import principal_plane


@pytest.fixture
def recorded():
    """Four nets of three weights over six steps; all motion happens in the plane of the first two weights."""
    generator = torch.Generator().manual_seed(0)
    steps = torch.rand(6, 4, 3, generator=generator, dtype=torch.float64)
    steps[..., 2] = 0.5
    return steps


def test_distances_within_the_plane_are_kept(recorded):
    plane = principal_plane(recorded)
    flat = plane.table[["x", "y"]].to_numpy()
    states = recorded.reshape(-1, 3).numpy()
    assert np.allclose(np.linalg.norm(flat[3] - flat[17]), np.linalg.norm(states[3] - states[17]))
    assert sum(plane.explained) == pytest.approx(1.0)


def test_rows_name_their_net_and_step(recorded):
    table = principal_plane(recorded, every=5).table
    assert table["step"].tolist() == [step * 5 for step in range(6) for _ in range(4)]
    assert table["net"].tolist() == list(range(4)) * 6


def test_the_zero_net_lands_on_the_origin_of_centred_states(recorded):
    centred = recorded - recorded.reshape(-1, 3).mean(0)
    assert principal_plane(centred).origin == pytest.approx((0, 0), abs=1e-12)
    x, y = principal_plane(recorded).origin
    assert x**2 + y**2 == pytest.approx(float((recorded[..., :2].reshape(-1, 2).mean(0) ** 2).sum()))


def test_divergent_states_are_refused(recorded, refused):
    recorded[2, 1, 0] = float("inf")
    with refused("trajectories is 'not finite'", "leave divergent nets out"):
        principal_plane(recorded)
