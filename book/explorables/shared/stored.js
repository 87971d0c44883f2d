// Numbers that a page carries: the way back from text.

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

// float32 in base64, little-endian.
export function floats(text) {
  const view = new DataView(bytes(text).buffer);
  return Float64Array.from({length: view.byteLength / 4}, (_, place) => view.getFloat32(4 * place, true));
}

const rows = (values, size) => Array.from({length: values.length / size}, (_, row) => values.slice(row * size, (row + 1) * size));

// Images of so many pixels: one sign for each of 17 levels; in [0, 1], as the library has them.
export const levelsAsImages = (text, size) => rows(Float64Array.from(text, (sign) => Math.fround(Math.round((parseInt(sign, 17) * 255) / 16) / 255)), size);

export const digitsOf = (text) => Array.from(text, Number);
