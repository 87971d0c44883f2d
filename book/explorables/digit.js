// Draw a digit: a trained organism reads it by its gains, while replicators or other weights are removed.
//
// What is drawn is answered here; how many test images are read right was measured by the library.

import { PRESETS, reduction } from "./shared/nets.js";
import { answerOf, gelu, organismOf } from "./shared/organisms.js";
import { digitsOf, floats } from "./shared/stored.js";
import { PIXELS, SIDE, drawnDigit, inked } from "./shared/strokes.js";
import { DIGIT } from "./shared/digit-data.js";
import { box, button, choice, node, row, set, shared, slider, words } from "./shared/controls.js";
import { label, legend, percent, plot, points, scale, xAxis, yAxis } from "./shared/drawing.js";

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

export default { render };
