// Ink by what is around it: the paper's shade is estimated at every pixel, so that light may fall as it likes, and a table, a
// frame or a shadow is paper of another shade.

import { bitsOf, DEVIATION_PER_MAD, median, type Plane } from "./plane.ts";

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
  const share = (shade: number, at: number): number => {
    const difference = paper[at] - shade;
    return isLighter ? difference : (255 * difference) / Math.max(DARKEST_PAPER, paper[at]);
  };
  const ink = new Float32Array(shades.length);
  for (let i = 0; i < ink.length; i++) ink[i] = share(shades[i], i);
  // The closing lies above the middle of noisy paper: by what, most pixels say.
  const middle = median(ink);
  let peak = 0;
  const deviations = new Float32Array(ink.length);
  for (let i = 0; i < ink.length; i++) {
    const value = ink[i] - middle;
    deviations[i] = Math.abs(value);
    ink[i] = Math.max(0, value);
    if (value > peak) peak = value;
  }
  const noise = DEVIATION_PER_MAD * median(deviations);
  const inkOf = (value: number, at: number): number => Math.max(0, share(isLighter ? 255 - value : value, at) - middle);
  return { plane: { width, height, values: ink }, noise, peak, inkOf };
}

function negative(values: Float32Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < result.length; i++) result[i] = 255 - values[i];
  return result;
}

/** The window may lie beyond the picture, where nothing is. */
function closing({ width, height, values }: Plane, window: number): Float32Array {
  const margin = window - 1;
  // Columns of the picture become rows and back, so that both passes go along rows.
  const across = slide(bitsOf(values), width, height, window, margin, LARGEST);
  const largest = slide(across, height, width + margin, window, margin, LARGEST);
  const back = slide(largest, width + margin, height + margin, window, 0, SMALLEST);
  return new Float32Array(slide(back, height + margin, width, window, 0, SMALLEST).buffer);
}

/** Each number is taken with its bits turned over for the smallest, which turns the order over, and so is what comes out. */
const [LARGEST, SMALLEST] = [0, -1] as const;

/**
 * The largest or smallest of each window along rows, transposed.
 *
 * @param margin what lies before and behind each row, as 0; for the smallest none
 * @returns a plane of rows' number columns, and columns + 2·margin − window + 1 rows
 */
function slide(
  values: Int32Array,
  columns: number,
  rows: number,
  window: number,
  margin: number,
  which: 0 | -1,
): Int32Array {
  const length = columns + 2 * margin;
  const count = length - window + 1;
  const result = new Int32Array(count * rows);
  const line = new Int32Array(length);
  const before = new Int32Array(length);
  const after = new Int32Array(length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0, i = y * columns; x < columns; x++, i++) line[margin + x] = values[i] ^ which;
    // Within blocks as long as the window: the largest so far, from the left and from the right.
    for (let from = 0; from < length; from += window) {
      const to = Math.min(length, from + window);
      let most = line[from];
      for (let i = from; i < to; i++) {
        if (line[i] > most) most = line[i];
        before[i] = most;
      }
      most = line[to - 1];
      for (let i = to - 1; i >= from; i--) {
        if (line[i] > most) most = line[i];
        after[i] = most;
      }
    }
    for (let i = 0, at = y; i < count; i++, at += rows) {
      const left = after[i];
      const right = before[i + window - 1];
      result[at] = Math.max(left, right) ^ which;
    }
  }
  return result;
}
