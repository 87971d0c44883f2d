// Controls, words and time: what every explorable is operated and told by.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "g", "path", "line", "rect", "circle", "text", "polyline", "tspan", "title", "defs", "marker", "clipPath"]);

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === false || value === undefined || value === null) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

// An element of HTML or SVG with attributes, listeners ("onclick") and children.
export function node(tag, attributes = {}, ...children) {
  const made = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  set(made, attributes).append(...children);
  return made;
}

// The box of an explorable, with a name for those who do not see it; whatever it holds looks the same everywhere.
export function box(name, ...children) {
  return node("div", {class: "srnn-explorable", role: "group", "aria-label": name}, ...children);
}

export const row = (...children) => node("div", {class: "srnn-row"}, ...children);

// A name that nothing else on the page has, in this bundle or another one.
export function unique(name) {
  globalThis.srnnNames = (globalThis.srnnNames ?? 0) + 1;
  return `srnn-${name}-${globalThis.srnnNames}`;
}

export function button(text, press, attributes = {}) {
  return node("button", {type: "button", onclick: press, ...attributes}, text);
}

// A slider with its label and its value in words, which it says itself; `show` makes these of the number.
export function slider(label, {min, max, step = 1, value, show = String}, moved) {
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
export function choice(label, words, value, chosen) {
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
export function words() {
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

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Calls `tick` `pace()` times a second while it goes and can be seen, and `draw` once a frame in which it ticked.
export function clock(element, {tick, draw, pace, changed = () => {}}) {
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
export function shared(model, name, first, changed = () => {}) {
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
