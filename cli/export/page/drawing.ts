// What is drawn: strokes of a pen, on a square of SIDE units.

export interface Point {
  readonly x: number;
  readonly y: number;
}
export type Stroke = readonly Point[];

export const SIDE = 196;
/** Of the pen: a digit that fills two thirds of the square has the strokes of MNIST's. */
export const PEN_WIDTH = 16;

/** Strokes that can be taken back one by one, and all at once. */
export class Drawing {
  private finished: Stroke[] = [];
  private cleared: Stroke[] = [];
  private current: Point[] | null = null;

  get isEmpty(): boolean {
    return this.finished.length === 0 && !this.current;
  }

  /** Whether undo has anything to take back: a stroke, or the clearing. */
  get canUndo(): boolean {
    return !this.isEmpty || this.cleared.length > 0;
  }

  get isDrawing(): boolean {
    return this.current !== null;
  }

  get strokes(): Stroke[] {
    return this.current ? [...this.finished, this.current] : this.finished;
  }

  /** Puts the pen down, or draws on to here. */
  draw(point: Point): void {
    this.current ??= [];
    this.current.push(point);
  }

  lift(): void {
    if (this.current) this.finished.push(this.current);
    this.current = null;
  }

  undo(): void {
    this.lift();
    if (this.finished.length > 0) this.finished.pop();
    else [this.finished, this.cleared] = [this.cleared, []];
  }

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

function middle(a: Point, b: Point, t = 0.5): Point {
  return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
}
