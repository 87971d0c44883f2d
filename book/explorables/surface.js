// Fall to the surface: children thrown off a fixpoint train, and fall back to the surface of fixpoints, not to the parent.

import { PRESETS, effectiveRow, isDivergent, isZero, reduction, selfError, train } from "./shared/nets.js";
import { between, randomNet, seeded } from "./shared/random.js";
import { box, button, clock, node, row, shared, slider, words } from "./shared/controls.js";
import { brief, label, legend, plot, points, power, scale, xAxis, yAxis } from "./shared/drawing.js";

const RULE = PRESETS.artl2021;
const THROWN = 24;
const STEPS = 1200;
const AT_ONCE = 6;
const SHADOW = Math.sqrt(10 / 14);

function render({model, el}) {
  const random = seeded(31), how = reduction("weightwise", RULE);
  const level = shared(model, "noise", 2, (value) => {
    levelSlider.put(value);
    throwAll();
  });
  const [ratios, stepShared] = [shared(model, "ratios", []), shared(model, "step", 0)];
  const playing = shared(model, "playing", false, (wanted) => (wanted ? time.play() : time.pause()));
  let parent, normal, children, step, curve, born = 3;

  const picture = plot("children above the surface of fixpoints", 230, () => drawPicture());
  const graph = plot("distance to the parent", 230, () => drawGraph());
  const status = words();
  const levelSlider = slider("Noise on every weight, at most", {min: 1, max: 8, value: level.get(), show: (value) => power(-value)}, (value) => {
    level.put(value);
    throwAll();
  });
  const play = button("Train", () => time.toggle(), {class: "srnn-main"});
  const root = box("Fall to the surface",
    node("div", {class: "srnn-two srnn-wide-left"},
      node("div", {}, node("p", {class: "srnn-head"}, "Where the children are, seen from their parent"), picture.root),
      node("div", {}, node("p", {class: "srnn-head"}, "Distance to the parent, at first 1"), graph.root)),
    legend([node("path", {class: "srnn-parent", d: "M-9-9h18v18h-18z"}), "parent"], [node("circle", {class: "srnn-child", r: 6}), "child"],
      [node("circle", {class: "srnn-thrown", r: 6}), "where it was thrown"], [node("line", {class: "srnn-law", x1: -10, x2: 10, y1: 0, y2: 0}), "0.845, the root of 10 in 14"]),
    status.root,
    row(play, button(`Throw ${THROWN} children`, () => throwAll()), button("Another parent", () => {
      born += 1;
      raise();
    })), row(levelSlider.root));
  el.append(root);
  const time = clock(picture.root, {
    tick: () => advance(),
    draw: () => draw(),
    pace: () => 60,
    changed: (going) => {
      play.textContent = going ? "Pause" : "Train";
      playing.put(going);
      if (!going) status.say(summary());
    },
  });

  // A net that training has made a fixpoint, and the directions that lead off the surface there.
  function raise() {
    for (;; born++) {
      parent = randomNet(how, seeded(born), RULE.init);
      for (let turn = 0; turn < 5000 && !isDivergent(parent); turn++) parent = train(how, parent, RULE);
      if (selfError(how, parent) < 1e-12 && !isZero(parent, RULE.epsilon)) break;
    }
    normal = acrossSurface(how, parent);
    throwAll();
  }

  const length = (vector) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

  // How far a child is from its parent, along the surface and off it, in units of the distance to which it was thrown.
  function seen(net, unit) {
    const away = net.map((weight, place) => weight - parent[place]);
    const off = normal.map((axis) => axis.reduce((sum, part, place) => sum + part * away[place], 0));
    const [whole, height] = [length(away) / unit, length(off) / unit];
    return {whole, height, along: Math.sqrt(Math.max(0, whole * whole - height * height))};
  }

  function thrown(turn) {
    const noise = 10 ** -level.get(), net = parent.map((weight) => weight + between(random, -noise, noise));
    const unit = length(net.map((weight, place) => weight - parent[place]));
    return {net, unit, side: turn % 2 ? 1 : -1, trail: [seen(net, unit)]};
  }

  function throwAll() {
    time.pause();
    children = Array.from({length: THROWN}, (_, turn) => thrown(turn));
    [step, curve] = [0, [children.map(() => 1)]];
    draw();
    status.say(summary());
  }

  function advance() {
    if (step >= STEPS) return time.pause();
    for (let turn = 0; turn < AT_ONCE; turn++) {
      for (const child of children) child.net = train(how, child.net, RULE);
    }
    step += AT_ONCE;
    for (const child of children) child.trail.push(seen(child.net, child.unit));
    curve.push(children.map((child) => child.trail[child.trail.length - 1].whole));
  }

  const middle = (values) => [...values].sort((one, other) => one - other)[values.length >> 1];
  const last = (list) => list[list.length - 1];

  function summary() {
    const now = (part, when = last) => brief(middle(children.map((child) => when(child.trail)[part])), 2);
    const first = (trail) => trail[0];
    return `After ${step} steps the median of ${THROWN} children is at ${brief(middle(last(curve)), 3)} of the distance to which it was thrown: `
      + `${now("along")} along the surface (at first ${now("along", first)}) and ${now("height")} off it (at first ${now("height", first)}).`;
  }

  function draw() {
    status.show(summary());
    ratios.put(last(curve));
    stepShared.put(step);
    drawPicture();
    drawGraph();
  }

  function drawPicture() {
    const {width, height} = picture.size;
    if (!width || !children) return;
    const [bottom, top] = [height - 58, 12], unit = Math.min((width - 20) / 2.2, (bottom - top) / 1.02);
    const x = (along) => width / 2 + along * unit, y = (off) => bottom - off * unit;
    const marks = children.flatMap(({trail, side}) => {
      const [first, now] = [trail[0], last(trail)];
      return [
        node("polyline", {class: "srnn-fall", points: points(trail.map((each) => [x(side * each.along), y(each.height)]))}),
        node("circle", {class: "srnn-thrown", r: 3, cx: x(side * first.along), cy: y(first.height)}),
        node("circle", {class: "srnn-child", r: 5, cx: x(side * now.along), cy: y(now.height)}),
      ];
    });
    const arc = (radius) => `M${x(-radius)} ${y(0)}A${radius * unit} ${radius * unit} 0 0 1 ${x(radius)} ${y(0)}`;
    picture.root.replaceChildren(
      node("rect", {class: "srnn-ground", x: 0, y: bottom, width, height: 26}), node("line", {class: "srnn-surface", x1: 0, x2: width, y1: bottom, y2: bottom}),
      label(8, bottom + 18, "the surface of fixpoints: ten dimensions", {class: "srnn-note"}),
      node("path", {class: "srnn-arc", d: arc(1)}), label(x(0), y(1) - 3 < 10 ? 10 : y(1) - 3, "as far as it was thrown", {"text-anchor": "middle", class: "srnn-note"}),
      ...marks, node("path", {class: "srnn-parent", d: "M-6-6h12v12h-12z", transform: `translate(${x(0)} ${bottom})`}),
      label(width / 2, height - 8, "← along the surface →", {"text-anchor": "middle"}));
    picture.label(`Children by their distance along the surface, on two sides, and off it. ${summary()}`);
  }

  function drawGraph() {
    const {width, height} = graph.size;
    if (!width || !curve) return;
    const [left, right, top, bottom] = [34, width - 10, 8, height - 34];
    const x = scale(0, STEPS, left, right), y = scale(0.6, 1.02, bottom, top);
    const thin = children.map((_, place) => node("polyline", {class: "srnn-thin srnn-faint", points: points(curve.map((row_, number) => [x(number * AT_ONCE), y(Math.max(0.58, row_[place]))]))}));
    graph.root.replaceChildren(...yAxis([0.6, 0.7, 0.8, 0.9, 1], y, left, right, (value) => value.toFixed(1)), ...xAxis([0, 400, 800, 1200], x, bottom, bottom + 4),
      label((left + right) / 2, height - 2, "steps of training", {"text-anchor": "middle"}), ...thin,
      node("line", {class: "srnn-law", x1: left, x2: right, y1: y(SHADOW), y2: y(SHADOW)}),
      node("polyline", {class: "srnn-line srnn-bold", points: points(curve.map((row_, number) => [x(number * AT_ONCE), y(middle(row_))]))}),
      label(right, y(1) - 5, "thick: the median child", {"text-anchor": "end", class: "srnn-note"}));
    graph.label(`Distance of ${THROWN} children to their parent by step, in units of the first one. The median is now ${brief(middle(last(curve)), 3)}; the square root of 10 in 14 is 0.845.`);
  }

  raise();
  return () => time.end();
}

// Four directions at right angles that lead off the surface: those in which the row e changes. As e is linear in every
// single weight, its derivative is the difference between that weight at 1 and at 0.
function acrossSurface(how, net) {
  const slopes = [0, 1, 2, 3].map(() => new Float64Array(how.count));
  for (let place = 0; place < how.count; place++) {
    const [low, high] = [0, 1].map((value) => effectiveRow(how, net.map((weight, other) => (other === place ? value : weight))));
    slopes.forEach((slope, entry) => (slope[place] = high[entry] - low[entry]));
  }
  const axes = [];
  for (let slope of slopes) {
    for (const axis of axes) {
      const along = axis.reduce((sum, part, place) => sum + part * slope[place], 0);
      slope = slope.map((part, place) => part - along * axis[place]);
    }
    const size = Math.sqrt(slope.reduce((sum, part) => sum + part * part, 0));
    axes.push(slope.map((part) => part / size));
  }
  return axes;
}

export default { render };
