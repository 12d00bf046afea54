// preprocessPlain: a picture of nothing but a digit, on one shade of paper, as MNIST would have it.

import type { Picture } from "../lib/data/picture.ts";
import type { FoundDigit } from "./picture/found_digit.ts";
import { lumaOf } from "./picture/luma.ts";
import { checkRgba, mnistPixels, warningsOf } from "./picture/mnist_form.ts";
import { plainDigit } from "./picture/plain.ts";
import { SIDE } from "./picture/resample.ts";
import { LEFT_OUT, SEPARATE, WIDE } from "./several_digits.ts";

/** One way to read a picture: which ink is the digit. */
export interface DigitReading {
  /** 28 × 28, row by row, 0 for paper and 255 for ink. */
  readonly pixels: Uint8Array;
  /** What makes the reading doubtful, as sentences without a full stop. */
  readonly warnings: readonly string[];
  /** How much less the picture speaks for it than for the first one: 0 for as much. */
  readonly doubt: number;
}

export interface PreprocessedDigit {
  /** 28 × 28, row by row, 0 for paper and 255 for ink; all 0 where nothing is written. */
  readonly pixels: Uint8Array;
  /** What makes the reading doubtful, as sentences without a full stop. */
  readonly warnings: readonly string[];
  /** Nothing is written on it: there is no digit to classify. */
  readonly isBlank: boolean;
  /**
   * Where shades alone do not say which ink is the digit, as on a sheet on a table: the other ways to read the picture, the
   * likeliest first. `Classifier` reads them all, and takes what looks most like a digit to its network.
   */
  readonly others?: readonly DigitReading[];
}

/** Of a hundred digits of MNIST one is wider than this many of its heights. */
const WIDEST = 1.45;
/** So many ways to read a picture beside the first are worth a network's time. */
const MAX_OTHERS = 4;
/** What is so much more doubtful than the first is no digit, whatever a network makes of it. */
const MAX_DOUBT = 0.7;

/**
 * What preprocessDigit makes of a plain picture, as drawings are: for pages that load the rest of the code where it is needed.
 *
 * @param picture RGBA of any size
 * @returns null where the picture is more than that: preprocessDigit reads it
 * @throws {OptionError} no picture, or one whose width, height and length of data do not fit together
 * @example const digit = preprocessPlain(drawing) ?? (await import("./search.js")).preprocessDigit(drawing);
 */
export function preprocessPlain(picture: Picture): PreprocessedDigit | null {
  checkRgba("preprocessPlain", picture);
  const plain = plainDigit(lumaOf(picture));
  return plain === "unsure" ? null : digitOf(plain);
}

/** @internal @param found what may be the digit, the likeliest first */
export function digitOf(found: readonly FoundDigit[]): PreprocessedDigit {
  if (found.length === 0) return { pixels: new Uint8Array(SIDE * SIDE), warnings: [], isBlank: true };
  const least = found[0].doubt;
  const possible = found.slice(0, 1 + MAX_OTHERS).filter(({ doubt }) => doubt - least < MAX_DOUBT);
  const [{ pixels, warnings }, ...others] = possible.map((digit) => readingOf(digit, least));
  return others.length > 0 ? { pixels, warnings, isBlank: false, others } : { pixels, warnings, isBlank: false };
}

/** @param least the first reading's doubt */
function readingOf(found: FoundDigit, least: number): DigitReading {
  const warnings = warningsOf(found);
  const { width, height } = found.ink;
  if (found.leavesOut) warnings.push(LEFT_OUT);
  else if (found.hasRival) warnings.push(SEPARATE);
  else if (found.side > SIDE && width > WIDEST * height) warnings.push(WIDE);
  return { pixels: mnistPixels(found), warnings, doubt: found.doubt - least };
}
