"""Shared ground of the tests: seeded draws, every reduction there is, and the form that a refusal must have."""

from contextlib import contextmanager
from itertools import product

import pytest
import torch
import typecheck
from hypothesis import settings

typecheck.install()  # before the library is imported

from srnn_lib import saving
from srnn_lib.checks import BadInput
from srnn_lib.data import Images
from srnn_lib.replicators import population
from srnn_lib.replicators.architecture import ACTIVATIONS, POSITION_CODES, WEIGHT_ORDERS, Architecture
from srnn_lib.replicators.reductions import AGGREGATES, Aggregating, Recurrent, Weightwise

torch.set_num_threads(1)  # the workers of pytest-xdist share the cores
settings.register_profile("library", deadline=None, derandomize=True, database=None, max_examples=30)
settings.load_profile("library")


def pytest_runtest_setup(item):
    """Leave out what needs a GPU where there is none."""
    if item.get_closest_marker("gpu") and not torch.cuda.is_available():
        pytest.skip("no GPU")


def _every_reduction():
    """Linear nets in every way; of the others so many that any two choices meet: every second one."""
    for activation, (place, order) in product(ACTIVATIONS, enumerate(WEIGHT_ORDERS)):
        step = 1 if activation == "linear" else len(WEIGHT_ORDERS)
        kind = f"{activation}-{order}"
        for codes in POSITION_CODES[place % step :: step]:
            net = Architecture((4, 2, 2, 1), activation, order=order)
            yield pytest.param(Weightwise(net, codes), id=f"weightwise-{kind}-{codes}")
        for aggregate in AGGREGATES[place % step :: step]:
            net = Architecture((4, 2, 1, 4), activation, order=order)  # 14 weights in 4 sub-lists leave a remainder
            yield pytest.param(Aggregating(net, aggregate), id=f"aggregating-{kind}-{aggregate}")
        net = Architecture((1, 2, 2, 1), activation, recurrent=True, order=order)
        yield pytest.param(Recurrent(net), id=f"recurrent-{kind}")
        net = Architecture((4, 3, 1), activation, order=order, linear_output=True)
        yield pytest.param(Weightwise(net), id=f"weightwise-{kind}-linear-output")


@pytest.fixture(params=_every_reduction())
def reduction(request):
    """Every reduction with every activation, order, codes and aggregate, any two of them together."""
    return request.param


@pytest.fixture(params=[Weightwise(), Aggregating(), Recurrent()], ids=["weightwise", "aggregating", "recurrent"])
def paper_reduction(request):
    """The three reductions of the paper on its linear nets."""
    return request.param


@pytest.fixture(scope="session", params=["float32", "float64"])
def dtype(request):
    """Both precisions, by name."""
    return request.param


@pytest.fixture(scope="session")
def seeded():
    """A generator from a seed."""
    return lambda seed=0: torch.Generator().manual_seed(seed)


@pytest.fixture
def images(seeded):
    """Noise in place of images, some of its pixels always 0, for training and for testing."""
    pixels = torch.rand(240, 12, generator=seeded(3))
    pixels[:, :3] = 0
    labels = (pixels.sum(1) * 9).long() % 4
    return Images("digits", 3, pixels[:200], labels[:200], pixels[200:], labels[200:], {"digits-images": "0"})


@pytest.fixture
def empty_book(tmp_path, monkeypatch):
    """An empty book as the place we are in."""
    folder = tmp_path / "empty"
    for name in saving.LANDMARKS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    monkeypatch.setenv("SRNN_ROOT", str(folder))
    return folder


@pytest.fixture
def noise_images(seeded, tmp_path, monkeypatch):
    """Noise in place of square images, as many and as large as asked for, and a run store of their own."""
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))

    def made(count, side, classes):
        pixels = torch.rand(count, side**2, generator=seeded(3))
        labels = (pixels[:, :classes].sum(1) * classes).long() % classes
        return Images("mnist", side, pixels, labels, pixels, labels, {})

    return made


@pytest.fixture
def few_images(noise_images):
    """Sixty images of nine pixels, in three classes."""
    return noise_images(60, 3, 3)


@pytest.fixture(scope="session")
def draw(seeded):
    """Random nets for a reduction."""

    def random_nets(reduction, nets, seed=0, dtype="float64"):
        return population.initialise(reduction.architecture, nets, seeded(seed), dtype=dtype)

    return random_nets


@pytest.fixture(scope="session")
def close():
    """Equal up to rounding: 1e-12 in double precision, 1e-5 in single, of the larger of the value and 1."""

    def compare(actual, expected):
        tolerance = {torch.float32: 1e-5, torch.float64: 1e-12}[actual.dtype]
        torch.testing.assert_close(actual, expected, rtol=tolerance, atol=tolerance)

    return compare


@pytest.fixture(scope="session")
def refused():
    """The block must end in a `BadInput` of one line that says all the given words, whatever types it was given."""

    @contextmanager
    def expect(*words):
        with typecheck.unchecked(), pytest.raises(BadInput) as caught:
            yield
        message = str(caught.value)
        assert "\n" not in message
        assert [word for word in words if word not in message] == []

    return expect
