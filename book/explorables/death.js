// Kill neurons: a trained network loses neurons of its first hidden layer, and others stand in for them, by four algorithms.

import { ALGORITHMS, accuracyOf, leastOf, momentsOf, stackOf, withoutNeuron, worthOf } from "./shared/deaths.js";
import { DEATH } from "./shared/death-data.js";
import { digitsOf, levelsAsImages } from "./shared/stored.js";
import { box, button, choice, node, row, set, shared, slider, words } from "./shared/controls.js";
import { brief, label, legend, percent, plot, points, scale, xAxis, yAxis } from "./shared/drawing.js";

const SIDE = 8;
const NEURONS = DEATH.widths[1];
const CHOICES = {A1: "A1, cut", A2: "A2, Gaussians", A3: "A3, covariance", A4: "A4, best fit"};
const MEASURES = [["local", "E"], ["spectral", "E′"], ["unexplained", "u"]];

function render({model, el}) {
  const whole = stackOf(DEATH), seen = levelsAsImages(DEATH.seen, SIDE * SIDE), test = levelsAsImages(DEATH.test, SIDE * SIDE), labels = digitsOf(DEATH.labels);
  const algorithm = shared(model, "algorithm", "A1", (value) => {
    algorithmChoice.put(value);
    kill(removed.get());
  });
  const removed = shared(model, "removed", 0, (value) => kill(value));
  const [leftShared, worthShared] = ["left", "worth"].map((name) => shared(model, name, []));
  const accuracyShared = shared(model, "accuracy", 0);
  const first = standing(whole, [...Array(NEURONS).keys()]), courses = {};
  const largest = Object.fromEntries(MEASURES.map(([name]) => [name, Math.max(...first.worth.map((each) => each[name]))]));
  let path = [first], chosen = 0, byHand = false;

  // The neurons
  const tiles = Array.from({length: NEURONS}, (_, number) => tile(number));
  const details = node("p", {class: "srnn-details"});
  function tile(number) {
    const line = whole.weights[0][number], most = Math.max(...line.map(Math.abs));
    const cells = line.map((weight, place) => node("rect", {
      class: weight < 0 ? "srnn-against" : "srnn-for", x: place % SIDE, y: Math.floor(place / SIDE), width: 1.02, height: 1.02, "fill-opacity": (Math.abs(weight) / most).toFixed(2),
    }));
    const gauges = MEASURES.map(([, word]) => {
      const bar = node("i", {class: "srnn-fill"});
      return {bar, root: node("span", {class: "srnn-measure", "aria-hidden": "true"}, node("b", {}, word), node("span", {class: "srnn-rail"}, bar))};
    });
    const picture = node("svg", {viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true"}, ...cells, node("path", {class: "srnn-cross", d: "M0.5 0.5 7.5 7.5M7.5 0.5 0.5 7.5"}));
    const look = () => {
      chosen = number;
      details.textContent = told(number);
    };
    const press_ = button(picture, () => press(number), {class: "srnn-tile", onfocus: look});
    const root = node("div", {class: "srnn-neuron", onpointerenter: look}, press_, ...gauges.map((each) => each.root));
    return {root, press: press_, bars: gauges.map((each) => each.bar)};
  }

  const graph = plot("accuracy by neurons removed", 210, () => drawCurves());
  const status = words();
  const algorithmChoice = choice("Algorithm: who goes, and what stands in", CHOICES, algorithm.get(), (value) => {
    algorithm.put(value);
    kill(path.length - 1, true);
  });
  const removedSlider = slider("Neurons removed", {min: 0, max: NEURONS - 1, value: 0, show: (value) => `${value} of ${NEURONS}`}, (value) => kill(value, true));
  const next = button("Remove the least worth", () => remove(), {class: "srnn-main"});
  const line = (name) => node("line", {class: `srnn-way srnn-way-${name}`, x1: -11, x2: 11, y1: 0, y2: 0});
  const root = box("Kill neurons",
    node("div", {class: "srnn-two srnn-wide-left"},
      node("div", {}, node("p", {class: "srnn-head"}, "Twelve neurons: press one to remove it"), node("div", {class: "srnn-tiles"}, ...tiles.map((each) => each.root)), details),
      node("div", {}, node("p", {class: "srnn-head"}, `Share of ${test.length} test digits read right`), graph.root,
        legend(...ALGORITHMS.map((name) => [line(name), name])))),
    status.root,
    row(next, button("Bring all back", () => kill(0, true))),
    row(algorithmChoice.root), row(removedSlider.root));
  el.append(root);

  // A network with what is known of it; `left` are the numbers that its neurons had at first.
  function standing(stack, left) {
    const moments = momentsOf(stack, seen);
    return {stack, left, moments, worth: worthOf(stack, moments), accuracy: accuracyOf(stack, test, labels)};
  }

  const last = () => path[path.length - 1];

  function after({stack, left, moments, worth}, name, number) {
    const place = number === undefined ? leastOf(worth, name) : left.indexOf(number);
    return standing(withoutNeuron(stack, moments, place, name), left.filter((_, other) => other !== place));
  }

  // The course of an algorithm that removes one neuron after the other, as far as it is wanted.
  function course(name, count) {
    const found = (courses[name] ??= [first]);
    while (found.length <= count) found.push(after(found[found.length - 1], name));
    return found;
  }

  function kill(wanted, aloud = false) {
    const count = Math.max(0, Math.min(NEURONS - 1, wanted));
    [path, byHand] = [course(algorithm.get(), count).slice(0, count + 1), false];
    draw(aloud);
  }

  function remove(number) {
    if (path.length === NEURONS) return status.say("The last neuron of a layer cannot die.");
    const gone = number === undefined ? last().left[leastOf(last().worth, algorithm.get())] : number;
    byHand ||= number !== undefined;
    path = [...path, after(last(), algorithm.get(), gone)];
    draw(true, `Neuron ${gone + 1} is gone. `);
  }

  function press(number) {
    if (last().left.includes(number)) remove(number);
    else status.say(`Neuron ${number + 1} is gone already.`);
  }

  function told(number) {
    const place = last().left.indexOf(number);
    if (place < 0) return `Neuron ${number + 1}: removed.`;
    const worth = last().worth[place];
    return `Neuron ${number + 1}: ${MEASURES.map(([name, word]) => `${word} = ${brief(worth[name], 3)}`).join(", ")}.`;
  }

  function summary() {
    const gone = path.length - 1, {accuracy} = last();
    const who = gone === 0 ? `All ${NEURONS} neurons are there` : `${gone} of ${NEURONS} neurons ${gone === 1 ? "is" : "are"} removed${byHand ? ", some by hand" : ` by ${algorithm.get()}`}`;
    return `${who}: ${percent(accuracy)} of the test digits are read right${gone ? `, ${percent(first.accuracy)} at first` : ""}.`;
  }

  function draw(aloud = false, before = "") {
    const {left, worth, accuracy} = last();
    tiles.forEach(({root: tile_, press: press_, bars}, number) => {
      const place = left.indexOf(number);
      tile_.classList.toggle("srnn-gone", place < 0);
      press_.setAttribute("aria-label", place < 0 ? told(number) : `Remove neuron ${number + 1}. ${told(number)}`);
      bars.forEach((bar, which) => {
        const name = MEASURES[which][0];
        bar.style.width = place < 0 ? "0" : `${Math.min(100, (100 * worth[place][name]) / largest[name]).toFixed(0)}%`;
      });
    });
    details.textContent = told(chosen);
    removedSlider.put(path.length - 1);
    set(next, {disabled: path.length === NEURONS});
    removed.put(path.length - 1);
    leftShared.put(left);
    worthShared.put(worth.map((each) => MEASURES.map(([name]) => each[name])));
    accuracyShared.put(accuracy);
    status.show(summary());
    if (aloud) status.say(before + summary());
    drawCurves();
  }

  function drawCurves() {
    const {width, height} = graph.size;
    if (!width) return;
    const [left, right, top, bottom] = [42, width - 10, 8, height - 34];
    const x = scale(0, NEURONS - 1, left, right), y = scale(0, 1, bottom, top);
    const lines = Object.entries(courses).filter(([, found]) => found.length === NEURONS).map(([name, found]) => node("polyline", {
      class: `srnn-way srnn-way-${name} ${name === algorithm.get() ? "srnn-chosen" : ""}`, points: points(found.map((each, number) => [x(number), y(each.accuracy)])),
    }));
    const own = byHand ? [node("polyline", {class: "srnn-way srnn-hand", points: points(path.map((each, number) => [x(number), y(each.accuracy)]))})] : [];
    graph.root.replaceChildren(...yAxis([0, 0.5, 1], y, left, right, percent), ...xAxis([0, 4, 8, NEURONS - 1], x, bottom, bottom + 4),
      label((left + right) / 2, height - 2, "neurons removed", {"text-anchor": "middle"}), ...lines, ...own,
      node("circle", {class: "srnn-now", cx: x(path.length - 1), cy: y(last().accuracy), r: 5}));
    graph.label(`Accuracy by the number of neurons removed, for four algorithms. With half of them gone: ${ALGORITHMS.filter((name) => courses[name]?.length === NEURONS).map((name) => `${name} ${percent(courses[name][NEURONS / 2].accuracy)}`).join(", ")}. ${summary()}`);
  }

  // One algorithm's curve after the other, when the rest has been drawn.
  function trace([name, ...later]) {
    course(name, NEURONS - 1);
    drawCurves();
    if (later.length) waiting = setTimeout(() => trace(later), 20);
  }

  kill(removed.get());
  let waiting = setTimeout(() => trace(ALGORITHMS), 20);
  return () => clearTimeout(waiting);
}

export default { render };
