// Ink by what is around it: the paper's shade is estimated at every pixel, so that light may fall as it likes, and a table, a
// frame or a shadow is paper of another shade.

import {
  bitsOf,
  DEVIATION_PER_MAD,
  median,
  medianDeviation,
  numbersOf,
  type Plane,
  recycle,
  unsetValues,
} from "./plane.ts";

export interface LocalInk {
  /** How much darker, or lighter, than the paper there; 0 where it is as chance makes paper. */
  readonly plane: Plane;
  /** Standard deviation of the paper; 0 for a clean one. */
  readonly noise: number;
  readonly peak: number;
  /** How much ink a shade is at a pixel, also one that was averaged into it. @param luma 0 … 255 @param at the pixel's index */
  inkOf(luma: number, at: number): number;
}

/** The window is this share of the picture's longer side: more than any stroke is wide, blots of a thick pen included. */
const WINDOW_SHARE = 0.36;
/** Paper darker than this is taken for as dark: what is a shade darker than black is no ink. */
const DARKEST_PAPER = 48;

/**
 * Dark ink is what a closing fills: the largest value of a window, then the smallest of those. What is wider than the window, or
 * reaches beyond the picture so that the window may lie there, stays as it is. Of the difference the share of the paper's own
 * shade counts, since light multiplies. Light ink is the same of the negative, without a share: what the light is, is not known.
 *
 * @param luma 0 … 255
 * Cost: O(pixels), whatever the window: the running maximum of van Herk (1992) and of Gil and Werman (1993).
 */
export function localInk(luma: Plane, isLighter: boolean): LocalInk {
  const { width, height, values } = luma;
  const shades = isLighter ? negative(values) : values;
  const window = Math.max(5, Math.round(WINDOW_SHARE * Math.max(width, height)));
  const paper = closing({ width, height, values: shades }, window);
  const ink = new Float32Array(shades.length);
  for (let i = 0; i < ink.length; i++) ink[i] = shareOf(paper[i], shades[i], isLighter);
  if (isLighter) recycle(shades);
  // The closing lies above the middle of noisy paper: by what, most pixels say.
  const middle = median(ink);
  const noise = DEVIATION_PER_MAD * medianDeviation(ink, middle);
  let peak = 0;
  for (let i = 0; i < ink.length; i++) {
    const value = ink[i] - middle;
    ink[i] = Math.max(0, value);
    if (value > peak) peak = value;
  }
  const inkOf = (value: number, at: number): number =>
    Math.max(0, shareOf(paper[at], isLighter ? 255 - value : value, isLighter) - middle);
  return { plane: { width, height, values: ink }, noise, peak, inkOf };
}

function shareOf(paper: number, shade: number, isLighter: boolean): number {
  const difference = paper - shade;
  return isLighter ? difference : (255 * difference) / Math.max(DARKEST_PAPER, paper);
}

function negative(values: Float32Array): Float32Array {
  const result = unsetValues(values.length);
  for (let i = 0; i < result.length; i++) result[i] = 255 - values[i];
  return result;
}

/** The window may lie beyond the picture, where nothing is. */
function closing(luma: Plane, side: number): Float32Array {
  // The compiler takes what Math.ceil and Math.round return for floats, and loops that count in floats take twice as long.
  const [width, height, window] = [luma.width | 0, luma.height | 0, side | 0];
  const margin = window - 1;
  // Columns of the picture become rows and back, so that both passes go along rows. Of inverted bits the largest are the smallest.
  const across = slide(bitsOf(luma.values), width, height, window, margin, KEPT);
  const largest = slide(across, height, width + margin, window, margin, INVERTED);
  recycle(across);
  const back = slide(largest, width + margin, height + margin, window, 0, KEPT);
  recycle(largest);
  const paper = slide(back, height + margin, width, window, 0, INVERTED);
  recycle(back);
  return numbersOf(paper);
}

/** Whether the bits of what comes out are inverted, which reverses their order. */
const [KEPT, INVERTED] = [0, -1] as const;

/**
 * The largest of each window along rows, transposed.
 *
 * @param margin how many zeros lie before and behind each row; none where bits are inverted, since 0 would be the largest there
 * @returns a plane of rows' number columns, and columns + 2·margin − window + 1 rows
 */
function slide(
  values: Int32Array,
  columns: number,
  rows: number,
  window: number,
  margin: number,
  inversion: 0 | -1,
): Int32Array {
  const count = columns + 2 * margin - window + 1;
  const result = bitsOf(unsetValues(count * rows));
  const line = new Int32Array(columns + 2 * margin);
  const largest = new Int32Array(count);
  for (let y = 0; y < rows; y++) {
    line.set(values.subarray(y * columns, (y + 1) * columns), margin);
    slideAlong(line, window, largest);
    for (let i = 0, at = y; i < count; i++, at += rows) result[at] = largest[i] ^ inversion;
  }
  return result;
}

/**
 * largest[i] = max line[i … i + window − 1]. The line is cut into blocks as long as the window, so that a window is the end of one
 * block and the beginning of the next: one scan from the right, one from the left. There is no branch on what is compared: noise
 * would make it unpredictable.
 */
function slideAlong(line: Int32Array, window: number, largest: Int32Array): void {
  for (let from = 0; from < largest.length; from += window) {
    const to = Math.min(from + window, largest.length);
    let most = line[from + window - 1];
    for (let i = from + window - 1; i >= to; i--) most = Math.max(most, line[i]);
    for (let i = to - 1; i >= from; i--) {
      most = Math.max(most, line[i]);
      largest[i] = most;
    }
    let next = line[from + window - 1];
    for (let i = from + 1; i < to; i++) {
      next = Math.max(next, line[i + window - 1]);
      largest[i] = Math.max(largest[i], next);
    }
  }
}
