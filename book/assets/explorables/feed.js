// Made from book/explorables/feed.js by `python -m srnn_lib explorables`.
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

// Random numbers from a seed, so that a page shows the same every time it is opened.

// A generator of uniform numbers in [0, 1): sfc32, whose state is filled by the seed.
function seeded(seed) {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed | 0];
  const next = () => {
    const sum = (a + b + d++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let turn = 0; turn < 15; turn++) next();
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

const below = (random, limit) => Math.min(limit - 1, Math.floor(random() * limit));

const between = (random, low, high) => low + (high - low) * random();

// A standard normal number (Box and Muller).
const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function permutation(random, length) {
  const order = Array.from({length}, (_, place) => place);
  for (let last = length - 1; last > 0; last--) {
    const place = below(random, last + 1);
    [order[last], order[place]] = [order[place], order[last]];
  }
  return order;
}

// A random net, drawn as Keras ("glorot") or PyTorch ("fan-in") draws it, times `size`. Matrices that feed a layer's
// past back into it are reflections, as in the authors' program of 2019.
function randomNet({matrices, count, round}, random, init, size = 1) {
  const net = new Float64Array(count);
  for (const {rows, columns, places, feedback} of matrices) {
    const limit = init === "glorot" ? Math.sqrt(6 / (rows + columns)) : 1 / Math.sqrt(columns);
    const angle = between(random, 0, 2 * Math.PI), [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const reflection = rows === 1 ? [[cos < 0 ? -1 : 1]] : [[cos, sin], [sin, -cos]];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const drawn = feedback ? reflection[row][column] : between(random, -limit, limit);
        net[places[row][column]] = round(size * drawn);
      }
    }
  }
  return net;
}

// A copy with uniform noise on every weight, at most `level`.
const noisy = ({round}, net, level, random) => net.map((weight) => round(weight + round(between(random, -level, level))));

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

// Feed a net to itself: fourteen weights, what the net would write in their places, and the row that decides.


const RULE = {...PRESETS.alife2019, order: "target", codes: "layer"};
const REACH = 2;
const LAYERS = [["first layer", 8], ["second layer", 4], ["output", 2]];
const CODES = ["weight", "layer", "cell", "place"];
const KEPT = 800;

function render({model, el}) {
  const how = reduction("weightwise", RULE), random = seeded(19);
  const weights = shared(model, "weights", [...randomNet(how, random, "glorot")], (set) => restart(set));
  const [rowShared, outcomeShared] = [shared(model, "row", []), shared(model, "outcome", "")];
  const stepsShared = shared(model, "steps", 0);
  let net, history, steps;

  // The weights
  const columns = Array.from({length: how.count}, (_, place) => column(place));
  function column(place) {
    const [layer, cell, input] = where(place);
    const bar = node("div", {class: "srnn-bar"}), tick = node("div", {class: "srnn-tick"});
    const number = node("span", {class: "srnn-number", "aria-hidden": "true"});
    const input_ = node("input", {
      type: "range", min: -REACH, max: REACH, step: 0.01,
      "aria-label": `weight ${place + 1} of 14, ${LAYERS[layer][0]}, cell ${cell + 1}, from ${input}`,
      oninput: () => {
        const next = new Float64Array(net);
        next[place] = Number(input_.value);
        restart(next, "by hand");
      },
    });
    const root = node("div", {class: "srnn-weight"}, node("div", {class: "srnn-track"}, bar, tick, input_), number);
    return {root, bar, tick, number, input: input_};
  }
  let first = 0;
  const groups = LAYERS.map(([name, size]) => {
    const inside = columns.slice(first, (first += size)).map((each) => each.root);
    return node("div", {class: "srnn-group", style: `flex-grow: ${size}`}, node("div", {class: "srnn-columns"}, ...inside), node("p", {}, name));
  });

  // The row and the outcome
  const gauges = CODES.map((code, place) => gauge(code, place === 0 ? 1 : 0));
  const sign = badge("other"), outcome = node("strong"), status = words();

  // The error
  const graph = plot("self-error after each step", 130, () => drawErrors());

  const [one, many] = [() => learn(), button("Keep training", () => time.toggle())];
  const controls = row(
    button("Apply to itself", () => feed(), {class: "srnn-main"}),
    button("Train one step", one), many, button("Nudge", () => nudge()),
    button("Random net", () => restart(randomNet(how, random, "glorot"), "drawn at random")),
    button("Hand-made", () => restart(identity(), "made by hand")),
  );
  const root = box("Feed a net to itself",
    node("div", {class: "srnn-weights"}, ...groups),
    node("ul", {class: "srnn-legend"},
      node("li", {}, node("i", {class: "srnn-key-bar"}), "a weight (drag it)"),
      node("li", {}, node("i", {class: "srnn-key-tick"}), "what the net writes in its place when it is fed to itself")),
    node("p", {class: "srnn-verdict-line"}, sign.root, outcome),
    controls,
    node("div", {class: "srnn-two"},
      node("div", {}, node("p", {class: "srnn-head"}, "The row ", node("i", {}, "e"), " (and what a fixpoint needs)"), ...gauges.map((each) => each.root)),
      node("div", {}, node("p", {class: "srnn-head"}, "Self-error after each step"), graph.root)),
    status.root,
  );
  el.append(root);
  const time = clock(root, {
    tick: () => advance(train(how, net, RULE, {order: permutation(random, how.count)}), "train"),
    draw: () => draw(),
    pace: () => 60,
    changed: (going) => (many.textContent = going ? "Stop training" : "Keep training"),
  });

  function where(place) {
    const {layer, places} = how.matrices.find((each) => each.places.flat().includes(place));
    const cell = places.findIndex((line) => line.includes(place)), input = places[cell].indexOf(place);
    return [layer, cell, layer ? `cell ${input + 1}` : CODES[input]];
  }

  function identity() {
    const made = new Float64Array(how.count);
    for (const {places} of how.matrices) made[places[0][0]] = 1;
    return made;
  }

  function restart(next, what = "set") {
    time?.pause();
    [net, history, steps] = [new Float64Array(next), [], 0];
    note("start");
    draw();
    status.say(`${what}: ${summary()}`);
  }

  function note(kind) {
    history.push({kind, error: change(how, net, apply(how, net))});
    if (history.length > KEPT) history.shift();
  }

  function advance(next, kind) {
    net = next;
    steps += 1;
    note(kind);
    const class_ = classify(how, net, 1e-5);
    if (kind === "train" && (class_ === "divergent" || history[history.length - 1].error < 1e-14)) time.pause();
  }

  function feed() {
    time.pause();
    if (isDivergent(net)) return status.say("The net is at infinity, and stays there.");
    advance(apply(how, net), "apply");
    draw();
    status.say(`applied: ${summary()}`);
  }

  function learn() {
    time.pause();
    advance(train(how, net, RULE, {order: permutation(random, how.count)}), "train");
    draw();
    status.say(`trained: ${summary()}`);
  }

  function nudge() {
    advance(noisy(how, net, 0.01, random), "nudge");
    draw();
    status.say(`every weight moved by up to 0.01: ${summary()}`);
  }

  function summary() {
    const e = effectiveRow(how, net), found = classify(how, net, 1e-5);
    return `${found}; row e = (${e.map(short).join(", ")}); self-error ${brief(history[history.length - 1].error)}.`;
  }

  const MEANING = {
    divergent: "divergent: the weights have run to infinity",
    zero: "zero: nothing is left to reproduce",
    fixpoint: "fixpoint: the net writes itself",
    "second order": "fixpoint of second order: it writes itself every other time",
    other: "no fixpoint: it writes another net",
  };

  function draw() {
    const made = apply(how, net), e = effectiveRow(how, net), found = classify(how, net, 1e-5);
    columns.forEach((each, place) => drawWeight(each, net[place], made[place]));
    gauges.forEach((each, place) => each.put(e[place]));
    sign.put(found);
    outcome.textContent = MEANING[found];
    status.show(`After ${steps} ${steps === 1 ? "step" : "steps"}: e = (${e.map(short).join(", ")}). The largest change when the net is fed to itself is ${brief(history[history.length - 1].error)}.`);
    drawErrors();
    weights.put([...net]);
    rowShared.put(e);
    outcomeShared.put(found);
    stepsShared.put(steps);
  }

  function drawWeight({bar, tick, number, input}, value, made) {
    const part = (weight) => (Math.max(-REACH, Math.min(REACH, Number.isNaN(weight) ? 0 : weight)) / REACH) * 50;
    const size = part(value);
    bar.style.cssText = `top: ${50 - Math.max(size, 0)}%; height: ${Math.abs(size)}%`;
    bar.classList.toggle("srnn-negative", size < 0);
    tick.style.top = `${50 - part(made)}%`;
    tick.classList.toggle("srnn-away", Math.abs(made - value) > 0.02 || !Number.isFinite(made));
    number.textContent = Math.abs(value) >= 100 ? brief(value) : value.toFixed(2).replace("-", "−");
    input.value = value;
    input.setAttribute("aria-valuetext", `${brief(value)}, becomes ${brief(made)}`);
  }

  function drawErrors() {
    const {width, height} = graph.size;
    if (!width || !history) return;
    const [left, right, top, bottom] = [38, width - 8, 8, height - 8];
    const y = scale(-17, 3, bottom, top), x = scale(0, Math.max(24, history.length - 1), left + 6, right);
    const place = ({error}) => y(Math.max(-17, Math.min(3, Number.isNaN(error) ? 3 : Math.log10(error))));
    const line = history.map((each, number) => [x(number), place(each)]);
    const marks = history.flatMap((each, number) => (each.kind === "apply" || each.kind === "nudge"
      ? [node("path", {class: `srnn-at-${each.kind}`, d: each.kind === "apply" ? "M-4-4h8v8h-8z" : "M0-5 5 4H-5z", transform: `translate(${x(number).toFixed(1)} ${place(each).toFixed(1)})`})]
      : []));
    const now = line[line.length - 1];
    graph.root.replaceChildren(
      ...yAxis([0, -5, -10, -15], y, left, right, power),
      node("polyline", {class: "srnn-line", points: points(line)}), ...marks,
      node("circle", {class: "srnn-now", cx: now[0], cy: now[1], r: 4}),
      label(right, y(-15) - 5, "■ applied   ▲ nudged   — trained", {"text-anchor": "end", class: "srnn-note"}),
    );
    graph.label(`Self-error after each of ${steps} steps; now ${brief(history[history.length - 1].error)}.`);
  }

  restart(weights.get(), "A random net");
  return () => time.end();
}

// One entry of the row on a scale from −2 to 2, with a mark where a fixpoint has it.
function gauge(code, wanted) {
  const value = node("span", {class: "srnn-number"}), dot = node("i", {class: "srnn-dot"});
  const at = (number) => `${50 + 25 * Math.max(-2, Math.min(2, Number.isNaN(number) ? 0 : number))}%`;
  const scaleLine = node("span", {class: "srnn-scale"}, node("i", {class: "srnn-want", style: `left: ${at(wanted)}`}), dot);
  const root = node("div", {class: "srnn-gauge"}, node("span", {}, `by ${code}`), scaleLine, value, node("span", {class: "srnn-wanted"}, `(${wanted})`));
  const put = (number) => {
    dot.style.left = at(number);
    dot.classList.toggle("srnn-there", Math.abs(number - wanted) < 0.01);
    value.textContent = short(number);
  };
  return {root, put};
}

const explorable = { render };

globalThis.srnnExplorables.mount("feed", explorable);
})();
