// How far a picture lies from the digits that a network was trained on, by the numbers that a DigitLikeness holds: what an exported
// module has of it, too.

import { largestOf } from "../lib/train/predicted_classes.ts";

export const CLASSES = 10;
export const SIDE = 28;
const SHAPE = 5;
export const FEATURES = CLASSES + SHAPE;
/** Of W below and on the diagonal. */
const TRIANGLE = (FEATURES * (FEATURES + 1)) / 2;
/** Of a class: μ, W. */
export const CLASS_SIZE = FEATURES + TRIANGLE;
/** The threshold comes first. */
export const LIKENESS_SIZE = 1 + CLASSES * CLASS_SIZE;
export interface LikenessJudgement {
  readonly isDigit: boolean;
  /** Why not, as a sentence without a full stop; null where it is. */
  readonly reason: string | null;
}

/** @param logits ten */
export function judgementOf(distance: number, threshold: number, logits: ArrayLike<number>): LikenessJudgement {
  if (distance <= threshold) return { isDigit: true, reason: null };
  const digit = largestOf(logits, 0, CLASSES);
  return { isDigit: false, reason: `it is unlike any digit that was learned, and least unlike a ${digit}` };
}

/** Of the nearest class. @param values of a DigitLikeness */
export function distanceOf(values: ArrayLike<number>, features: readonly number[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let c = 0; c < CLASSES; c++) {
    const mean = 1 + c * CLASS_SIZE;
    let at = mean + FEATURES;
    let distance = 0;
    for (let i = 0; i < FEATURES; i++) {
      let whitened = 0;
      for (let j = 0; j <= i; j++) whitened += values[at++] * (features[j] - values[mean + j]);
      distance += whitened * whitened - 2 * Math.log(values[at - 1]);
    }
    nearest = Math.min(nearest, distance);
  }
  return nearest;
}

/** @param pixels 28 × 28, 0 for paper and 255 for ink; @param logits ten */
export function featuresFrom(pixels: ArrayLike<number>, logits: ArrayLike<number>): number[] {
  return [...Array.from(logits), ...shapeOf(pixels, 0)];
}

/** What a text of `toText` holds; null where it cannot be one. */
export function valuesIn(text: string): Float32Array | null {
  if (text.length !== 4 * Math.ceil((4 * LIKENESS_SIZE) / 3) || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const binary = atob(text);
  const view = new DataView(Uint8Array.from(binary, (character) => character.charCodeAt(0)).buffer);
  const values = Float32Array.from({ length: LIKENESS_SIZE }, (_, i) => view.getFloat32(4 * i, true));
  const isDiagonal = (i: number, c: number): number => 1 + c * CLASS_SIZE + FEATURES + (i * (i + 3)) / 2;
  for (let c = 0; c < CLASSES; c++) {
    for (let i = 0; i < FEATURES; i++) if (!(values[isDiagonal(i, c)] > 0)) return null;
  }
  return values.every(Number.isFinite) ? values : null;
}

/**
 * Of the ink: pieces less holes; how much there is and how long its edges are, as logarithms; and the same of how far it spreads
 * across and down.
 */
export function shapeOf(pixels: ArrayLike<number>, at: number): number[] {
  const shade = (i: number, j: number): number =>
    i >= 0 && i < SIDE && j >= 0 && j < SIDE ? pixels[at + i * SIDE + j] / 255 : 0;
  let [quads, ink, edge, x, y, xx, yy] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i <= SIDE; i++) {
    for (let j = 0; j <= SIDE; j++) {
      const value = shade(i, j);
      const corners = [shade(i - 1, j - 1), shade(i - 1, j), shade(i, j - 1), value].map((each) => each > 0.5);
      const count = corners.filter(Boolean).length;
      // Gray's formula for pieces that touch at corners: (Q1 − Q3 − 2·QD)/4.
      if (count === 1) quads++;
      else if (count === 3) quads--;
      else if (count === 2 && corners[0] === corners[3]) quads -= 2;
      if (i < SIDE && j < SIDE) {
        ink += value;
        x += value * j;
        y += value * i;
        xx += value * j * j;
        yy += value * i * i;
        if (i > 0) edge += Math.abs(value - shade(i - 1, j));
        if (j > 0) edge += Math.abs(value - shade(i, j - 1));
      }
    }
  }
  const total = ink + 1e-6;
  const spread = (square: number, sum: number): number =>
    Math.log(1 + Math.max(0, square / total - (sum / total) * (sum / total)));
  return [quads / 4, Math.log(total), Math.log(edge + 1e-6), spread(xx, x), spread(yy, y)];
}
