// Nets as the library has them: self-application, self-training and outcomes of linear nets, one net at a time.
//
// A net is an array of W numbers. Every sum is taken in the order in which the library's kernels take it, and every
// result goes through `round`: `exact` for float64, `Math.fround` for float32. Tests hold both to the library.

export const exact = (number) => number;

export const OUTCOMES = ["divergent", "zero", "fixpoint", "second order", "other"];

export const PRESETS = {
  alife2019: {rate: 0.01, batch: "single", epsilon: 1e-4, init: "glorot", order: "source", codes: "keras"},
  artl2021: {rate: 0.04, batch: "full", epsilon: 1e-5, init: "fan-in", order: "target", codes: "layer"},
  organism2022: {rate: 0.004, momentum: 0.9, batch: "full", epsilon: 1e-5, init: "glorot", order: "target", codes: "global", weightwise: [5, 3, 3, 1]},
};

// What a net is made of, and how it reads a net. `kind` is weightwise, aggregating or recurrent; the particles of
// organisms are weightwise nets of other widths, with a fifth input that is 0 here.
export function reduction(kind, {order, codes, weightwise = [4, 2, 2, 1]} = PRESETS.artl2021, round = exact) {
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
export function forward({matrices, starts, round}, net, cells) {
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
export function backward({matrices, starts, round}, net, cells, owed, gradient) {
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
export function apply(how, net, other = net) {
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
export function effectiveRow({matrices, round}, net) {
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
export function train(how, net, rule, {read = net, order, velocity} = {}) {
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

export const largest = (net) => net.reduce((most, weight) => (Math.abs(weight) > most || weight !== weight ? Math.abs(weight) : most), 0);

export const distance = (one, other) => Math.sqrt(one.reduce((sum, weight, place) => sum + (weight - other[place]) ** 2, 0));

// The largest change of a weight; NaN where the net is divergent.
export function change({round}, before, after) {
  return largest(before.map((weight, place) => round(after[place] - weight)));
}

export const selfError = (how, net) => change(how, net, apply(how, net));

export const isDivergent = (net) => !net.every(Number.isFinite);

export const isZero = (net, epsilon) => largest(net) < epsilon;

// The first class that fits, in the order of OUTCOMES.
export function classify(how, net, epsilon = 1e-5) {
  const margin = how.round(epsilon);
  if (isDivergent(net)) return "divergent";
  if (isZero(net, margin)) return "zero";
  const once = apply(how, net);
  if (change(how, net, once) < margin) return "fixpoint";
  return change(how, net, apply(how, net, once)) < margin ? "second order" : "other";
}
