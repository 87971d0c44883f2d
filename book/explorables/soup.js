// A live soup: nets that train on themselves and attack each other. A net that is pressed is damaged.

import { PRESETS, reduction } from "./shared/nets.js";
import { drawEpoch, evolve, outcomes } from "./shared/soups.js";
import { between, noisy, randomNet, seeded } from "./shared/random.js";
import { box, button, calm, choice, clock, node, row, set, shared, slider, unique, words } from "./shared/controls.js";
import { SIGNS, label, legend, percent, plot, scale, setSign, sign } from "./shared/drawing.js";

const RULE = PRESETS.alife2019;
const NETS = 20;
const DAMAGE = 0.4;
const KEPT = 120;
const TRAIL = 10;
const SIDE = 1.6;
const PEACE = 60;
const PACES = {4: "slow", 10: "medium", 40: "fast"};
const STACK = ["fixpoint", "second order", "other", "zero", "divergent"];

function render({model, el}) {
  const how = reduction("weightwise", RULE), random = seeded(2022);
  const attack = shared(model, "attack", 0.1, (value) => attackSlider.put(value));
  const training = shared(model, "steps", 30, (value) => stepsSlider.put(value));
  const order = shared(model, "order", "sequential", (value) => orderChoice.put(value));
  const playing = shared(model, "playing", false, (wanted) => (wanted ? time.play() : time.pause()));
  const [netsShared, countsShared] = ["nets", "counts"].map((name) => shared(model, name, []));
  const epochShared = shared(model, "epoch", 0);
  const head = unique("head"), axes = plane(how.count, seeded(4));
  let nets, found, trails, events, epoch, past, calmFor, rested = false, chosen = 0, pace = 4;

  // The stage
  const marks = Array.from({length: NETS}, (_, number) => mark(number));
  const [trailLines, arrows] = [node("g"), node("g")];
  const stage = node("svg", {class: "srnn-stage", role: "group", "aria-label": "Twenty nets"},
    node("defs", {}, node("marker", {id: head, viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 6, markerHeight: 6, orient: "auto"},
      node("path", {class: "srnn-head-fill", d: "M0 0 8 4 0 8z"}))),
    trailLines, arrows, ...marks.map((each) => each.root));
  const size = {width: 0, height: 0};
  new ResizeObserver(() => {
    const width = Math.round(stage.getBoundingClientRect().width), height = Math.max(250, Math.min(380, Math.round(width * 0.62)));
    if (!width || width === size.width) return;
    Object.assign(size, {width, height});
    set(stage, {viewBox: `0 0 ${width} ${height}`, height});
    draw();
  }).observe(stage);
  const strip = plot("nets by outcome, epoch by epoch", 84, () => drawPast());
  const status = words();

  function mark(number) {
    const path = sign("other"), ring = node("circle", {class: "srnn-ring", r: 15});
    const root = node("g", {
      class: "srnn-net", role: "button", tabindex: number ? -1 : 0,
      onclick: () => damage(number),
      onkeydown: (event) => press(event, number),
      onfocus: () => (chosen = number),
    }, node("circle", {class: "srnn-touch", r: 16}), ring, path);
    return {root, path, ring};
  }

  function press(event, number) {
    const move = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (move) focus((number + move + NETS) % NETS);
    else if (event.key === "Enter" || event.key === " ") damage(number);
    else return;
    event.preventDefault();
  }

  function focus(number) {
    marks[chosen].root.setAttribute("tabindex", -1);
    marks[number].root.setAttribute("tabindex", 0);
    marks[number].root.focus();
  }

  // The controls
  const play = button("Play", () => {
    rested = false;
    calmFor = 0;
    time.toggle();
  }, {class: "srnn-main"});
  const attackSlider = slider("Chance that a net attacks", {min: 0, max: 1, step: 0.05, value: attack.get(), show: percent}, (value) => attack.put(value));
  const stepsSlider = slider("Training steps in an epoch", {min: 0, max: 100, step: 5, value: training.get()}, (value) => training.put(value));
  const orderChoice = choice("Order", {sequential: "one by one", simultaneous: "all at once"}, order.get(), (value) => order.put(value));
  const paceChoice = choice("Pace", PACES, "4", (value) => (pace = Number(value)));
  const root = box("A live soup", stage,
    legend(...STACK.map((name) => [sign(name), name]),
      [node("circle", {class: "srnn-ring srnn-attacked", r: 9}), "attacked"], [node("circle", {class: "srnn-ring srnn-fresh", r: 9}), "new"]),
    strip.root, status.root,
    row(play, button("One epoch", () => once()), button("Damage a net", () => damage(Math.floor(random() * NETS))), button("New soup", () => restart())),
    row(attackSlider.root, stepsSlider.root), row(orderChoice.root, paceChoice.root));
  el.append(root);
  const time = clock(stage, {
    tick: () => advance(),
    draw: () => draw(),
    pace: () => pace,
    changed: (going) => {
      play.textContent = going ? "Pause" : "Play";
      playing.put(going);
      if (!going) status.say(summary());
    },
  });

  function begin(start) {
    [nets, events, epoch, past, calmFor] = [start, [], 0, [], 0];
    trails = nets.map((net) => [place(net)]);
    look();
    draw();
  }

  function restart() {
    begin(Array.from({length: NETS}, () => randomNet(how, random, RULE.init)));
    wake();
    status.say(`A new soup of random nets. ${summary()}`);
  }

  function look() {
    found = outcomes(how, nets, RULE.epsilon);
    past.push(STACK.map((name) => found.filter((each) => each === name).length));
    if (past.length > KEPT) past.shift();
  }

  function advance() {
    const schedule = {attack: attack.get(), steps: training.get(), order: order.get()};
    const turn = evolve(how, nets, RULE, schedule, drawEpoch(how, NETS, RULE, schedule, random));
    epoch += 1;
    ({nets, events} = turn);
    calmFor = found.every((each) => each === "fixpoint") ? calmFor + 1 : 0;
    const fresh = new Set(events.filter((each) => each.kind in SIGNS).map((each) => each.net));
    trails = trails.map((trail, net) => [place(nets[net]), ...(fresh.has(net) ? [] : trail)].slice(0, TRAIL));
    look();
    if (calmFor > PEACE && time.going()) {
      rested = true;
      time.pause();
    }
  }

  // A soup that has long been at peace stands still until something is done to it.
  function wake() {
    calmFor = 0;
    if (rested) time.play();
    rested = false;
  }

  function once() {
    time.pause();
    advance();
    draw();
    status.say(`Epoch ${epoch}. ${summary()}`);
  }

  function damage(number) {
    nets = nets.map((net, place) => (place === number ? noisy(how, net, DAMAGE, random) : net));
    trails[number] = [place(nets[number]), ...trails[number]].slice(0, TRAIL);
    found = outcomes(how, nets, RULE.epsilon);
    draw();
    wake();
    status.say(`Net ${number + 1} was damaged; it is now ${found[number]}. ${summary()}`);
  }

  function place(net) {
    const shown = net.every(Number.isFinite) ? net : net.map(() => 0);
    return axes.map((axis) => axis.reduce((sum, part, weight) => sum + part * shown[weight], 0));
  }

  // Far from the middle the plane is drawn together, so that nobody leaves the picture.
  const squeeze = (value) => SIDE * Math.tanh(value / SIDE);
  const onStage = ([x, y]) => [
    scale(-SIDE, SIDE, 20, size.width - 20)(squeeze(x)), scale(-SIDE, SIDE, size.height - 20, 20)(squeeze(y)),
  ];

  function draw() {
    const attacks = events.filter((each) => each.kind === "attack");
    status.show(`Epoch ${epoch}. ${summary()}`);
    netsShared.put(nets.map((net) => [...net]));
    countsShared.put(STACK.map((name) => found.filter((each) => each === name).length));
    epochShared.put(epoch);
    drawPast();
    if (!size.width) return;
    const attacked = new Set(attacks.map((each) => each.net)), at = trails.map((trail) => trail.map(onStage));
    const fresh = new Set(events.filter((each) => each.kind in SIGNS).map((each) => each.net));
    marks.forEach(({root: group, path, ring}, number) => {
      const [x, y] = at[number][0];
      set(group, {transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, "aria-label": `Damage net ${number + 1}, now ${found[number]}`});
      setSign(path, found[number]);
      ring.setAttribute("class", `srnn-ring ${fresh.has(number) ? "srnn-fresh" : attacked.has(number) ? "srnn-attacked" : ""}`);
    });
    trailLines.replaceChildren(...at.map((trail) => node("polyline", {class: "srnn-trail", points: trail.map((point) => point.map((number) => number.toFixed(1))).join(" ")})));
    arrows.replaceChildren(...attacks.filter((each) => each.actor !== each.net).map(({actor, net}) => arrow(at[actor][0], at[net][0])));
  }

  function arrow([x1, y1], [x2, y2]) {
    const length = Math.hypot(x2 - x1, y2 - y1), share = length > 34 ? (length - 19) / length : 0;
    return node("line", {class: "srnn-attack", x1, y1, x2: x1 + share * (x2 - x1), y2: y1 + share * (y2 - y1), "marker-end": `url(#${head})`});
  }

  function drawPast() {
    const {width, height} = strip.size;
    if (!width || !past) return;
    const [left, right, top, bottom] = [0, width, 4, height - 20], step = (right - left) / KEPT;
    const y = scale(0, NETS, bottom, top), first = epoch - past.length + 1;
    const bars = STACK.map((name, place) => node("path", {
      fill: SIGNS[name].colour, d: past.map((counts, number) => {
        const under = counts.slice(0, place).reduce((sum, each) => sum + each, 0), x = left + number * step;
        return counts[place] ? `M${x.toFixed(1)} ${y(under).toFixed(1)}h${(step + 0.3).toFixed(1)}V${y(under + counts[place]).toFixed(1)}h${(-step - 0.3).toFixed(1)}z` : "";
      }).join(""),
    }));
    const ticks = Array.from({length: 4}, (_, number) => 40 * Math.ceil(first / 40) + 40 * number).filter((value) => value <= first + KEPT - 8);
    const x = (value) => left + (value - first) * step;
    strip.root.replaceChildren(node("rect", {class: "srnn-floor", x: left, y: top, width: right - left, height: bottom - top}), ...bars,
      ...ticks.map((value) => label(Math.max(x(value), 2), height - 5, value ? String(value) : "epoch 0")));
    strip.label(`Nets by outcome over the last ${past.length} ${past.length === 1 ? "epoch" : "epochs"}. ${summary()}`);
  }

  function summary() {
    const counts = Object.fromEntries(STACK.map((name) => [name, found.filter((each) => each === name).length]));
    const whole = counts.fixpoint === NETS ? "All 20 nets are fixpoints: peace, until one is damaged." : `${counts.fixpoint} of 20 nets are fixpoints`;
    const rest = [["other", "on the way"], ["second order", "of second order"], ["zero", "at zero"], ["divergent", "at infinity"]]
      .filter(([name]) => counts[name]).map(([name, word]) => `${counts[name]} ${word}`);
    return [whole, ...rest].join(", ") + (rest.length ? "." : whole.endsWith(".") ? "" : ".");
  }

  restart();
  if (!calm()) time.play();
  return () => time.end();
}

// Two directions in the space of weights, at right angles and of length one.
function plane(count, random) {
  const draw = () => Array.from({length: count}, () => between(random, -1, 1));
  const dot = (one, other) => one.reduce((sum, value, place) => sum + value * other[place], 0);
  const unit = (axis) => axis.map((value) => value / Math.sqrt(dot(axis, axis)));
  const first = unit(draw()), second = draw(), along = dot(first, second);
  return [first, unit(second.map((value, place) => value - along * first[place]))];
}

export default { render };
