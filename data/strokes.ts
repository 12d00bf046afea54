// Digits drawn with a pen: the strokes, and the picture that they make.

import { check, checkFields, list, number, type Rule, required } from "../lib/base/check.ts";
import { OptionError } from "../lib/base/errors.ts";
import type { Picture } from "../lib/data/picture.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Of the line here, 0 to PAPER_SIDE; default PEN_WIDTH. Between two points it changes evenly. */
  readonly width?: number;
}
/** The points that the pen went through, in order; of one point, a dot. */
export type Stroke = readonly Point[];

/** The square that one draws on is this wide and high; points are in these units, from its top left corner. */
export const PAPER_SIDE = 196;
/** Of a line that says nothing else, in the same units: a digit that fills two thirds of the square has the strokes of MNIST's. */
export const PEN_WIDTH = 16;

/**
 * Strokes that can be undone one by one, and cleared all at once.
 *
 * @example
 *   const drawing = new Drawing();
 *   drawing.draw({ x: 98, y: 40 });
 *   drawing.draw({ x: 98, y: 150 });
 *   drawing.lift();
 *   const { pixels } = preprocessDigit(pictureOf(drawing.strokes)); // a one
 */
export class Drawing {
  private finished: Stroke[] = [];
  private cleared: Stroke[] = [];
  private current: Point[] | null = null;

  get isEmpty(): boolean {
    return this.finished.length === 0 && !this.current;
  }

  /** Whether there is anything to undo: a stroke, or the clearing. */
  get canUndo(): boolean {
    return !this.isEmpty || this.cleared.length > 0;
  }

  get isDrawing(): boolean {
    return this.current !== null;
  }

  get strokes(): Stroke[] {
    return this.current ? [...this.finished, this.current] : this.finished;
  }

  /** Puts the pen down here, or moves it here if it is down. */
  draw(point: Point): void {
    checkPoint("draw", "point", point);
    this.current ??= [];
    this.current.push(point);
  }

  /** Lifts the pen, which ends the stroke. */
  lift(): void {
    if (this.current) this.finished.push(this.current);
    this.current = null;
  }

  /** Removes the last stroke, or brings back what was cleared. */
  undo(): void {
    this.lift();
    if (this.finished.length > 0) this.finished.pop();
    else [this.finished, this.cleared] = [this.cleared, []];
  }

  /** Removes all strokes; one `undo` brings them back. */
  clear(): void {
    this.lift();
    if (this.finished.length > 0) [this.finished, this.cleared] = [[], this.finished];
  }
}

/** Pieces of each part of a smoothed stroke. */
const PIECES = 4;

/**
 * The points joined by a smooth line: parabolas from middle to middle, with the points as their control points.
 * A single point stays one.
 */
export function smooth(stroke: Stroke): Point[] {
  checkStroke("smooth", "stroke", stroke);
  if (stroke.length < 3) return [...stroke];
  const line: Point[] = [stroke[0]];
  let from = stroke[0];
  for (let i = 1; i + 1 < stroke.length; i++) {
    const bend = stroke[i];
    const to = i + 2 < stroke.length ? middle(bend, stroke[i + 1]) : stroke[i + 1];
    for (let k = 1; k <= PIECES; k++) {
      const t = k / PIECES;
      line.push(middle(middle(from, bend, t), middle(bend, to, t), t));
    }
    from = to;
  }
  return line;
}

function checkStroke(op: string, path: string, stroke: Stroke): void {
  check(op, path, stroke, list);
  for (const [i, point] of stroke.entries()) checkPoint(op, `${path}[${i}]`, point);
}

function checkPoint(op: string, path: string, point: Point): void {
  checkFields(op, path, point, { x: required(number), y: required(number), width: WIDTH });
}

const WIDTH: Rule = {
  says: `a number from 0 to ${PAPER_SIDE}`,
  holds: (value) => typeof value === "number" && value >= 0 && value <= PAPER_SIDE,
};

function middle(a: Point, b: Point, t = 0.5): Point {
  const at = { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
  if (a.width === b.width) return a.width === undefined ? at : { ...at, width: a.width };
  return { ...at, width: widthOf(a) + (widthOf(b) - widthOf(a)) * t };
}

/** How wide the line is at a point. */
export function widthOf({ width = PEN_WIDTH }: Point): number {
  return width;
}

/** Of a coordinate: beyond it sums of squares lose what matters. */
const FARTHEST = 1e9;
const MAX_POINTS = 10_000;
/** Pixels looked at, most of them often: 20 ms. A digit takes 10,000 to 100,000. */
const MAX_WORK = 3_000_000;

/**
 * The strokes, smoothed, in black ink on white paper: PAPER_SIDE × PAPER_SIDE pixels. What lies outside is cut off.
 *
 * Pixel by pixel, and not by a browser's canvas: every browser then gives the network the same pixels, also those that
 * falsify what a page reads from a canvas.
 *
 * @throws {OptionError} a coordinate that is not a number from −10⁹ to 10⁹; more than 10,000 points, or strokes that cross the paper
 *   so often that nobody drew them: a digit has some hundred points, and is drawn in a millisecond
 */
export function pictureOf(strokes: readonly Stroke[]): Picture {
  check("pictureOf", "strokes", strokes, list);
  for (const [i, stroke] of strokes.entries()) checkStroke("pictureOf", `strokes[${i}]`, stroke);
  for (const { x, y } of strokes.flat()) {
    if (Math.abs(x) <= FARTHEST && Math.abs(y) <= FARTHEST) continue;
    throw new OptionError(`pictureOf: x and y of a point must be numbers of at most 10⁹; got (${x}, ${y}).`, { x, y });
  }
  const points = strokes.reduce((count, stroke) => count + stroke.length, 0);
  if (points > MAX_POINTS) {
    throw new OptionError(`pictureOf: at most ${MAX_POINTS} points are drawn; got ${points}.`, { points });
  }
  const ink = new Float32Array(PAPER_SIDE * PAPER_SIDE);
  let work = 0;
  for (const stroke of strokes) {
    const line = smooth(stroke);
    for (let i = 0; i < line.length; i++) {
      work += addPiece(ink, line[Math.max(0, i - 1)], line[i]);
      if (work > MAX_WORK) {
        throw new OptionError(`pictureOf: the strokes cross the paper too often to be drawn; got ${points} points.`, {
          points,
        });
      }
    }
  }
  const data = new Uint8ClampedArray(4 * ink.length).fill(255);
  for (let i = 0; i < ink.length; i++) data.fill(255 * (1 - ink[i]), 4 * i, 4 * i + 3);
  return { width: PAPER_SIDE, height: PAPER_SIDE, data };
}

/**
 * A straight piece of a stroke with round ends; a pixel at its edge is covered in part.
 *
 * @returns the work that it was: see MAX_WORK
 */
function addPiece(ink: Float32Array, a: Point, b: Point): number {
  const [radius, bRadius] = [widthOf(a) / 2, widthOf(b) / 2];
  const widening = bRadius - radius;
  const reach = Math.max(radius, bRadius) + 1;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length2 = dx * dx + dy * dy;
  const top = Math.max(0, Math.floor(Math.min(a.y, b.y) - reach));
  const bottom = Math.min(PAPER_SIDE - 1, Math.ceil(Math.max(a.y, b.y) + reach));
  let work = 0;
  for (let row = top; row <= bottom; row++) {
    const [left, right] = columnsOf(row + 0.5, a, b, reach);
    work += Math.max(0, right - left + 1);
    for (let column = left; column <= right; column++) {
      const at = row * PAPER_SIDE + column;
      if (ink[at] === 1) continue;
      const [px, py] = [column + 0.5 - a.x, row + 0.5 - a.y];
      const t = length2 > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length2)) : 0;
      const distance = Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
      ink[at] = Math.max(ink[at], Math.min(1, Math.max(0, radius + t * widening + 0.5 - distance)));
    }
  }
  return work;
}

/** The columns of the paper that a piece may reach at this height: those around the part of it that is near enough. */
function columnsOf(y: number, a: Point, b: Point, reach: number): [left: number, right: number] {
  const slope = (b.x - a.x) / (b.y - a.y);
  const isSteep = Math.abs(slope) < 1e6;
  const [upper, lower] = a.y < b.y ? [a, b] : [b, a];
  const from = isSteep && y - reach > upper.y ? a.x + (y - reach - a.y) * slope : upper.x;
  const to = isSteep && y + reach < lower.y ? a.x + (y + reach - a.y) * slope : lower.x;
  const left = Math.max(0, Math.floor(Math.min(from, to) - reach));
  return [left, Math.min(PAPER_SIDE - 1, Math.ceil(Math.max(from, to) + reach))];
}
