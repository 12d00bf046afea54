// The marks in a picture, connected pieces of ink, and which of them make up the digit.

import { type Box, longerSide, type Plane } from "./plane.ts";

export interface Mark {
  readonly box: Box;
  /** Sum of its ink. */
  readonly mass: number;
  /** The number its pixels have in `labels`. */
  readonly label: number;
}

export interface Marks {
  /** The heaviest first. */
  readonly marks: readonly Mark[];
  /** For each pixel the label of its mark; 0 for none. */
  readonly labels: Int32Array;
  readonly largestLabel: number;
}

/** No digit has so many pieces. Of a picture that has twice as many, every other pixel a speck, only the heaviest count. */
const MAX_MARKS = 16384;

/** Connected pieces, diagonals included, of the pixels with more ink than `floor`. */
export function findMarks({ width, height, values }: Plane, floor: number): Marks {
  const labels = new Int32Array(values.length);
  const marks: Mark[] = [];
  const stack: number[] = [];
  let label = 0;
  let leastMass = 0;
  for (let start = 0; start < values.length; start++) {
    if (values[start] <= floor || labels[start] !== 0) continue;
    label++;
    let [left, right, top, bottom, mass] = [width, 0, height, 0, 0];
    labels[start] = label;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const y = Math.floor(at / width);
      const x = at - y * width;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      mass += values[at];
      const lastX = Math.min(width - 1, x + 1);
      const lastY = Math.min(height - 1, y + 1);
      for (let v = Math.max(0, y - 1); v <= lastY; v++) {
        for (let u = Math.max(0, x - 1); u <= lastX; u++) {
          const next = v * width + u;
          if (values[next] <= floor || labels[next] !== 0) continue;
          labels[next] = label;
          stack.push(next);
        }
      }
    }
    if (mass <= leastMass) continue;
    marks.push({ box: { left, top, right, bottom }, mass, label });
    if (marks.length === 2 * MAX_MARKS) {
      leastMass = marks.sort(heaviestFirst)[MAX_MARKS - 1].mass;
      marks.length = MAX_MARKS;
    }
  }
  return { marks: marks.sort(heaviestFirst), labels, largestLabel: label };
}

function heaviestFirst(a: Mark, b: Mark): number {
  return b.mass - a.mass || a.label - b.label;
}

/** A piece with at least this share of the digit's ink belongs to it wherever it lies: a hat, a bar. */
const STROKE_SHARE = 0.1;
/** A smaller one does, down to this share, if it is near: a piece of a broken stroke. */
const PIECE_SHARE = 0.002;
/** Near: the gap is at most this share of the digit's longer side. */
const NEAR_SHARE = 0.2;
/** A second piece with this share of the heaviest one's ink may be a separate digit. */
const RIVAL_SHARE = 0.3;

export interface Digit {
  readonly marks: readonly Mark[];
  readonly box: Box;
  /** Whether another large mark stands beside the heaviest one, clear of it. */
  readonly hasRival: boolean;
}

/** The heaviest mark and all that belongs to it; what is small and far away is a stray speck. */
export function chooseDigit(marks: readonly Mark[]): Digit {
  const [main, ...others] = marks;
  const chosen = [main];
  let { box, mass } = main;
  // From the heaviest down, and again while something was added: a piece may be near only by way of another.
  for (let rest = others, before = -1; rest.length !== before; ) {
    before = rest.length;
    rest = rest.filter((mark) => {
      const isInside = contains(box, mark.box); // whatever it is, it changes no geometry
      const isNear = mark.mass >= PIECE_SHARE * mass && gap(mark.box, box) <= NEAR_SHARE * longerSide(box);
      const isPart = isInside || isNear || mark.mass >= STROKE_SHARE * mass;
      if (!isPart) return true;
      chosen.push(mark);
      box = union(box, mark.box);
      mass += mark.mass;
      return false;
    });
  }
  const margin = 0.05 * longerSide(main.box);
  const isBeside = ({ left, right }: Box): boolean =>
    left >= main.box.right + margin || right <= main.box.left - margin;
  const hasRival = others.some((mark) => mark.mass >= RIVAL_SHARE * main.mass && isBeside(mark.box));
  return { marks: chosen, box, hasRival };
}

/** The larger of the horizontal and the vertical distance; 0 where the boxes overlap or touch. */
function gap(a: Box, b: Box): number {
  return Math.max(0, a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
}

function contains(outer: Box, inner: Box): boolean {
  const across = inner.left >= outer.left && inner.right <= outer.right;
  return across && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

function union(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}
