// preprocessDigit: any picture of a digit as MNIST would have it. The only way in for pictures.

import type { Picture } from "../lib/data/picture.ts";
import { lumaOf, lumaPlane } from "./picture/luma.ts";
import { checkRgba } from "./picture/mnist_form.ts";
import { plainDigit } from "./picture/plain.ts";
import { searchDigits } from "./picture/search.ts";
import { digitOf, type PreprocessedDigit } from "./preprocess_plain.ts";

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
  return digitOf(plain === "unsure" ? searchDigits(lumaPlane(luma)) : plain);
}
