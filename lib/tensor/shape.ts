// Shapes: what fits, what broadcasts, what goes wrong.

import { formatShape, ShapeError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";

export type Shape = readonly number[];

/** Rows without elements, of which no memory bounds how many there are. */
const MOST_EMPTY_ROWS = 2 ** 20;

/** The number of elements: the product of the dimensions; 1 for a scalar's []. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Some shapes that were met, by a hash: freezing one is dear, and a training step makes the same ones again. */
const frozen: (Shape | undefined)[] = new Array(1024).fill(undefined);

/** The same dimensions as an array that nobody changes. */
export function frozenShape(shape: Shape): Shape {
  let hash = 0;
  for (const dim of shape) hash = Math.imul(hash ^ dim, 0x9e3779b1);
  const place = hash >>> 22;
  const known = frozen[place];
  if (known && sameShape(known, shape)) return known;
  frozen[place] = Object.freeze([...shape]);
  return frozen[place];
}

/** @throws {ShapeError} it is no array, or a dimension is not an integer ≥ 0; or there are more than 2²⁰ rows of none */
export function checkShape(op: string, shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`${op}: a shape is an array of dimensions, e.g. [2, 3]; got ${printable(shape)}.`, { shape });
  }
  let rows = 1;
  for (const dim of shape) {
    const isValid = Number.isSafeInteger(dim) && dim >= 0;
    if (!isValid || (dim === 0 && rows > MOST_EMPTY_ROWS)) {
      const rule = isValid ? "before a dimension of 0 there may be 2^20 rows" : "dimensions must be integers ≥ 0";
      throw new ShapeError(`${op}: ${rule}; got ${printable(shape)}.`, { shape });
    }
    rows *= dim;
  }
}

/** @throws {ShapeError} the rank differs; `layout` names the dimensions, e.g. "[N, H, W, C]" */
export function checkRank(op: string, name: string, shape: Shape, rank: number, layout: string): void {
  if (shape.length !== rank) {
    throw new ShapeError(`${op}: ${name} must have rank ${rank}, ${layout}; got ${formatShape(shape)}.`, {
      [name]: shape,
    });
  }
}

/** Where a batch of images may be in another library's order: what messages add then, else nothing. */
export function layoutHint(shape: Shape, channels?: number): string {
  const [, second] = shape;
  const isLikely = shape.length === 4 && (second === 1 || second === 3 || second === channels);
  return isLikely ? " Images are [N, H, W, C] here: transpose(x, [0, 2, 3, 1])." : "";
}

/**
 * An axis counted from the end when negative, as its index.
 *
 * @throws {ShapeError} outside the rank
 */
export function resolveAxis(op: string, axis: number, shape: Shape): number {
  const rank = shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${op}: axis ${printable(axis)} is out of range for ${formatShape(shape)} of rank ${rank}.`, {
      axis,
      shape,
    });
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * The shape both operands broadcast to, aligned at the last axis: each pair of dimensions is equal or
 * one of them is 1.
 *
 * @throws {ShapeError} they do not
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const result: number[] = new Array(rank);
  for (let i = 1; i <= rank; i++) {
    const da = a[a.length - i] ?? 1;
    const db = b[b.length - i] ?? 1;
    if (da !== db && da !== 1 && db !== 1) {
      throw new ShapeError(
        `${op}: shapes do not broadcast; a is ${formatShape(a)}, b is ${formatShape(b)}; ` +
          `dimension −${i} is ${da} and ${db}, and neither is 1.`,
        { a, b },
      );
    }
    result[rank - i] = da === 1 ? db : da;
  }
  return result;
}
