// Random numbers from a seed, so that a page shows the same every time it is opened.

// A generator of uniform numbers in [0, 1): sfc32, whose state is filled by the seed.
export function seeded(seed) {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed | 0];
  const next = () => {
    const sum = (a + b + d++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let turn = 0; turn < 15; turn++) next();
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

export const below = (random, limit) => Math.min(limit - 1, Math.floor(random() * limit));

export const between = (random, low, high) => low + (high - low) * random();

// A standard normal number (Box and Muller).
export const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export function permutation(random, length) {
  const order = Array.from({length}, (_, place) => place);
  for (let last = length - 1; last > 0; last--) {
    const place = below(random, last + 1);
    [order[last], order[place]] = [order[place], order[last]];
  }
  return order;
}

// A random net, drawn as Keras ("glorot") or PyTorch ("fan-in") draws it, times `size`. Matrices that feed a layer's
// past back into it are reflections, as in the authors' program of 2019.
export function randomNet({matrices, count, round}, random, init, size = 1) {
  const net = new Float64Array(count);
  for (const {rows, columns, places, feedback} of matrices) {
    const limit = init === "glorot" ? Math.sqrt(6 / (rows + columns)) : 1 / Math.sqrt(columns);
    const angle = between(random, 0, 2 * Math.PI), [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const reflection = rows === 1 ? [[cos < 0 ? -1 : 1]] : [[cos, sin], [sin, -cos]];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const drawn = feedback ? reflection[row][column] : between(random, -limit, limit);
        net[places[row][column]] = round(size * drawn);
      }
    }
  }
  return net;
}

// A copy with uniform noise on every weight, at most `level`.
export const noisy = ({round}, net, level, random) => net.map((weight) => round(weight + round(between(random, -level, level))));
