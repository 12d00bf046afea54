// preprocessDigit: any picture of a digit as MNIST would have it. The only way in for pictures.

import { OptionError } from "../lib/base/errors.ts";
import { checkPicture, type Picture } from "../lib/data/picture.ts";
import { type Ink, inkOf } from "./picture/ink.ts";
import { lumaOf } from "./picture/luma.ts";
import { chooseDigit, cutOut, findMarks } from "./picture/marks.ts";
import { longerSide, type Plane, recycle } from "./picture/plane.ts";
import { centre, fitToBox, SIDE } from "./picture/resample.ts";

export interface PreprocessedDigit {
  /** 28 × 28, row by row, 0 for paper and 255 for ink; all 0 where nothing is written. */
  readonly pixels: Uint8Array;
  /** What makes the reading doubtful, as sentences without a full stop. */
  readonly warnings: readonly string[];
  /** Nothing is written on it: there is no digit to classify. */
  readonly isBlank: boolean;
}

/** Ink weaker than this, of 255, does not count. */
const FAINTEST = 12;
/** In terms of the background's deviation: beyond what chance makes of a million pixels. */
const CERTAIN = 6;
/** Ink that is less than this everywhere is read, with a warning. */
const LOW_CONTRAST = 64;
/** A digit smaller than this is read, with a warning. */
const SMALL_SIDE = 10;
/** Digits have their peak at 254 or 255 in MNIST; what is weaker than this is stretched. */
const FULL_CONTRAST = 250;

/**
 * Finds the digit in a picture and brings it to MNIST's form: luma over what transparency suggests, the
 * background subtracted and whatever deviates from it taken as ink, stray specks left out, the longer side
 * scaled to 20 pixels by area averaging, the centre of mass at index 14, the contrast stretched if it is low.
 * MNIST's images come out as they went in.
 *
 * @param picture RGBA of any size
 * @throws {OptionError} no picture, or one whose width, height and length of data do not fit together
 *
 * Cost: a few passes over the pixels, in JS. Pictures of more than 1024 a side are averaged down.
 * @example const { pixels, warnings, isBlank } = preprocessDigit(decodePng(bytes, "digit.png"));
 */
export function preprocessDigit(picture: Picture): PreprocessedDigit {
  check(picture);
  const ink = inkOf(lumaOf(picture));
  const digit = digitIn(ink);
  recycle(ink.plane.values);
  return digit;
}

function digitIn({ plane, box, noise, peak }: Ink): PreprocessedDigit {
  const blank = { pixels: new Uint8Array(SIDE * SIDE), warnings: [], isBlank: true };
  if (peak < Math.max(FAINTEST, CERTAIN * noise)) return blank;
  const { marks, runs } = findMarks(plane, box, floorOf(plane, noise, peak));
  const digit = chooseDigit(marks);
  const side = longerSide(digit.box);
  // What covers a hundredth of the picture is dirt; of a small picture, a pixel or two.
  if (side < Math.max(3, 0.01 * Math.max(plane.width, plane.height))) return blank;
  const pixels = stretch(centre(fitToBox(cutOut(plane, runs, digit))));

  const { left, top, right, bottom } = digit.box;
  const warnings: string[] = [];
  if (peak < LOW_CONTRAST) warnings.push("low contrast");
  if (side < SMALL_SIDE) warnings.push(`the digit is only ${side} pixels large`);
  if (digit.hasRival) warnings.push("several separate marks; is there more than one digit?");
  // At 28 × 28 that is MNIST's own doing: it goes by the centre of mass.
  const isLarger = plane.width > SIDE || plane.height > SIDE;
  if (isLarger && (left === 0 || top === 0 || right === plane.width || bottom === plane.height)) {
    warnings.push("the digit touches the border of the picture");
  }
  return { pixels, warnings, isBlank: false };
}

/** Up to which value ink is not: noise, or the fringes that lossy compression leaves around strokes. */
function floorOf({ width, height }: Plane, noise: number, peak: number): number {
  if (noise > 0) return Math.max(4 * noise, 0.2 * peak);
  // A picture no larger than the network's own has no detail to lose: every trace counts.
  return width <= SIDE && height <= SIDE ? 0 : 0.025 * peak;
}

function stretch(values: Float32Array): Uint8Array {
  let peak = 0;
  for (let i = 0; i < values.length; i++) peak = Math.max(peak, values[i]);
  const factor = peak < FULL_CONTRAST ? 255 / peak : 1;
  const result = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = Math.min(255, Math.round(values[i] * factor));
  return result;
}

function check(picture: Picture): void {
  checkPicture("preprocessDigit", picture);
  const { width, height, data } = picture;
  if (width > 0 && height > 0 && data.length === 4 * width * height) return;
  throw new OptionError(
    `preprocessDigit: ${width} × ${height} pixels need ${4 * width * height} bytes of RGBA; got ${data.length}.`,
    { width, height, bytes: data.length },
  );
}
