// The law of four: a fixpoint with noise on it, fed to itself. Its deviation grows fourfold each time.

import { PRESETS, apply, change, exact, isDivergent, isZero, largest, reduction, selfError, train } from "./shared/nets.js";
import { noisy, randomNet, seeded } from "./shared/random.js";
import { box, button, choice, node, row, shared, slider, unique, words } from "./shared/controls.js";
import { brief, clip, label, legend, plot, points, power, scale, xAxis, yAxis } from "./shared/drawing.js";

const RULE = PRESETS.artl2021;
const COPIES = 12;
const LEVELS = Array.from({length: 15}, (_, level) => level);
const MOST = 40;
const TRAINING = 4000;
const PRECISIONS = {float64: exact, float32: Math.fround};
const PER_DECADE = 1 / Math.log10(4);

function render({model, el}) {
  const random = seeded(77), frame = unique("frame");
  const precision = shared(model, "precision", "float64", (value) => {
    precisionChoice.put(value);
    raise();
  });
  const kind = shared(model, "parent", "trained", (value) => {
    parentChoice.put(value);
    raise();
  });
  const level = shared(model, "noise", 8, (value) => {
    levelSlider.put(value);
    draw();
  });
  const survival = shared(model, "survival", []);
  let how, parent, copies, born = 11;

  const course = plot("the deviation of each copy", 240, () => drawCourse());
  const table = plot("how long copies survive at every level of noise", 240, () => drawTable());
  const status = words();
  const levelSlider = slider("Noise on every weight, at most", {min: 0, max: 14, value: level.get(), show: (value) => power(-value)}, (value) => {
    level.put(value);
    draw();
    status.say(summary());
  });
  const precisionChoice = choice("Numbers", {float64: "float64", float32: "float32"}, precision.get(), (value) => {
    precision.put(value);
    raise();
  });
  const parentChoice = choice("Fixpoint", {trained: "trained", "hand-made": "made by hand"}, kind.get(), (value) => {
    kind.put(value);
    raise();
  });
  const root = box("The law of four",
    node("div", {class: "srnn-two"},
      node("div", {}, node("p", {class: "srnn-head"}, "Change in one more application"), course.root),
      node("div", {}, node("p", {class: "srnn-head"}, "Applications survived as a fixpoint"), table.root)),
    legend([node("line", {class: "srnn-law", x1: -10, x2: 10, y1: 0, y2: 0}), "fourfold growth"],
      [node("circle", {class: "srnn-copy", r: 5}), "a copy"], [node("circle", {class: "srnn-copy srnn-chosen", r: 5}), "at this noise"]),
    status.root,
    row(levelSlider.root), row(precisionChoice.root, parentChoice.root,
      button("Throw new copies", () => {
        scatter();
        status.say(summary());
      }, {class: "srnn-main"}),
      button("Another fixpoint", () => {
        born += 1;
        raise();
      })));
  el.append(root);

  // A fixpoint in the chosen precision.
  function raise() {
    how = reduction("weightwise", RULE, PRECISIONS[precision.get()]);
    parent = kind.get() === "trained" ? trained() : identity();
    scatter();
    status.say(summary());
  }

  function identity() {
    const net = new Float64Array(how.count);
    for (const {places} of how.matrices) net[places[0][0]] = 1;
    return net;
  }

  function trained() {
    for (;; born++) {
      let net = randomNet(how, seeded(born), RULE.init);
      for (let step = 0; step < TRAINING && !isDivergent(net); step++) net = train(how, net, RULE);
      if (selfError(how, net) < RULE.epsilon && !isZero(net, RULE.epsilon)) return net;
    }
  }

  function scatter() {
    copies = LEVELS.map((power_) => Array.from({length: COPIES}, () => life(noisy(how, parent, 10 ** -power_, random))));
    survival.put(copies.map((lives) => lives.map((each) => each.survived)));
    draw();
  }

  // The change that each application makes, and how many in a row leave an epsilon-fixpoint that is not zero.
  function life(net) {
    const changes = [];
    let survived = 0, unbroken = true;
    for (let now = net, step = 0; step <= MOST; step++) {
      const next = apply(how, now), error = change(how, now, next);
      changes.push(error);
      if (step) {
        unbroken &&= error < RULE.epsilon && !isZero(now, RULE.epsilon);
        survived += unbroken;
      }
      if (!(largest(next) < 1e30)) break;
      now = next;
    }
    return {changes, survived};
  }

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const typical = (level_) => mean(copies[level_].map((each) => each.survived));

  function summary() {
    const now = level.get(), lives = copies[now].map((each) => each.survived), most = Math.max(...lives);
    const whole = Math.min(...lives) >= MOST ? `all hold out for ${MOST} applications and more` : most ? `they survive ${brief(mean(lives), 1)} applications on average` : "none survives a single application";
    const still = copies[now].every((each) => each.changes[0] === 0) ? " Rounding has swallowed the noise." : "";
    return `${COPIES} copies with noise of at most ${power(-now)} in ${precision.get()}: ${whole}.${still}`;
  }

  function draw() {
    status.show(`${summary()} A tenth of the noise buys ${PER_DECADE.toFixed(2)} more.`);
    drawCourse();
    drawTable();
  }

  function drawCourse() {
    const {width, height} = course.size;
    if (!width || !copies) return;
    const [left, right, top, bottom] = [40, width - 8, 8, height - 34];
    const x = scale(0, 30, left, right), y = scale(-17, 2, bottom, top), lives = copies[level.get()];
    const lines = lives.map(({changes}) => {
      const shown = changes.slice(0, 31).map((error, step) => [x(step), y(Math.max(-17, Math.min(2, Math.log10(error))))]).filter(([, at]) => Number.isFinite(at));
      return node("polyline", {class: "srnn-thin", points: points(shown)});
    });
    const start = lives.map((each) => each.changes[0]).filter((error) => error > 0).sort((one, other) => one - other)[COPIES >> 1];
    const ruled = start ? [node("line", {class: "srnn-law", x1: x(0), y1: y(Math.log10(start)), x2: x((2 - Math.log10(start)) * PER_DECADE), y2: y(2)})] : [];
    course.root.replaceChildren(
      ...yAxis([0, -5, -10, -15], y, left, right, power), ...xAxis([0, 10, 20, 30], x, bottom, bottom + 4),
      label((left + right) / 2, height - 2, "applications", {"text-anchor": "middle"}),
      node("line", {class: "srnn-margin", x1: left, x2: right, y1: y(-5), y2: y(-5)}), label(right, y(-5) - 5, "margin of a fixpoint", {"text-anchor": "end", class: "srnn-note"}),
      clip(frame, left, top, right, bottom), node("g", {"clip-path": `url(#${frame})`}, ...lines, ...ruled));
    course.label(`The change by one more application, of ${COPIES} copies, on a logarithmic scale. ${summary()}`);
  }

  function drawTable() {
    const {width, height} = table.size;
    if (!width || !copies) return;
    const [left, right, top, bottom] = [30, width - 12, 8, height - 34], now = level.get();
    const x = scale(0, 14, left + 8, right), y = scale(0, MOST, bottom, top);
    const dots = copies.flatMap((lives, level_) => lives.map(({survived}, copy) => node("circle", {
      class: level_ === now ? "srnn-copy srnn-chosen" : "srnn-copy", r: 2.6, cx: x(level_) + ((copy % 5) - 2) * 1.3, cy: y(survived),
    })));
    table.root.replaceChildren(
      ...yAxis([0, 10, 20, 30, 40], y, left, right, (value) => (value === MOST ? "40+" : value)),
      ...xAxis([0, 5, 10], x, bottom, bottom + 4, (value) => power(-value)),
      label((left + right) / 2, height - 2, "noise", {"text-anchor": "middle"}),
      node("rect", {class: "srnn-band", x: x(now) - 7, width: 14, y: top, height: bottom - top}),
      node("polyline", {class: "srnn-law", points: points(LEVELS.map((level_) => [x(level_), y(Math.min(MOST, expected(level_)))]))}),
      ...dots);
    table.label(`Applications survived at noise of 1 to ten to the minus 14, ${COPIES} copies at each. ${LEVELS.map((level_) => `${power(-level_)}: ${brief(typical(level_), 0)}`).join(", ")}.`);
  }

  // The line of the law, laid through the mean at noise of 10⁻⁵ with slope 1/log 4.
  const expected = (level_) => Math.max(0, typical(5) + (level_ - 5) * PER_DECADE);

  raise();
  return () => {};
}

export default { render };
