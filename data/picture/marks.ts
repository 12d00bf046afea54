// The marks in a picture, connected pieces of ink, and which of them make up the digit.

import { type Box, longerSide, type Plane, union } from "./plane.ts";

export interface Mark {
  readonly box: Box;
  /** Sum of its ink. */
  readonly mass: number;
  /** The number of its first run. */
  readonly label: number;
}

/** Pixels of ink side by side in a row, in the order of the picture. */
export interface Runs {
  /** Where they begin in the plane, and where they are over. */
  readonly from: number[];
  readonly to: number[];
  /** Of each run one that was found before it and belongs to the same mark; its own number: none. */
  readonly links: number[];
}

export interface Marks {
  /** The heaviest first. */
  readonly marks: readonly Mark[];
  /** Their links name the first run of their mark. */
  readonly runs: Runs;
}

/** No digit has so many pieces. Of a picture that has twice as many, every other pixel a speck, only the heaviest count. */
const MAX_MARKS = 16384;

/** Connected pieces, diagonals included, of the pixels in a box with more ink than `floor`. */
export function findMarks(plane: Plane, within: Box, floor: number): Marks {
  const { width, values } = plane;
  const runs = findRuns(plane, within, floor);
  const { from, to, links } = runs;
  const count = from.length;
  const masses = new Float64Array(count);
  const lefts = new Int32Array(count).fill(width);
  const rights = new Int32Array(count);
  const bottoms = new Int32Array(count);
  for (let run = 0; run < count; run++) {
    const label = links[links[run]]; // A run's link comes before it, and names its mark's first by now.
    links[run] = label;
    const y = Math.floor(from[run] / width);
    lefts[label] = Math.min(lefts[label], from[run] - y * width);
    rights[label] = Math.max(rights[label], to[run] - y * width);
    bottoms[label] = y + 1;
    let mass = 0;
    for (let i = from[run]; i < to[run]; i++) mass += values[i];
    masses[label] += mass;
  }
  const marks: Mark[] = [];
  let leastMass = 0;
  for (let label = 0; label < count; label++) {
    const mass = masses[label];
    if (links[label] !== label || mass <= leastMass) continue;
    const top = Math.floor(from[label] / width);
    marks.push({ box: { left: lefts[label], top, right: rights[label], bottom: bottoms[label] }, mass, label });
    if (marks.length === 2 * MAX_MARKS) {
      leastMass = marks.sort(heaviestFirst)[MAX_MARKS - 1].mass;
      marks.length = MAX_MARKS;
    }
  }
  return { marks: marks.sort(heaviestFirst), runs };
}

/** Row by row; a run is linked to those that it touches in the row above. */
function findRuns({ width, values }: Plane, { left, top, right, bottom }: Box, floor: number): Runs {
  const from: number[] = [];
  const to: number[] = [];
  const links: number[] = [];
  let firstAbove = 0;
  for (let y = top; y < bottom; y++) {
    const first = from.length;
    const end = y * width + right;
    for (let i = y * width + left; i < end; i++) {
      if (values[i] <= floor) continue;
      const start = i;
      while (i < end && values[i] > floor) i++;
      const run = from.length;
      from.push(start);
      to.push(i);
      links.push(run);
      while (firstAbove < first && to[firstAbove] + width < start) firstAbove++;
      for (let above = firstAbove; above < first && from[above] + width <= i; above++) link(links, above, run);
    }
    firstAbove = first;
  }
  return { from, to, links };
}

/** Makes one mark of those of two runs: the later of their first runs is linked to the earlier. */
function link(links: number[], a: number, b: number): void {
  const firstA = firstOf(links, a);
  const firstB = firstOf(links, b);
  links[Math.max(firstA, firstB)] = Math.min(firstA, firstB);
}

/** Each step shortens the way for those that come after. */
function firstOf(links: number[], run: number): number {
  while (links[run] !== run) {
    links[run] = links[links[run]];
    run = links[run];
  }
  return run;
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
/** A second piece with this share of the heaviest one's ink may be a separate digit; about as tall, as a one is, with this. */
const RIVAL_SHARE = 0.3;
const TALL_RIVAL_SHARE = 0.15;
/** About as tall. */
const TALL_SHARE = 0.6;
/** It is one if it stands so far beside it, of that one's longer side. */
const BESIDE_SHARE = 0.05;
/** Above or below it, the gap has this share of the height of both: the pieces of one digit are nearer. */
const STACKED_SHARE = 0.15;
/** Of what is about as tall above the gap as below: a digit's pieces rarely are. */
const EVEN_SHARE = 0.04;

export interface Digit {
  readonly marks: readonly Mark[];
  readonly box: Box;
  /** Whether another large mark stands clear of the heaviest one, beside, above or below. */
  readonly hasRival: boolean;
  /** Whether that is not part of it. */
  readonly leavesOut: boolean;
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
  const margin = BESIDE_SHARE * longerSide(main.box);
  const isBeside = ({ left, right }: Box): boolean =>
    left >= main.box.right + margin || right <= main.box.left - margin;
  const large = others.filter(
    (mark) => mark.mass >= (areAlike(mark.box, main.box) ? TALL_RIVAL_SHARE : RIVAL_SHARE) * main.mass,
  );
  const hasRival = large.some((mark) => isBeside(mark.box)) || areStacked([main, ...large]);
  return { marks: chosen, box, hasRival, leavesOut: false };
}

/** Whether neither is much taller. */
function areAlike(a: Pick<Box, "top" | "bottom">, b: Pick<Box, "top" | "bottom">): boolean {
  const [low, high] = [a.bottom - a.top, b.bottom - b.top].sort((x, y) => x - y);
  return low >= TALL_SHARE * high;
}

/** Whether a broad band without ink goes through from one side to the other. */
function areStacked(marks: readonly Mark[]): boolean {
  const sorted = marks.map(({ box }) => box).sort((a, b) => a.top - b.top);
  const first = sorted[0].top;
  const last = Math.max(...sorted.map(({ bottom }) => bottom));
  let low = sorted[0].bottom;
  return sorted.some(({ top, bottom }) => {
    const isEven = areAlike({ top: first, bottom: low }, { top, bottom: last });
    const isApart = top - low >= (isEven ? EVEN_SHARE : STACKED_SHARE) * (last - first);
    low = Math.max(low, bottom);
    return isApart;
  });
}

/** The runs of the digit's marks, as their numbers, in the order of the picture. */
export function runsOf({ marks }: Digit, { links }: Runs): number[] {
  const isChosen = new Uint8Array(links.length);
  for (const { label } of marks) isChosen[label] = 1;
  const chosen: number[] = [];
  for (let run = 0; run < links.length; run++) if (isChosen[links[run]] === 1) chosen.push(run);
  return chosen;
}

/** A plane of the digit's box, with the ink of its marks alone. */
export function cutOut({ width, values }: Plane, runs: Runs, digit: Digit): Plane {
  const { box } = digit;
  const columns = box.right - box.left;
  const result = new Float32Array(columns * (box.bottom - box.top));
  for (const run of runsOf(digit, runs)) {
    const [from, to] = [runs.from[run], runs.to[run]];
    const y = Math.floor(from / width);
    let at = (y - box.top) * columns + from - y * width - box.left;
    for (let i = from; i < to; i++) result[at++] = values[i];
  }
  return { width: columns, height: box.bottom - box.top, values: result };
}

/** The larger of the horizontal and the vertical distance; 0 where the boxes overlap or touch. */
function gap(a: Box, b: Box): number {
  return Math.max(0, a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
}

function contains(outer: Box, inner: Box): boolean {
  const across = inner.left >= outer.left && inner.right <= outer.right;
  return across && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

/** What is enclosed is a digit in a box or a ring if it has this share of its size; less is a dot in a nought. */
const ENCLOSED_SHARE = 0.35;

/** Whether the outer mark has ink on all four sides of the inner one's middle, which is large enough to be the digit. */
export function encloses(outer: Mark, inner: Mark, { from, to, links }: Runs, width: number): boolean {
  if (inner === outer || longerSide(inner.box) < ENCLOSED_SHARE * longerSide(outer.box)) return false;
  if (!contains(outer.box, inner.box)) return false;
  const x = (inner.box.left + inner.box.right) / 2;
  const y = Math.floor((inner.box.top + inner.box.bottom) / 2);
  let [left, right, above, below] = [false, false, false, false];
  for (let run = 0; run < from.length; run++) {
    if (links[run] !== outer.label) continue;
    const row = Math.floor(from[run] / width);
    const [start, end] = [from[run] - row * width, to[run] - row * width];
    if (row === y) {
      left ||= end <= inner.box.left + 1;
      right ||= start >= inner.box.right - 1;
    }
    if (start <= x && end >= x) {
      above ||= row <= inner.box.top;
      below ||= row >= inner.box.bottom - 1;
    }
  }
  return left && right && above && below;
}

/** Whether a mark is a line below others, about as wide as they are or wider. */
export function isUnderline({ box: { left, top, right, bottom } }: Mark, marks: readonly Mark[]): boolean {
  const [columns, rows] = [right - left, bottom - top];
  if (columns <= 4 * rows) return false;
  return marks.some(({ box }) => {
    const isAbove = box.bottom <= bottom && box.top < top;
    return isAbove && box.right - box.left <= 1.2 * columns && box.bottom - box.top > 3 * rows;
  });
}
