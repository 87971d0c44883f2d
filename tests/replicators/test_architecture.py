"""Nets: how many weights, in which order, at which positions, and what they compute."""

import oracle
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from srnn_lib.replicators.architecture import ACTIVATIONS, POSITION_CODES, WEIGHT_ORDERS, Architecture, nets_adjacent
from srnn_lib.replicators.reductions import Aggregating, Recurrent, Weightwise

HIDDEN = st.lists(st.integers(1, 5), min_size=0, max_size=3).map(tuple)


@pytest.mark.parametrize(
    ("architecture", "weights"),
    [
        (Weightwise().architecture, 14),
        (Aggregating().architecture, 20),
        (Recurrent().architecture, 17),
        (Architecture((5, 2, 2, 1)), 16),
        (Architecture((5, 3, 3, 1)), 27),
        (Architecture((5, 6, 6, 1)), 72),
    ],
)
def test_weights_per_net(architecture, weights):
    assert architecture.weight_count == weights


@pytest.mark.parametrize(
    ("order", "first", "second"),
    [("target", [[0, 1, 2], [3, 4, 5]], [[6, 7]]), ("source", [[0, 2, 4], [1, 3, 5]], [[6, 7]])],
)
def test_order_of_the_flat_vector(order, first, second):
    kernels = Architecture((3, 2, 1), order=order).split(torch.arange(8)[None])
    assert [kernel[..., 0].tolist() for kernel in kernels] == [first, second]


def test_recurrent_matrices_follow_their_kernels():
    net = Architecture((1, 2, 1), recurrent=True)
    assert [(m.layer, m.rows, m.columns, m.recurrent) for m in net.matrices] == [
        (0, 2, 1, False), (0, 2, 2, True), (1, 1, 2, False), (1, 1, 1, True),
    ]  # fmt: skip


@given(hidden=HIDDEN, order=st.sampled_from(WEIGHT_ORDERS), recurrent=st.booleans())
def test_join_undoes_split(hidden, order, recurrent):
    net = Architecture((4, *hidden, 1), order=order, recurrent=recurrent)
    flat = torch.arange(3.0 * net.weight_count).reshape(3, net.weight_count)
    assert torch.equal(net.join(net.split(flat)), flat)
    assert [m.shape for m in net.split(flat)] == [(m.rows, m.columns, 3) for m in net.matrices]
    assert [m.shape for m in net.layers(flat)] == [(3, m.rows, m.columns) for m in net.matrices]


@pytest.mark.parametrize("order", WEIGHT_ORDERS)
def test_joined_nets_lie_beside_each_other_in_memory(order):
    net = Architecture((4, 3, 1), order=order)
    joined = net.join(net.split(torch.arange(45.0).view(3, 15)))
    assert joined.T.is_contiguous()
    assert torch.equal(nets_adjacent(joined), joined)
    assert nets_adjacent(joined.contiguous()).stride() == joined.stride()


def test_a_split_shows_the_weights_themselves():
    net = Architecture((3, 2, 1))
    flat = torch.zeros(2, 8)
    for number, matrix in enumerate(net.split(flat), start=1):
        matrix[0, 0] = number
    assert flat.tolist() == [[1, 0, 0, 0, 0, 0, 2, 0]] * 2


def test_weights_of_another_architecture_are_not_split(refused):
    with refused("number of weights", "is 7", "8, that of this architecture"):
        Architecture((3, 2, 1)).split(torch.zeros(2, 7))


def test_forward_equals_the_plain_net(reduction, dtype, draw, close):
    weights = draw(reduction, 3, dtype=dtype)
    inputs = draw(reduction, 3, seed=1, dtype=dtype)[:, : 2 * reduction.architecture.widths[0]].reshape(3, 2, -1)
    with torch.no_grad():
        plain = [net(rows) for net, rows in zip(oracle.nets(reduction, weights), inputs, strict=True)]
    close(reduction.architecture.forward(weights, inputs), torch.stack(plain))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_last_layer_is_activated_too(name):
    net = Architecture((1, 1), activation=name)
    answer = net.forward(torch.tensor([[-2.0]]), torch.ones(1, 1, 1)).item()
    assert answer == pytest.approx({"linear": -2.0, "tanh": -0.9640276, "relu": 0.0, "sigmoid": 0.1192029}[name])


@pytest.mark.parametrize("recurrent", [False, True])
def test_a_linear_output_spares_only_the_last_layer(recurrent):
    net = Architecture((1, 1, 1), "relu", recurrent, linear_output=True)
    kernels = net.join([torch.full((1, 1, 1), -1.0 if not m.recurrent else 0.0) for m in net.matrices])
    answers = net.forward(kernels.expand(2, -1), torch.tensor([[[-2.0]], [[2.0]]]))
    assert answers.flatten().tolist() == [-2.0, 0.0]


def test_a_recurrent_net_starts_from_zero_and_remembers():
    net = Architecture((1, 1), recurrent=True)
    outputs = net.forward(torch.tensor([[2.0, 0.5]]), torch.tensor([[[1.0], [0.0], [3.0]]]))
    assert outputs.flatten().tolist() == [2.0, 1.0, 6.5]


def test_the_flat_order_only_names_the_weights(draw):
    target, source = Architecture(order="target"), Architecture(order="source")
    weights, inputs = draw(Weightwise(), 5), draw(Weightwise(), 5, seed=1)[:, :12].reshape(5, 3, 4)
    renamed = source.join(target.split(weights))
    assert not torch.equal(weights, renamed)
    assert torch.equal(target.forward(weights, inputs), source.forward(renamed, inputs))


# Codes of the weights of 4-2-2-1, as the authors' branches give them.
_LAYERS = [0] * 8 + [0.5] * 4 + [1] * 2
_THIRDS = [0, 1 / 3, 2 / 3, 1]
JOURNAL_2021 = (_LAYERS, [0] * 4 + [1] * 4 + [0, 0, 1, 1] + [0, 0], _THIRDS * 2 + [0, 1] * 2 + [0, 1])
KERAS_2019 = (_LAYERS, [third for third in _THIRDS for _ in range(2)] + [0, 0, 1, 1] + [0, 1], [0, 1] * 6 + [0, 0])
JOURNAL_2022 = ([0] * 8 + [1] * 4 + [2] * 2, JOURNAL_2021[1], [0, 1, 2, 3] * 2 + [0, 1] * 2 + [0, 1])
# Of 5-2-2-1, the particles of the organism networks.
_FIFTHS = [0, 0.25, 0.5, 0.75, 1]
SWARM = ([0] * 10 + [0.5] * 4 + [1] * 2, [0] * 5 + [1] * 5 + [0, 0, 1, 1] + [0, 0], _FIFTHS * 2 + [0, 0.25] * 3)


@pytest.mark.parametrize(
    ("net", "codes", "table"),
    [
        (Architecture(order="source"), "keras", KERAS_2019),
        (Architecture(), "layer", JOURNAL_2021),
        (Architecture(), "raw", JOURNAL_2022),
        (Architecture((5, 2, 2, 1)), "global", SWARM),
    ],
    ids=["keras", "layer", "raw", "global"],
)
def test_positions_are_those_of_the_authors(net, codes, table):
    torch.testing.assert_close(net.positions(codes), torch.tensor(table, dtype=torch.float64).T)


def test_norm_codes_have_columns_of_length_one():
    codes = Architecture().positions("norm")
    torch.testing.assert_close(codes.norm(dim=0), torch.ones(3, dtype=torch.float64))
    raw = Architecture().positions("raw")
    torch.testing.assert_close(codes * raw.norm(dim=0), raw)


@given(hidden=HIDDEN, order=st.sampled_from(WEIGHT_ORDERS), codes=st.sampled_from(POSITION_CODES))
def test_positions_of_any_net(hidden, order, codes):
    reduction = Weightwise(Architecture((4, *hidden, 1), order=order), codes)
    expected = torch.tensor(oracle.position_codes(reduction), dtype=torch.float64)
    torch.testing.assert_close(reduction.positions, expected)
    assert reduction.positions.isfinite().all()
    assert codes == "raw" or (reduction.positions.min() >= 0 and reduction.positions.max() <= 1)


@given(hidden=HIDDEN, order=st.sampled_from(WEIGHT_ORDERS), outputs=st.integers(1, 3))
def test_the_effective_matrix_answers_unit_inputs(hidden, order, outputs):
    net = Architecture((4, *hidden, outputs), order=order)
    weights = torch.randn(3, net.weight_count, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    answers = net.forward(weights, torch.eye(4, dtype=torch.float64).expand(3, 4, 4))
    torch.testing.assert_close(net.effective(weights).mT, answers)


@pytest.mark.parametrize("net", [Architecture(activation="tanh"), Architecture((1, 2, 1), recurrent=True)])
def test_only_linear_nets_come_down_to_one_matrix(net, refused):
    with refused("architecture", "linear ones without feedback"):
        net.effective(torch.zeros(1, net.weight_count))


def test_the_effective_row_is_the_only_one_of_a_net():
    net = Architecture((4, 2, 2, 1))
    weights = torch.randn(3, net.weight_count, generator=torch.Generator().manual_seed(1))
    rows = torch.stack([net.effective_row(each) for each in weights])
    torch.testing.assert_close(rows, net.effective(weights)[:, 0])


def test_a_net_with_several_outputs_has_no_effective_row(refused):
    net = Architecture((4, 2, 2, 4))
    with refused("number of outputs is 4", "1"):
        net.effective_row(torch.zeros(net.weight_count))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"activation": "sigmoit"}, ("activation", "'sigmoit'", "linear, tanh", "'sigmoid'")),
        ({"order": "targets"}, ("order", "target, source", "did you mean 'target'?")),
        ({"widths": (4,)}, ("widths", "(4,)", "an input and an output")),
        ({"widths": (4, 0, 1)}, ("width", "is 0", "1 or more")),
        ({"widths": (4, -2, 1)}, ("width", "-2", "1 or more")),
        ({"widths": (4, 2.5, 1)}, ("width", "2.5", "whole number")),
        ({"widths": (4, float("nan"), 1)}, ("width", "nan", "whole number")),
        ({"widths": 4}, ("widths", "4")),
        ({"widths": None}, ("widths", "None")),
    ],
)
def test_bad_architectures_are_refused(settings, words, refused):
    with refused(*words):
        Architecture(**settings)


def test_unknown_codes_are_refused(refused):
    with refused("codes", "'laier'", "layer, keras, raw, global, norm", "did you mean 'layer'?"):
        Architecture().positions("laier")
