// readingLines: digits in reading order, cut into the lines that they stand in.

import { check, list } from "../lib/base/check.ts";
import type { PictureBox } from "./preprocess_all.ts";

/**
 * A line ends where the next digit stands further to the left.
 *
 * @param digits as `Classifier.readAll` gives them
 * @example readingLines(digits).map((line) => line.map(({ digit }) => digit).join(" ")).join("\n")
 */
export function readingLines<Placed extends { readonly box: PictureBox }>(digits: readonly Placed[]): Placed[][] {
  check("readingLines", "digits", digits, {
    ...list,
    holds: (value) =>
      Array.isArray(value) && Array.from(value).every((each) => Number.isFinite(Object(each).box?.left)),
  });
  const lines: Placed[][] = [];
  for (const digit of digits) {
    const last = lines.at(-1);
    const before = last?.at(-1);
    if (last && before && digit.box.left > before.box.left) last.push(digit);
    else lines.push([digit]);
  }
  return lines;
}
