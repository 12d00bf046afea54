// How wide the pen's line is: five brushes, and the pressure of a pen.

import { PEN_WIDTH } from "../../data/index.ts";

/** In units of the paper. The middle one draws as MNIST's digits are written, and each is a third wider than the one before. */
const WIDTHS = [9, 12, PEN_WIDTH, 21, 28];
export const THINNEST = 1;
export const THICKEST = WIDTHS.length;

/** What a pen that hardly presses, and one that presses with all its might, make of a brush's width. */
const [LIGHT, HARD] = [0.5, 1.5];

/**
 * @param brush    1 to 5
 * @param pressure 0 to 1; null: it is not measured, or does not count
 */
export function brushWidth(brush: number, pressure: number | null): number {
  const width = WIDTHS[brush - THINNEST];
  return pressure === null ? width : width * (LIGHT + (HARD - LIGHT) * pressure);
}
