// Ink by what is around it: the paper's shade is estimated at every pixel, so that light may fall as it likes, and a table, a
// frame or a shadow is paper of another shade.

import { median, type Plane } from "./plane.ts";

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
const DEVIATION_PER_MAD = 1.4826;
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
  const shades = isLighter ? values.map((value) => 255 - value) : values;
  const window = Math.max(5, Math.round(WINDOW_SHARE * Math.max(width, height)));
  const paper = closing({ width, height, values: shades }, window);
  const share = (shade: number, at: number): number => {
    const difference = paper[at] - shade;
    return isLighter ? difference : (255 * difference) / Math.max(DARKEST_PAPER, paper[at]);
  };
  const ink = shades.map(share);
  // The closing lies above the middle of noisy paper: by what, most pixels say.
  const middle = median(ink);
  let peak = 0;
  const deviations = new Float32Array(ink.length);
  for (let i = 0; i < ink.length; i++) {
    const value = ink[i] - middle;
    deviations[i] = Math.abs(value);
    ink[i] = Math.max(0, value);
    peak = Math.max(peak, value);
  }
  const noise = DEVIATION_PER_MAD * median(deviations);
  const inkOf = (value: number, at: number): number => Math.max(0, share(isLighter ? 255 - value : value, at) - middle);
  return { plane: { width, height, values: ink }, noise, peak, inkOf };
}

/** The window may lie beyond the picture, where nothing is. */
function closing({ width, height, values }: Plane, window: number): Float32Array {
  const margin = window - 1;
  // Columns of the picture become rows and back, so that both passes go along rows.
  const across = slide(values, width, height, window, margin, 1);
  const largest = slide(across, height, width + margin, window, margin, 1);
  const back = slide(largest, width + margin, height + margin, window, 0, -1);
  return slide(back, height + margin, width, window, 0, -1);
}

/**
 * The largest (sign 1) or smallest (sign −1) of each window along rows, transposed.
 *
 * @param margin what lies before and behind each row, and never counts
 * @returns a plane of rows' number columns, and columns + 2·margin − window + 1 rows
 */
function slide(
  values: Float32Array,
  columns: number,
  rows: number,
  window: number,
  margin: number,
  sign: 1 | -1,
): Float32Array {
  const length = columns + 2 * margin;
  const count = length - window + 1;
  const result = new Float32Array(count * rows);
  const line = new Float32Array(length).fill(Number.NEGATIVE_INFINITY);
  const before = new Float32Array(length);
  const after = new Float32Array(length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) line[margin + x] = sign * values[y * columns + x];
    // Within blocks as long as the window: the largest so far, from the left and from the right.
    for (let i = 0; i < length; i++) before[i] = i % window === 0 ? line[i] : Math.max(before[i - 1], line[i]);
    for (let i = length - 1; i >= 0; i--) {
      after[i] = i === length - 1 || (i + 1) % window === 0 ? line[i] : Math.max(after[i + 1], line[i]);
    }
    for (let i = 0; i < count; i++) result[i * rows + y] = sign * Math.max(after[i], before[i + window - 1]);
  }
  return result;
}
