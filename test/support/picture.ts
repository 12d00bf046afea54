// Pictures for tests, made of a function of the pixel.

import type { Picture } from "../../lib/data/picture.ts";

/** @param colour a grey value, or [red, green, blue, alpha] */
export function paint(
  width: number,
  height: number,
  colour: (x: number, y: number) => number | readonly [number, number, number, number],
): Picture {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const c = colour(x, y);
      data.set((typeof c === "number" ? [c, c, c, 255] : c).map(Math.round), at);
    }
  }
  return { width, height, data };
}

/** The ink of a 28 × 28 digit whose pixels are `size` wide and whose corner lies at (left, top); 0 around it. */
export function inkAt(digit: Uint8Array, left: number, top: number, size: number): (x: number, y: number) => number {
  return (x, y) => {
    const u = Math.floor((x - left) / size);
    const v = Math.floor((y - top) / size);
    return u >= 0 && v >= 0 && u < 28 && v < 28 ? digit[v * 28 + u] : 0;
  };
}

/** Roughly normal numbers of deviation 1: twelve uniform ones, from a separate generator. */
export function noise(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
}
