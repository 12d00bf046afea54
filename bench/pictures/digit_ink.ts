// A digit of MNIST as a pen would have written it: enlarged, with sharp and smooth edges; or only the middle of its strokes.

import type { Coverage } from "./paper.ts";

const SIDE = 28;

/** Where a digit stands, and how large its 28 × 28 pixels are. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/** In the middle of a square of `side`, its 28 × 28 pixels on so much of it. */
export function centred(side: number, share: number): Place {
  const size = share * side;
  return { left: (side - size) / 2, top: (side - size) / 2, size };
}

/** @param image 28 × 28, 0 for paper and 255 for ink */
export function digitInk(image: Uint8Array, { left, top, size }: Place): Coverage {
  const scale = SIDE / size;
  // An edge is about a pixel of the picture wide: where half of the ink is, and so steep.
  const steepness = Math.max(1, 0.5 / scale);
  return (x, y) => {
    const value = sample(image, (x - left) * scale - 0.5, (y - top) * scale - 0.5) / 255;
    return Math.min(1, Math.max(0, 0.5 + (value - 0.42) * steepness));
  };
}

/** By Catmull and Rom's cubic in either direction. */
function sample(image: Uint8Array, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  if (x0 < -2 || y0 < -2 || x0 > SIDE || y0 > SIDE) return 0;
  const at = (u: number, v: number): number => (u >= 0 && v >= 0 && u < SIDE && v < SIDE ? image[v * SIDE + u] : 0);
  const row = (v: number): number => cubic(at(x0 - 1, v), at(x0, v), at(x0 + 1, v), at(x0 + 2, v), x - x0);
  return cubic(row(y0 - 1), row(y0), row(y0 + 1), row(y0 + 2), y - y0);
}

function cubic(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** The digit drawn with a pen of `width` pixels along the middle of its strokes. */
export function thinInk(image: Uint8Array, place: Place, side: number, width: number): Coverage {
  const ink = digitInk(image, place);
  const mask = new Uint8Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) if (ink(x + 0.5, y + 0.5) >= 0.5) mask[y * side + x] = 1;
  thin(mask, side);
  const near = Math.ceil(width);
  return (x, y) => {
    const [cx, cy] = [Math.floor(x), Math.floor(y)];
    let distance = Number.POSITIVE_INFINITY;
    for (let v = cy - near; v <= cy + near; v++) {
      for (let u = cx - near; u <= cx + near; u++) {
        if (u < 0 || v < 0 || u >= side || v >= side || mask[v * side + u] === 0) continue;
        distance = Math.min(distance, Math.hypot(u - cx, v - cy));
      }
    }
    return Math.min(1, Math.max(0, width / 2 - distance + 0.5));
  };
}

/**
 * Takes pixels off the edges of what is 1, by turns on two sides, until lines one pixel wide are left.
 *
 * Source: Zhang and Suen, A fast parallel algorithm for thinning digital patterns, 1984.
 */
function thin(mask: Uint8Array, side: number): void {
  const around = [-side, 1 - side, 1, side + 1, side, side - 1, -1, -side - 1];
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const half of [0, 1]) {
      const taken: number[] = [];
      for (let y = 1; y < side - 1; y++) {
        for (let x = 1; x < side - 1; x++) {
          const i = y * side + x;
          if (mask[i] === 0) continue;
          const p = around.map((step) => mask[i + step]);
          const count = p.reduce((sum, value) => sum + value, 0);
          const steps = p.filter((value, k) => value === 0 && p[(k + 1) % 8] === 1).length;
          const [north, , east, , south, , west] = p;
          const isEdge = half === 0 ? north * east * south === 0 && east * south * west === 0 : north * east * west === 0 && north * south * west === 0; // biome-ignore format: one line
          if (count >= 2 && count <= 6 && steps === 1 && isEdge) taken.push(i);
        }
      }
      for (const i of taken) mask[i] = 0;
      hasChanged ||= taken.length > 0;
    }
  }
}
