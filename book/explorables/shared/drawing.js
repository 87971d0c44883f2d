// What pictures share: the signs of outcomes, axes, numbers in words.

import { node, set } from "./controls.js";

// A colour and a shape for every outcome, so that neither alone has to be told; the book's figures have the same.
export const SIGNS = {
  divergent: {colour: "#d55e00", path: "M-9-6-6-9 0-3 6-9 9-6 3 0 9 6 6 9 0 3-6 9-9 6-3 0z"},
  zero: {colour: "#56b4e9", path: "M-7-7h14v14h-14z"},
  fixpoint: {colour: "#009e73", path: "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0z"},
  "second order": {colour: "#cc79a7", path: "M0-9 9 8H-9z"},
  other: {colour: "#bbbbbb", path: "M0-10 10 0 0 10-10 0z"},
};

export const sign = (outcome) => node("path", {class: "srnn-sign", d: SIGNS[outcome].path, fill: SIGNS[outcome].colour});

export function setSign(path, outcome) {
  set(path, {d: SIGNS[outcome].path, fill: SIGNS[outcome].colour});
}

// A sign in a line of text.
export function badge(outcome) {
  const path = sign(outcome);
  return {root: node("svg", {class: "srnn-badge", viewBox: "-11 -11 22 22", "aria-hidden": "true"}, path), put: (next) => setSign(path, next)};
}

export function legend(...entries) {
  const items = entries.map(([mark, word]) => {
    const picture = node("svg", {class: "srnn-badge", viewBox: "-11 -11 22 22", "aria-hidden": "true"}, mark);
    return node("li", {}, picture, word);
  });
  return node("ul", {class: "srnn-legend"}, ...items);
}

// A plot of its own width and height in units of the page: as wide as its place, and redrawn when that changes.
export function plot(name, height, draw) {
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

export const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);

export function label(x, y, content, attributes = {}) {
  return node("text", {x, y, ...attributes}, content);
}

// Ticks and lines of an axis: `at` are values, `name` makes their words.
export function xAxis(at, place, bottom, top, name = String) {
  return at.map((value) => node("g", {class: "srnn-axis"},
    node("line", {x1: place(value), x2: place(value), y1: bottom, y2: top}),
    label(place(value), bottom + 15, name(value), {"text-anchor": "middle"})));
}

export function yAxis(at, place, left, right, name = String) {
  return at.map((value) => node("g", {class: "srnn-axis"},
    node("line", {x1: left, x2: right, y1: place(value), y2: place(value)}),
    label(left - 6, place(value) + 4, name(value), {"text-anchor": "end"})));
}

// A frame that what is drawn may not leave; `name` is one of the page.
export function clip(name, left, top, right, bottom) {
  return node("clipPath", {id: name}, node("rect", {x: left, y: top, width: right - left, height: bottom - top}));
}

const RAISED = {"-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"};

export const power = (exponent) => `10${[...String(exponent)].map((digit) => RAISED[digit]).join("")}`;

// A number in a few letters: plain where that is short, else by its power of ten.
export function brief(number, digits = 2) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "not a number" : number > 0 ? "∞" : "−∞";
  const size = Math.abs(number);
  if (size && (size >= 1000 || size < 0.5 * 10 ** -digits)) {
    const [head, tail] = number.toExponential(0).split("e");
    return `${head.replace("-", "−")}·${power(Number(tail))}`;
  }
  return number.toFixed(digits).replace("-", "−");
}

export const short = (number) => (Math.abs(number) < 0.005 ? "0" : brief(number));

export const percent = (share) => `${Math.round(100 * share)} %`;

export const points = (pairs) => pairs.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
