// Eighteen particles: an organism that learns to add while each of its weights, a net, learns to replicate itself.

import { PRESETS, classify, exact, reduction } from "./shared/nets.js";
import { gainsOf, lesson, organismOf, replicationLoss, taskErrors } from "./shared/organisms.js";
import { below, normal, randomNet, seeded } from "./shared/random.js";
import { box, button, calm, clock, node, row, set, shared, slider, words } from "./shared/controls.js";
import { SIGNS, brief, label, legend, plot, points, power, scale, setSign, sign, xAxis, yAxis } from "./shared/drawing.js";

const RULE = PRESETS.organism2022;
const WIDTHS = [2, 3, 3, 1];
const PAIRS = 50;
const BATCHES = 20;
const TESTED = 200;
const LONGEST = 60;
const HEIGHT = 250;
const LOW = -17;
// How many steps of self-training come before each step on the task, if there is one.
const BALANCES = [
  {selfSteps: 25, task: false, word: "replication alone"},
  {selfSteps: 25, task: true, word: "25 to 1"},
  {selfSteps: 10, task: true, word: "10 to 1"},
  {selfSteps: 5, task: true, word: "5 to 1"},
  {selfSteps: 1, task: true, word: "1 to 1"},
  {selfSteps: 0, task: true, word: "the task alone"},
];

function render({model, el}) {
  const random = seeded(18), how = reduction("weightwise", RULE, exact), organism = organismOf(WIDTHS, how);
  const test = pairs(seeded(2022), TESTED), size = organism.count;
  const balance = shared(model, "balance", 1, (value) => balanceSlider.put(value));
  const playing = shared(model, "playing", false, (wanted) => (wanted ? time.play() : time.pause()));
  const [gainsShared, kindsShared] = ["gains", "kinds"].map((name) => shared(model, name, []));
  const [errorsShared, epochShared] = [shared(model, "errors", []), shared(model, "epoch", 0)];
  let particles, velocity, gone, kinds, batch, past, chosen = 0;

  // The organism: cells, and on every line between two of them a particle
  const edges = organism.layers.flatMap(({rows, columns}, layer) =>
    Array.from({length: rows * columns}, (_, entry) => ({layer, target: Math.floor(entry / columns), source: entry % columns})));
  const lines = edges.map(() => node("line", {class: "srnn-edge"}));
  const marks = edges.map((_, number) => mark(number));
  const cells = WIDTHS.map((width) => Array.from({length: width}, () => node("circle", {class: "srnn-cell", r: 10})));
  const captions = ["a", "b", "a + b?"].map((word) => node("text", {class: "srnn-strong"}, word));
  const stage = node("svg", {class: "srnn-plot srnn-organism", role: "group", "aria-label": "An organism of eighteen particles", height: HEIGHT},
    ...lines, ...cells.flat(), ...captions, ...marks.map((each) => each.root));
  new ResizeObserver(() => layOut()).observe(stage);
  const graph = plot("errors, epoch by epoch", HEIGHT, () => drawErrors());
  const status = words();

  function mark(number) {
    const path = sign("other");
    const root = node("g", {
      class: "srnn-net", role: "button", tabindex: number ? -1 : 0, onclick: () => press(number),
      onkeydown: (event) => byKey(event, number), onfocus: () => (chosen = number),
    }, node("circle", {class: "srnn-touch", r: 12}), path);
    return {root, path};
  }

  function byKey(event, number) {
    const move = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (move) focus((number + move + size) % size);
    else if (event.key === "Enter" || event.key === " ") press(number);
    else return;
    event.preventDefault();
  }

  function focus(number) {
    marks[chosen].root.setAttribute("tabindex", -1);
    marks[number].root.setAttribute("tabindex", 0);
    marks[number].root.focus();
  }

  // The controls
  const play = button("Train", () => time.toggle(), {class: "srnn-main"});
  const balanceSlider = slider("Steps of replication to one of the task", {min: 0, max: BALANCES.length - 1, value: balance.get(), show: (value) => BALANCES[value].word}, (value) => balance.put(value));
  const root = box("Eighteen particles that add",
    node("div", {class: "srnn-two"},
      node("div", {}, node("p", {class: "srnn-head"}, "Press a particle to remove it"), stage),
      node("div", {}, node("p", {class: "srnn-head"}, "Mean squared error after each epoch"), graph.root)),
    legend([sign("fixpoint"), "replicates"], [sign("other"), "does not (yet)"], [node("path", {class: "srnn-gap", d: "M-6-6 6 6M6-6-6 6"}), "removed"],
      [node("line", {class: "srnn-line srnn-bold", x1: -10, x2: 10, y1: 0, y2: 0}), "of replication"],
      [node("line", {class: "srnn-law", x1: -10, x2: 10, y1: 0, y2: 0}), "of the sum"]),
    status.root,
    row(play, button("One epoch", () => once()), button("Remove a particle", () => removeAny()), button("New organism", () => restart())),
    row(balanceSlider.root));
  el.append(root);
  const time = clock(root, {
    tick: () => advance(),
    draw: () => draw(),
    pace: () => 60,
    changed: (going) => {
      play.textContent = going ? "Pause" : "Train";
      playing.put(going);
      if (!going) status.say(summary());
    },
  });

  function pairs(from, many) {
    const inputs = Array.from({length: many}, () => [normal(from), normal(from)]);
    return {inputs, targets: inputs.map(([one, other]) => one + other)};
  }

  function restart() {
    particles = Array.from({length: size}, () => randomNet(how, random, RULE.init));
    velocity = particles.map((net) => new Float64Array(net.length));
    [gone, batch, past] = [new Set(), 0, []];
    look();
    draw();
    status.say(`A new organism of random particles. ${summary()}`);
  }

  // Errors are kept once an epoch, and whenever a reader did something.
  function look(happened = "") {
    kinds = particles.map((net) => classify(how, net, RULE.epsilon));
    const {absolute, squared} = taskErrors(organism, particles, test);
    past.push({epoch: batch / BATCHES, absolute, squared, replication: replicationLoss(organism, particles.filter((_, number) => !gone.has(number))), happened});
  }

  function advance() {
    const {selfSteps, task} = BALANCES[balance.get()];
    particles = lesson(organism, particles, velocity, RULE, {selfSteps, batch: task ? pairs(random, PAIRS) : null});
    batch += 1;
    if (batch % BATCHES === 0) look();
  }

  function once() {
    time.pause();
    do advance();
    while (batch % BATCHES);
    draw();
    status.say(summary());
  }

  // A removed particle is the zero net, which no training moves. Pressed again it is replaced by a random one.
  function press(number) {
    const back = gone.delete(number);
    if (!back) gone.add(number);
    particles = particles.map((net, place) => (place !== number ? net : back ? randomNet(how, random, RULE.init) : net.map(() => 0)));
    velocity[number].fill(0);
    look(back ? "replaced" : "removed");
    draw();
    status.say(`Particle ${number + 1} was ${back ? "replaced by a random one" : "removed"}. ${summary()}`);
  }

  function removeAny() {
    const left = edges.map((_, number) => number).filter((number) => !gone.has(number));
    if (left.length) press(left[below(random, left.length)]);
  }

  const last = () => past[past.length - 1];

  function summary() {
    const whole = size - gone.size, count = kinds.filter((kind) => kind === "fixpoint").length;
    const away = gone.size ? ` ${gone.size} ${gone.size === 1 ? "is" : "are"} removed.` : "";
    const lost = kinds.includes("divergent") ? " Some are at infinity." : "";
    return `Epoch ${Math.floor(batch / BATCHES)}. ${count} of ${whole} particles replicate.${away}${lost} Sums are off by ${brief(last().absolute)} on average.`;
  }

  function draw() {
    status.show(summary());
    const gains = gainsOf(organism, particles);
    gainsShared.put([...gains]);
    kindsShared.put(kinds);
    errorsShared.put([last().replication, last().squared]);
    epochShared.put(batch / BATCHES);
    drawOrganism(gains);
    drawErrors();
  }

  function drawOrganism(gains) {
    edges.forEach((edge, number) => {
      const removed = gone.has(number), kind = removed ? "removed" : kinds[number];
      const word = {removed: "removed", fixpoint: "replicates", zero: "at zero", divergent: "at infinity"}[kind] ?? "does not replicate yet";
      set(lines[number], {
        class: `srnn-edge ${removed ? "srnn-cut" : gains[number] < 0 ? "srnn-minus" : ""}`,
        "stroke-width": removed || !Number.isFinite(gains[number]) ? 1 : (1 + Math.min(6, 4 * Math.abs(gains[number]))).toFixed(1),
      });
      const {root: group, path} = marks[number];
      if (removed) set(path, {d: "M-6-6 6 6M6-6-6 6", class: "srnn-gap"});
      else setSign(set(path, {class: "srnn-sign"}), kind);
      group.setAttribute("aria-label", `${removed ? "Replace" : "Remove"} particle ${number + 1}, from cell ${edge.source + 1} of layer ${edge.layer + 1} to cell ${edge.target + 1}: ${word}, gain ${brief(gains[number])}`);
    });
  }

  function layOut() {
    const width = Math.round(stage.getBoundingClientRect().width);
    if (!width) return;
    set(stage, {viewBox: `0 0 ${width} ${HEIGHT}`});
    const x = scale(0, WIDTHS.length - 1, 24, width - 44), high = scale(-1, 1, 24, HEIGHT - 30);
    const y = (layer, cell) => high(cell - (WIDTHS[layer] - 1) / 2);
    cells.forEach((layer, place) => layer.forEach((cell, number) => set(cell, {cx: x(place), cy: y(place, number)})));
    [[0, 0], [0, 1], [3, 0]].forEach(([layer, cell], place) => set(captions[place], {x: x(layer) + (layer ? 14 : -4), y: y(layer, cell) + (layer ? 4 : -16)}));
    edges.forEach(({layer, target, source}, number) => {
      const [x1, y1, x2, y2] = [x(layer), y(layer, source), x(layer + 1), y(layer + 1, target)];
      set(lines[number], {x1, y1, x2, y2});
      const many = WIDTHS[layer], share = WIDTHS[layer + 1] === 1 ? 0.5 : 0.5 + 0.18 * (source - (many - 1) / 2) * (many === 2 ? 1.4 : 1);
      marks[number].root.setAttribute("transform", `translate(${(x1 + share * (x2 - x1)).toFixed(1)} ${(y1 + share * (y2 - y1)).toFixed(1)})`);
    });
  }

  function drawErrors() {
    const {width, height} = graph.size;
    if (!width || !past) return;
    const [left, right, top, bottom] = [38, width - 8, 8, height - 34], end = Math.max(LONGEST, last().epoch);
    const x = scale(0, end, left, right), y = scale(2 * LOW, 2, bottom, top);
    const place = (value) => y(Math.max(2 * LOW, Math.min(2, Number.isNaN(value) ? 2 : Math.log10(value))));
    const line = (name) => points(past.map((each) => [x(each.epoch), place(each[name])]));
    const ticks = [0, 1, 2, 3].map((number) => Math.round((end * number) / 3));
    graph.root.replaceChildren(...yAxis([0, -10, -20, -30], y, left, right, power), ...xAxis(ticks, x, bottom, bottom + 4),
      label((left + right) / 2, height - 3, "epochs", {"text-anchor": "middle"}),
      ...past.filter((each) => each.happened).map((each) => node("path", {class: "srnn-at-nudge", d: "M0 0-5-9H5z", transform: `translate(${x(each.epoch).toFixed(1)} ${bottom})`})),
      node("polyline", {class: "srnn-line srnn-bold", points: line("replication")}), node("polyline", {class: "srnn-law", points: line("squared")}),
      label(right, top + 10, past.some((each) => each.happened) ? "▽ a particle was removed or replaced" : "", {"text-anchor": "end", class: "srnn-note"}));
    graph.label(`Mean squared errors by epoch. Now ${brief(last().replication)} of replication and ${brief(last().squared)} of the sum.`);
  }

  restart();
  if (!calm()) time.play();
  return () => time.end();
}

export default { render };
