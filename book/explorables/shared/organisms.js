// Organisms as the library has them: networks whose every weight is a net, a particle, that also learns to replicate.
//
// A linear particle multiplies by one number, its gain, so an organism answers as the ordinary network of its gains.

import { apply, backward, forward, train } from "./nets.js";

// The shape of an organism. `how` is the reduction of its particles; `residual` says whether every layer between two
// hidden ones adds its input to its output, and `activate` is applied after every hidden layer.
export function organismOf(widths, how, {activate = (value) => value, residual = false} = {}) {
  const layers = [];
  let count = 0;
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    layers.push({first: count, rows: widths[layer + 1], columns: widths[layer]});
    count += widths[layer] * widths[layer + 1];
  }
  return {widths, how, layers, count, activate, residual, round: how.round};
}

// The error function, by a series whose terms are all positive.
export function erf(value) {
  if (Math.abs(value) > 6) return Math.sign(value);
  let [sum, term] = [value, value];
  for (let turn = 1; Math.abs(term) > 1e-17 * Math.abs(sum); turn++) {
    term *= (2 * value * value) / (2 * turn + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-value * value) * sum;
}

export const gelu = (value) => 0.5 * value * (1 + erf(value / Math.SQRT2));

// What a particle answers to (0, 0, 0, 0, 1), with what reaches its cells on the way.
function asked(how, net) {
  const cells = new Float64Array(how.starts[how.starts.length - 1]);
  cells[4] = 1;
  forward(how, net, cells);
  return cells;
}

export const gainsOf = ({how}, particles) => Float64Array.from(particles, (net) => asked(how, net).at(-1));

// What reaches every layer of weights of the network with these gains, and last its outputs.
export function signalsOf({layers, activate, residual, round}, gains, inputs) {
  const seen = [Float64Array.from(inputs)];
  layers.forEach(({first, rows, columns}, layer) => {
    const below = seen[layer], last = layer === layers.length - 1;
    seen.push(Float64Array.from({length: rows}, (_, row) => {
      let total = 0;
      for (let column = 0; column < columns; column++) total = round(total + round(gains[first + row * columns + column] * below[column]));
      if (last) return total;
      const value = round(activate(total));
      return residual && layer ? round(value + below[row]) : value;
    }));
  });
  return seen;
}

export const answerOf = (organism, gains, inputs) => signalsOf(organism, gains, inputs).at(-1);

// The derivative of the mean squared error on a batch by every gain; for organisms without activations.
function pullOf(organism, gains, {inputs, targets}) {
  const {layers, count, round} = organism, pull = new Float64Array(count), share = round(2 / targets.length);
  inputs.forEach((input, pair) => {
    const seen = signalsOf(organism, gains, input);
    let owed = [round(round(seen[layers.length][0] - targets[pair]) * share)];
    for (let layer = layers.length - 1; layer >= 0; layer--) {
      const {first, rows, columns} = layers[layer], next = new Float64Array(columns);
      for (let row = 0, entry = first; row < rows; row++) {
        for (let column = 0; column < columns; column++, entry++) {
          pull[entry] = round(pull[entry] + round(owed[row] * seen[layer][column]));
          next[column] = round(next[column] + round(gains[entry] * owed[row]));
        }
      }
      owed = next;
    }
  });
  return pull;
}

// Particles after one batch: `selfSteps` of training on themselves, whose momentum begins anew, then one step on the task
// with the momentum kept in `velocity`, which is changed; without a batch the particles train on themselves alone.
export function lesson(organism, particles, velocity, rule, {selfSteps, batch}) {
  const {how, round} = organism, [rate, momentum] = [round(rule.rate), round(rule.momentum)];
  let now = particles.map((net) => {
    const moving = new Float64Array(net.length);
    for (let step = 0; step < selfSteps; step++) net = train(how, net, rule, {velocity: moving});
    return net;
  });
  if (!batch) return now;
  const pull = pullOf(organism, gainsOf(organism, now), batch);
  return now.map((net, number) => {
    const cells = asked(how, net), owed = new Float64Array(cells.length), gradient = new Float64Array(net.length);
    owed[cells.length - 1] = pull[number];
    backward(how, net, cells, owed, gradient);
    return Float64Array.from(net, (weight, place) => {
      velocity[number][place] = round(round(momentum * velocity[number][place]) + gradient[place]);
      return round(weight - round(rate * velocity[number][place]));
    });
  });
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Mean over the particles of the mean squared self-error.
export function replicationLoss({how, round}, particles) {
  return mean(particles.map((net) => mean([...apply(how, net)].map((made, place) => round(made - net[place]) ** 2))));
}

// Mean absolute and mean squared error of sums.
export function taskErrors(organism, particles, {inputs, targets}) {
  const gains = gainsOf(organism, particles);
  const off = inputs.map((input, pair) => organism.round(answerOf(organism, gains, input)[0] - targets[pair]));
  return {absolute: mean(off.map(Math.abs)), squared: mean(off.map((each) => each * each))};
}
