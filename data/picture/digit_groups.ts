// Which marks make up which digit, where a picture holds several.

import { chooseDigit, type Digit, type Mark } from "./marks.ts";
import { type Box, longerSide, union } from "./plane.ts";

/** A piece of a digit lies within this share of its longer side, from one below or above it, a hat or a bar. */
const NEAR_SHARE = 0.12;
/** One beside it does only if it has less than this share of its ink: another digit has about as much. */
const PIECE_SHARE = 0.25;
/** No digit has more; of a picture full of specks only the heaviest are looked at. */
const MOST_PIECES = 64;

/**
 * The ways to take the marks as one digit, the likelier first: the heaviest with all that belongs to it; where another large mark
 * stands clear of that, the heaviest digit without the others, and all of them as the pieces of one.
 *
 * @param marks the heaviest first
 */
export function oneDigit(marks: readonly Mark[]): Digit[] {
  const whole = chooseDigit(marks);
  if (!whole.hasRival) return [whole];
  const heaviest = groupDigits(marks.slice(0, MOST_PIECES)).reduce((a, b) =>
    massOf(b.marks) > massOf(a.marks) ? b : a,
  );
  return [{ ...heaviest, hasRival: true, leavesOut: true }, whole];
}

/** The digits, and whatever else stands by itself. */
export function groupDigits(marks: readonly Mark[]): Digit[] {
  const groups: Mark[][] = [];
  for (const mark of [...marks].sort((a, b) => b.mass - a.mass)) {
    const own = groups.find((group) => belongs(mark, group));
    if (own) own.push(mark);
    else groups.push([mark]);
  }
  return groups.map((group): Digit => ({ marks: group, box: boxOf(group), hasRival: false, leavesOut: false }));
}

function belongs({ box, mass }: Mark, group: readonly Mark[]): boolean {
  const whole = boxOf(group);
  const near = NEAR_SHARE * longerSide(whole);
  const across = Math.min(box.right, whole.right) - Math.max(box.left, whole.left);
  const down = Math.min(box.bottom, whole.bottom) - Math.max(box.top, whole.top);
  const isOver = across >= 0.5 * Math.min(box.right - box.left, whole.right - whole.left);
  if (isOver && down >= -near) return down >= 0 || mass < 0.6 * massOf(group);
  return mass < PIECE_SHARE * massOf(group) && across >= -near && down >= -near;
}

function massOf(group: readonly Mark[]): number {
  return group.reduce((sum, { mass }) => sum + mass, 0);
}

function boxOf(group: readonly Mark[]): Box {
  return group.map(({ box }) => box).reduce(union);
}
