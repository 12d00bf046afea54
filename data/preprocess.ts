// preprocessDigit: any picture of a digit as MNIST would have it. The only way in for pictures.

import type { Picture } from "../lib/data/picture.ts";
import type { FoundDigit } from "./picture/found_digit.ts";
import { lumaOf, lumaPlane } from "./picture/luma.ts";
import { checkRgba, mnistPixels, warningsOf } from "./picture/mnist_form.ts";
import { plainDigit } from "./picture/plain.ts";
import { SIDE } from "./picture/resample.ts";
import { searchDigits } from "./picture/search.ts";
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
 * Finds the digit in a picture and brings it to MNIST's form: luma over what transparency suggests, what deviates from the
 * paper taken as ink, lighter or darker, stray specks left out, the longer side scaled to 20 pixels by area averaging, the centre
 * of mass at index 14, the contrast stretched if it is low. MNIST's images come out as they went in.
 *
 * Where a picture holds more than a digit on one shade of paper, the paper is estimated at every point, since light falls
 * unevenly; rules are taken out, and frames, tables, boxes and rings left aside. There may then be more than one reading. Of
 * several digits the one with the most ink is read, and a warning says so (`mayBeSeveral`).
 *
 * @param picture RGBA of any size
 * @throws {OptionError} no picture, or one whose width, height and length of data do not fit together
 *
 * Cost: a few passes over the pixels, in JS; some thirty, over at most 256 pixels a side, of what is not plain. Pictures of more
 * than 1024 a side are averaged down.
 * @example const { pixels, warnings, isBlank } = preprocessDigit(decodePng(bytes, "digit.png"));
 */
export function preprocessDigit(picture: Picture): PreprocessedDigit {
  checkRgba("preprocessDigit", picture);
  const luma = lumaOf(picture);
  const plain = plainDigit(luma);
  const found = plain === "unsure" ? searchDigits(lumaPlane(luma)) : plain;
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
