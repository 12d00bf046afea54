// What may be the digit in a picture that is more than a digit on clean paper: under uneven light, on a sheet on a table, in a
// window, on ruled paper, in a box or a ring.
//
// Whether ink is dark or light, and what is paper and what a table, cannot be told from shades alone: each answer is followed, and
// what is found is sorted by how much it looks like a digit on paper. Where that is close, only the network can say.

import { oneDigit } from "./digit_groups.ts";
import { type FoundDigit, MIN_SIDE_SHARE, PIECES_DOUBT, solidity } from "./found_digit.ts";
import { type LocalInk, localInk } from "./local_ink.ts";
import { type Digit, encloses, findMarks, isUnderline, type Mark, type Marks, runsOf } from "./marks.ts";
import { CERTAIN, FAINTEST } from "./plain.ts";
import {
  averaged,
  type Box,
  cropped,
  extentOf,
  longerSide,
  median,
  type Plane,
  recycle,
  touchesBorder,
  zeroValues,
} from "./plane.ts";
import { removeRules } from "./ruled.ts";
import { withoutTouchingLine } from "./underline.ts";

/** Larger pictures are searched at half their size, or a third: some thirty passes over more pixels would take too long. */
const SEARCH_SIDE = 256;
/** No more of what is found is looked at in detail. */
export const MAX_FOUND = 6;
/** Strokes are what has this share of the strongest ink; what is weaker may be a rule, a crease, or the other side's print. */
const STRONG_SHARE = 0.4;
/** Around strokes, what has this share belongs to them. */
const WEAK_SHARE = 0.06;
/** So many pixels around. */
const FRINGE = 3;
/** Paper whose deviation is more than this share of the ink is averaged over squares of three pixels, and again. */
const NOISY_SHARE = 0.05;
/** What has such a share of either side of the picture, and is filled, may be a sheet with the digit on it. */
const SHEET_SHARE = 0.25;
const FILLED = 0.55;
const SHEET_DOUBT = 0.15;
/** Of either side, in pixels: a digit on a smaller one could not be told. */
const LEAST_SHEET = 8;
/** Of solidity: most digits have 0.1 to 0.4, and which of them says nothing. */
const LIKE_A_DIGIT = 0.35;
/** Of ink that has the shade of most of the picture, as the paper has that shows in a ring or in the corner of a four. */
const COMMON_DOUBT = 0.2;
/** Of the ink's strength: so far from that shade it is another. */
const COMMON_SHARE = 0.3;
/** Marks smaller than this share of the picture's longer side are specks. */
const SPECK_SHARE = 0.02;

/**
 * Searched at a size where that is soon done; what is found is then taken from the picture as it is.
 *
 * @returns the likeliest first; none where nothing is written
 */
export function searchDigits(luma: Plane): FoundDigit[] {
  const { step, reduced, least } = reduce(luma, SEARCH_SIDE);
  const found = levelsIn(reduced, { left: 0, top: 0 }).flatMap((level) => {
    const withoutLine = level.own.filter((mark) => !isUnderline(mark, level.own));
    const choices = withoutLine.length === level.own.length ? [level.own] : [level.own, withoutLine];
    const digits = choices.filter((marks) => marks.length > 0).flatMap(oneDigit);
    return digits.flatMap((digit) => candidatesOf(level, digit)).filter((each) => isLikely(level, each, least));
  });
  const best = found.sort((a, b) => a.doubt - b.doubt).slice(0, MAX_FOUND);
  return best.map((each) => inDetail(luma, step, each));
}

export interface PlacedDigit extends FoundDigit {
  /** Where its ink lies in the picture. */
  readonly box: Box;
}

/** @param side the longest of what comes out @returns least: a digit's, in pixels of that */
export function reduce(luma: Plane, side: number): { step: number; reduced: Plane; least: number } {
  const step = Math.ceil(Math.max(luma.width, luma.height) / side);
  const reduced = step > 1 ? averaged(luma, step) : luma;
  return { step, reduced, least: Math.max(3, MIN_SIDE_SHARE * Math.max(reduced.width, reduced.height)) };
}

/** Large enough, and on a sheet clear of its edge: beyond that would be what the sheet lies on, around a corner. */
export function isLikely({ isSheet }: Level, found: FoundDigit, least: number): boolean {
  return found.side >= least && !(isSheet && found.touchesBorder);
}

/** One answer to what is ink and what is paper. */
export interface Level {
  readonly luma: Plane;
  /** Where its first pixel lies in the picture that is searched. */
  readonly origin: Corner;
  readonly isSheet: boolean;
  readonly isLighter: boolean;
  readonly local: LocalInk;
  /** Of the other kind. */
  readonly other: LocalInk;
  /** Its ink, rules taken out. */
  readonly strokes: Plane;
  readonly found: Marks;
  /** Without what digits stand on or in. */
  readonly own: readonly Mark[];
  /** The most common shade of the whole. */
  readonly common: number;
}

type Corner = Pick<Box, "left" | "top">;

export interface Candidate extends PlacedDigit {
  readonly level: Level;
  /** More than this is ink. */
  readonly weak: number;
}

/** The same ink, of all pixels that were averaged into what was found. */
export function inDetail(luma: Plane, step: number, coarse: Candidate): PlacedDigit {
  const { box, ink, level, weak, side } = coarse;
  if (step === 1) return coarse;
  const { local, origin } = level;
  // Averaging hides noise, and what is hidden by it there is ink as it is.
  const floor = Math.max(weak, 4 * step * local.noise);
  const [left, top] = [step * box.left, step * box.top];
  const right = Math.min(luma.width, step * box.right);
  const bottom = Math.min(luma.height, step * box.bottom);
  const fine: Plane = {
    width: right - left,
    height: bottom - top,
    values: zeroValues((right - left) * (bottom - top)),
  };
  for (let row = 0; row < ink.height; row++) {
    const paperRow = (box.top - origin.top + row) * local.plane.width + box.left - origin.left;
    for (let column = 0; column < ink.width; column++) {
      if (ink.values[row * ink.width + column] === 0) continue;
      const x1 = Math.min(fine.width, (column + 1) * step);
      const y1 = Math.min(fine.height, (row + 1) * step);
      for (let y = row * step; y < y1; y++) {
        for (let x = column * step; x < x1; x++) {
          const value = local.inkOf(luma.values[(top + y) * luma.width + left + x], paperRow + column);
          if (value > floor) fine.values[y * fine.width + x] = value;
        }
      }
    }
  }
  const extent = extentOf(fine);
  const detailed = extent.right > extent.left ? cropped(fine, extent) : ink;
  recycle(fine.values);
  return { ...coarse, ink: detailed, side: step * side, box: { left, top, right, bottom } };
}

/** Dark ink and light, on the picture and on a sheet that lies in it; of what is on a sheet no other sheet is looked for. */
export function levelsIn(luma: Plane, origin: Corner, isSheet = false, common = median(luma.values)): Level[] {
  const sides = [false, true].map((isLighter) => smoothInk(luma, isLighter));
  return sides.flatMap((local, i): Level[] => {
    const { plane, noise, peak } = local;
    if (peak < Math.max(FAINTEST, CERTAIN * noise)) return [];
    const { width, height } = plane;
    const floor = Math.max(CERTAIN * noise, STRONG_SHARE * peak);
    const strokes: Plane = { width, height, values: plane.values.slice() };
    removeRules(strokes, floor);
    const found = findMarks(strokes, { left: 0, top: 0, right: width, bottom: height }, floor);
    const own = withoutSurroundings(found, plane);
    const shared = { luma, origin, isSheet, common, other: sides[1 - i] };
    const level = { ...shared, isLighter: i === 1, local, strokes, found, own };
    const sheet = isSheet ? null : sheetAmong(found, plane);
    return sheet ? [level, ...levelsIn(cropped(luma, sheet), sheet, true, common)] : [level];
  });
}

/** The digit, and once more without the line that it stands on, if it does. */
export function candidatesOf(level: Level, digit: Digit): Candidate[] {
  const { luma, origin, isSheet, local, other, strokes, found, common } = level;
  const { noise, peak } = local;
  const weak = Math.max(4 * noise, WEAK_SHARE * peak);
  const around = inkAround(strokes, found, digit, weak);
  const isCommon = Math.abs(meanOver(luma, found, digit) - common) < COMMON_SHARE * peak;
  const { hasRival, leavesOut } = digit;
  const isPieces = hasRival && !leavesOut;
  const doubt =
    SURROUND_WEIGHT * surroundOf(digit.box, other) +
    (isCommon ? COMMON_DOUBT : 0) +
    (isSheet ? SHEET_DOUBT : 0) +
    (isPieces ? PIECES_DOUBT : 0);
  const inks = [around.ink, withoutTouchingLine(around.ink)].filter((each) => each !== null);
  return inks.map((whole) => {
    const extent = extentOf(whole);
    const ink = cropped(whole, extent);
    const [x, y] = [origin.left + around.left, origin.top + around.top];
    return {
      ...{ level, weak, peak, ink, side: longerSide(digit.box), hasRival, leavesOut },
      touchesBorder: touchesBorder(digit.box, luma),
      box: { left: x + extent.left, top: y + extent.top, right: x + extent.right, bottom: y + extent.bottom },
      doubt: doubt + Math.max(0, solidity(ink) - LIKE_A_DIGIT),
    };
  });
}

function smoothInk(luma: Plane, isLighter: boolean): LocalInk {
  const ink = localInk(luma, isLighter);
  return ink.noise <= NOISY_SHARE * ink.peak ? ink : localInk(smoothed(smoothed(luma)), isLighter);
}

/** Each pixel the mean of its square of three; the border's of what there is. */
function smoothed({ width, height, values }: Plane): Plane {
  const narrow = new Float32Array(values.length);
  const result = new Float32Array(values.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      narrow[i] = (values[x > 0 ? i - 1 : i] + values[i] + values[x + 1 < width ? i + 1 : i]) / 3;
    }
  }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      result[i] = (narrow[y > 0 ? i - width : i] + narrow[i] + narrow[y + 1 < height ? i + width : i]) / 3;
    }
  }
  return { width, height, values: result };
}

/** The heaviest mark, if it is large and filled; what is left out within it does not make it less so. */
function sheetAmong({ marks: [mark] }: Marks, { width, height, values }: Plane): Box | null {
  if (!mark) return null;
  const { left, top, right, bottom } = mark.box;
  const [columns, rows] = [right - left, bottom - top];
  if (columns < SHEET_SHARE * width || rows < SHEET_SHARE * height) return null;
  if (columns * rows > 0.95 * width * height) return null;
  let peak = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) peak = Math.max(peak, values[y * width + x]);
  if (mark.mass < FILLED * 0.6 * peak * columns * rows) return null;
  // Its edge is not to be taken for a line.
  const inset = Math.ceil(0.01 * Math.max(columns, rows)) + 1;
  if (Math.min(columns, rows) - 2 * inset < LEAST_SHEET) return null;
  return { left: left + inset, top: top + inset, right: right - inset, bottom: bottom - inset };
}

/** What the digit stands on or in is left out: lines from border to border, a box or a ring around it; and specks. */
function withoutSurroundings({ marks, runs }: Marks, { width, height }: Plane): Mark[] {
  const least = Math.max(3, SPECK_SHARE * Math.max(width, height));
  // What rules were taken out with, a frame's edge, is a pixel or two wide.
  const spans = ({ box: { left, top, right, bottom } }: Mark): boolean =>
    (left <= FRINGE && right >= width - FRINGE) || (top <= FRINGE && bottom >= height - FRINGE);
  const own = marks.filter((mark) => longerSide(mark.box) >= least && !spans(mark));
  return own.filter((outer) => !own.some((inner) => encloses(outer, inner, runs, width)));
}

/** Of the pixels of a digit's marks. */
function meanOver({ values }: Plane, { runs }: Marks, digit: Digit): number {
  let [sum, count] = [0, 0];
  for (const run of runsOf(digit, runs)) {
    for (let i = runs.from[run]; i < runs.to[run]; i++) sum += values[i];
    count += runs.to[run] - runs.from[run];
  }
  return sum / count;
}

/** A plane of the digit's box and its fringe, with the ink of its marks and what is close to it. */
function inkAround(
  { width, height, values }: Plane,
  { runs }: Marks,
  digit: Digit,
  weak: number,
): Corner & { ink: Plane } {
  const { box } = digit;
  const left = Math.max(0, box.left - FRINGE);
  const top = Math.max(0, box.top - FRINGE);
  const columns = Math.min(width, box.right + FRINGE) - left;
  const rows = Math.min(height, box.bottom + FRINGE) - top;
  const mask = new Uint8Array(columns * rows);
  for (const run of runsOf(digit, runs)) {
    const y = Math.floor(runs.from[run] / width);
    const from = Math.max(0, runs.from[run] - y * width - left - FRINGE);
    const to = Math.min(columns, runs.to[run] - y * width - left + FRINGE);
    for (let v = Math.max(0, y - top - FRINGE); v <= Math.min(rows - 1, y - top + FRINGE); v++) {
      mask.fill(1, v * columns + from, v * columns + to);
    }
  }
  const ink = new Float32Array(columns * rows);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      const value = values[(top + y) * width + left + x];
      if (mask[i] === 1 && value > weak) ink[i] = value;
    }
  }
  return { left, top, ink: { width: columns, height: rows, values: ink } };
}

/** Beside solidity. */
const SURROUND_WEIGHT = 0.2;

/**
 * How much of what lies right around a mark is itself ink of the other kind, 0 to 1: around a digit there is paper; around the
 * hole in a nought, which is as light as light ink, there is the nought.
 */
function surroundOf({ left, top, right, bottom }: Box, { plane, peak, noise }: LocalInk): number {
  const { width, height, values } = plane;
  const floor = Math.max(CERTAIN * noise, FAINTEST, STRONG_SHARE * peak);
  let [ink, all] = [0, 0];
  for (let y = Math.max(0, top - FRINGE); y < Math.min(height, bottom + FRINGE); y++) {
    for (let x = Math.max(0, left - FRINGE); x < Math.min(width, right + FRINGE); x++) {
      if (x >= left && x < right && y >= top && y < bottom) continue;
      all++;
      if (values[y * width + x] > floor) ink++;
    }
  }
  return all === 0 ? 1 : ink / all;
}
