// Feed a net to itself: fourteen weights, what the net would write in their places, and the row that decides.

import { PRESETS, apply, change, classify, effectiveRow, isDivergent, reduction, train } from "./shared/nets.js";
import { noisy, permutation, randomNet, seeded } from "./shared/random.js";
import { box, button, clock, node, row, shared, words } from "./shared/controls.js";
import { badge, brief, label, plot, points, power, scale, short, yAxis } from "./shared/drawing.js";

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

export default { render };
