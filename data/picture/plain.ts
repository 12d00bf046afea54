// The digit in a plain picture: one shade of paper, and nothing but a digit on it. What is more than that is told apart from
// it, and left to search.ts.

import { oneDigit } from "./digit_groups.ts";
import { type FoundDigit, MIN_SIDE_SHARE, PIECES_DOUBT, solidity } from "./found_digit.ts";
import type { Luma } from "./luma.ts";
import { chooseDigit, cutOut, type Digit, encloses, findMarks, isUnderline, type Marks } from "./marks.ts";
import {
  type Box,
  bitsOf,
  cropped,
  DEVIATION_PER_MAD,
  extentOf,
  longerSide,
  median,
  medianDeviation,
  numberOf,
  type Plane,
  recycle,
  touchesBorder,
  zeroValues,
} from "./plane.ts";
import { SIDE } from "./resample.ts";
import { withoutTouchingLine } from "./underline.ts";

/** What may be the digit, the likeliest first, if the picture is plain; none: nothing is written. "unsure": it is more than that. */
export type PlainFinding = readonly FoundDigit[] | "unsure";

/** A border that varies no more than this is one shade. */
const UNIFORM_MAD = 2;
/** Of a number in single precision. */
const SIGN_BIT = 1 << 31;
/** Ink weaker than this, of 255, does not count. */
export const FAINTEST = 12;
/** In terms of the background's deviation: beyond what chance makes of a million pixels. */
export const CERTAIN = 6;
/** What fills its box so much may be a card with the digit on it. */
const SOLID = 0.6;
/** A card is at least so large, of the picture's longer side. */
const CARD_SHARE = 0.3;
/** What stands on a line may be a digit's foot, as a two has. */
const LINE_DOUBT = 0.1;

/**
 * The paper is what the border is, its median; what deviates from it most, upwards or downwards, is ink. A picture no larger than
 * the network's own is always plain: it has no room for more.
 */
export function plainDigit(luma: Luma): PlainFinding {
  const { width, height } = luma;
  const isLarger = width > SIDE || height > SIDE;
  const border = borderIndices(width, height);
  const shades = new Float32Array(border.length);
  for (let k = 0; k < border.length; k++) shades[k] = luma.at(border[k]);
  const level = median(shades);
  if (isLarger && medianDeviation(shades, level) > UNIFORM_MAD) return "unsure";
  const { values, box, lighter, darker } = subtract(luma, level);
  for (let k = 0; k < border.length; k++) shades[k] = values[border[k]];
  const noise = DEVIATION_PER_MAD * medianDeviation(shades, 0);
  const plane = { width, height, values };
  const peak = keepOneSide(plane, box, lighter >= darker);
  const found = peak < Math.max(FAINTEST, CERTAIN * noise) ? [] : digitOn(plane, box, noise, peak);
  recycle(values);
  return found;
}

function digitOn(plane: Plane, box: Box, noise: number, peak: number): PlainFinding {
  const { width, height } = plane;
  const found = findMarks(plane, box, floorOf(plane, noise, peak));
  const isLarger = width > SIDE || height > SIDE;
  const whole = chooseDigit(found.marks);
  // What covers a hundredth of the picture is dirt; of a small picture, a pixel or two.
  if (longerSide(whole.box) < Math.max(3, MIN_SIDE_SHARE * Math.max(width, height))) return [];
  if (isLarger && isMore(plane, found, whole, peak)) return "unsure";
  // A picture no larger than the network's own has no room for two.
  const choices = isLarger ? oneDigit(found.marks) : [whole];
  return choices.flatMap((digit) => {
    const ink = cutOut(plane, found.runs, digit);
    const { hasRival, leavesOut } = digit;
    const written = { ink, peak, side: longerSide(digit.box), hasRival, leavesOut, touchesBorder: false };
    const doubt = hasRival && !leavesOut ? PIECES_DOUBT : 0;
    const onLine = isLarger ? withoutTouchingLine(ink) : null;
    if (!onLine) return [{ ...written, doubt }];
    return [
      { ...written, doubt },
      { ...written, ink: cropped(onLine, extentOf(onLine)), doubt: doubt + LINE_DOUBT },
    ];
  });
}

/** Whether the marks may be more than a digit: a sheet's edge, a card, a box or a ring around it, a line under it. */
function isMore(plane: Plane, { marks, runs }: Marks, whole: Digit, peak: number): boolean {
  const { width, height } = plane;
  const { box, marks: own } = whole;
  if (touchesBorder(box, plane)) return true;
  if (solidity(cutOut(plane, runs, whole)) > SOLID) return true;
  if (
    own.some(
      ({ box, mass }) => mass > SOLID * peak * areaOf(box) && longerSide(box) > CARD_SHARE * Math.max(width, height),
    )
  )
    return true;
  return own.some((mark) => isUnderline(mark, own) || marks.some((inner) => encloses(mark, inner, runs, width)));
}

function areaOf({ left, top, right, bottom }: Box): number {
  return (right - left) * (bottom - top);
}

/** Up to which value ink is not: noise, or the fringes that lossy compression leaves around strokes. */
function floorOf({ width, height }: Plane, noise: number, peak: number): number {
  if (noise > 0) return Math.max(4 * noise, 0.2 * peak);
  // A picture no larger than the network's own has no detail to lose: every trace counts.
  return width <= SIDE && height <= SIDE ? 0 : 0.025 * peak;
}

/**
 * Leaves what is lighter than the background, or what is darker, as positive numbers.
 *
 * By their bits, without a branch: on noisy paper each would be taken by chance, which costs more than all the rest. The first
 * bit of a number is its sign, and positive numbers have the order of their bits.
 *
 * @returns the largest
 */
function keepOneSide({ width, values }: Plane, { left, top, right, bottom }: Box, isLighter: boolean): number {
  const words = bitsOf(values);
  const flip = isLighter ? 0 : SIGN_BIT;
  let most = 0;
  for (let y = top; y < bottom; y++) {
    for (let i = y * width + left; i < y * width + right; i++) {
      const word = words[i] ^ flip;
      const kept = word & ~(word >> 31);
      words[i] = kept;
      most = Math.max(most, kept);
    }
  }
  return numberOf(most);
}

interface Difference {
  readonly values: Float32Array;
  /** Holds all that is not 0. */
  readonly box: Box;
  /** Sums of squares on both sides of the paper. */
  readonly lighter: number;
  readonly darker: number;
}

function subtract({ width, height, words, at }: Luma, level: number): Difference {
  const values = zeroValues(width * height);
  let [lighter, darker] = [0, 0];
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    const from = i;
    const end = i + width;
    let last = -1;
    while (i < end) {
      const word = words[i];
      const difference = at(i) - level;
      const start = i;
      do i++;
      while (i < end && words[i] === word);
      if (difference === 0) continue;
      if (last < 0) left = Math.min(left, start - from);
      last = i;
      for (let k = start; k < i; k++) values[k] = difference;
      const sum = (i - start) * difference * difference;
      if (difference > 0) lighter += sum;
      else darker += sum;
    }
    if (last < 0) continue;
    right = Math.max(right, last - from);
    top = Math.min(top, y);
    bottom = y + 1;
  }
  return { values, box: { left, top, right, bottom }, lighter, darker };
}

/** Every pixel of the outermost rows and columns, once. */
function borderIndices(width: number, height: number): Int32Array {
  const indices = new Int32Array(width * height - Math.max(0, width - 2) * Math.max(0, height - 2));
  let count = 0;
  for (let x = 0; x < width; x++) indices[count++] = x;
  if (height > 1) for (let x = 0; x < width; x++) indices[count++] = (height - 1) * width + x;
  for (let y = 1; y < height - 1; y++) {
    indices[count++] = y * width;
    if (width > 1) indices[count++] = y * width + width - 1;
  }
  return indices;
}
