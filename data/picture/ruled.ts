// Ruled and squared paper: lines from border to border are taken out of the ink, but for where a stroke crosses them.

import type { Plane } from "./plane.ts";

/** A row belongs to a line where so much of it is ink. */
const FULL_SHARE = 0.6;
/** A line is no wider than this share of the picture. */
const WIDEST = 0.03;

/** Sets the lines' ink to 0. @param floor more than this is ink */
export function removeRules(plane: Plane, floor: number): void {
  const { width, height } = plane;
  removeAlong(plane, floor, { length: width, step: 1, lines: height, stride: width });
  removeAlong(plane, floor, { length: height, step: width, lines: width, stride: 1 });
}

interface Direction {
  /** Along a line. */
  readonly length: number;
  readonly step: number;
  /** Across. */
  readonly lines: number;
  readonly stride: number;
}

function removeAlong({ values }: Plane, floor: number, { length, step, lines, stride }: Direction): void {
  const isFull = (line: number): boolean => {
    let count = 0;
    for (let k = 0; k < length; k++) if (values[line * stride + k * step] > floor) count++;
    return count > FULL_SHARE * length;
  };
  const full = Uint8Array.from({ length: lines }, (_, line) => (isFull(line) ? 1 : 0));
  for (let first = 0; first < lines; first++) {
    if (full[first] === 0) continue;
    let last = first;
    while (last + 1 < lines && full[last + 1] === 1) last++;
    if (last - first + 1 <= Math.max(2, WIDEST * lines)) {
      // Its fringes are a pixel on either side.
      const [from, to] = [Math.max(0, first - 1), Math.min(lines - 1, last + 1)];
      for (let k = 0; k < length; k++) {
        const isInk = (line: number): boolean => line >= 0 && line < lines && values[line * stride + k * step] > floor;
        if (isInk(from - 1) && isInk(to + 1)) continue;
        for (let line = from; line <= to; line++) values[line * stride + k * step] = 0;
      }
    }
    first = last;
  }
}
