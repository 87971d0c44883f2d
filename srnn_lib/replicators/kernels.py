"""Steps of training, compiled: each block of nets takes all its steps before the next block is loaded.

Nets lie next to each other in memory, up to `LANES` of them make a block, and every loop over lanes works on one row of
it. So what a block needs stays in the processor's nearest memory, and a few wide instructions do a row. Lanes never
meet: a net receives the same bits whoever stands beside it. On any processor, sums are taken in the order written here.

Numba compiles these functions at their first call, once for float32 and once for float64, and keeps them on disk. They
know no tensors; `compiled` prepares what they take. The same arithmetic, in the open, is that of `engines`.
"""

import math
from typing import Any, NamedTuple, no_type_check

import numpy as np
from numba import njit

LANES = 256
LINEAR, TANH, RELU, SIGMOID = range(4)
WEIGHTWISE, AGGREGATING, RECURRENT = range(3)

jit = njit(cache=True, error_model="numpy")


class Layout(NamedTuple):
    """How a reduction trains its nets, as numbers and arrays.

    Attributes:
        kind: WEIGHTWISE, AGGREGATING or RECURRENT.
        closed: Whether all pairs of a linear weightwise net are taken at once, by its effective row.
        places: Where each matrix has its entries in the flat weights, shape `(M, rows, columns)`, as large as the
            largest; recurrent nets have each layer's matrix on its own past behind the one on its inputs.
        widths: Cells of every layer, inputs first.
        starts: The first cell of every layer, and the number of cells.
        activations: One of LINEAR … SIGMOID per layer behind the first.
        positions: Of the weights of a weightwise net, shape `(W, codes)`.
        edges: Where the sub-lists of an aggregating net begin, and W.
        largest: Whether a sub-list is read as its largest member and not as its mean.
    """

    kind: int
    closed: bool
    places: Any
    widths: Any
    starts: Any
    activations: Any
    positions: Any
    edges: Any
    largest: bool


class Nets(NamedTuple):
    """What is trained, on what, and in which order; the first two are changed in place.

    Attributes:
        weights: `(W, N)`.
        velocity: `(W, N)`, or no columns where there is no momentum.
        teacher: The nets on whose weights these train, `(W, N)`, or no columns where they train on themselves.
        orders: In which each net meets its pairs, `(steps, N, B)`, or no rows for the full batch.
    """

    weights: Any
    velocity: Any
    teacher: Any
    orders: Any


class Rates(NamedTuple):
    """Learning rate and momentum, in the precision of the weights, and the steps after which the velocity is forgotten.

    `reset_every` is 0 where it is kept.
    """

    learning: Any
    momentum: Any
    reset_every: int


class Block(NamedTuple):
    """The working memory of one block, each entry with one column per lane.

    Attributes:
        weights: `(W, lanes)`.
        velocity: `(W, lanes)`.
        gradient: `(W, lanes)`; zero between two updates.
        cells: What each cell puts out; recurrent nets have one set of cells per moment.
        owed: The derivative of the loss by each of these.
        pieces: What the nets read: weights, or one value per sub-list.
        order: That of the pairs.
    """

    weights: Any
    velocity: Any
    gradient: Any
    cells: Any
    owed: Any
    pieces: Any
    order: Any


@jit
@no_type_check
def take_steps(nets: Nets, layout: Layout, rates: Rates, done: int, steps: int) -> None:
    """Take `steps` steps of training; `done` is the number of those before, of which the resets go on."""
    lanes = _lanes(nets.weights.shape[1])
    block = _block(nets.weights, layout, lanes)
    for first in range(0, nets.weights.shape[1], lanes):
        _copy(nets.weights, first, block.weights)
        if nets.velocity.shape[1]:
            _copy(nets.velocity, first, block.velocity)
        if nets.teacher.shape[1]:
            _read(layout, nets.teacher, first, block.pieces)
        for step in range(steps):
            if rates.reset_every and (done + step) % rates.reset_every == 0:
                block.velocity[:] = 0
            if not nets.teacher.shape[1]:
                _read(layout, block.weights, 0, block.pieces)
            _step(layout, block, nets.orders[step : step + 1], first, rates)
        _write(block.weights, nets.weights, first)
        if nets.velocity.shape[1]:
            _write(block.velocity, nets.velocity, first)


@jit
@no_type_check
def _step(layout, block, orders, first, rates):
    """One step; `orders` has one row, or none for the full batch."""
    if len(orders):
        _copy(orders[0].T, first, block.order)
        _single_pairs(layout, block, rates)
        return
    if layout.kind == RECURRENT:
        _unrolled(layout, block)
    elif layout.kind == AGGREGATING:
        _sublists(layout, block)
    elif layout.closed:
        _effective_row(layout, block)
    else:
        _weight_by_weight(layout, block)
    _update(block, rates)


@jit
@no_type_check
def sorting(keys: np.ndarray) -> np.ndarray:
    """The places of each row's entries in ascending order, equal ones as they stand; shape `(N, B)`.

    The place of an entry is the number of those before it, which is counted without a branch.
    """
    lanes = _lanes(len(keys))
    lying, before = np.zeros((keys.shape[1], lanes), keys.dtype), np.zeros((keys.shape[1], lanes), np.int64)
    places = np.empty(keys.shape, np.int64)
    for first in range(0, len(keys), lanes):
        _copy(keys.T, first, lying)
        before[:] = 0
        for row in range(len(lying)):
            for other in range(row):
                _compare(lying, other, row, before)
        for lane in range(min(lanes, len(keys) - first)):
            for row in range(len(lying)):
                places[first + lane, before[row, lane]] = row
    return places


@jit
@no_type_check
def _compare(keys, row, later, before):
    for lane in range(keys.shape[1]):
        sooner = keys[row, lane] <= keys[later, lane]
        before[later, lane] += sooner
        before[row, lane] += 1 - sooner


@jit
@no_type_check
def _lanes(nets):
    """As many lanes as leave few of them empty, in steps of 8, which is the width of the widest instructions."""
    blocks = max(1, -(-nets // LANES))
    return max(8, -(-nets // blocks // 8) * 8)


@jit
@no_type_check
def _block(weights, layout, lanes):
    moments = len(weights) if layout.kind == RECURRENT else 1
    per_weight = np.zeros((len(weights), lanes), weights.dtype)
    per_cell = np.zeros((moments * layout.starts[-1], lanes), weights.dtype)
    return Block(
        weights=per_weight,
        velocity=per_weight.copy(),
        gradient=per_weight.copy(),
        pieces=per_weight.copy(),
        cells=per_cell,
        owed=per_cell.copy(),
        order=np.zeros(per_weight.shape, np.uint32),
    )


@jit
@no_type_check
def _copy(nets, first, into):
    """Load the nets from `first` on; lanes without a net hold zeros."""
    many = min(into.shape[1], nets.shape[1] - first)
    for row in range(len(nets)):
        into[row, :many] = nets[row, first : first + many]
        into[row, many:] = 0


@jit
@no_type_check
def _write(lanes, nets, first):
    many = min(lanes.shape[1], nets.shape[1] - first)
    nets[:, first : first + many] = lanes[:, :many]


@jit
@no_type_check
def _read(layout, nets, first, pieces):
    """What a net reads of the nets from `first` on."""
    if layout.kind != AGGREGATING:
        _copy(nets, first, pieces)
        return
    for part in range(len(layout.edges) - 1):
        low, high = layout.edges[part], layout.edges[part + 1]
        for lane in range(min(pieces.shape[1], nets.shape[1] - first)):
            members = nets[low:high, first + lane]
            pieces[part, lane] = _largest(members) if layout.largest else _mean(members)


@jit
@no_type_check
def _largest(members):
    """NaN if one of them is."""
    found = members[0]
    for value in members[1:]:
        if found == found and not value <= found:
            found = value
    return found


@jit
@no_type_check
def _mean(members):
    total = members[0]
    for value in members[1:]:
        total += value
    return total / members.dtype.type(len(members))


# Updates


@jit
@no_type_check
def _update(block, rates):
    """One step down the gradient, which is zero afterwards."""
    lanes = block.weights.shape[1]
    weights, velocity, gradient = block.weights, block.velocity, block.gradient
    for row in range(len(weights)):
        if rates.momentum:
            for lane in range(lanes):
                velocity[row, lane] = gradient[row, lane] + rates.momentum * velocity[row, lane]
                weights[row, lane] -= rates.learning * velocity[row, lane]
                gradient[row, lane] = 0
        else:
            for lane in range(lanes):
                weights[row, lane] -= rates.learning * gradient[row, lane]
                gradient[row, lane] = 0


@jit
@no_type_check
def _single_pairs(layout, block, rates):
    """One update per weight of the net that is read, in the order of each lane."""
    lanes = block.weights.shape[1]
    cells, output = block.cells, len(block.cells) - 1
    for turn in range(len(layout.positions)):
        for lane in range(lanes):
            cells[0, lane] = block.pieces[block.order[turn, lane], lane]
        for code in range(layout.positions.shape[1]):
            for lane in range(lanes):
                cells[1 + code, lane] = layout.positions[block.order[turn, lane], code]
        _forward(layout, block)
        for lane in range(lanes):
            error = cells[output, lane] - block.pieces[block.order[turn, lane], lane]
            block.owed[output, lane] = error + error
        _backward(layout, block)
        _update(block, rates)


@jit
@no_type_check
def _weight_by_weight(layout, block):
    lanes = block.weights.shape[1]
    cells, output = block.cells, len(block.cells) - 1
    share = block.weights.dtype.type(2 / len(layout.positions))
    for pair in range(len(layout.positions)):
        cells[0] = block.pieces[pair]
        for code in range(layout.positions.shape[1]):
            cells[1 + code] = layout.positions[pair, code]
        _forward(layout, block)
        for lane in range(lanes):
            block.owed[output, lane] = share * (cells[output, lane] - block.pieces[pair, lane])
        _backward(layout, block)


@jit
@no_type_check
def _sublists(layout, block):
    lanes = block.weights.shape[1]
    parts = len(layout.edges) - 1
    share, outputs = block.weights.dtype.type(2 / parts), len(block.cells) - parts
    block.cells[:parts] = block.pieces[:parts]
    _forward(layout, block)
    for part in range(parts):
        for lane in range(lanes):
            block.owed[outputs + part, lane] = share * (block.cells[outputs + part, lane] - block.pieces[part, lane])
    _backward(layout, block)


# Feed-forward nets


@jit
@no_type_check
def _forward(layout, block):
    """From the input cells to the output cells."""
    for layer in range(len(layout.activations)):
        _multiply(layout, layer, block.weights, block.cells)
        for cell in range(layout.starts[layer + 1], layout.starts[layer + 2]):
            _activate(layout.activations[layer], block.cells, cell)


@jit
@no_type_check
def _multiply(layout, layer, weights, cells):
    """From the cells of a layer to the sums that the next one receives."""
    source, target = layout.starts[layer], layout.starts[layer + 1]
    for row in range(layout.widths[layer + 1]):
        cells[target + row] = 0
        for column in range(layout.widths[layer]):
            _add(cells[target + row], weights[layout.places[layer, row, column]], cells[source + column])


@jit
@no_type_check
def _backward(layout, block):
    """From what the outputs owe to the gradient, which is added to the one that is there."""
    cells, owed, weights, gradient = block.cells, block.owed, block.weights, block.gradient
    owed[: layout.starts[len(layout.activations)]] = 0
    for layer in range(len(layout.activations) - 1, -1, -1):
        source, target = layout.starts[layer], layout.starts[layer + 1]
        for row in range(layout.widths[layer + 1]):
            _through(layout.activations[layer], owed, cells, target + row)
            for column in range(layout.widths[layer]):
                weight = layout.places[layer, row, column]
                _add(gradient[weight], owed[target + row], cells[source + column])
                if layer:
                    _add(owed[source + column], weights[weight], owed[target + row])


@jit
@no_type_check
def _effective_row(layout, block):
    """The gradient on all pairs of a linear net with one output, without going through them one by one.

    `owed` holds what the output owes to each cell; that of the inputs is the effective row. `cells` holds what reaches
    each cell of the sum over all pairs, each times its error.
    """
    cells, owed, weights, output = block.cells, block.owed, block.weights, len(block.cells) - 1
    owed[:output], owed[output] = 0, 1
    for layer in range(len(layout.activations) - 1, -1, -1):
        source, target = layout.starts[layer], layout.starts[layer + 1]
        for row in range(layout.widths[layer + 1]):
            for column in range(layout.widths[layer]):
                _add(owed[source + column], weights[layout.places[layer, row, column]], owed[target + row])
    _weighed_errors(layout, block)
    for layer in range(len(layout.activations)):
        _multiply(layout, layer, weights, cells)
        source, target = layout.starts[layer], layout.starts[layer + 1]
        for row in range(layout.widths[layer + 1]):
            for column in range(layout.widths[layer]):
                _add(block.gradient[layout.places[layer, row, column]], owed[target + row], cells[source + column])


@jit
@no_type_check
def _weighed_errors(layout, block):
    """Into the input cells: the inputs of all pairs, each times its error, summed up.

    Half of the positions are 0, and what they would add is left out.
    """
    lanes = block.weights.shape[1]
    cells, owed, pieces, error = block.cells, block.owed, block.pieces, block.gradient[0]
    pairs, codes = layout.positions.shape
    share, one = cells.dtype.type(2 / pairs), cells.dtype.type(1)
    cells[: codes + 1] = 0
    for pair in range(pairs):
        for lane in range(lanes):
            error[lane] = (owed[0, lane] - one) * pieces[pair, lane]
        for code in range(codes):
            position = layout.positions[pair, code]
            for lane in range(lanes if position else 0):
                error[lane] += position * owed[1 + code, lane]
        for lane in range(lanes):
            cells[0, lane] += share * pieces[pair, lane] * error[lane]
        for code in range(codes):
            position = share * layout.positions[pair, code]
            for lane in range(lanes if position else 0):
                cells[1 + code, lane] += position * error[lane]
    error[:] = 0


# Recurrent nets


@jit
@no_type_check
def _unrolled(layout, block):
    """The gradient of a recurrent net on the sequence of all pieces, by backpropagation through time."""
    lanes = block.weights.shape[1]
    cells, owed, pieces = block.cells, block.owed, block.pieces
    width, moments = layout.starts[-1], len(block.weights)
    share = block.weights.dtype.type(2 / moments)
    owed[:] = 0
    for moment in range(moments):
        cells[moment * width] = pieces[moment]
        _moment(layout, block, moment * width)
        output = (moment + 1) * width - 1
        for lane in range(lanes):
            owed[output, lane] = share * (cells[output, lane] - pieces[moment, lane])
    for moment in range(moments - 1, -1, -1):
        _moment_back(layout, block, moment * width)


@jit
@no_type_check
def _moment(layout, block, now):
    """The cells of one moment, the first of which is cell `now`; one moment earlier lies one set of cells before."""
    cells, weights, width = block.cells, block.weights, layout.starts[-1]
    for layer in range(len(layout.activations)):
        source, target = now + layout.starts[layer], now + layout.starts[layer + 1]
        for row in range(layout.widths[layer + 1]):
            cells[target + row] = 0
            for column in range(layout.widths[layer]):
                _add(cells[target + row], weights[layout.places[2 * layer, row, column]], cells[source + column])
            for column in range(layout.widths[layer + 1] if now else 0):
                weight, before = layout.places[2 * layer + 1, row, column], target + column - width
                _add(cells[target + row], weights[weight], cells[before])
            _activate(layout.activations[layer], cells, target + row)


@jit
@no_type_check
def _moment_back(layout, block, now):
    cells, owed, weights, gradient, width = block.cells, block.owed, block.weights, block.gradient, layout.starts[-1]
    for layer in range(len(layout.activations) - 1, -1, -1):
        source, target = now + layout.starts[layer], now + layout.starts[layer + 1]
        for row in range(layout.widths[layer + 1]):
            _through(layout.activations[layer], owed, cells, target + row)
            for column in range(layout.widths[layer]):
                weight = layout.places[2 * layer, row, column]
                _add(gradient[weight], owed[target + row], cells[source + column])
                if layer:
                    _add(owed[source + column], weights[weight], owed[target + row])
            for column in range(layout.widths[layer + 1] if now else 0):
                weight, before = layout.places[2 * layer + 1, row, column], target + column - width
                _add(gradient[weight], owed[target + row], cells[before])
                _add(owed[before], weights[weight], owed[target + row])


# Rows of lanes


@jit
@no_type_check
def _add(row, left, right):
    """Add the product of two rows to a third."""
    for lane in range(len(row)):
        row[lane] += left[lane] * right[lane]


@jit
@no_type_check
def _activate(activation, cells, row):
    lanes = cells.shape[1]
    zero, one = cells.dtype.type(0), cells.dtype.type(1)
    if activation == TANH:
        for lane in range(lanes):
            cells[row, lane] = math.tanh(cells[row, lane])
    elif activation == SIGMOID:
        for lane in range(lanes):
            cells[row, lane] = one / (one + math.exp(-cells[row, lane]))
    elif activation == RELU:
        for lane in range(lanes):
            cells[row, lane] = zero if cells[row, lane] <= zero else cells[row, lane]


@jit
@no_type_check
def _through(activation, owed, cells, row):
    """What is owed to the output of a cell becomes what is owed to its sum of inputs."""
    lanes = cells.shape[1]
    zero, one = cells.dtype.type(0), cells.dtype.type(1)
    if activation == TANH:
        for lane in range(lanes):
            owed[row, lane] *= one - cells[row, lane] * cells[row, lane]
    elif activation == SIGMOID:
        for lane in range(lanes):
            owed[row, lane] *= cells[row, lane] * (one - cells[row, lane])
    elif activation == RELU:
        for lane in range(lanes):
            owed[row, lane] = zero if cells[row, lane] <= zero else owed[row, lane]
