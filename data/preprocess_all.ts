// preprocessDigits: all digits of a picture, each as MNIST would have it.

import type { Picture } from "../lib/data/picture.ts";
import { lumaOf, lumaPlane } from "./picture/luma.ts";
import { checkRgba, mnistPixels, warningsOf } from "./picture/mnist_form.ts";
import type { Box } from "./picture/plane.ts";
import type { PlacedDigit } from "./picture/search.ts";
import { searchAllDigits } from "./picture/search_all.ts";
import { splits } from "./picture/split.ts";

/** A digit, and where it stands. */
export interface LocatedDigit {
  /** 28 × 28, row by row, 0 for paper and 255 for ink. */
  readonly pixels: Uint8Array;
  /** In pixels of the picture. */
  readonly box: PictureBox;
  /** What makes its reading doubtful, as sentences without a full stop. */
  readonly warnings: readonly string[];
}

export interface PictureBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One way to read a picture: which ink its digits are. */
export interface DigitsReading {
  /**
   * In reading order, lines from top to bottom and each from left to right: what stands clear of the rest, and the ways to take
   * it, as one digit or as several that touch.
   */
  readonly groups: readonly (readonly (readonly LocatedDigit[])[])[];
  /** How much less the picture speaks for it than for the first one: 0 for as much. */
  readonly doubt: number;
}

/**
 * Finds all digits of a picture: a number, a postcode, a sheet of them. Paper, ink, frames and rules are told apart as
 * preprocessDigit does; marks that are near belong to one digit, dots and dashes to none; ink that is wider than high may be
 * several digits that touch, taken apart along the way that crosses the least of it.
 *
 * @param picture RGBA of any size
 * @returns the ways to read it, the likeliest first; none where nothing is written. `Classifier.readAll` chooses
 * @throws {OptionError} no picture, or one whose width, height and length of data do not fit together
 *
 * Cost: some forty passes over at most 640 pixels a side, in JS.
 * @example for (const { digit, box } of classifier.readAll(preprocessDigits(picture))) console.log(digit, box);
 */
export function preprocessDigits(picture: Picture): readonly DigitsReading[] {
  checkRgba("preprocessDigits", picture);
  const luma = lumaOf(picture);
  const found = searchAllDigits(lumaPlane(luma));
  const scale = Math.ceil(picture.width / luma.width);
  return found.map(({ digits, doubt }) => ({
    groups: digits.map((digit) => waysOf(digit, scale)),
    doubt: doubt - found[0].doubt,
  }));
}

/** @param scale pixels of the picture to one that was searched */
function waysOf(digit: PlacedDigit, scale: number): LocatedDigit[][] {
  const warnings = warningsOf(digit);
  const whole = { pixels: mnistPixels(digit), box: pictureBox(digit.box, scale), warnings };
  const apart = splits(digit.ink).map((parts) =>
    parts.map(({ left, top, ink }) => {
      const box = {
        left: digit.box.left + left,
        top: digit.box.top + top,
        right: digit.box.left + left + ink.width,
        bottom: digit.box.top + top + ink.height,
      };
      const side = Math.max(ink.width, ink.height);
      return { pixels: mnistPixels({ ink, side }), box: pictureBox(box, scale), warnings };
    }),
  );
  return [[whole], ...apart];
}

function pictureBox({ left, top, right, bottom }: Box, scale: number): PictureBox {
  return { left: left * scale, top: top * scale, width: (right - left) * scale, height: (bottom - top) * scale };
}
