// Zero or infinity: two hundred random nets, each applied to itself again and again.

import { PRESETS, apply, isZero, largest, reduction } from "./shared/nets.js";
import { randomNet, seeded } from "./shared/random.js";
import { box, button, choice, clock, node, row, shared, slider, unique, words } from "./shared/controls.js";
import { SIGNS, brief, clip, label, legend, percent, plot, points, power, scale, sign, xAxis, yAxis } from "./shared/drawing.js";

const NETS = 200;
const STEPS = 20;
const EDGE = 1e12;
const MARGIN = 1e-5;
const SIZES = Array.from({length: 16}, (_, number) => 0.25 + 0.15 * number);
const KINDS = {weightwise: "weightwise", aggregating: "aggregating", recurrent: "recurrent"};
const STARTS = {glorot: "as Keras, 2019", "fan-in": "as PyTorch, 2021"};
const FATES = ["divergent", "other", "zero"];
const WORDS = {divergent: "to infinity", other: "neither", zero: "to zero"};

function render({model, el}) {
  const kind = shared(model, "kind", "weightwise", (value) => {
    kindChoice.put(value);
    begin();
  });
  const init = shared(model, "init", "glorot", (value) => {
    initChoice.put(value);
    begin();
  });
  const size = shared(model, "size", 1, (value) => {
    sizeSlider.put(value);
    begin();
  });
  const counts = shared(model, "counts", []);
  const sweeps = {}, frame = unique("frame");
  let seed = 2022, waiting = 0, lives, step;

  const fan = plot("the largest weight of every net", 290, () => drawFan());
  const curve = plot("share that runs to infinity, by the size of the first weights", 200, () => drawCurve());
  const status = words();
  const bar = node("div", {class: "srnn-shares", "aria-hidden": "true"});
  const sizeSlider = slider("Size of the first weights", {min: 0.25, max: 2.5, step: 0.05, value: size.get(), show: (value) => `× ${value.toFixed(2)}`}, (value) => {
    size.put(value);
    begin();
  });
  const pick = (value_) => (value) => {
    value_.put(value);
    begin();
  };
  const kindChoice = choice("Kind of net", KINDS, kind.get(), pick(kind));
  const initChoice = choice("First weights", STARTS, init.get(), pick(init));
  const stepSlider = slider("Applications", {min: 0, max: STEPS, value: STEPS}, (value) => {
    time.pause();
    step = value;
    draw();
    status.say(summary());
  });
  const play = button("Play", () => {
    if (step === STEPS) step = 0;
    time.toggle();
  }, {class: "srnn-main"});
  const root = box("Zero or infinity",
    node("p", {class: "srnn-head"}, `Largest weight of each of ${NETS} nets, by powers of ten`), fan.root,
    legend(...FATES.map((fate) => [sign(fate), WORDS[fate]])), bar, status.root,
    row(play, stepSlider.root), row(sizeSlider.root), row(kindChoice.root, initChoice.root,
      button("Draw again", () => {
        seed += 1;
        begin();
      })),
    node("p", {class: "srnn-head"}, "Share that runs to infinity, by the size of the first weights"), curve.root);
  el.append(root);
  const time = clock(fan.root, {
    tick: () => {
      step += 1;
      if (step >= STEPS) time.pause();
    },
    draw: () => draw(),
    pace: () => 9,
    changed: (going) => {
      play.textContent = going ? "Pause" : "Play";
      if (!going) status.say(summary());
    },
  });

  // The largest weight of each net after every application; a net that has left the picture is followed no further.
  function live(how, net, steps) {
    const sizes = [largest(net)];
    for (let number = 0; number < steps; number++) {
      net = apply(how, net);
      sizes.push(largest(net));
      if (!(sizes[sizes.length - 1] < EDGE)) return {sizes, fate: "divergent"};
    }
    return {sizes, fate: isZero(net, MARGIN) ? "zero" : "other"};
  }

  function draws(many, size_, number) {
    const how = reduction(kind.get(), PRESETS.alife2019), random = seeded(number);
    return Array.from({length: many}, () => live(how, randomNet(how, random, init.get(), size_), STEPS));
  }

  function begin() {
    time.pause();
    lives = draws(NETS, size.get(), seed);
    step = STEPS;
    counts.put(FATES.map((fate) => lives.filter((each) => each.fate === fate).length));
    draw();
    drawCurve();
    clearTimeout(waiting);
    waiting = setTimeout(goOn, 100);
    status.say(summary());
  }

  // What has become of a net so far.
  const now = ({sizes, fate}) => (step < sizes.length - 1 || fate !== "divergent" ? (sizes[Math.min(step, sizes.length - 1)] < MARGIN ? "zero" : "other") : "divergent");

  function summary() {
    const found = lives.map(now), many = (fate) => found.filter((each) => each === fate).length;
    return `After ${step} application${step === 1 ? "" : "s"} of ${KINDS[kind.get()]} nets: ${many("divergent")} of ${NETS} have run to infinity, ${many("zero")} to zero, ${many("other")} to neither.`;
  }

  function draw() {
    stepSlider.put(step);
    status.show(summary());
    const found = lives.map(now);
    bar.replaceChildren(...FATES.map((fate) => {
      const share = found.filter((each) => each === fate).length / NETS;
      return node("span", {class: `srnn-share srnn-${fate}`, style: `flex-grow: ${share}; background: ${SIGNS[fate].colour}`}, share > 0.08 ? percent(share) : "");
    }));
    drawFan();
  }

  function drawFan() {
    const {width, height} = fan.size;
    if (!width || !lives) return;
    const [left, right, top, bottom] = [42, width - 12, 8, height - 34];
    const x = scale(0, STEPS, left, right), y = scale(-12, 12, bottom, top);
    const at = (value) => y(Math.max(-13, Math.min(13, Number.isNaN(value) ? 13 : Math.log10(value))));
    const lines = FATES.map((fate) => node("path", {
      class: `srnn-fan srnn-${fate}`, stroke: SIGNS[fate].colour,
      d: lives.filter((each) => each.fate === fate).map(({sizes}) => `M${points(sizes.slice(0, step + 1).map((value, number) => [x(number), at(value)])).replaceAll(" ", "L")}`).join(""),
    }));
    fan.root.replaceChildren(...yAxis([-10, -5, 0, 5, 10], y, left, right, power), ...xAxis([0, 5, 10, 15, 20], x, bottom, bottom + 4),
      label((left + right) / 2, height - 2, "applications", {"text-anchor": "middle"}),
      clip(frame, left, top, right, bottom), node("g", {"clip-path": `url(#${frame})`}, ...lines),
      label(right, y(10) - 5, "to infinity", {"text-anchor": "end", class: "srnn-strong"}), label(right, y(-10) - 5, "to zero", {"text-anchor": "end", class: "srnn-strong"}));
    fan.label(`The largest weight of ${NETS} nets against the number of applications, on a logarithmic scale. ${summary()}`);
  }

  // Shares are found size by size, between other things; those of the kind that is shown come first.
  function goOn() {
    const shares = (sweeps[init.get()] ??= Object.fromEntries(Object.keys(KINDS).map((each) => [each, []])));
    const next = [kind.get(), ...Object.keys(KINDS)].find((each) => shares[each].length < SIZES.length);
    if (!next) return;
    const how = reduction(next, PRESETS.alife2019), random = seeded(7), size_ = SIZES[shares[next].length];
    const fates = Array.from({length: 120}, () => live(how, randomNet(how, random, init.get(), size_), STEPS).fate);
    shares[next].push(fates.filter((fate) => fate === "divergent").length / fates.length);
    if (shares[next].length === SIZES.length) drawCurve();
    waiting = setTimeout(goOn, 5);
  }

  function drawCurve() {
    const {width, height} = curve.size;
    if (!width || !lives) return;
    const shares = sweeps[init.get()] ?? {};
    const [left, right, top, bottom] = [42, width - 12, 8, height - 34];
    const x = scale(0.25, 2.5, left, right), y = scale(0, 1, bottom, top), mine = lives.filter((each) => each.fate === "divergent").length / NETS;
    const lines = Object.keys(KINDS).filter((each) => shares[each]?.length === SIZES.length).flatMap((each) => [
      node("polyline", {class: `srnn-kind srnn-${each}${each === kind.get() ? " srnn-chosen" : ""}`, points: points(shares[each].map((share, number) => [x(SIZES[number]), y(share)]))}),
      ...named(each, shares[each], x, y),
    ]);
    curve.root.replaceChildren(...yAxis([0, 0.5, 1], y, left, right, percent), ...xAxis([0.5, 1, 1.5, 2, 2.5], x, bottom, bottom + 4, (value) => `× ${value}`),
      label((left + right) / 2, height - 2, `size, times ${init.get() === "glorot" ? "Keras'" : "PyTorch's"} default`, {"text-anchor": "middle"}),
      ...lines, node("circle", {class: "srnn-now", cx: x(size.get()), cy: y(mine), r: 5}));
    curve.label(`Share of nets that run to infinity against the size of their first weights; at ${brief(size.get())} it is ${percent(mine)} of ${kind.get()} nets.`);
  }

  // The name of a curve, where it crosses a height of its own.
  function named(kind_, shares, x, y) {
    const number = shares.findIndex((share) => share > 0.6), end = number < 0 ? SIZES.length - 1 : number;
    const flip = kind_ === "recurrent" || x(SIZES[end]) > x(2);
    return [label(x(SIZES[end]) + (flip ? -8 : 8), y(shares[end]) + 4, kind_, {class: kind_ === kind.get() ? "srnn-strong" : "", "text-anchor": flip ? "end" : "start"})];
  }

  begin();
  return () => {
    clearTimeout(waiting);
    time.end();
  };
}

export default { render };
