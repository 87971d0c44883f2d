// Networks whose neurons die, as the library has them: statistics of the first hidden layer, what its neurons are worth by
// E, E' and u, and four relations by which the others stand in for one that goes. All in float64.

import { floats } from "./stored.js";

export const ALGORITHMS = ["A1", "A2", "A3", "A4"];
const PRECISION = 2 ** -52;

const rowsOf = (values, columns) => Array.from({length: values.length / columns}, (_, row) => [...values.slice(row * columns, (row + 1) * columns)]);

// A network of three layers of weights, from base64.
export const stackOf = ({widths, weights, biases}) => ({
  weights: weights.map((text, layer) => rowsOf(floats(text), widths[layer])), biases: biases.map((text) => [...floats(text)]),
});

// What every layer makes of an image; the last one is linear.
export function layersOf({weights, biases}, image) {
  const made = [];
  let below = image;
  weights.forEach((matrix, layer) => {
    below = matrix.map((weightsOfCell, cell) => {
      let sum = biases[layer][cell];
      for (let place = 0; place < weightsOfCell.length; place++) sum += weightsOfCell[place] * below[place];
      return layer < weights.length - 1 ? Math.tanh(sum) : sum;
    });
    made.push(below);
  });
  return made;
}

// Mean and variance of the first two hidden layers, and the covariance of the first.
export function momentsOf(stack, images) {
  const all = images.map((image) => layersOf(stack, image)), mean = [], variance = [];
  const centred = [0, 1].map((layer) => {
    const size = all[0][layer].length;
    mean.push(Array.from({length: size}, (_, cell) => all.reduce((sum, each) => sum + each[layer][cell], 0) / all.length));
    const off = all.map((each) => each[layer].map((value, cell) => value - mean[layer][cell]));
    variance.push(Array.from({length: size}, (_, cell) => off.reduce((sum, each) => sum + each[cell] ** 2, 0) / all.length));
    return off;
  });
  const size = mean[0].length;
  const covariance = Array.from({length: size}, (_, one) => Array.from({length: size}, (__, other) =>
    centred[0].reduce((sum, each) => sum + each[one] * each[other], 0) / all.length));
  return {mean, variance, covariance};
}

// Eigenvalues and eigenvectors (as rows) of a symmetric matrix, by rotations of Jacobi.
export function eigen(matrix) {
  const size = matrix.length, a = matrix.map((line) => [...line]);
  const vectors = a.map((_, one) => a.map((__, other) => Number(one === other)));
  const rotate = (rows, p, q, cos, sin) => {
    for (let k = 0; k < size; k++) [rows[p][k], rows[q][k]] = [cos * rows[p][k] - sin * rows[q][k], sin * rows[p][k] + cos * rows[q][k]];
  };
  for (let turn = 0; turn < 60; turn++) {
    let off = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (!a[p][q]) continue;
        off = Math.max(off, Math.abs(a[p][q]) / Math.sqrt(Math.abs(a[p][p] * a[q][q]) || 1));
        const slope = (a[q][q] - a[p][p]) / (2 * a[p][q]), tan = (Math.sign(slope) || 1) / (Math.abs(slope) + Math.hypot(1, slope));
        const cos = 1 / Math.hypot(1, tan), sin = tan * cos;
        rotate(a, p, q, cos, sin);
        for (const line of a) [line[p], line[q]] = [cos * line[p] - sin * line[q], sin * line[p] + cos * line[q]];
        a[p][q] = a[q][p] = 0;
        rotate(vectors, p, q, cos, sin);
      }
    }
    if (off < 1e-17) break;
  }
  return {values: a.map((line, place) => line[place]), vectors};
}

// λ / v², eigenvector by eigenvector; an eigenvalue below the rounding of the largest counts as that.
function ratiosOf({covariance}) {
  const {values, vectors} = eigen(covariance), least = PRECISION * Math.max(0, ...values);
  return {vectors, ratios: vectors.map((vector, place) => vector.map((part) => (part ? Math.max(values[place], least) / part ** 2 : Infinity)))};
}

const summed = (length, value) => Array.from({length}, (_, place) => place).reduce((sum, place) => sum + value(place), 0);

// f'(y) w / √C of every neuron, cell by cell of the next layer.
function impactsOf({weights, biases}, {mean, variance}) {
  return weights[1].map((line, cell) => {
    const sum = biases[1][cell] + summed(line.length, (place) => line[place] * mean[0][place]);
    const slope = 1 - Math.tanh(sum) ** 2, spread = Math.sqrt(variance[1][cell]);
    return line.map((weight) => (spread ? (slope * weight) / spread : 0));
  });
}

// E, E' and u of every neuron of the first hidden layer.
export function worthOf(stack, moments) {
  const impacts = impactsOf(stack, moments), {ratios} = ratiosOf(moments), alive = moments.variance[0];
  return alive.map((variance, neuron) => ({
    local: variance * summed(impacts.length, (cell) => impacts[cell][neuron] ** 2),
    spectral: variance ? Math.min(...ratios.map((line) => line[neuron])) : 0,
    unexplained: variance ? 1 / summed(ratios.length, (place) => 1 / ratios[place][neuron]) : 0,
  }));
}

const RANKS = {A1: "local", A2: "local", A3: "spectral", A4: "unexplained"};

// The neuron that goes first by an algorithm's own measure.
export function leastOf(worth, algorithm) {
  const values = worth.map((each) => each[RANKS[algorithm]]);
  return values.indexOf(Math.min(...values));
}

const RELATIONS = {
  A1: (stack, moments, neuron) => moments.mean[0].map((_, place) => Number(place === neuron)),
  A2: (stack, moments, neuron) => {
    const impacts = impactsOf(stack, moments), strength = summed(impacts.length, (cell) => impacts[cell][neuron] ** 2);
    if (!strength) return RELATIONS.A1(stack, moments, neuron);
    return moments.mean[0].map((_, place) => summed(impacts.length, (cell) => impacts[cell][neuron] * impacts[cell][place]) / strength);
  },
  A3: (stack, moments, neuron) => {
    const {vectors, ratios} = ratiosOf(moments), column = ratios.map((line) => line[neuron]);
    const vector = vectors[column.indexOf(Math.min(...column))];
    return vector.map((part) => part / vector[neuron]);
  },
  A4: (stack, {covariance}, neuron) => {
    const {values, vectors} = eigen(covariance.map((line, row) => line.map((value, column) => (row === neuron || column === neuron ? 0 : value))));
    const least = values.length * PRECISION * Math.max(...values.map(Math.abs)), target = covariance.map((line, row) => (row === neuron ? 0 : line[neuron]));
    const parts = vectors.map((vector, place) => (Math.abs(values[place]) > least ? summed(target.length, (row) => vector[row] * target[row]) / values[place] : 0));
    return target.map((_, row) => -summed(vectors.length, (place) => parts[place] * vectors[place][row]));
  },
};

// Coefficients a_j and a_0 of Σ a_j x_j ≈ a_0, with 1 at the neuron.
export function relationOf(stack, moments, neuron, algorithm) {
  const found = RELATIONS[algorithm](stack, moments, neuron);
  found[neuron] = 1;
  return {coefficients: found, constant: summed(found.length, (place) => found[place] * moments.mean[0][place])};
}

// The network without a neuron of its first hidden layer, the others standing in by an algorithm's relation.
export function withoutNeuron(stack, moments, neuron, algorithm) {
  const {coefficients, constant} = relationOf(stack, moments, neuron, algorithm), kept = (values) => values.filter((_, place) => place !== neuron);
  const [first, second, ...rest] = stack.weights, [below, above, ...others] = stack.biases;
  return {
    weights: [kept(first), second.map((line) => kept(line.map((weight, place) => weight - line[neuron] * coefficients[place]))), ...rest],
    biases: [kept(below), above.map((bias, cell) => bias + second[cell][neuron] * constant), ...others],
  };
}

// The share of images whose largest output is that of the label.
export function accuracyOf(stack, images, labels) {
  const right = images.filter((image, number) => {
    const outputs = layersOf(stack, image).at(-1);
    return outputs.indexOf(Math.max(...outputs)) === labels[number];
  });
  return right.length / images.length;
}
