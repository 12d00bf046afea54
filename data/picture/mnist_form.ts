// From the ink that is taken for a digit to MNIST's form, and what there is to say against it.

import { OptionError } from "../../lib/base/errors.ts";
import { checkPicture, type Picture } from "../../lib/data/picture.ts";
import type { FoundDigit } from "./found_digit.ts";
import { peakOf } from "./plane.ts";
import { centre, fitToBox, SIDE } from "./resample.ts";
import { widened } from "./stroke_width.ts";

/** Digits have their peak at 254 or 255 in MNIST; what is weaker than this is stretched. */
const FULL_CONTRAST = 250;
/** Ink that is less than this everywhere is read, with a warning. */
const LOW_CONTRAST = 64;
/** A digit smaller than this is read, with a warning. */
const SMALL_SIDE = 10;

/** 28 × 28, row by row. */
export function mnistPixels({ ink, side }: Pick<FoundDigit, "ink" | "side">): Uint8Array {
  return stretch(centre(fitToBox(side > SIDE ? widened(ink) : ink)));
}

/** As sentences without a full stop. */
export function warningsOf({ peak, side, touchesBorder }: FoundDigit): string[] {
  const warnings: string[] = [];
  if (peak < LOW_CONTRAST) warnings.push("low contrast");
  if (side < SMALL_SIDE) warnings.push(`the digit is only ${side} pixels large`);
  if (touchesBorder) warnings.push("the digit touches the border of the picture");
  return warnings;
}

function stretch(values: Float32Array): Uint8Array {
  const peak = peakOf({ values });
  const factor = peak < FULL_CONTRAST ? 255 / peak : 1;
  const result = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = Math.min(255, Math.round(values[i] * factor));
  return result;
}

/** @param op for messages @throws {OptionError} no picture, or one whose width, height and length of data do not fit together */
export function checkRgba(op: string, picture: Picture): void {
  checkPicture(op, picture);
  const { width, height, data } = picture;
  if (width > 0 && height > 0 && data.length === 4 * width * height) return;
  throw new OptionError(
    `${op}: ${width} × ${height} pixels need ${4 * width * height} bytes of RGBA; got ${data.length}.`,
    { width, height, bytes: data.length },
  );
}
