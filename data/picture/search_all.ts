// All digits that a picture may hold, by each answer to what its ink is.

import { isUnderline } from "./marks.ts";
import type { Plane } from "./plane.ts";
import { digitsInOrder } from "./reading_order.ts";
import { candidatesOf, inDetail, isLikely, levelsIn, MAX_FOUND, type PlacedDigit, reduce } from "./search.ts";

/** Digits that may be all that a picture holds, in reading order. */
export interface FoundDigits {
  readonly digits: readonly PlacedDigit[];
  /** The mean of its digits'. */
  readonly doubt: number;
}

/** Sheets of many digits are searched at this size: each is a small part. */
const SHEET_SIDE = 640;

/** The likeliest first. */
export function searchAllDigits(luma: Plane): FoundDigits[] {
  const { step, reduced, least } = reduce(luma, SHEET_SIDE);
  const found = levelsIn(reduced, { left: 0, top: 0 }).flatMap((level) => {
    const own = level.own.filter((mark) => !isUnderline(mark, level.own));
    const all = digitsInOrder(own).map((digit) => candidatesOf(level, digit)[0]);
    const digits = all.filter((each) => isLikely(level, each, least));
    if (digits.length === 0) return [];
    const doubt = digits.reduce((sum, each) => sum + each.doubt, 0) / digits.length;
    return [{ digits, doubt }];
  });
  const best = found.sort((a, b) => a.doubt - b.doubt).slice(0, MAX_FOUND);
  return best.map(({ digits, doubt }) => ({ digits: digits.map((each) => inDetail(luma, step, each)), doubt }));
}
