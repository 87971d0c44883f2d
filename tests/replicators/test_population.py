"""Drawing nets, cloning them with noise, and keeping them on disk."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from scipy import stats

from srnn_lib import randomness
from srnn_lib.replicators import population
from srnn_lib.replicators.architecture import ACTIVATIONS, WEIGHT_ORDERS, Architecture
from srnn_lib.replicators.population import INITIALISATIONS, NOISE_FORMS
from srnn_lib.replicators.reductions import Recurrent, Weightwise

NET = Architecture()
RECURRENT = Recurrent().architecture
LEVELS = (1e-1, 1e-4)


# Random nets


@pytest.mark.parametrize("order", WEIGHT_ORDERS)
@pytest.mark.parametrize(
    ("init", "limits"),
    [("glorot", [1.0, math.sqrt(1.5), math.sqrt(2)]), ("fan-in", [0.5, math.sqrt(0.5), math.sqrt(0.5)])],
)
def test_kernels_are_uniform_up_to_their_limit(init, limits, order, seeded):
    weights = population.initialise(Architecture(order=order), 2000, seeded(), init=init, dtype="float64")
    for kernel, limit in zip(weights.split([8, 4, 2], dim=1), limits, strict=True):
        assert kernel.abs().max() <= limit
        assert stats.kstest(kernel.flatten(), stats.uniform(-limit, 2 * limit).cdf).pvalue > 1e-3


@given(few=st.integers(1, 30), more=st.integers(0, 60), init=st.sampled_from(INITIALISATIONS))
@pytest.mark.parametrize("net", [NET, RECURRENT], ids=["feed-forward", "recurrent"])
@pytest.mark.parametrize("recurrence", population.ORTHOGONAL)
def test_a_net_is_the_same_beside_any_number_of_others(net, recurrence, few, more, init, seeded):
    alone = population.initialise(net, few, seeded(), init=init, recurrence=recurrence)
    together = population.initialise(net, few + more, seeded(), init=init, recurrence=recurrence)
    assert torch.equal(together[:few], alone)


@pytest.mark.parametrize("net", [NET, RECURRENT], ids=["feed-forward", "recurrent"])
def test_single_precision_is_the_rounded_double(net, seeded):
    double = population.initialise(net, 100, seeded(), dtype="float64")
    single = population.initialise(net, 100, seeded(), dtype="float32")
    assert (double.dtype, single.dtype) == (torch.float64, torch.float32)
    assert torch.equal(double.float(), single)
    assert not torch.equal(double, single.double())


def test_the_svd_of_2019_only_ever_drew_reflections():
    left, _, _ = np.linalg.svd(np.random.default_rng(0).normal(size=(500, 2, 2)))
    np.testing.assert_allclose(np.linalg.det(left), -1)


def test_svd_draws_are_those_of_numpy(seeded):
    net = Architecture((1, 2), recurrent=True)
    feedback = net.layers(population.initialise(net, 200, seeded(), recurrence="svd", dtype="float64"))[1]
    generator = seeded()
    randomness.uniform(generator, 200, 2, 1)  # the kernel
    left, _, _ = np.linalg.svd(randomness.normal(generator, 200, 2, 2).numpy())
    np.testing.assert_allclose(feedback, left, atol=1e-12)


def _feedbacks(recurrence, generator, net=RECURRENT):
    weights = population.initialise(net, 4000, generator, recurrence=recurrence, dtype="float64")
    return [matrix for matrix, place in zip(net.layers(weights), net.matrices, strict=True) if place.recurrent]


@pytest.mark.parametrize("recurrence", population.ORTHOGONAL)
def test_feedback_matrices_are_orthogonal(recurrence, seeded):
    for matrix in _feedbacks(recurrence, seeded(), Architecture((1, 2, 5, 1), recurrent=True)):
        torch.testing.assert_close(matrix @ matrix.mT, torch.eye(matrix.shape[1]).double().expand_as(matrix))


def test_svd_draws_are_reflections(seeded):
    for matrix in _feedbacks("svd", seeded())[:2]:
        torch.testing.assert_close(torch.linalg.det(matrix), -torch.ones(4000).double())


def test_haar_draws_are_rotations_half_of_the_time(seeded):
    for matrix in _feedbacks("haar", seeded())[:2]:
        assert stats.binomtest(int((torch.linalg.det(matrix) > 0).sum()), 4000).pvalue > 1e-3


@pytest.mark.parametrize("recurrence", population.ORTHOGONAL)
def test_a_single_feedback_is_a_fair_sign(recurrence, seeded):
    last = _feedbacks(recurrence, seeded())[2]
    assert stats.binomtest(int((last > 0).sum()), 4000).pvalue > 1e-3


@pytest.mark.parametrize(("recurrence", "period"), [("svd", math.pi), ("haar", 2 * math.pi)])
def test_angles_are_uniform(recurrence, period, seeded):
    """Singular vectors have no sign of their own; how software chooses it is not uniform, so they count up to it."""
    for matrix in _feedbacks(recurrence, seeded(1))[:2]:
        angles = torch.atan2(matrix[:, 1, 0], matrix[:, 0, 0]) % period
        assert stats.kstest(angles, stats.uniform(0, period).cdf).pvalue > 1e-3


# Hand-made nets


@pytest.mark.parametrize("order", WEIGHT_ORDERS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_hand_made_net(order, sign, dtype):
    net = population.identity(Architecture(order=order), dtype, sign)
    assert net.dtype == population.DTYPES[dtype]
    assert net.tolist() == [[sign] + [0.0] * 7 + [1.0] + [0.0] * 3 + [1.0, 0.0]]


# Noisy clones


@pytest.mark.parametrize("form", [form for form in NOISE_FORMS if form != "normal"])
def test_clones_stay_within_the_level(form, seeded, draw, dtype):
    parents = draw(Weightwise(), 3, dtype=dtype)
    clones = population.clone_with_noise(parents, LEVELS, 200, seeded(), form)
    assert (clones.shape, clones.dtype) == ((2, 3, 200, 14), parents.dtype)
    shares = (clones - parents[None, :, None]).abs().amax(dim=(1, 2, 3)) / torch.tensor(LEVELS)
    assert (shares < 1 + 1e-3).all()
    assert (shares > 0.95).all()


def test_uniform_noise_is_uniform(seeded):
    noise = population.clone_with_noise(torch.zeros(1, 14).double(), [0.2], 1000, seeded())
    assert stats.kstest(noise.flatten(), stats.uniform(-0.2, 0.4).cdf).pvalue > 1e-3


def test_normal_noise_is_normal(seeded):
    noise = population.clone_with_noise(torch.zeros(1, 14).double(), [0.2], 1000, seeded(), "normal")
    assert stats.kstest(noise.flatten(), stats.norm(0, 0.2).cdf).pvalue > 1e-3


def test_constant_noise_has_one_size_per_child_and_fair_signs(seeded):
    noise = population.clone_with_noise(torch.zeros(2, 14).double(), [0.5], 300, seeded(), "constant")
    sizes = noise.abs()
    assert torch.equal(sizes, sizes[..., :1].expand_as(sizes))
    assert stats.kstest(sizes[..., 0].flatten(), stats.uniform(0, 0.5).cdf).pvalue > 1e-3
    assert stats.binomtest(int((noise > 0).sum()), noise.numel()).pvalue > 1e-3


def test_per_clone_noise_shares_one_factor_per_child(seeded):
    noise = population.clone_with_noise(torch.zeros(1, 5000).double(), [1.0], 200, seeded(), "per-clone")
    largest = noise.abs().amax(dim=-1)  # of 5,000 uniform numbers: the child's own factor, nearly
    assert stats.kstest(largest.flatten(), stats.uniform(0, 1).cdf).pvalue > 1e-3
    assert (noise.abs().mean(dim=-1) / largest - 0.5).abs().max() < 0.05


def test_single_precision_absorbs_noise_below_its_resolution(seeded):
    parents = torch.ones(1, 14)
    assert torch.equal(population.clone_with_noise(parents, [1e-9], 10, seeded())[0, 0], parents.expand(10, -1))
    assert (population.clone_with_noise(parents.double(), [1e-9], 10, seeded())[0, 0] != parents).all()


@given(few=st.integers(1, 5), more=st.integers(0, 9), form=st.sampled_from(NOISE_FORMS))
def test_a_parent_has_the_same_children_beside_any_other_parents(few, more, form, seeded, draw):
    parents = draw(Weightwise(), few + more)
    alone = population.clone_with_noise(parents[:few], LEVELS, 3, seeded(), form)
    assert torch.equal(population.clone_with_noise(parents, LEVELS, 3, seeded(), form)[:, :few], alone)


@pytest.mark.parametrize("form", NOISE_FORMS)
def test_single_precision_noise_is_the_rounded_double(form, seeded):
    double = population.clone_with_noise(torch.zeros(2, 14).double(), LEVELS, 5, seeded(), form)
    single = population.clone_with_noise(torch.zeros(2, 14), LEVELS, 5, seeded(), form)
    assert torch.equal(double.float(), single)


# Files


@given(
    hidden=st.lists(st.integers(1, 4), max_size=3),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    order=st.sampled_from(WEIGHT_ORDERS),
    recurrent=st.booleans(),
    linear_output=st.booleans(),
    name=st.sampled_from(sorted(population.DTYPES)),
)
def test_what_was_saved_is_loaded(tmp_path_factory, seeded, hidden, activation, order, recurrent, linear_output, name):
    net = Architecture((4, *hidden, 1), activation, recurrent, order, linear_output)
    weights = population.initialise(net, 4, seeded(), dtype=name)
    weights[0] = torch.nan
    path = tmp_path_factory.mktemp("nets") / "below" / "nets.safetensors"
    population.save_population(path, net, weights)
    loaded, found = population.load_population(path)
    assert loaded == net
    assert hash(loaded) == hash(net)
    assert found.dtype == weights.dtype
    assert torch.equal(found.nan_to_num(7.0), weights.nan_to_num(7.0))
    assert [file.name for file in path.parent.iterdir()] == ["nets.safetensors"]


def test_a_selection_of_nets_can_be_saved(tmp_path, draw):
    weights = draw(Weightwise(), 9)[::2, :].T.contiguous().T
    population.save_population(tmp_path / "nets", NET, weights)
    assert torch.equal(population.load_population(tmp_path / "nets")[1], weights)


@pytest.fixture
def saved(tmp_path, draw):
    """A file with three nets."""
    population.save_population(tmp_path / "nets", NET, draw(Weightwise(), 3))
    return tmp_path / "nets"


def test_an_interrupted_save_leaves_the_old_file_whole(saved, draw, monkeypatch):
    before = saved.read_bytes()

    def broken(path, content):
        with path.open("wb") as file:
            file.write(content[:100])
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(OSError, match="disk full"):
        population.save_population(saved, NET, draw(Weightwise(), 5))
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_missing_file_is_one_line(tmp_path, refused):
    with refused("population file is 'nets.safetensors'", "an existing file"):
        population.load_population(tmp_path / "nets.safetensors")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 0.5, 0.99])
def test_a_truncated_file_is_one_line(saved, share, refused):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(share * len(content))])
    with refused("population file is 'nets'", "undamaged", "population.save_population"):
        population.load_population(saved)


@pytest.mark.parametrize("content", [b"weights,more\n1,2\n" * 20, b"\x89PNG\r\n\x1a\n" + bytes(100), bytes(64)])
def test_a_file_of_another_kind_is_one_line(saved, content, refused):
    saved.write_bytes(content)
    with refused("population file is 'nets'", "undamaged", "population.save_population"):
        population.load_population(saved)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"format": "pt"},
        {"settings": "linear"},
        {"settings": "[4, 2, 2, 1]"},
        {"settings": json.dumps({"activation": "linear"})},
        {"settings": json.dumps({"widths": 4})},
        {"settings": json.dumps({"widths": [4, 2, 2, 1], "bias": True})},
        {"settings": json.dumps({"widths": [4, 2, 2, 1], "activation": "gelu"})},
        {"settings": json.dumps({"widths": [4, 3, 1]})},
    ],
    ids=["none", "other", "no-json", "list", "no-widths", "number", "extra", "unknown-name", "other-size"],
)
def test_tensors_of_somebody_else_are_one_line(saved, metadata, refused):
    save_file({"weights": torch.zeros(3, 14)}, saved, metadata)
    with refused("population file is 'nets'", "allowed:", "population.save_population"):
        population.load_population(saved)


def test_weights_that_do_not_fit_the_architecture_are_not_saved(saved, refused):
    before = saved.read_bytes()
    with refused("allowed:"):
        population.save_population(saved, Architecture((4, 3, 1)), torch.zeros(3, 14))
    assert saved.read_bytes() == before


# Bad input


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"nets": 0}, ("nets is 0", "1 or more")),
        ({"nets": -3}, ("nets is -3", "1 or more")),
        ({"nets": 2.0}, ("nets is 2.0", "whole number")),
        ({"nets": True}, ("nets is True", "whole number")),
        ({"nets": float("nan")}, ("nets is nan", "whole number")),
        ({"nets": "10"}, ("nets is '10'", "whole number")),
        ({"nets": torch.zeros(4, 4)}, ("nets is", "whole number")),
        ({"init": "glorrot"}, ("init", "glorot, fan-in", "did you mean 'glorot'?")),
        ({"recurrence": "har"}, ("recurrence", "svd, haar", "did you mean 'haar'?")),
        ({"dtype": "float16"}, ("dtype", "float32, float64", "did you mean")),
        ({"dtype": torch.float64}, ("dtype", "torch.float64", "did you mean 'float64'?")),
    ],
)
def test_bad_draws_are_refused(settings, words, seeded, refused):
    with refused(*words):
        population.initialise(**{"architecture": NET, "nets": 3, "generator": seeded(), **settings})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"levels": [0.1, -1.0]}, ("noise level is -1.0", "above 0")),
        ({"levels": [0.0]}, ("noise level is 0.0", "above 0")),
        ({"levels": [float("nan")]}, ("noise level is nan", "finite")),
        ({"levels": [float("inf")]}, ("noise level is inf", "finite")),
        ({"levels": 0.1}, ("0.1",)),
        ({"trials": 0}, ("trials is 0", "1 or more")),
        ({"form": "per clone"}, ("form", "uniform, per-clone, constant", "did you mean 'per-clone'?")),
    ],
)
def test_bad_clones_are_refused(settings, words, seeded, refused):
    with refused(*words):
        population.clone_with_noise(
            **{"parents": torch.zeros(2, 14), "levels": [0.1], "trials": 2, "generator": seeded(), **settings}
        )


def test_bad_hand_made_nets_are_refused(refused):
    with refused("recurrent", "feed-forward"):
        population.identity(RECURRENT)
    with refused("dtype", "'double'", "float32, float64"):
        population.identity(NET, "double")
