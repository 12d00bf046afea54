// FoundDigit: the ink that is taken for a digit, and what there is to say of it.

import { type Plane, peakOf } from "./plane.ts";

export interface FoundDigit {
  /** Of the digit's box, its ink alone. */
  readonly ink: Plane;
  /** Of all ink on the picture. */
  readonly peak: number;
  /** The longer side of its box, in pixels of the picture. */
  readonly side: number;
  /** Whether another large mark stands clear of it. */
  readonly hasRival: boolean;
  /** Whether that is not part of the ink. */
  readonly leavesOut: boolean;
  readonly touchesBorder: boolean;
  /** From 0 for thin lines with nothing but paper around them. */
  readonly doubt: number;
}

/** Of marks that stand clear of each other and are taken for one digit all the same. */
export const PIECES_DOUBT = 0.3;

/** What covers less of the picture's longer side than this is dirt. */
export const MIN_SIDE_SHARE = 0.01;

/** 0 for a thin line, 1 for a filled square: the share of its box that is ink, less the longer the box is. */
export function solidity(ink: Plane): number {
  const { width, height, values } = ink;
  const half = 0.5 * peakOf(ink);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > half) count++;
  return (count / values.length) * Math.sqrt(Math.min(width, height) / Math.max(width, height));
}
