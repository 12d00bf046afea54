// In which order a picture's digits are read, and what stands between them and is none.

import { groupDigits } from "./digit_groups.ts";
import type { Digit, Mark } from "./marks.ts";

/** What is lower than this share of the digits around it, and not as wide, is a dot, a comma or a dash. */
const LOW_SHARE = 0.35;
/** Digits are in one line where their middles differ by less than this share of their height. */
const LINE_SHARE = 0.6;

/** Lines from top to bottom, each from left to right; dots and dashes are left out. */
export function digitsInOrder(marks: readonly Mark[]): Digit[] {
  return inReadingOrder(withoutPunctuation(groupDigits(marks)));
}

function withoutPunctuation(digits: readonly Digit[]): Digit[] {
  const heights = digits.map(({ box }) => box.bottom - box.top).sort((a, b) => a - b);
  // Most of the ink is digits', and dots are low.
  const usual = heights[Math.floor(0.75 * heights.length)];
  return digits.filter(({ box }) => {
    const [columns, rows] = [box.right - box.left, box.bottom - box.top];
    return rows >= LOW_SHARE * usual || (columns >= 0.8 * usual && rows >= 0.2 * usual);
  });
}

function inReadingOrder(digits: readonly Digit[]): Digit[] {
  const middle = ({ box }: Digit): number => (box.top + box.bottom) / 2;
  const lines: Digit[][] = [];
  for (const digit of [...digits].sort((a, b) => middle(a) - middle(b))) {
    const line = lines.at(-1);
    const last = line?.at(-1);
    const height = Math.max(digit.box.bottom - digit.box.top, last ? last.box.bottom - last.box.top : 0);
    if (line && last && middle(digit) - middle(last) < LINE_SHARE * height) line.push(digit);
    else lines.push([digit]);
  }
  return lines.flatMap((line) => line.sort((a, b) => a.box.left - b.box.left));
}
