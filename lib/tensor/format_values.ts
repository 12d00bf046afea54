// formatValues: numbers as NumPy prints an array of them.
//
//   brackets nest as the shape does; a column is as wide as its widest number, decimal points below one another
//   f32           the fewest digits that give the same f32, 8 places at most
//   scientific    where a number is ≥ 1e8 or < 1e-4, or the largest is more than 1000 times the smallest
//   above 1000    three at each end of an axis and … between
//
// Exact ties round away from zero, in NumPy to even. Source: numpy/_core/arrayprint.py, of which test/fixtures/print.json has
// examples.

import { type Shape, sizeOf } from "./shape.ts";

const MAX_PRINTED = 1000;
const EDGE = 3;
const LINE_WIDTH = 75;
const MAX_PLACES = 8;

export function formatValues(values: ArrayLike<number>, shape: Shape, isInteger: boolean): string {
  if (values.length === 0) return "[]";
  const isCut = (dim: number): boolean => values.length > MAX_PRINTED && dim > 2 * EDGE;
  const indices = (dim: number): number[] =>
    isCut(dim) ? [0, 1, 2, dim - 3, dim - 2, dim - 1] : Array.from({ length: dim }, (_, i) => i);
  let offsets = [0];
  shape.forEach((dim, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    offsets = offsets.flatMap((start) => indices(dim).map((i) => start + i * stride));
  });
  const shown = offsets.map((at) => values[at]);
  const words = padded(isInteger ? shown.map(String) : wordsOf(shown));
  let next = 0;
  const print = (axis: number, indent: string): string => {
    if (axis === shape.length) return words[next++];
    const parts = indices(shape[axis]).map(() => print(axis + 1, `${indent} `));
    if (isCut(shape[axis])) parts.splice(EDGE, 0, "…");
    const between = "\n".repeat(shape.length - axis - 1) + indent;
    return `[${axis === shape.length - 1 ? wrap(parts, indent, LINE_WIDTH - axis - 1) : parts.join(between)}]`;
  };
  return print(0, " ");
}

/** Words of a row, on as many lines as they take. */
function wrap(words: readonly string[], indent: string, maxWidth: number): string {
  let text = "";
  let width = indent.length;
  for (const word of words) {
    if (width > indent.length && width + word.length > maxWidth) {
      text = `${text.trimEnd()}\n${indent}`;
      width = indent.length;
    }
    text += `${word} `;
    width += word.length + 1;
  }
  return text.slice(0, -1);
}

function padded(words: readonly string[]): string[] {
  const width = Math.max(...words.map((word) => word.length));
  return words.map((word) => word.padStart(width));
}

/** f32 numbers, all with their points in the same place from the right. */
function wordsOf(numbers: readonly number[]): string[] {
  const finite = numbers.filter(Number.isFinite);
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  const [largest, smallest] = [Math.max(...sizes), Math.min(...sizes)];
  const isSpread = smallest < Math.fround(1e-4) || Math.fround(largest / smallest) > 1000;
  const write = sizes.length > 0 && (largest >= 1e8 || isSpread) ? scientific : positional;
  const places = Math.max(0, ...finite.map((x) => (/\.(\d*)/.exec(write(x)) as RegExpExecArray)[1].length));
  return numbers.map((x) => {
    if (Number.isFinite(x)) return write(x, places);
    return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  });
}

/** How many places behind the point it takes, in scientific notation, to name this f32 and no other. */
function placesNeeded(x: number): number {
  let places = 0;
  while (places < MAX_PLACES && Math.fround(Number(x.toExponential(places))) !== x) places++;
  return places;
}

/** @param places default as few as needed */
function scientific(x: number, places = placesNeeded(x)): string {
  return signed(x, x.toExponential(places))
    .replace(/^(-?\d)e/, "$1.e")
    .replace(/(?<=e[+-])\d$/, "0$&");
}

/** As few places as needed, and spaces up to `places`. */
function positional(x: number, places = 0): string {
  const exact = String(Number(x.toExponential(placesNeeded(x))));
  const [whole, fraction = ""] = exact.split(".");
  const text = fraction.length > MAX_PLACES ? x.toFixed(MAX_PLACES).replace(/0+$/, "") : `${whole}.${fraction}`;
  return signed(x, text.padEnd(text.indexOf(".") + 1 + places));
}

/** JS leaves the sign of −0 away. */
function signed(x: number, text: string): string {
  return Object.is(x, -0) ? `-${text}` : text;
}
