// Made from book/explorables/digit.js by `python -m srnn_lib explorables`.
(() => {
"use strict";
// Nets as the library has them: self-application, self-training and outcomes of linear nets, one net at a time.
//
// A net is an array of W numbers. Every sum is taken in the order in which the library's kernels take it, and every
// result goes through `round`: `exact` for float64, `Math.fround` for float32. Tests hold both to the library.

const exact = (number) => number;

const OUTCOMES = ["divergent", "zero", "fixpoint", "second order", "other"];

const PRESETS = {
  alife2019: {rate: 0.01, batch: "single", epsilon: 1e-4, init: "glorot", order: "source", codes: "keras"},
  artl2021: {rate: 0.04, batch: "full", epsilon: 1e-5, init: "fan-in", order: "target", codes: "layer"},
  organism2022: {rate: 0.004, momentum: 0.9, batch: "full", epsilon: 1e-5, init: "glorot", order: "target", codes: "global", weightwise: [5, 3, 3, 1]},
};

// What a net is made of, and how it reads a net. `kind` is weightwise, aggregating or recurrent; the particles of
// organisms are weightwise nets of other widths, with a fifth input that is 0 here.
function reduction(kind, {order, codes, weightwise = [4, 2, 2, 1]} = PRESETS.artl2021, round = exact) {
  const widths = {weightwise, aggregating: [4, 2, 2, 4], recurrent: [1, 2, 2, 1]}[kind];
  const matrices = [];
  let count = 0;
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const rows = widths[layer + 1];
    for (const columns of kind === "recurrent" ? [widths[layer], rows] : [widths[layer]]) {
      const first = count;
      const place = order === "source"
        ? (row, column) => first + column * rows + row
        : (row, column) => first + row * columns + column;
      const places = Array.from({length: rows}, (_, row) => Array.from({length: columns}, (_, column) => place(row, column)));
      const flat = Int32Array.from(places.flat());
      matrices.push({layer, rows, columns, places, flat, feedback: kind === "recurrent" && matrices.length % 2 === 1});
      count += rows * columns;
    }
  }
  const starts = [0];
  for (const width of widths) starts.push(starts[starts.length - 1] + width);
  const made = {kind, widths, matrices, count, starts, round};
  if (kind === "weightwise") made.positions = positions(made, codes);
  if (kind === "aggregating") made.edges = edges(count, widths[0]);
  return made;
}

// Layer, cell and place of every weight, each divided by the largest index of its layer ("global": of the net).
function positions({matrices, widths, count, round}, codes) {
  const found = Array(count);
  const [mostRows, mostColumns] = [Math.max(...widths.slice(1)), Math.max(...widths.slice(0, -1))];
  const share = (index, size) => round(index / Math.max(1, size - 1));
  for (const {layer, rows, columns, places} of matrices) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [cell, place] = codes === "global" ? [share(row, mostRows), share(column, mostColumns)] : [share(row, rows), share(column, columns)];
        found[places[row][column]] = [share(layer, matrices.length), ...(codes === "keras" ? [place, cell] : [cell, place])];
      }
    }
  }
  return found;
}

// Where the sub-lists of an aggregating net begin, and the end of the last one, which takes the remainder.
function edges(count, parts) {
  const size = Math.floor(count / parts);
  return Array.from({length: parts + 1}, (_, part) => (part < parts ? part * size : count));
}

function means(how, net) {
  const {edges, round} = how, found = [];
  for (let part = 0; part + 1 < edges.length; part++) {
    let total = net[edges[part]];
    for (let place = edges[part] + 1; place < edges[part + 1]; place++) total = round(total + net[place]);
    found.push(round(total / (edges[part + 1] - edges[part])));
  }
  return found;
}

// From the input cells to the output cells of a net without feedback.
function forward({matrices, starts, round}, net, cells) {
  for (let layer = 0; layer < matrices.length; layer++) {
    const {rows, columns, flat} = matrices[layer], source = starts[layer], target = starts[layer + 1];
    for (let row = 0, entry = 0; row < rows; row++) {
      let total = 0;
      for (let column = 0; column < columns; column++, entry++) {
        total = round(total + round(net[flat[entry]] * cells[source + column]));
      }
      cells[target + row] = total;
    }
  }
}

// From what the outputs owe to the gradient, which is added to the one that is there.
function backward({matrices, starts, round}, net, cells, owed, gradient) {
  owed.fill(0, 0, starts[matrices.length]);
  for (let layer = matrices.length - 1; layer >= 0; layer--) {
    const {rows, columns, flat} = matrices[layer], source = starts[layer], target = starts[layer + 1];
    for (let row = 0, entry = 0; row < rows; row++) {
      const debt = owed[target + row];
      for (let column = 0; column < columns; column++, entry++) {
        const weight = flat[entry];
        gradient[weight] = round(gradient[weight] + round(debt * cells[source + column]));
        if (layer) owed[source + column] = round(owed[source + column] + round(net[weight] * debt));
      }
    }
  }
}

// One moment of a recurrent net; `now` is the first of its cells, and one moment earlier lies one set of cells before.
function moment({matrices, starts, round}, net, cells, now, width) {
  for (let layer = 0; layer < matrices.length / 2; layer++) {
    const source = now + starts[layer], target = now + starts[layer + 1];
    const [drive, past] = [matrices[2 * layer], matrices[2 * layer + 1]];
    for (let row = 0; row < drive.rows; row++) {
      let total = 0;
      for (let column = 0; column < drive.columns; column++) {
        total = round(total + round(net[drive.places[row][column]] * cells[source + column]));
      }
      for (let column = 0; column < (now ? past.columns : 0); column++) {
        total = round(total + round(net[past.places[row][column]] * cells[target + column - width]));
      }
      cells[target + row] = total;
    }
  }
}

function momentBack({matrices, starts, round}, net, cells, owed, gradient, now, width) {
  for (let layer = matrices.length / 2 - 1; layer >= 0; layer--) {
    const source = now + starts[layer], target = now + starts[layer + 1];
    const [drive, past] = [matrices[2 * layer], matrices[2 * layer + 1]];
    for (let row = 0; row < drive.rows; row++) {
      const debt = owed[target + row];
      for (let column = 0; column < drive.columns; column++) {
        const weight = drive.places[row][column];
        gradient[weight] = round(gradient[weight] + round(debt * cells[source + column]));
        if (layer) owed[source + column] = round(owed[source + column] + round(net[weight] * debt));
      }
      for (let column = 0; column < (now ? past.columns : 0); column++) {
        const weight = past.places[row][column], before = target + column - width;
        gradient[weight] = round(gradient[weight] + round(debt * cells[before]));
        owed[before] = round(owed[before] + round(net[weight] * debt));
      }
    }
  }
}

// What `net` makes of `other`: a new array.
function apply(how, net, other = net) {
  const {kind, count, widths, starts, round} = how, made = new Float64Array(count);
  const width = starts[starts.length - 1], cells = new Float64Array(kind === "recurrent" ? count * width : width);
  if (kind === "weightwise") {
    for (let weight = 0; weight < count; weight++) {
      cells[0] = other[weight];
      cells.set(how.positions[weight], 1);
      forward(how, net, cells);
      made[weight] = cells[width - 1];
    }
  } else if (kind === "aggregating") {
    cells.set(means(how, other));
    forward(how, net, cells);
    for (let part = 0; part < widths[0]; part++) made.fill(cells[width - widths[0] + part], how.edges[part], how.edges[part + 1]);
  } else {
    for (let weight = 0; weight < count; weight++) {
      cells[weight * width] = other[weight];
      moment(how, net, cells, weight * width, width);
      made[weight] = cells[(weight + 1) * width - 1];
    }
  }
  return made.map(round);
}

// The one row W_L … W_1 to which a weightwise net comes down: (e_v, e_l, e_c, e_p).
function effectiveRow({matrices, round}, net) {
  let row = [1];
  for (const {rows, columns, places} of [...matrices].reverse()) {
    const next = Array(columns).fill(0);
    for (let target = 0; target < rows; target++) {
      for (let source = 0; source < columns; source++) {
        next[source] = round(next[source] + round(net[places[target][source]] * row[target]));
      }
    }
    row = next;
  }
  return row;
}

// The gradient of the mean squared error over all pairs of a weightwise net, by its effective row.
function byEffectiveRow(how, net, pieces, gradient) {
  const {matrices, starts, positions: places, count, round} = how;
  const owed = new Float64Array(starts[starts.length - 1]), cells = new Float64Array(owed.length);
  owed[owed.length - 1] = 1;
  for (let layer = matrices.length - 1; layer >= 0; layer--) {
    const {rows, columns, places: here} = matrices[layer], source = starts[layer], target = starts[layer + 1];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        owed[source + column] = round(owed[source + column] + round(net[here[row][column]] * owed[target + row]));
      }
    }
  }
  const share = round(2 / count);
  for (let pair = 0; pair < count; pair++) {
    let error = round(round(owed[0] - 1) * pieces[pair]);
    for (let code = 0; code < 3; code++) error = round(error + round(places[pair][code] * owed[1 + code]));
    cells[0] = round(cells[0] + round(round(share * pieces[pair]) * error));
    for (let code = 0; code < 3; code++) {
      cells[1 + code] = round(cells[1 + code] + round(round(share * places[pair][code]) * error));
    }
  }
  forward(how, net, cells);
  for (let layer = 0; layer < matrices.length; layer++) {
    const {rows, columns, places: here} = matrices[layer];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        gradient[here[row][column]] = round(owed[starts[layer + 1] + row] * cells[starts[layer] + column]);
      }
    }
  }
}

function bySublists(how, net, read, gradient) {
  const {starts, widths, round} = how, width = starts[starts.length - 1], parts = widths[0];
  const cells = new Float64Array(width), owed = new Float64Array(width), pieces = means(how, read);
  cells.set(pieces);
  forward(how, net, cells);
  for (let part = 0; part < parts; part++) {
    owed[width - parts + part] = round(round(2 / parts) * round(cells[width - parts + part] - pieces[part]));
  }
  backward(how, net, cells, owed, gradient);
}

function throughTime(how, net, read, gradient) {
  const {count, starts, round} = how, width = starts[starts.length - 1], share = round(2 / count);
  const cells = new Float64Array(count * width), owed = new Float64Array(count * width);
  for (let time = 0; time < count; time++) {
    cells[time * width] = read[time];
    moment(how, net, cells, time * width, width);
    owed[(time + 1) * width - 1] = round(share * round(cells[(time + 1) * width - 1] - read[time]));
  }
  for (let time = count - 1; time >= 0; time--) momentBack(how, net, cells, owed, gradient, time * width, width);
}

// The net after one step of training on `read`, or on itself: a new array. `order` is that of the pairs, where a rule
// takes them singly. `velocity`, if given, is what the rule's momentum keeps between steps, and is changed.
function train(how, net, rule, {read = net, order, velocity} = {}) {
  const {kind, count, round} = how, rate = round(rule.rate), momentum = round(rule.momentum ?? 0), now = new Float64Array(net);
  const gradient = new Float64Array(count);
  const update = () => {
    for (let weight = 0; weight < count; weight++) {
      if (velocity) velocity[weight] = round(round(momentum * velocity[weight]) + gradient[weight]);
      now[weight] = round(now[weight] - round(rate * (velocity ?? gradient)[weight]));
      gradient[weight] = 0;
    }
  };
  if (kind === "weightwise" && rule.batch === "single") {
    const pieces = new Float64Array(read), width = how.starts[how.starts.length - 1];
    const cells = new Float64Array(width), owed = new Float64Array(width);
    for (const pair of order) {
      cells[0] = pieces[pair];
      for (let code = 0; code < 3; code++) cells[1 + code] = how.positions[pair][code];
      forward(how, now, cells);
      const error = round(cells[width - 1] - pieces[pair]);
      owed[width - 1] = round(error + error);
      backward(how, now, cells, owed, gradient);
      update();
    }
    return now;
  }
  ({weightwise: byEffectiveRow, aggregating: bySublists, recurrent: throughTime})[kind](how, now, read, gradient);
  update();
  return now;
}

const largest = (net) => net.reduce((most, weight) => (Math.abs(weight) > most || weight !== weight ? Math.abs(weight) : most), 0);

const distance = (one, other) => Math.sqrt(one.reduce((sum, weight, place) => sum + (weight - other[place]) ** 2, 0));

// The largest change of a weight; NaN where the net is divergent.
function change({round}, before, after) {
  return largest(before.map((weight, place) => round(after[place] - weight)));
}

const selfError = (how, net) => change(how, net, apply(how, net));

const isDivergent = (net) => !net.every(Number.isFinite);

const isZero = (net, epsilon) => largest(net) < epsilon;

// The first class that fits, in the order of OUTCOMES.
function classify(how, net, epsilon = 1e-5) {
  const margin = how.round(epsilon);
  if (isDivergent(net)) return "divergent";
  if (isZero(net, margin)) return "zero";
  const once = apply(how, net);
  if (change(how, net, once) < margin) return "fixpoint";
  return change(how, net, apply(how, net, once)) < margin ? "second order" : "other";
}

// Organisms as the library has them: networks whose every weight is a net, a particle, that also learns to replicate.
//
// A linear particle multiplies by one number, its gain, so an organism answers as the ordinary network of its gains.


// The shape of an organism. `how` is the reduction of its particles; `residual` says whether every layer between two
// hidden ones adds its input to its output, and `activate` is applied after every hidden layer.
function organismOf(widths, how, {activate = (value) => value, residual = false} = {}) {
  const layers = [];
  let count = 0;
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    layers.push({first: count, rows: widths[layer + 1], columns: widths[layer]});
    count += widths[layer] * widths[layer + 1];
  }
  return {widths, how, layers, count, activate, residual, round: how.round};
}

// The error function, by a series whose terms are all positive.
function erf(value) {
  if (Math.abs(value) > 6) return Math.sign(value);
  let [sum, term] = [value, value];
  for (let turn = 1; Math.abs(term) > 1e-17 * Math.abs(sum); turn++) {
    term *= (2 * value * value) / (2 * turn + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-value * value) * sum;
}

const gelu = (value) => 0.5 * value * (1 + erf(value / Math.SQRT2));

// What a particle answers to (0, 0, 0, 0, 1), with what reaches its cells on the way.
function asked(how, net) {
  const cells = new Float64Array(how.starts[how.starts.length - 1]);
  cells[4] = 1;
  forward(how, net, cells);
  return cells;
}

const gainsOf = ({how}, particles) => Float64Array.from(particles, (net) => asked(how, net).at(-1));

// What reaches every layer of weights of the network with these gains, and last its outputs.
function signalsOf({layers, activate, residual, round}, gains, inputs) {
  const seen = [Float64Array.from(inputs)];
  layers.forEach(({first, rows, columns}, layer) => {
    const below = seen[layer], last = layer === layers.length - 1;
    seen.push(Float64Array.from({length: rows}, (_, row) => {
      let total = 0;
      for (let column = 0; column < columns; column++) total = round(total + round(gains[first + row * columns + column] * below[column]));
      if (last) return total;
      const value = round(activate(total));
      return residual && layer ? round(value + below[row]) : value;
    }));
  });
  return seen;
}

const answerOf = (organism, gains, inputs) => signalsOf(organism, gains, inputs).at(-1);

// The derivative of the mean squared error on a batch by every gain; for organisms without activations.
function pullOf(organism, gains, {inputs, targets}) {
  const {layers, count, round} = organism, pull = new Float64Array(count), share = round(2 / targets.length);
  inputs.forEach((input, pair) => {
    const seen = signalsOf(organism, gains, input);
    let owed = [round(round(seen[layers.length][0] - targets[pair]) * share)];
    for (let layer = layers.length - 1; layer >= 0; layer--) {
      const {first, rows, columns} = layers[layer], next = new Float64Array(columns);
      for (let row = 0, entry = first; row < rows; row++) {
        for (let column = 0; column < columns; column++, entry++) {
          pull[entry] = round(pull[entry] + round(owed[row] * seen[layer][column]));
          next[column] = round(next[column] + round(gains[entry] * owed[row]));
        }
      }
      owed = next;
    }
  });
  return pull;
}

// Particles after one batch: `selfSteps` of training on themselves, whose momentum begins anew, then one step on the task
// with the momentum kept in `velocity`, which is changed; without a batch the particles train on themselves alone.
function lesson(organism, particles, velocity, rule, {selfSteps, batch}) {
  const {how, round} = organism, [rate, momentum] = [round(rule.rate), round(rule.momentum)];
  let now = particles.map((net) => {
    const moving = new Float64Array(net.length);
    for (let step = 0; step < selfSteps; step++) net = train(how, net, rule, {velocity: moving});
    return net;
  });
  if (!batch) return now;
  const pull = pullOf(organism, gainsOf(organism, now), batch);
  return now.map((net, number) => {
    const cells = asked(how, net), owed = new Float64Array(cells.length), gradient = new Float64Array(net.length);
    owed[cells.length - 1] = pull[number];
    backward(how, net, cells, owed, gradient);
    return Float64Array.from(net, (weight, place) => {
      velocity[number][place] = round(round(momentum * velocity[number][place]) + gradient[place]);
      return round(weight - round(rate * velocity[number][place]));
    });
  });
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Mean over the particles of the mean squared self-error.
function replicationLoss({how, round}, particles) {
  return mean(particles.map((net) => mean([...apply(how, net)].map((made, place) => round(made - net[place]) ** 2))));
}

// Mean absolute and mean squared error of sums.
function taskErrors(organism, particles, {inputs, targets}) {
  const gains = gainsOf(organism, particles);
  const off = inputs.map((input, pair) => organism.round(answerOf(organism, gains, input)[0] - targets[pair]));
  return {absolute: mean(off.map(Math.abs)), squared: mean(off.map((each) => each * each))};
}

// Numbers that a page carries: the way back from text.

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

// float32 in base64, little-endian.
function floats(text) {
  const view = new DataView(bytes(text).buffer);
  return Float64Array.from({length: view.byteLength / 4}, (_, place) => view.getFloat32(4 * place, true));
}

const rows = (values, size) => Array.from({length: values.length / size}, (_, row) => values.slice(row * size, (row + 1) * size));

// Images of so many pixels: one sign for each of 17 levels; in [0, 1], as the library has them.
const levelsAsImages = (text, size) => rows(Float64Array.from(text, (sign) => Math.fround(Math.round((parseInt(sign, 17) * 255) / 16) / 255)), size);

const digitsOf = (text) => Array.from(text, Number);

// What a round pen leaves on a pad of square pixels, and ten digits drawn with a few lines of it.

const SIDE = 15;
const PIXELS = SIDE * SIDE;

// The pad after a line from one place to another; the pen is a little wider than a pixel.
function inked(pixels, [x1, y1], [x2, y2]) {
  const next = [...pixels], turns = Math.max(1, Math.ceil(4 * Math.hypot(x2 - x1, y2 - y1)));
  for (let turn = 0; turn <= turns; turn++) {
    const [x, y] = [x1 + ((x2 - x1) * turn) / turns, y1 + ((y2 - y1) * turn) / turns];
    for (let place = 0; place < PIXELS; place++) {
      next[place] = Math.max(next[place], Math.min(1, Math.max(0, 1.3 - Math.hypot((place % SIDE) - x, Math.floor(place / SIDE) - y))));
    }
  }
  return next;
}

// Corners of an arc around a centre; angles in twelfths of a turn, clockwise from the right.
function arc([x, y], [width, height], from, to) {
  const turns = Math.abs(to - from);
  return Array.from({length: turns + 1}, (_, turn) => {
    const angle = ((from + ((to - from) * turn) / turns) * Math.PI) / 6;
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

// The lines of every digit, by their corners.
const LINES = [
  [arc([7, 7], [3.2, 4.6], 0, 12)],
  [[[8, 2.5], [6.5, 11.5]]],
  [[...arc([7, 5], [3, 2.6], 6, 13), [4, 11.3], [10.5, 11.3]]],
  [arc([6.6, 4.6], [3, 2.2], 7, 15), arc([6.6, 9.2], [3.2, 2.4], 9, 17)],
  [[[4.5, 3], [4, 7], [10, 7]], [[9.8, 2.8], [9, 12]]],
  [[[10, 2.6], [5.4, 2.8], [4.8, 6.4], ...arc([6.8, 8.8], [3.2, 2.8], 9, 17)]],
  [[[8.6, 2.2], [5.6, 5], [4.4, 8.6], ...arc([7, 9.4], [2.6, 2.4], 6, 18)]],
  [[[3.6, 3.6], [10.4, 3.4], [6.6, 12]]],
  [arc([7.2, 4.6], [2.3, 2.2], 0, 12), arc([6.8, 9.4], [2.6, 2.5], 0, 12)],
  [arc([7, 5], [2.6, 2.4], 0, 12), [[9.6, 5], [8.6, 12]]],
];

// The pad with a digit on it.
function drawnDigit(digit) {
  const empty = Array(PIXELS).fill(0);
  return LINES[digit].reduce((pixels, line) => line.slice(1).reduce((now, corner, place) => inked(now, line[place], corner), pixels), empty);
}

// Made by `python -m srnn_lib explorables --data digit` (srnn_lib/experiments/page_data.py).

const DIGIT = {
  widths: [225, 5, 5, 5, 10],
  gains: "Ts6vvQQ03b6PT64+twQhP9VHDL92vS+/IkaPvZlP4D5AuyY9zR4qvwH9GD6gb4k/KE9TP78JET7+e1y+Zzj8PVqAkz48eGi+tFFfPk3QAL91mqG+kA20vp+ckT1GXmm+ACS7PsjVKL981hO/KU2gvlnQJT+SYLC+wAgJv4iYF77GA8w+yn4lPV4feL0nMig/HMTnPkTV7T8KuzI+rAADvQD/STwgqfw+kNmzvpaIRD7HrbW/bNUmPxu6Vz8R3ws+q5GcPpJBPz5oUxq+2SiAP6uSKD9xyzU/KmCXvUbfhD6zCr++j3baPs6IR71+8RG/ArBXP7jql75UmhI/lIL/vEJq070gToI+GrMKv8u6BD/i1FI+xaXPPgRvqD3tYhY+gJiuvhDIyz5eWW2+8NfGvkA3yz7uaZg+opswPirSBT5WXl6/uKb4vebzGD+UUh4/RjHGPpb9PT/SaDC+t/pEv8sO5L1ymlm/O7AyvwuOoL/5v5C9pXtvPXhqbL8qQoq/l00swNjHE76wDos/IGPOPhOs8D0Un2W/8ia+vlOJGD/GOha97lkkP4mkOj8tZNe+RiEtwGChrb8gYba/nhBHv58kN0As95+9pau3Pl44jb2cyGQ+euyGPmBjjD+pvtG9NcWFP9rlKz0q4au+ajiPPg9x9T3mPO++pv+fPk1Y3T+hwAM/DJjBvbrNqD4NC7O+Q9z8PQztFz2Acy29/0m2P1QdYT+8/xG+YkWjviIMU7/nria/6GPQPgCTyD81Cuk+ir0WvyQr7j06wLK+7tYhP4jRBbydiua+VBpEPieRbT7d3XI/Rk5FPu7H8T3JVzk+4je0vqT0zj0GeNS+lqXpPsgs772gdus9Z3ktPUbzAr7MC1a/T2sgvymx8z6Sc94/hdNDPmYxYz+g+5E+jOTHPn4B0r52Wui+HDuGPt4d6D43o5q+/J44P2LGSz0kus6+pib9vk7zYL/083u9E4YQPkNRND//SSu+kbm8PoNuzb3eFAE/AoHBPTClor4obB0+sMwLPg9kEr9A92g9ULxLvxAa+D0FbIM+ypm5PZtcNz+XYWU+wRghvyOYOT67aLU+RMU8v0Yrab9yMjk/4dwtPyIOWr9s+Os99hryPg5NMj/utfW+jkW5Psvyib+iIl4+KZzxvkNmPj8kqoo/qOIPP5SIez+9+Fm/bG5TvrBrn79G7Jy+sCQ3PvetXj6eLxS9pgAFv2E6Uz8QeLY9uiQAP8+BBz9eogG/nh0cv35PVj/SrNY+THmwvyNOpz8AyBu/y4sMvwTmJ7/ULCy/0LDmPdz6XD9ow8E+0MF7vWvCaj8k22q/WOWFvvA+Jr+sJVc/iAGJv1iaFsBB2xc+EjZVP7DLPj8eaBE/5MoYvtbp771+3Zs+6DfOP0b3Cj7Kwny+qaG2Pqju2zw95bG+BvxDv5xD4z5cSsa91NCjvmXfnj4gWO++61Fkv49khD4md5o+C2GpPlLqpz9kUVY/8A1YP3wYyz7cYyI/pDIFP8oEOT62vqy+0JuQPylbgT93lvS+HqfmPvCj6z5ejyg/Vb8uP5JKhT6WY7E/96MmP63VIz/4rWg+zetwP2EkeT7/BIG/Fh6wvkXrgb48Wgu+u9y6PWRXn77uo688EkkKP9It4D5no0q/QR2OPgCSgT2DN2M+aJf6PlJpnj5rgwU/JNR0vKZBoT70Ans+LbJnv6ogfz69ntS+6sovv9QRCr8Dzam/6Ex0v/AjFb5QdBi/fUsYP96XCL/RsZs9hGe+vjObiD/L59o+H0kAv5Tsy75KvMW+AJ2oPkQ5Pb6XaIO/VbtVvh9vX78wm4m/DOR3PmgdBT789Rs/PotKP82fX789Nxk/ks1ovpgFCL/+p5s+Hp6LPmpJtr0YcU6+q9yOv21avb6jpPi9FM2UPGDRiz6IWYy/Z6fMPjhV3r5ANDS8K+gKPnCnPD2URM++7PjpPYB9LL+fegC/Aki8Pt9Tlb73RVm+aLDPPo3uhj7aBjM+fO6lvgDvnD7YDBc/hsO8P6Bnyr1yp0g/IlWBPjmUfr74gDY+7owPP0LeBj/tW1k/cIt3P4jdrT9AddO+5+SjvnRpNL916oW+lKvdP0vS+j/t6AI/ctSPP8cQK75sUVo+y8UXP+K35T7mzIY/LOLzPqYQqT7mINW+9KzKPeTCDT+6hiu/YLYePq55zz5ph0Q/BDVhP+S6wT+LvO8+EuGbPgRgkD1agpg9TCGSvYYCEj+ytYw/voJPPiiKj78TqRg/SA+KPoCJvr7mgaU+3QUsPxh5lDwK+0o/LoQOvq8Uwz6LzrU+ePP2vWGqGb/0yd0+2FilPPfsj7wAilu/ntQsvWwlG77mOEg/XK06v03XJz9M4Xi+VA8kvkZX0jybZAE/7Lsbv0gMiz5grgK9OYiMv/pSrD7CY70+hQ6OvkpkWL58ORs/cpPxvpqCab8k3B8++RsKPbQ9ej+AUU8+RmfGPijJk75W/2Y/tua9PjDXND28qR4/hCclP3hTNr/vL6W+6pkFP13BhT48RZK/CPHwPczJsb/UXvS9IEfHvICbDLtVgRE/qHuEvdxXsruGjT0/mLQaPzBEQT9tSIu/xOEivyRxq71/TXS/71pYv4qlJL5hAyY+558HPxiTcT5sl5Q+PE1CvpPJOj7uQmA+H9CNv5EIgb1oBA6+/75KP8seTz9uh48/Tz2APxB8wj7MhWA+1n1gvqA7Lb9Gv9S+7fDvPtx8Gz8mpBO/HXNjPzp8Jj/nSJG9IMQSPyUmsj8GzZI/QrhAP1QFoz7rftU+b0gPvvDay741AgI+iPFFv5w0ET+wnKA+TvhcP51PgD/3A8M/kEgxP+ojWL6z2/i+jeRmP84SRT9XKn6+KHo2PuxiID8i1xS/qre4P9j2IT+2DPw9J7vQPq4KBz80j1i98gyNvrbv9b5VJpQ+Rv+QPsqGoz8kW1E+OK4IvyoZ/j4q0AW+HDkkPlss2774EA6+eJfLPdqVwT1UpcO9lkhfv9gjLj5uD+g+4ONzPxg6bz720wu/NuOlPvqxEb+Namg/0j+/vfEBeD46fa8+Ar6sPsrkHj7GDB0+tFwkP97Gej5kXBs/ch4aP6I/2L6tbgw+bvdxv2LRk76VWZO/kFi6O+Eh2T6MnrE9MFqpPuCpgb3dAhU/dheXPu4Cfz+4F8k+1OWRvnENor8o+Bm/CRx5v7KiZT5P0V++neUDv6B5CDwaIoa/cAQ3veeSar9dj2a/qlOfvxz/Rb7C+Ha/CoXEPZJ6tb6d1jC/A2ODPZFVsz6BXB++9I3RvbJqRz/85ES+YZinPvIZoL6YTcm9mvlyv5ymfb8oToq+XjQevhDb5b4wdys/sBjRvSH9rD8EeUY9Hx39vrdViT/gVjq/ZPlXP3jlRj4k4SQ/FpfXP67Mij6XVdS+JyyTvZLqI757mUW+pBoZv8Ab7zxmRa4+gAAgv7mONb859Uk/hXanPsBdJEAOTVQ+1lo9P7DYuj9NBc8/Gh8SP0T+OT+pnJi+Zl4BP24sEL5OciS/+PsVvwQ2573+3Sy//mqTPo53Dr94x949fZXuPglIzL4ZVGc/Xq8lP27KNz/00oi+EAbLvowGOr/3NOu9qFtTP5nWqz7TyRe/vFO8vlgn97xRTZK+Ehn0vkVS5j4kVxU//DCLPm4SLj8d4XA/vkSuv8gRVb86zlO/sDIcv3oP576STBW+Q4HMPkOP2D1R5ug+gK+tPsaiEL8lPk+/Md0mv/9i5j7MQ4m+GDaDPzq4mr4e3Ds+zmyBP2yIhr8m0nI+Cj6YvtKpdb5Jji8/EyQOP0rEYD4Fcg2+qURaPoGf/j70BSM+CJ+4PTREa79UL1o/tC3JPTsgdb5m+Vw+oiTMPXo4Uz7UI2m7Vd7TPgAWlTx27O0+H3F8PlDUk7t0RBY+bIf2PqKdzj7yOM0+5NjJPW1O3L4YPr6+iudSPnws2Lx8ZHa+/N87PQj4vD1Wh3I9Wq6SPixSZT6YnSc/wtyrPmhgSz80/de+tWjIvQ3bej5wAfO+sA4EvfkSmr6Ij2Y+9z2ivvrryT2G/ze/6vAxvycfi73gfkW/lEoGvd3OPT4i7jE/lGTdPrq/ub5+Zx+/nlMXPvxqW70aFck+aUeFPnsIAUCY+KU+IREAP0S4Rb3+OYO+rguCPaKGl787fwc/kprDvpTulL5axrk+GrYPvx6o2T0y8I++ftPIP9L35T8e7m8/rIbavuu7570fbb+/asOBvaTrzj4Wdom9NqfrPlwMuz1cRx2+7U/kPqRpPr+0bUi/R8v+P64o4D+GTqc9SupDvrICxb6iYJM+90tiv3cu6r4EJQQ/NIDiPpzGWD9Cq0K/6Se5v/kOMb8NSD/AzvvCv9l9T7+sIzO/UdOkPSyGE79V/zU+E7IyPr1rS76JTd4+wIzzuxrrgb4DT1k+bYhOPuzREb9G9bA+7mf+vmZldj30XKW+tLwYPvuefj2SqSa9coXWvqYCp7/YVAo9lEOkvw25Vb5qN38/7uKQPVXQdj8m5g2+NHLXPcFFyb5Ig2s+CiIBPoK02T5JDuO+GoBwPjcXiT9U/EW/ZGe3PX39Kj8PzqU/sBvkPTSMJD9YFIo+f1P7PtB7Gz8HK6c+rh/1PrUPwz6on6G9F/CnvnNUbL6QcVg9hTSRv2i77zzsE3a/9/EUv4j18j6F8NE+/cIkvjqCsj5uNw8+2WHOvRo76L2yp9E+1gSjPqlGiz5Ypaq/1baBP6Kdyb1CbbS+HnoVvytlAT+Tprg9ANE9vwChUD5d3Rk/5C+IP/dXCD9eoi2/faYPP77COr46Btc+Z3//vpNn8b7AbeI7tijRvePPxz8AcY07gO0cvbxYiL10qwG/cDvVPVzgOT9gGFA8jcVYP8DuOb5JJrI+GJXfPQbGab0fb80+YDGSvCiQij9i5xm/ZkH9PkgNvr4/DZ67iA4Ov/2jwz+s76U/t079viJllL6I3SI/LgZJv8JyTj91DjY/TtQJv7zpN790q+Q+2K1jvRfpeT/gJPa+Jg08Prh6773mtJQ/mSoxP6p4FT9354Y9Tc1pv4+dE76XQKS/vIs1viCyxL5h2im/hPOSPimUWz5Aumc+p5HVPgO5qz553xg+gHr/vRuMZr+gqwE/gP4oP9K5hL1/NWI+5cuXvrDSgDvgzYe+lidNvzhBarzZU92+oGEcv/BLWL+O36i9biTkPd+zPr7UIto+zHIcP9BcWT+orYO/sJREvmhdgT/bLgI/bL/CPvBrMr+6gRXADQTMvgCR6rvKYo+/2neXvSz5bL5Vuue++IOBPqqkbb+2o8m9AucuP5AgRL5oriA9msFQv9tVfD6aHDi9p5IRPr8/uz7dweW+Fqj8vTVxg71w4vg+GC/4PmGlkz4H6B0/EpgHv5w/xj5kNkC++p0EPxkV9j+wCAg/8b36PtpadT5McD4+frcaPyqDF79GzEK/lMDEvrPKIT8UCsg90IugPzTrID99ohs/IFPTPzLRKkD92HI/BSTPPorNdL8eyYI+9EScPqHcNz/EcjM+OPOnvdryVr998hM+KuFgvq3kCr6ZdMU/9jAgQKQ5EUDKxCo/kkUKv365I79Yolq/yGXHvjPiOD9K6TS/BL+Lviy8ZD42q2a/BIYjv49Zjr6b1zE//lmOPiChOT/GivQ9/spDPyE5MT68bhW+W1tUPSZ6Gb4zdTi/MjWIPy+dYj9HiKc+NCC6Pq56HT4wwyc7uVQXP0xDT76/7vk9oCoDPphOfD7+zYM+9qCvP6u3Mz+dqji/Jwj4PkSVoD4gV38+Pjr0vhTAiz6bFuM95gB+PimD0T5D8Yw+PD8kP3pB9T4eaPw9tA/4PrBzBL+m67C+bPW8v0DseD41S2g/cRTLviAp8jyCDC2/fF+GPa5c2r5m2QA/yK2OviY48b67zTI/6v5iPlgX67wnYhu/mJsFvwgpTD6iS2e+vqXWPnjTGD/paw6/hj/tPc6uOL7IXRM/NKWOv1BMy7/5CoI/oxuavnPuRL5r4Oy+YZj3PgQMSL49E7o/5iYsPsJGnj46BDM/wvIWvlSShb+nrgc/OkUkv+/Dzj6JJoK+MeHfvnlMD78kWYS9+vUoPxiUET0Qg5W+eK4HPz8ziL9NCZ09QP2Wvm1gOb+cGrG9cdlwPhYdED9dtts81xafvqoMUL9Nw5q9Oth9vfA19L7zY8y+R3VWvWDp6T6SsJW/Mj2dvtCmoL9gcng9FnRIv2akLL5Bcgm/h3zXPfucBr0ozuY9qgvyvsgKQr4UMh8/wDUpv25vUr4Xezq+5bmPP8xUtT6S8/G+Tuq5vjD0Kj+HyiO/OPjzv3Cbjj8PEg+/unK7PnbKPT/qHVe/MwqUvjR9er5++6Y+ZU2WPjvCwr5UbYo/wmZZv4Rqsr7iae6/+b8cP3BvOD9T0Y8/nDmKvuqEJD9QbwM/rZBZP6VfH73nhJS+u8ONPqhWlb6bhwk+pHFAP7YiAj9EJ+++0nM+PrXPJ75Qoae/qMupPRitoT7wWEI9LtokPzg2IT2AF4c7vY85v4xRYz9AuCY/M8Q4vg==",
  replicates: "1111111101111111110000000000111100000000000011100000000000001000000000000000000000000000001000000000000001000000000000001000000000000001000000000000001000000000000001000000000000001000000000000011100000001000111111000000001111111111111111111111000000000111100000000000011100000000000001100000000000001000000000000001000000000000001000000000000011000000000000001000000000000011000000000000001000000000000001000000000000011100000000000011100000000011111110110011111111110000000000011100000000000011000000000000011000000000000000000000000000001000000000000011000000000000011100000000000001000000000000011000000000000011000000000000001000000000000011100000000000111101000000001111111111001111111111000001000111100000000000001100000000000001000000000000000001000000000000000000000000011000000000000001000000000000001100000000000001100000000000001000000000000001000000000000011000000000000111111000000001111111110011111111110000000000111100000000000111100000000000001000000000000001000000000000001000000000000001100000000000011000000000000001000000000000011000000000000001000000000000011000000000000011100000000000111111000000001110000000000000000000000000000000000000000000000100000000000000000000000000000000000000000000000000000",
  orders: {"replicators": [241, 674, 681, 3, 909, 194, 204, 224, 691, 676, 585, 614, 912, 1, 684, 693, 5, 943, 884, 227, 235, 661, 1050, 904, 10, 721, 120, 232, 464, 238, 450, 1094, 780, 29, 685, 1019, 461, 463, 1065, 390, 916, 226, 944, 901, 467, 448, 658, 449, 451, 902, 255, 826, 495, 435, 699, 975, 269, 12, 615, 454, 929, 753, 446, 908, 211, 931, 645, 900, 910, 239, 436, 253, 256, 930, 481, 690, 228, 644, 706, 509, 883, 570, 419, 17, 898, 679, 455, 663, 673, 917, 672, 11, 31, 510, 494, 1096, 795, 855, 692, 1171, 704, 1049, 466, 271, 479, 903, 886, 870, 28, 569, 243, 659, 300, 421, 6, 233, 459, 330, 945, 735, 1123, 212, 1109, 270, 360, 460, 555, 15, 196, 452, 345, 242, 135, 229, 680, 913, 13, 1124, 887, 14, 1080, 234, 465, 180, 687, 1112, 105, 315, 599, 462, 7, 60, 44, 660, 869, 213, 675, 689, 150, 344, 225, 223, 254, 703, 1079, 195, 915, 1006, 811, 990, 540, 677, 1108, 236, 630, 885, 571, 1005, 897, 720, 2, 779, 30, 1095, 16, 9, 434, 237, 688, 678, 1110, 231, 1035, 208, 90, 1111, 209, 0, 1122, 686, 825, 45, 1020, 285, 286, 240, 374, 1113, 840, 230, 420, 810, 911, 946, 46, 928, 646, 888, 447, 899, 960, 375, 405, 4, 905, 600, 222, 480, 458, 705, 554, 210, 165, 914, 125, 1060, 395, 497, 142, 146, 715, 411, 873, 525, 758, 366, 63, 832, 778, 116, 849, 257, 500, 1216, 924, 441, 1057, 1203, 836, 1009, 1147, 962, 618, 301, 149, 608, 712, 579, 1090, 277, 130, 933, 188, 1098, 552, 453, 167, 1182, 1217, 1173, 1029, 249, 403, 642, 1082, 718, 103, 920, 1040, 1115, 478, 507, 754, 258, 820, 140, 1055, 1133, 1078, 275, 79, 698, 1188, 738, 1175, 404, 206, 1114, 1071, 202, 734, 1028, 93, 981, 23, 547, 121, 425, 291, 279, 711, 1066, 545, 627, 1088, 92, 774, 613, 1170, 667, 1104, 1145, 772, 1106, 484, 123, 1118, 162, 41, 430, 151, 776, 934, 18, 69, 58, 823, 605, 851, 763, 139, 84, 296, 144, 336, 427, 708, 511, 1215, 487, 1069, 1150, 166, 198, 82, 1038, 844, 203, 567, 389, 216, 866, 518, 154, 999, 807, 331, 650, 83, 1205, 349, 932, 283, 267, 155, 8, 1165, 625, 440, 70, 589, 529, 95, 177, 294, 1072, 879, 356, 1223, 839, 332, 1204, 1157, 755, 244, 1160, 889, 393, 953, 998, 583, 498, 973, 1134, 662, 1092, 769, 422, 102, 64, 303, 595, 1219, 1101, 948, 935, 197, 1011, 189, 831, 725, 562, 620, 490, 35, 1138, 558, 380, 148, 293, 1039, 533, 1142, 657, 845, 508, 207, 245, 501, 77, 1116, 806, 1018, 338, 835, 321, 37, 200, 1144, 578, 635, 221, 767, 1201, 308, 1218, 159, 956, 220, 750, 1164, 1183, 1000, 834, 575, 818, 1166, 126, 707, 298, 794, 1054, 1151, 1014, 918, 1119, 328, 803, 1086, 1156, 325, 156, 974, 1076, 117, 71, 702, 980, 994, 124, 979, 444, 1140, 302, 771, 1031, 134, 1209, 327, 856, 168, 424, 73, 744, 62, 417, 991, 799, 323, 610, 1058, 1210, 133, 867, 857, 318, 1073, 381, 582, 801, 1180, 475, 959, 798, 27, 523, 359, 178, 638, 289, 939, 290, 378, 473, 443, 609, 1064, 756, 541, 288, 802, 272, 850, 921, 623, 1146, 808, 128, 616, 385, 158, 341, 1208, 652, 1053, 34, 731, 647, 119, 313, 581, 372, 848, 1192, 958, 968, 107, 821, 573, 729, 428, 1004, 697, 1126, 611, 1213, 1135, 517, 265, 141, 42, 524, 391, 648, 113, 54, 174, 476, 414, 1198, 1143, 804, 782, 59, 179, 217, 546, 641, 1085, 1026, 830, 1193, 324, 309, 519, 416, 163, 602, 109, 373, 596, 1102, 214, 410, 19, 1099, 822, 1161, 743, 76, 709, 512, 580, 99, 1141, 169, 747, 736, 548, 292, 418, 43, 838, 306, 370, 1027, 513, 984, 367, 358, 471, 326, 682, 768, 132, 333, 1007, 1056, 307, 342, 98, 733, 1016, 1012, 52, 351, 1036, 762, 601, 57, 334, 56, 971, 392, 347, 1207, 1184, 741, 606, 1132, 1221, 1061, 104, 871, 1222, 122, 1091, 683, 819, 40, 106, 329, 426, 742, 407, 412, 1130, 250, 653, 938, 1003, 992, 320, 1043, 339, 797, 1179, 1046, 129, 259, 728, 78, 515, 837, 384, 350, 357, 757, 559, 386, 669, 445, 67, 1162, 401, 588, 388, 1063, 193, 171, 485, 1084, 115, 592, 621, 172, 858, 598, 862, 790, 783, 1153, 565, 587, 815, 368, 892, 1044, 893, 788, 713, 1052, 1202, 985, 805, 527, 655, 68, 1181, 896, 409, 457, 843, 1037, 876, 520, 394, 714, 287, 276, 1025, 65, 877, 337, 1168, 745, 701, 970, 365, 280, 1189, 1077, 1169, 1148, 274, 666, 577, 49, 961, 1103, 521, 952, 949, 297, 183, 786, 792, 947, 1154, 314, 639, 1187, 828, 251, 486, 538, 963, 1021, 1136, 694, 138, 322, 987, 488, 87, 153, 312, 143, 284, 532, 841, 383, 1127, 969, 25, 66, 526, 937, 539, 852, 789, 781, 1158, 1042, 110, 717, 739, 499, 186, 895, 894, 190, 145, 710, 1002, 617, 557, 927, 796, 101, 1206, 1194, 88, 282, 442, 865, 201, 118, 80, 923, 940, 566, 670, 399, 1172, 950, 925, 75, 185, 32, 396, 967, 997, 544, 922, 543, 530, 1178, 926, 20, 281, 38, 619, 1117, 749, 85, 740, 72, 700, 482, 759, 191, 96, 651, 247, 612, 629, 364, 775, 438, 995, 1093, 880, 1195, 964, 361, 164, 955, 671, 746, 637, 816, 1032, 152, 1176, 1159, 528, 549, 1177, 397, 534, 1220, 574, 531, 872, 1190, 160, 751, 1067, 536, 800, 584, 1197, 716, 626, 311, 1059, 24, 1010, 1191, 1186, 39, 770, 1121, 346, 868, 299, 402, 983, 398, 649, 542, 304, 842, 1034, 33, 387, 176, 556, 654, 310, 469, 273, 766, 1047, 205, 61, 474, 586, 594, 252, 1196, 354, 319, 268, 437, 628, 47, 215, 1022, 415, 1125, 316, 181, 1097, 36, 505, 514, 1041, 1139, 264, 1120, 773, 1015, 91, 491, 965, 483, 353, 371, 26, 1200, 468, 493, 860, 874, 1129, 824, 668, 1070, 489, 1163, 809, 572, 477, 859, 127, 260, 846, 192, 51, 591, 50, 993, 847, 89, 1105, 187, 305, 22, 413, 335, 1081, 564, 1051, 812, 400, 379, 986, 891, 1008, 890, 787, 563, 1023, 363, 553, 656, 977, 1100, 136, 737, 516, 431, 1185, 182, 377, 861, 100, 793, 936, 854, 664, 730, 423, 1131, 1211, 74, 724, 97, 719, 173, 86, 1033, 1174, 853, 988, 1155, 55, 369, 108, 278, 175, 784, 184, 131, 597, 761, 978, 603, 1128, 777, 632, 504, 1137, 492, 1083, 340, 791, 732, 1167, 376, 355, 624, 634, 919, 219, 295, 631, 1045, 1068, 727, 976, 537, 406, 112, 633, 248, 1030, 535, 1152, 502, 1017, 199, 362, 665, 817, 906, 1024, 551, 317, 1199, 21, 982, 765, 111, 382, 261, 496, 752, 640, 262, 439, 957, 622, 503, 218, 593, 590, 560, 429, 81, 53, 941, 1107, 1224, 863, 561, 48, 972, 456, 568, 814, 604, 785, 827, 161, 1048, 748, 1087, 550, 813, 1062, 882, 1075, 263, 829, 881, 343, 636, 864, 722, 695, 878, 170, 94, 696, 432, 954, 157, 1212, 951, 348, 723, 472, 760, 907, 1001, 989, 996, 764, 266, 408, 966, 506, 352, 942, 137, 1089, 1214, 147, 114, 1013, 470, 833, 522, 246, 643, 576, 607, 875, 1074, 433, 726, 1149], "others": [125, 1060, 395, 497, 142, 146, 715, 411, 873, 525, 758, 366, 63, 832, 778, 116, 849, 257, 500, 1216, 924, 441, 1057, 1203, 836, 1009, 1147, 962, 618, 301, 149, 608, 712, 579, 1090, 277, 130, 933, 188, 1098, 552, 453, 167, 1182, 1217, 1173, 1029, 249, 403, 642, 1082, 718, 103, 920, 1040, 1115, 478, 507, 754, 258, 820, 140, 1055, 1133, 1078, 275, 79, 698, 1188, 738, 1175, 404, 206, 1114, 1071, 202, 734, 1028, 93, 981, 23, 547, 121, 425, 291, 279, 711, 1066, 545, 627, 1088, 92, 774, 613, 1170, 667, 1104, 1145, 772, 1106, 484, 123, 1118, 162, 41, 430, 151, 776, 934, 18, 69, 58, 823, 605, 851, 763, 139, 84, 296, 144, 336, 427, 708, 511, 1215, 487, 1069, 1150, 166, 198, 82, 1038, 844, 203, 567, 389, 216, 866, 518, 154, 999, 807, 331, 650, 83, 1205, 349, 932, 283, 267, 155, 8, 1165, 625, 440, 70, 589, 529, 95, 177, 294, 1072, 879, 356, 1223, 839, 332, 1204, 1157, 755, 244, 1160, 889, 393, 953, 998, 583, 498, 973, 1134, 662, 1092, 769, 422, 102, 64, 303, 595, 1219, 1101, 948, 935, 197, 1011, 189, 831, 725, 562, 620, 490, 35, 1138, 558, 380, 148, 293, 1039, 533, 1142, 657, 845, 508, 207, 245, 501, 77, 1116, 806, 1018, 338, 835, 321, 37, 200, 1144, 578, 635, 221, 767, 1201, 308, 1218, 159, 956, 220, 750, 1164, 1183, 1000, 834, 575, 818, 1166, 126, 707, 298, 794, 1054, 1151, 1014, 918, 1119, 328, 803, 1086, 1156, 325, 156, 974, 1076, 117, 71, 702, 980, 994, 124, 979, 444, 1140, 302, 771, 1031, 134, 1209, 327, 856, 168, 424, 73, 744, 62, 417, 991, 799, 323, 610, 1058, 1210, 133, 867, 857, 318, 1073, 381, 582, 801, 1180, 475, 959, 798, 27, 523, 359, 178, 638, 289, 939, 290, 378, 473, 443, 609, 1064, 756, 541, 288, 802, 272, 850, 921, 623, 1146, 808, 128, 616, 385, 158, 341, 1208, 652, 1053, 34, 731, 647, 119, 313, 581, 372, 848, 1192, 958, 968, 107, 821, 573, 729, 428, 1004, 697, 1126, 611, 1213, 1135, 517, 265, 141, 42, 524, 391, 648, 113, 54, 174, 476, 414, 1198, 1143, 804, 782, 59, 179, 217, 546, 641, 1085, 1026, 830, 1193, 324, 309, 519, 416, 163, 602, 109, 373, 596, 1102, 214, 410, 19, 1099, 822, 1161, 743, 76, 709, 512, 580, 99, 1141, 169, 747, 736, 548, 292, 418, 43, 838, 306, 370, 1027, 513, 984, 367, 358, 471, 326, 682, 768, 132, 333, 1007, 1056, 307, 342, 98, 733, 1016, 1012, 52, 351, 1036, 762, 601, 57, 334, 56, 971, 392, 347, 1207, 1184, 741, 606, 1132, 1221, 1061, 104, 871, 1222, 122, 1091, 683, 819, 40, 106, 329, 426, 742, 407, 412, 1130, 250, 653, 938, 1003, 992, 320, 1043, 339, 797, 1179, 1046, 129, 259, 728, 78, 515, 837, 384, 350, 357, 757, 559, 386, 669, 445, 67, 1162, 401, 588, 388, 1063, 193, 171, 485, 1084, 115, 592, 621, 172, 858, 598, 862, 790, 783, 1153, 565, 587, 815, 368, 892, 1044, 893, 788, 713, 1052, 1202, 985, 805, 527, 655, 68, 1181, 896, 409, 457, 843, 1037, 876, 520, 394, 714, 287, 276, 1025, 65, 877, 337, 1168, 745, 701, 970, 365, 280, 1189, 1077, 1169, 1148, 274, 666, 577, 49, 961, 1103, 521, 952, 949, 297, 183, 786, 792, 947, 1154, 314, 639, 1187, 828, 251, 486, 538, 963, 1021, 1136, 694, 138, 322, 987, 488, 87, 153, 312, 143, 284, 532, 841, 383, 1127, 969, 25, 66, 526, 937, 539, 852, 789, 781, 1158, 1042, 110, 717, 739, 499, 186, 895, 894, 190, 145, 710, 1002, 617, 557, 927, 796, 101, 1206, 1194, 88, 282, 442, 865, 201, 118, 80, 923, 940, 566, 670, 399, 1172, 950, 925, 75, 185, 32, 396, 967, 997, 544, 922, 543, 530, 1178, 926, 20, 281, 38, 619, 1117, 749, 85, 740, 72, 700, 482, 759, 191, 96, 651, 247, 612, 629, 364, 775, 438, 995, 1093, 880, 1195, 964, 361, 164, 955, 671, 746, 637, 816, 1032, 152, 1176, 1159, 528, 549, 1177, 397, 534, 1220, 574, 531, 872, 1190, 160, 751, 1067, 536, 800, 584, 1197, 716, 626, 311, 1059, 24, 1010, 1191, 1186, 39, 770, 1121, 346, 868, 299, 402, 983, 398, 649, 542, 304, 842, 1034, 33, 387, 176, 556, 654, 310, 469, 273, 766, 1047, 205, 61, 474, 586, 594, 252, 1196, 354, 319, 268, 437, 628, 47, 215, 1022, 415, 1125, 316, 181, 1097, 36, 505, 514, 1041, 1139, 264, 1120, 773, 1015, 91, 491, 965, 483, 353, 371, 26, 1200, 468, 493, 860, 874, 1129, 824, 668, 1070, 489, 1163, 809, 572, 477, 859, 127, 260, 846, 192, 51, 591, 50, 993, 847, 89, 1105, 187, 305, 22, 413, 335, 1081, 564, 1051, 812, 400, 379, 986, 891, 1008, 890, 787, 563, 1023, 363, 553, 656, 977, 1100, 136, 737, 516, 431, 1185, 182, 377, 861, 100, 793, 936, 854, 664, 730, 423, 1131, 1211, 74, 724, 97, 719, 173, 86, 1033, 1174, 853, 988, 1155, 55, 369, 108, 278, 175, 784, 184, 131, 597, 761, 978, 603, 1128, 777, 632, 504, 1137, 492, 1083, 340, 791, 732, 1167, 376, 355, 624, 634, 919, 219, 295, 631, 1045, 1068, 727, 976, 537, 406, 112, 633, 248, 1030, 535, 1152, 502, 1017, 199, 362, 665, 817, 906, 1024, 551, 317, 1199, 21, 982, 765, 111, 382, 261, 496, 752, 640, 262, 439, 957, 622, 503, 218, 593, 590, 560, 429, 81, 53, 941, 1107, 1224, 863, 561, 48, 972, 456, 568, 814, 604, 785, 827, 161, 1048, 748, 1087, 550, 813, 1062, 882, 1075, 263, 829, 881, 343, 636, 864, 722, 695, 878, 170, 94, 696, 432, 954, 157, 1212, 951, 348, 723, 472, 760, 907, 1001, 989, 996, 764, 266, 408, 966, 506, 352, 942, 137, 1089, 1214, 147, 114, 1013, 470, 833, 522, 246, 643, 576, 607, 875, 1074, 433, 726, 1149, 241, 674, 681, 3, 909, 194, 204, 224, 691, 676, 585, 614, 912, 1, 684, 693, 5, 943, 884, 227, 235, 661, 1050, 904, 10, 721, 120, 232, 464, 238, 450, 1094, 780, 29, 685, 1019, 461, 463, 1065, 390, 916, 226, 944, 901, 467, 448, 658, 449, 451, 902, 255, 826, 495, 435, 699, 975, 269, 12, 615, 454, 929, 753, 446, 908, 211, 931, 645, 900, 910, 239, 436, 253, 256, 930, 481, 690, 228, 644, 706, 509, 883, 570, 419, 17, 898, 679, 455, 663, 673, 917, 672, 11, 31, 510, 494, 1096, 795, 855, 692, 1171, 704, 1049, 466, 271, 479, 903, 886, 870, 28, 569, 243, 659, 300, 421, 6, 233, 459, 330, 945, 735, 1123, 212, 1109, 270, 360, 460, 555, 15, 196, 452, 345, 242, 135, 229, 680, 913, 13, 1124, 887, 14, 1080, 234, 465, 180, 687, 1112, 105, 315, 599, 462, 7, 60, 44, 660, 869, 213, 675, 689, 150, 344, 225, 223, 254, 703, 1079, 195, 915, 1006, 811, 990, 540, 677, 1108, 236, 630, 885, 571, 1005, 897, 720, 2, 779, 30, 1095, 16, 9, 434, 237, 688, 678, 1110, 231, 1035, 208, 90, 1111, 209, 0, 1122, 686, 825, 45, 1020, 285, 286, 240, 374, 1113, 840, 230, 420, 810, 911, 946, 46, 928, 646, 888, 447, 899, 960, 375, 405, 4, 905, 600, 222, 480, 458, 705, 554, 210, 165, 914], "smallest": [478, 1070, 725, 964, 1220, 905, 730, 923, 481, 585, 902, 985, 825, 148, 601, 362, 40, 911, 967, 315, 436, 918, 427, 357, 727, 435, 305, 477, 445, 739, 1151, 265, 1108, 643, 871, 1099, 679, 63, 449, 39, 753, 762, 1168, 459, 839, 1141, 227, 104, 133, 906, 1204, 995, 1219, 33, 836, 8, 121, 438, 134, 162, 466, 603, 998, 741, 364, 1217, 775, 629, 58, 178, 1062, 1158, 869, 545, 769, 936, 194, 916, 93, 743, 832, 34, 1163, 246, 182, 1155, 835, 499, 310, 589, 792, 777, 612, 1003, 1139, 480, 961, 1101, 944, 907, 794, 760, 115, 6, 415, 92, 843, 515, 22, 417, 639, 54, 987, 416, 1154, 329, 1145, 113, 866, 819, 803, 1035, 70, 971, 1215, 487, 0, 1148, 587, 352, 230, 855, 717, 890, 198, 303, 796, 742, 570, 189, 559, 129, 560, 609, 269, 1022, 750, 720, 620, 886, 992, 735, 757, 379, 405, 558, 723, 187, 879, 157, 627, 903, 615, 119, 64, 909, 846, 1167, 694, 784, 665, 915, 1085, 88, 858, 972, 243, 1169, 661, 790, 880, 366, 674, 161, 209, 1116, 145, 160, 940, 259, 100, 474, 154, 476, 1058, 124, 432, 196, 356, 81, 1073, 542, 15, 1091, 1002, 132, 957, 849, 524, 163, 1074, 343, 554, 79, 1208, 1039, 363, 262, 302, 192, 47, 581, 713, 845, 500, 557, 429, 878, 522, 658, 183, 13, 999, 137, 946, 97, 1037, 325, 692, 1061, 731, 71, 1131, 768, 31, 254, 834, 258, 956, 10, 1063, 50, 439, 575, 797, 191, 1069, 624, 408, 574, 614, 458, 716, 640, 444, 555, 490, 876, 491, 1213, 397, 185, 1128, 1165, 562, 86, 78, 1060, 822, 38, 374, 1034, 948, 821, 537, 383, 225, 1117, 1224, 283, 155, 202, 913, 1175, 898, 496, 704, 939, 337, 763, 1016, 1212, 973, 49, 1010, 1171, 495, 168, 804, 150, 994, 43, 978, 617, 1123, 153, 641, 607, 634, 1126, 823, 1111, 353, 828, 1072, 461, 420, 892, 551, 1174, 68, 738, 724, 222, 650, 841, 339, 532, 454, 371, 827, 714, 398, 952, 14, 722, 215, 226, 18, 599, 497, 507, 506, 712, 1038, 962, 1107, 311, 1051, 116, 745, 200, 598, 755, 1112, 953, 17, 296, 348, 23, 848, 868, 988, 74, 151, 565, 852, 1149, 493, 707, 721, 1015, 709, 740, 342, 571, 443, 1096, 298, 1189, 577, 751, 317, 1075, 997, 729, 263, 1086, 536, 382, 319, 1082, 381, 990, 826, 301, 1136, 65, 1031, 776, 197, 1076, 274, 55, 771, 292, 472, 249, 392, 174, 117, 373, 965, 671, 701, 423, 860, 1200, 623, 637, 448, 684, 883, 351, 1050, 1084, 358, 1088, 546, 1206, 453, 309, 1054, 1056, 1104, 123, 785, 549, 594, 170, 680, 744, 951, 806, 663, 16, 1006, 463, 583, 1188, 548, 928, 1205, 494, 781, 370, 1207, 1142, 1191, 1146, 591, 963, 61, 708, 77, 656, 754, 1122, 275, 176, 703, 350, 260, 414, 1032, 48, 224, 376, 1161, 1129, 313, 271, 1152, 304, 126, 619, 27, 1081, 527, 316, 20, 1216, 756, 190, 882, 520, 138, 270, 390, 470, 833, 425, 567, 375, 773, 1190, 863, 648, 1067, 618, 867, 336, 130, 403, 588, 276, 955, 676, 747, 122, 451, 573, 284, 696, 644, 2, 72, 572, 300, 29, 1094, 830, 266, 914, 1195, 877, 146, 131, 613, 42, 21, 156, 887, 1177, 203, 610, 431, 264, 114, 213, 766, 782, 1179, 1068, 24, 1000, 1185, 369, 678, 186, 355, 452, 465, 922, 102, 737, 330, 424, 56, 245, 505, 981, 1192, 865, 430, 780, 949, 1020, 805, 335, 84, 1009, 462, 75, 1047, 171, 770, 593, 847, 672, 1098, 280, 76, 73, 523, 334, 32, 984, 667, 1157, 693, 360, 734, 917, 99, 733, 179, 1135, 793, 1029, 365, 409, 69, 372, 141, 543, 1087, 881, 875, 172, 389, 726, 638, 158, 320, 509, 404, 521, 954, 837, 1113, 236, 899, 107, 749, 580, 586, 850, 974, 1102, 57, 789, 332, 556, 736, 1, 968, 765, 434, 824, 361, 1137, 307, 7, 810, 851, 268, 798, 935, 400, 1001, 625, 682, 700, 149, 288, 691, 989, 36, 563, 175, 173, 695, 143, 159, 1159, 808, 289, 795, 1124, 728, 666, 1211, 125, 272, 413, 510, 1105, 901, 456, 216, 1178, 1170, 210, 874, 752, 166, 402, 681, 1156, 1083, 287, 864, 1090, 212, 547, 938, 732, 1125, 1080, 1092, 1005, 533, 1004, 312, 1014, 861, 41, 630, 180, 921, 927, 553, 831, 715, 900, 774, 231, 333, 368, 19, 1103, 188, 657, 446, 889, 233, 908, 959, 1210, 980, 395, 1202, 128, 600, 809, 1093, 1011, 67, 228, 282, 314, 471, 1110, 385, 544, 779, 232, 1008, 492, 1143, 1133, 349, 1013, 895, 328, 552, 30, 1166, 933, 322, 1044, 306, 66, 566, 4, 240, 406, 924, 711, 1115, 664, 1184, 1138, 384, 897, 783, 219, 1150, 697, 526, 257, 479, 568, 829, 59, 418, 654, 193, 62, 516, 1118, 820, 512, 26, 539, 873, 590, 683, 943, 888, 660, 144, 377, 1071, 1018, 399, 677, 327, 326, 103, 422, 1114, 82, 642, 347, 433, 893, 920, 596, 579, 483, 1017, 455, 578, 1109, 862, 511, 1025, 447, 239, 344, 234, 690, 969, 975, 1197, 1007, 83, 467, 1172, 767, 645, 538, 165, 1024, 3, 201, 1021, 147, 541, 281, 929, 486, 1053, 1045, 1181, 295, 1089, 1134, 105, 576, 659, 1201, 859, 1218, 635, 468, 669, 28, 250, 514, 294, 140, 1223, 45, 699, 746, 442, 241, 35, 290, 52, 25, 1140, 960, 1173, 950, 9, 1043, 1180, 856, 626, 407, 426, 242, 367, 662, 1100, 508, 896, 207, 685, 291, 993, 710, 5, 321, 611, 814, 942, 531, 1055, 764, 759, 211, 982, 90, 1106, 1130, 818, 1078, 184, 391, 1049, 646, 53, 932, 469, 199, 670, 1033, 934, 758, 1198, 1064, 177, 1079, 1048, 206, 1147, 1221, 1057, 910, 655, 673, 632, 106, 441, 204, 651, 482, 1186, 891, 85, 217, 799, 256, 1209, 519, 484, 812, 1019, 1059, 267, 410, 87, 535, 761, 525, 854, 111, 616, 440, 800, 1164, 380, 930, 647, 345, 308, 501, 428, 748, 195, 966, 931, 502, 698, 817, 1153, 996, 139, 229, 12, 675, 689, 688, 255, 164, 235, 278, 1036, 1187, 251, 60, 46, 633, 279, 970, 489, 912, 811, 386, 976, 1194, 1203, 89, 221, 208, 719, 1046, 437, 528, 244, 80, 561, 340, 346, 181, 136, 411, 807, 1066, 169, 1222, 513, 273, 101, 958, 605, 1052, 534, 464, 668, 318, 1097, 569, 205, 457, 945, 604, 247, 248, 718, 94, 991, 788, 686, 297, 582, 1028, 152, 621, 564, 324, 488, 1030, 872, 844, 608, 387, 597, 937, 460, 220, 622, 592, 842, 51, 504, 529, 299, 286, 979, 705, 885, 1121, 702, 338, 977, 1132, 120, 602, 706, 401, 894, 1144, 1065, 331, 252, 853, 631, 11, 341, 214, 95, 1193, 919, 218, 98, 485, 359, 118, 450, 419, 498, 1183, 1119, 354, 986, 503, 421, 1176, 1199, 396, 285, 870, 473, 518, 584, 941, 1160, 778, 606, 223, 1023, 91, 1162, 595, 550, 947, 840, 857, 926, 838, 238, 1214, 277, 323, 884, 628, 109, 388, 687, 1077, 237, 293, 475, 517, 44, 135, 110, 540, 813, 1127, 652, 378, 1095, 791, 412, 816, 530, 925, 1040, 904, 142, 786, 1120, 261, 653, 1026, 636, 127, 393, 167, 802, 787, 37, 1196, 1182, 1012, 394, 801, 772, 1042, 983, 253, 1041, 649, 1027, 96, 108, 112, 815], "dark": [674, 224, 676, 1, 464, 238, 450, 463, 226, 901, 449, 451, 435, 645, 900, 239, 690, 870, 15, 913, 13, 1124, 14, 465, 660, 675, 689, 225, 195, 915, 885, 1095, 688, 1110, 0, 240, 420, 899, 210, 914, 661, 211, 436, 886, 1111, 855, 1080, 180, 630, 405, 227, 902, 452, 677, 2, 255, 930, 30, 480, 705, 29, 929, 704, 479, 254, 448, 898, 673, 1123, 223, 495, 945, 270, 720, 45, 884, 659, 1109, 434, 209, 241, 691, 916, 466, 16, 912, 12, 687, 462, 237, 120, 570, 795, 345, 1020, 585, 360, 135, 1035, 810, 3, 453, 228, 903, 678, 194, 1094, 644, 419, 869, 1050, 150, 825, 375, 600, 1065, 390, 615, 840, 165, 780, 330, 555, 105, 1005, 461, 11, 236, 686, 911, 931, 256, 481, 706, 31, 467, 17, 917, 692, 242, 672, 897, 1122, 447, 222, 904, 454, 679, 229, 4, 1096, 421, 871, 196, 646, 658, 883, 1108, 208, 433, 944, 269, 494, 44, 719, 510, 735, 60, 285, 960, 315, 990, 540, 90, 765, 404, 179, 629, 1079, 854, 662, 212, 887, 1112, 437, 235, 10, 685, 910, 460, 478, 253, 28, 703, 928, 1019, 794, 119, 569, 344, 525, 975, 750, 300, 75, 5, 455, 680, 230, 905, 1004, 104, 329, 779, 554, 909, 684, 459, 234, 9, 614, 389, 839, 1064, 164, 681, 6, 231, 906, 456, 134, 359, 584, 1034, 809, 8, 908, 683, 233, 458, 232, 682, 457, 7, 907, 149, 1049, 599, 824, 374, 721, 271, 496, 946, 46, 693, 18, 918, 243, 468, 221, 446, 896, 671, 1121, 314, 539, 89, 989, 764, 418, 193, 1093, 868, 643, 734, 959, 509, 59, 284, 121, 1021, 796, 346, 571, 257, 932, 707, 32, 482, 856, 181, 1081, 631, 406, 331, 106, 781, 556, 1006, 974, 524, 749, 299, 74, 702, 27, 927, 252, 477, 663, 438, 213, 1113, 888, 657, 207, 1107, 882, 432, 422, 197, 647, 872, 1097, 1036, 361, 586, 811, 136, 220, 445, 895, 670, 1120, 244, 19, 694, 469, 919, 991, 541, 766, 316, 91, 718, 943, 43, 268, 493, 511, 736, 961, 61, 286, 1066, 166, 616, 391, 841, 151, 826, 601, 1051, 376, 403, 1078, 178, 628, 853, 301, 76, 526, 751, 976, 1114, 889, 214, 664, 439, 476, 701, 251, 926, 26, 1119, 444, 669, 894, 219, 206, 1106, 656, 431, 881, 642, 1092, 417, 867, 192, 933, 258, 708, 33, 483, 497, 272, 947, 47, 722, 920, 245, 20, 695, 470, 778, 103, 328, 1003, 553, 613, 163, 838, 388, 1063, 1118, 443, 893, 668, 218, 1018, 118, 793, 568, 343, 1115, 440, 215, 890, 665, 873, 1098, 198, 648, 423, 763, 313, 538, 88, 988, 823, 148, 373, 598, 1048, 583, 133, 808, 358, 1033, 1082, 857, 407, 182, 632, 667, 217, 892, 442, 1117, 58, 283, 508, 958, 733, 441, 216, 1116, 666, 891, 921, 471, 21, 696, 246, 475, 250, 25, 925, 700, 267, 42, 717, 492, 942, 973, 298, 73, 523, 748, 430, 655, 880, 205, 1105, 92, 767, 992, 542, 317, 962, 62, 512, 287, 737, 332, 107, 782, 1007, 557, 627, 177, 1077, 852, 402, 697, 922, 247, 22, 472, 77, 302, 527, 977, 752, 866, 641, 416, 1091, 191, 924, 249, 699, 24, 474, 347, 122, 797, 1022, 572, 484, 934, 34, 709, 259, 698, 23, 473, 923, 248, 498, 948, 273, 48, 723, 167, 392, 617, 1067, 842, 587, 1037, 812, 362, 137, 424, 1099, 649, 874, 199, 204, 1104, 879, 654, 429, 162, 837, 612, 387, 1062, 602, 1052, 152, 377, 827, 41, 716, 491, 941, 266, 507, 57, 282, 732, 957, 858, 183, 1083, 633, 408, 372, 822, 1047, 597, 147, 552, 102, 327, 1002, 777, 935, 35, 485, 710, 260, 567, 117, 342, 792, 1017, 762, 987, 87, 312, 537, 807, 582, 132, 357, 1032, 1090, 190, 865, 415, 640, 63, 738, 288, 513, 963, 851, 1076, 401, 626, 176, 203, 428, 653, 1103, 878, 747, 297, 72, 972, 522, 425, 650, 200, 1100, 875, 303, 753, 78, 528, 978, 93, 318, 768, 543, 993, 274, 49, 949, 499, 724, 202, 427, 652, 1102, 877, 715, 490, 265, 40, 940, 1101, 426, 876, 201, 651, 558, 333, 783, 1008, 108, 711, 486, 36, 936, 261, 123, 798, 573, 1023, 348, 836, 611, 1061, 386, 161, 618, 393, 168, 843, 1068, 1038, 588, 138, 363, 813, 956, 731, 56, 281, 506, 378, 1053, 828, 153, 603, 116, 341, 1016, 566, 791, 776, 326, 101, 551, 1001, 146, 821, 596, 1046, 371, 189, 414, 639, 864, 1089, 1084, 409, 859, 184, 634, 356, 806, 1031, 581, 131, 939, 714, 39, 264, 489, 64, 289, 739, 964, 514, 625, 850, 400, 175, 1075, 712, 487, 37, 937, 262, 500, 275, 725, 950, 50, 536, 311, 986, 86, 761, 938, 713, 488, 38, 263, 296, 71, 971, 521, 746, 754, 79, 529, 979, 304, 139, 589, 1039, 364, 814, 154, 1054, 379, 604, 829, 769, 994, 544, 319, 94, 349, 124, 799, 574, 1024, 1069, 844, 169, 394, 619, 1060, 835, 610, 385, 160, 1009, 109, 334, 559, 784, 1040, 140, 815, 365, 590, 280, 955, 505, 730, 55, 188, 1088, 638, 413, 863, 820, 595, 370, 145, 1045, 130, 580, 805, 355, 1030, 635, 1085, 410, 185, 860, 1055, 605, 155, 380, 830, 115, 790, 565, 1015, 340, 547, 772, 322, 997, 97, 501, 276, 51, 951, 726, 290, 515, 65, 740, 965, 1000, 325, 775, 100, 550, 849, 174, 399, 624, 1074, 321, 771, 546, 96, 996, 366, 141, 816, 1041, 591, 82, 307, 757, 532, 982, 125, 575, 350, 1025, 800, 831, 156, 381, 1056, 606, 758, 83, 533, 308, 983, 336, 1011, 786, 111, 561, 985, 85, 310, 535, 760, 110, 1010, 335, 560, 785, 755, 980, 80, 530, 305, 545, 95, 320, 995, 770, 395, 620, 845, 1070, 170, 70, 520, 745, 970, 295, 126, 801, 1026, 351, 576, 412, 862, 637, 187, 1087, 998, 323, 548, 98, 773, 981, 756, 306, 531, 81, 411, 1086, 186, 861, 636, 144, 819, 1044, 594, 369, 159, 834, 609, 384, 1059, 142, 367, 592, 1042, 817, 84, 309, 984, 759, 534, 832, 1057, 382, 157, 607, 279, 729, 54, 504, 954, 774, 999, 324, 99, 549, 277, 52, 952, 727, 502, 579, 1029, 804, 129, 354, 562, 1012, 337, 787, 112, 818, 1043, 368, 143, 593, 291, 741, 66, 516, 966, 608, 1058, 158, 383, 833, 1071, 171, 621, 396, 846, 1073, 623, 848, 398, 173, 69, 294, 744, 519, 969, 1014, 339, 789, 564, 114, 953, 728, 278, 503, 53, 518, 293, 968, 743, 68, 517, 292, 742, 67, 967, 802, 1027, 577, 127, 352, 1072, 172, 397, 847, 622, 1028, 578, 803, 128, 353, 338, 113, 788, 563, 1013, 1216, 1203, 1147, 1182, 1217, 1173, 1133, 1188, 1175, 1170, 1145, 1215, 1150, 1205, 1165, 1223, 1204, 1157, 1160, 1134, 1219, 1138, 1142, 1144, 1201, 1218, 1164, 1183, 1166, 1151, 1156, 1140, 1209, 1210, 1180, 1146, 1208, 1192, 1126, 1213, 1135, 1198, 1143, 1193, 1161, 1141, 1171, 1207, 1184, 1132, 1221, 1222, 1130, 1179, 1162, 1153, 1202, 1181, 1168, 1189, 1169, 1148, 1154, 1187, 1136, 1127, 1158, 1206, 1194, 1172, 1178, 1195, 1176, 1159, 1177, 1220, 1190, 1197, 1191, 1186, 1196, 1125, 1139, 1200, 1129, 1163, 1185, 1131, 1211, 1174, 1155, 1128, 1137, 1167, 1152, 1199, 1224, 1212, 1214, 1149]},
  tested: 10000,
  counts: [0, 25, 50, 75, 100, 125, 150, 175, 200, 225, 234, 250, 275, 300, 325, 350, 375, 400, 425, 450, 475, 500, 525, 550, 575, 600, 625, 650, 675, 700, 725, 750, 775, 800, 825, 850, 875, 900, 925, 950, 975, 1000, 1025, 1050, 1075, 1100, 1125, 1150, 1175, 1200, 1225],
  accuracies: {"replicators": [0.8725, 0.8732, 0.8732, 0.873, 0.8731, 0.8731, 0.8731, 0.873, 0.873, 0.8731, 0.8731, 0.8578, 0.7509, 0.4195, 0.3853, 0.417, 0.4387, 0.429, 0.3972, 0.3857, 0.3546, 0.3606, 0.3357, 0.3247, 0.321, 0.3364, 0.274, 0.2613, 0.2574, 0.2426, 0.217, 0.2055, 0.2076, 0.2085, 0.1845, 0.1931, 0.2161, 0.1905, 0.1388, 0.2131, 0.1727, 0.1928, 0.1716, 0.1744, 0.1383, 0.1373, 0.1571, 0.1051, 0.0925, 0.0955, 0.098], "others": [0.8725, 0.7877, 0.454, 0.4201, 0.4265, 0.41, 0.4354, 0.4024, 0.4016, 0.3859, 0.3926, 0.3578, 0.3348, 0.3217, 0.3144, 0.3309, 0.3361, 0.2757, 0.2701, 0.2154, 0.2244, 0.2226, 0.2113, 0.2218, 0.223, 0.1939, 0.1975, 0.2055, 0.1884, 0.2154, 0.2085, 0.1676, 0.1934, 0.1755, 0.1382, 0.1389, 0.1373, 0.1018, 0.1019, 0.0946, 0.0985, 0.098, 0.098, 0.098, 0.098, 0.098, 0.098, 0.098, 0.098, 0.098, 0.098], "smallest": [0.8725, 0.8724, 0.8724, 0.8668, 0.8649, 0.8121, 0.8122, 0.8115, 0.8104, 0.8097, 0.8082, 0.8068, 0.8088, 0.7721, 0.7667, 0.7632, 0.7599, 0.7227, 0.7318, 0.627, 0.584, 0.5869, 0.5858, 0.5555, 0.4859, 0.48, 0.4103, 0.421, 0.4185, 0.4308, 0.2868, 0.289, 0.2693, 0.2621, 0.2733, 0.2692, 0.3368, 0.3798, 0.2913, 0.2809, 0.2989, 0.2772, 0.266, 0.2657, 0.2449, 0.2463, 0.229, 0.1717, 0.0981, 0.098, 0.098], "dark": [0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8725, 0.8726, 0.8728, 0.8725, 0.8725, 0.8725, 0.8724, 0.8716, 0.8714, 0.8706, 0.869, 0.8695, 0.8682, 0.8651, 0.8645, 0.8648, 0.8606, 0.8569, 0.849, 0.8388, 0.8363, 0.8228, 0.8045, 0.7614, 0.703, 0.6922, 0.6331, 0.5279, 0.4793, 0.4011, 0.4016, 0.3673, 0.2778, 0.2006, 0.098, 0.098, 0.098, 0.098, 0.098]},
};

// Controls, words and time: what every explorable is operated and told by.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "g", "path", "line", "rect", "circle", "text", "polyline", "tspan", "title", "defs", "marker", "clipPath"]);

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === false || value === undefined || value === null) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

// An element of HTML or SVG with attributes, listeners ("onclick") and children.
function node(tag, attributes = {}, ...children) {
  const made = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  set(made, attributes).append(...children);
  return made;
}

// The box of an explorable, with a name for those who do not see it; whatever it holds looks the same everywhere.
function box(name, ...children) {
  return node("div", {class: "srnn-explorable", role: "group", "aria-label": name}, ...children);
}

const row = (...children) => node("div", {class: "srnn-row"}, ...children);

// A name that nothing else on the page has, in this bundle or another one.
function unique(name) {
  globalThis.srnnNames = (globalThis.srnnNames ?? 0) + 1;
  return `srnn-${name}-${globalThis.srnnNames}`;
}

function button(text, press, attributes = {}) {
  return node("button", {type: "button", onclick: press, ...attributes}, text);
}

// A slider with its label and its value in words, which it says itself; `show` makes these of the number.
function slider(label, {min, max, step = 1, value, show = String}, moved) {
  const id = unique("slider"), output = node("output", {for: id, "aria-live": "off"});
  const input = node("input", {type: "range", id, min, max, step, value});
  const put = (number) => {
    input.value = number;
    output.textContent = show(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    put(input.value);
    moved(Number(input.value));
  });
  put(value);
  return {root: node("div", {class: "srnn-slider"}, node("label", {for: id}, label), output, input), put, input};
}

// One of a few, each with a word: buttons of which one is pressed in.
function choice(label, words, value, chosen) {
  const name = unique("choice");
  const inputs = Object.entries(words).map(([key, word]) => {
    const input = node("input", {type: "radio", name, value: key, checked: key === value, onchange: () => chosen(key)});
    return {input, root: node("label", {}, input, node("span", {}, word))};
  });
  const root = node("fieldset", {class: "srnn-choice"}, node("legend", {}, label), ...inputs.map((each) => each.root));
  return {root, put: (key) => inputs.forEach(({input}) => (input.checked = input.value === key))};
}

// A line that says how things stand. `show` changes it silently, as often as wanted; `say` also has it read aloud,
// when nothing else was to be said for a moment.
function words() {
  const seen = node("p", {class: "srnn-words"}), heard = node("p", {class: "srnn-heard", "aria-live": "polite"});
  let waiting = 0;
  return {
    root: node("div", {}, seen, heard),
    show: (text) => {
      if (seen.textContent !== text) seen.textContent = text;
    },
    say: (text) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => (heard.textContent = text), 900);
    },
  };
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Calls `tick` `pace()` times a second while it goes and can be seen, and `draw` once a frame in which it ticked.
function clock(element, {tick, draw, pace, changed = () => {}}) {
  let going = false, seen = true, frame = 0, last = 0, due = 0;
  const next = (now) => {
    due += (Math.min(now - last, 200) / 1000) * pace();
    last = now;
    const begun = performance.now();
    let ticked = false;
    for (; due >= 1 && going && (!ticked || performance.now() - begun < 25); due--) {
      tick();
      ticked = true;
    }
    due = Math.min(due, 1);
    if (ticked) draw();
    frame = going && seen ? requestAnimationFrame(next) : 0;
  };
  const wake = () => {
    if (!going || !seen || frame) return;
    [last, due] = [performance.now(), 1];
    frame = requestAnimationFrame(next);
  };
  const sight = new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    wake();
  });
  sight.observe(element);
  const go = (wanted) => {
    if (going === wanted) return;
    going = wanted;
    changed(going);
    wake();
  };
  return {play: () => go(true), pause: () => go(false), toggle: () => go(!going), going: () => going, end: () => {
    go(false);
    sight.disconnect();
  }};
}

// A value that Python may read and set: `put` tells it, `changed` is called with what it sets.
function shared(model, name, first, changed = () => {}) {
  const given = model.get(name), empty = given === undefined || given === null || given.length === 0;
  const told = (value) => JSON.stringify(value);
  let value = empty ? first : given, waiting = 0;
  const put = (next) => {
    value = next;
    waiting ||= setTimeout(() => {
      waiting = 0;
      model.set(name, value);
      model.save_changes();
    }, 200);
  };
  model.on(`change:${name}`, () => {
    const next = model.get(name);
    if (waiting || told(next) === told(value)) return;
    value = next;
    changed(value);
  });
  if (empty) put(first);
  return {get: () => value, put};
}

// What pictures share: the signs of outcomes, axes, numbers in words.


// A colour and a shape for every outcome, so that neither alone has to be told; the book's figures have the same.
const SIGNS = {
  divergent: {colour: "#d55e00", path: "M-9-6-6-9 0-3 6-9 9-6 3 0 9 6 6 9 0 3-6 9-9 6-3 0z"},
  zero: {colour: "#56b4e9", path: "M-7-7h14v14h-14z"},
  fixpoint: {colour: "#009e73", path: "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0z"},
  "second order": {colour: "#cc79a7", path: "M0-9 9 8H-9z"},
  other: {colour: "#bbbbbb", path: "M0-10 10 0 0 10-10 0z"},
};

const sign = (outcome) => node("path", {class: "srnn-sign", d: SIGNS[outcome].path, fill: SIGNS[outcome].colour});

function setSign(path, outcome) {
  set(path, {d: SIGNS[outcome].path, fill: SIGNS[outcome].colour});
}

// A sign in a line of text.
function badge(outcome) {
  const path = sign(outcome);
  return {root: node("svg", {class: "srnn-badge", viewBox: "-11 -11 22 22", "aria-hidden": "true"}, path), put: (next) => setSign(path, next)};
}

function legend(...entries) {
  const items = entries.map(([mark, word]) => {
    const picture = node("svg", {class: "srnn-badge", viewBox: "-11 -11 22 22", "aria-hidden": "true"}, mark);
    return node("li", {}, picture, word);
  });
  return node("ul", {class: "srnn-legend"}, ...items);
}

// A plot of its own width and height in units of the page: as wide as its place, and redrawn when that changes.
function plot(name, height, draw) {
  const root = node("svg", {class: "srnn-plot", role: "img", "aria-label": name, height});
  const size = {width: 0, height};
  const fit = () => {
    const width = Math.round(root.getBoundingClientRect().width);
    if (!width || width === size.width) return;
    size.width = width;
    set(root, {viewBox: `0 0 ${width} ${height}`});
    draw();
  };
  new ResizeObserver(fit).observe(root);
  return {root, size, label: (text) => root.setAttribute("aria-label", text)};
}

const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);

function label(x, y, content, attributes = {}) {
  return node("text", {x, y, ...attributes}, content);
}

// Ticks and lines of an axis: `at` are values, `name` makes their words.
function xAxis(at, place, bottom, top, name = String) {
  return at.map((value) => node("g", {class: "srnn-axis"},
    node("line", {x1: place(value), x2: place(value), y1: bottom, y2: top}),
    label(place(value), bottom + 15, name(value), {"text-anchor": "middle"})));
}

function yAxis(at, place, left, right, name = String) {
  return at.map((value) => node("g", {class: "srnn-axis"},
    node("line", {x1: left, x2: right, y1: place(value), y2: place(value)}),
    label(left - 6, place(value) + 4, name(value), {"text-anchor": "end"})));
}

// A frame that what is drawn may not leave; `name` is one of the page.
function clip(name, left, top, right, bottom) {
  return node("clipPath", {id: name}, node("rect", {x: left, y: top, width: right - left, height: bottom - top}));
}

const RAISED = {"-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"};

const power = (exponent) => `10${[...String(exponent)].map((digit) => RAISED[digit]).join("")}`;

// A number in a few letters: plain where that is short, else by its power of ten.
function brief(number, digits = 2) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "not a number" : number > 0 ? "∞" : "−∞";
  const size = Math.abs(number);
  if (size && (size >= 1000 || size < 0.5 * 10 ** -digits)) {
    const [head, tail] = number.toExponential(0).split("e");
    return `${head.replace("-", "−")}·${power(Number(tail))}`;
  }
  return number.toFixed(digits).replace("-", "−");
}

const short = (number) => (Math.abs(number) < 0.005 ? "0" : brief(number));

const percent = (share) => `${Math.round(100 * share)} %`;

const points = (pairs) => pairs.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

// Draw a digit: a trained organism reads it by its gains, while replicators or other weights are removed.
//
// What is drawn is answered here; how many test images are read right was measured by the library.


const FIRST = 7;
const METHODS = {replicators: "replicators", others: "the others", smallest: "the smallest", dark: "those of dark pixels"};
const WORDS = {replicators: "replicators first", others: "replicators last", smallest: "the smallest first", dark: "those of dark pixels first"};

function render({model, el}) {
  const organism = organismOf(DIGIT.widths, reduction("weightwise", PRESETS.organism2022), {activate: gelu, residual: true});
  const gains = floats(DIGIT.gains), replicates = digitsOf(DIGIT.replicates), many = replicates.reduce((sum, each) => sum + each, 0);
  const {orders, counts, accuracies, tested} = DIGIT, images = `${tested.toLocaleString("en")} test images`;
  const method = shared(model, "method", "replicators", (value) => {
    methodChoice.put(value);
    prune();
  });
  const removed = shared(model, "removed", 0, (value) => {
    removedSlider.put(stepOf(value));
    prune();
  });
  const pixels = shared(model, "pixels", drawnDigit(FIRST), () => change(null));
  const [answersShared, accuracyShared] = [shared(model, "answers", []), shared(model, "accuracy", 0)];
  let shown = FIRST, kept = gains, pen = [7, 7], drawing = false, last = null, known = model.get("pixels")?.length ? null : FIRST;

  // The pad, and two maps of the pixels
  const squares = () => Array.from({length: PIXELS}, (_, place) => node("rect", {x: place % SIDE, y: Math.floor(place / SIDE), width: 1.02, height: 1.02}));
  const ink = squares(), growing = squares(), taken = squares();
  const cursor = node("rect", {class: "srnn-pen", width: 1, height: 1});
  const pad = node("svg", {
    class: "srnn-pad srnn-ink", viewBox: `0 0 ${SIDE} ${SIDE}`, tabindex: 0, role: "application",
    "aria-label": "Pad of 15 by 15 pixels. Arrow keys move the pen, space draws, backspace rubs out.",
    onpointerdown: (event) => {
      drawing = true;
      if (event.isTrusted) pad.setPointerCapture(event.pointerId);
      last = at(event);
      stroke(last, last);
    },
    onpointermove: (event) => {
      if (!drawing) return;
      const next = at(event);
      stroke(last, next);
      last = next;
    },
    onpointerup: () => (drawing = false),
    onpointercancel: () => (drawing = false),
    onkeydown: (event) => byKey(event),
  }, ...ink, cursor);
  const map = (name, cells, class_) => node("svg", {class: `srnn-pad srnn-map ${class_}`, viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": name}, ...cells);
  const replicatorMap = map("Pixels whose particles replicate", growing, "srnn-replicators"), removedMap = map("Pixels whose weights are removed", taken, "srnn-removed");
  const bars = plot("answers", 170, () => drawAnswers()), graph = plot("accuracy by weights removed", 200, () => drawCurves());
  const status = words();

  // The controls
  const methodChoice = choice("Remove first", METHODS, method.get(), (value) => {
    method.put(value);
    prune(true);
  });
  const removedSlider = slider("Weights removed", {min: 0, max: counts.length - 1, value: stepOf(removed.get()), show: (step) => `${counts[step]} of ${organism.count}`}, (step) => {
    removed.put(counts[step]);
    prune(true);
  });
  const titled = (title, ...children) => node("div", {}, node("p", {class: "srnn-head"}, title), ...children);
  const line = (name) => node("line", {class: `srnn-way srnn-way-${name}`, x1: -11, x2: 11, y1: 0, y2: 0});
  const root = box("Draw a digit",
    node("div", {class: "srnn-pads"}, titled("Draw here", pad), titled("Replicators", replicatorMap), titled("Removed", removedMap), titled("The answer", bars.root)),
    row(button("Next digit", () => show((shown + 1) % 10), {class: "srnn-main"}), button("Clear", () => clear()),
      button("Remove all replicators", () => {
        method.put("replicators");
        removed.put(many);
        methodChoice.put("replicators");
        removedSlider.put(stepOf(many));
        prune(true);
      })),
    status.root,
    titled(`Share of ${images} that are read right`, graph.root),
    legend(...Object.entries(WORDS).map(([name, word]) => [line(name), word])),
    row(methodChoice.root), row(removedSlider.root));
  el.append(root);

  function at({clientX, clientY}) {
    const {left, top, width, height} = pad.getBoundingClientRect();
    return [((clientX - left) / width) * SIDE - 0.5, ((clientY - top) / height) * SIDE - 0.5];
  }

  function stroke(from, to) {
    pixels.put(inked(pixels.get(), from, to));
    change(null, true);
  }

  function byKey(event) {
    const move = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}[event.key];
    if (move) pen = pen.map((value, axis) => Math.max(0, Math.min(SIDE - 1, value + move[axis])));
    else if (event.key === " " || event.key === "Enter") stroke(pen, pen);
    else if (event.key === "Backspace" || event.key === "Delete") {
      pixels.put(pixels.get().map((value, place) => (place === pen[1] * SIDE + pen[0] ? 0 : value)));
      change(null, true);
    } else return;
    set(cursor, {x: pen[0], y: pen[1]});
    event.preventDefault();
  }

  function show(digit) {
    shown = digit;
    pixels.put(drawnDigit(digit));
    change(digit, true);
  }

  function clear() {
    pixels.put(Array(PIXELS).fill(0));
    change(null, true);
  }

  // The last measurement at which no more than so many weights were gone.
  function stepOf(count) {
    return Math.max(0, counts.findLastIndex((each) => each <= count));
  }

  function prune(aloud = false) {
    const step = stepOf(removed.get()), gone = new Set(orders[method.get()].slice(0, counts[step]));
    if (removed.get() !== counts[step]) removed.put(counts[step]);
    kept = gains.map((gain, weight) => (gone.has(weight) ? 0 : gain));
    accuracyShared.put(accuracies[method.get()][step]);
    fill(taken, (weight) => gone.has(weight));
    drawCurves();
    change(known, aloud);
  }

  // How much of what a pixel feeds fits, as the opacity of its square.
  function fill(cells, fits) {
    const width = organism.widths[1];
    cells.forEach((cell, place) => {
      const share = Array.from({length: width}, (_, target) => target * PIXELS + place).filter(fits).length / width;
      cell.setAttribute("fill-opacity", share.toFixed(2));
    });
  }

  function change(label_, aloud = false) {
    known = label_;
    pixels.get().forEach((value, place) => ink[place].setAttribute("fill-opacity", value.toFixed(2)));
    answersShared.put(chances(answerOf(organism, kept, pixels.get())));
    drawAnswers();
    status.show(summary());
    if (aloud) status.say(summary());
  }

  function summary() {
    const answers = answersShared.get(), answer = best(answers), now = removed.get();
    const asked = known === null ? "" : ` ${known === 8 ? "An" : "A"} ${known} was drawn.`;
    const gone = now ? `${now} of ${organism.count} weights are removed, ${WORDS[method.get()]}` : `All ${organism.count} weights are there, of which ${many} replicate`;
    return `The organism answers ${answer} (${percent(answers[answer])}).${asked} ${gone}: ${exactly(accuracyShared.get())} of ${images} are read right.`;
  }

  function drawAnswers() {
    const {width, height} = bars.size, answers = answersShared.get();
    if (!width || !answers.length) return;
    const step = width / 10, y = scale(0, 1, height - 20, 16), answer = best(answers);
    bars.root.replaceChildren(
      node("line", {class: "srnn-base", x1: 0, x2: width, y1: y(0), y2: y(0)}),
      ...answers.flatMap((value, digit) => [
        node("rect", {class: `srnn-answer ${digit === answer ? "srnn-chosen" : ""}`, x: digit * step + 0.15 * step, y: y(value), width: 0.7 * step, height: Math.max(0, y(0) - y(value))}),
        label((digit + 0.5) * step, height - 5, String(digit), {"text-anchor": "middle", class: digit === answer ? "srnn-strong" : ""}),
      ]));
    bars.label(`Probabilities of ten answers: ${answers.map((value, digit) => `${digit} ${percent(value)}`).join(", ")}.`);
  }

  function drawCurves() {
    const {width, height} = graph.size;
    if (!width) return;
    const [left, right, top, bottom] = [42, width - 10, 8, height - 34];
    const x = scale(0, organism.count, left, right), y = scale(0, 1, bottom, top), now = accuracyShared.get();
    const lines = Object.entries(accuracies).map(([name, shares]) => node("polyline", {
      class: `srnn-way srnn-way-${name} ${name === method.get() ? "srnn-chosen" : ""}`, points: points(stairs(shares).map(([count, share]) => [x(count), y(share)])),
    }));
    graph.root.replaceChildren(...yAxis([0, 0.5, 1], y, left, right, percent), ...xAxis([0, 300, 600, 900, 1200], x, bottom, bottom + 4),
      label((left + right) / 2, height - 2, "weights removed", {"text-anchor": "middle"}),
      node("line", {class: "srnn-margin", x1: x(many), x2: x(many), y1: bottom, y2: top}),
      label(x(many) + 5, bottom - 6, `${many} replicators`, {class: "srnn-note"}),
      ...lines, node("circle", {class: "srnn-now", cx: x(removed.get()), cy: y(now), r: 5}));
    graph.label(`Accuracy by the number of weights removed, in four orders. Where all ${many} replicators are gone, ${Object.keys(METHODS).map((name) => `${WORDS[name]}: ${exactly(accuracies[name][stepOf(many)])}`).join("; ")}.`);
  }

  // Between two measurements nothing is known, so each one stands until the next: no line leads from one to the other.
  function stairs(shares) {
    return shares.flatMap((share, step) => [...(step ? [[counts[step], shares[step - 1]]] : []), [counts[step], share]]);
  }

  set(cursor, {x: pen[0], y: pen[1]});
  fill(growing, (weight) => replicates[weight]);
  prune();
  return () => {};
}

const exactly = (share) => `${(100 * share).toFixed(1)} %`;

const best = (values) => values.indexOf(Math.max(...values));

function chances(answers) {
  const most = Math.max(...answers), sizes = Array.from(answers, (value) => Math.exp(value - most));
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => size / whole);
}

const explorable = { render };

globalThis.srnnExplorables.mount("digit", explorable);
})();
