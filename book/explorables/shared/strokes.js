// What a round pen leaves on a pad of square pixels, and ten digits drawn with a few lines of it.

export const SIDE = 15;
export const PIXELS = SIDE * SIDE;

// The pad after a line from one place to another; the pen is a little wider than a pixel.
export function inked(pixels, [x1, y1], [x2, y2]) {
  const next = [...pixels], turns = Math.max(1, Math.ceil(4 * Math.hypot(x2 - x1, y2 - y1)));
  for (let turn = 0; turn <= turns; turn++) {
    const [x, y] = [x1 + ((x2 - x1) * turn) / turns, y1 + ((y2 - y1) * turn) / turns];
    for (let place = 0; place < PIXELS; place++) {
      next[place] = Math.max(next[place], Math.min(1, Math.max(0, 1.3 - Math.hypot((place % SIDE) - x, Math.floor(place / SIDE) - y))));
    }
  }
  return next;
}

// Corners of an arc around a centre; angles in twelfths of a turn, clockwise from the right.
function arc([x, y], [width, height], from, to) {
  const turns = Math.abs(to - from);
  return Array.from({length: turns + 1}, (_, turn) => {
    const angle = ((from + ((to - from) * turn) / turns) * Math.PI) / 6;
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

// The lines of every digit, by their corners.
const LINES = [
  [arc([7, 7], [3.2, 4.6], 0, 12)],
  [[[8, 2.5], [6.5, 11.5]]],
  [[...arc([7, 5], [3, 2.6], 6, 13), [4, 11.3], [10.5, 11.3]]],
  [arc([6.6, 4.6], [3, 2.2], 7, 15), arc([6.6, 9.2], [3.2, 2.4], 9, 17)],
  [[[4.5, 3], [4, 7], [10, 7]], [[9.8, 2.8], [9, 12]]],
  [[[10, 2.6], [5.4, 2.8], [4.8, 6.4], ...arc([6.8, 8.8], [3.2, 2.8], 9, 17)]],
  [[[8.6, 2.2], [5.6, 5], [4.4, 8.6], ...arc([7, 9.4], [2.6, 2.4], 6, 18)]],
  [[[3.6, 3.6], [10.4, 3.4], [6.6, 12]]],
  [arc([7.2, 4.6], [2.3, 2.2], 0, 12), arc([6.8, 9.4], [2.6, 2.5], 0, 12)],
  [arc([7, 5], [2.6, 2.4], 0, 12), [[9.6, 5], [8.6, 12]]],
];

// The pad with a digit on it.
export function drawnDigit(digit) {
  const empty = Array(PIXELS).fill(0);
  return LINES[digit].reduce((pixels, line) => line.slice(1).reduce((now, corner, place) => inked(now, line[place], corner), pixels), empty);
}
