// References of what degrades an image once it is distorted (kernels/augment/): holes, blur, coarse pixels, contrast, noise,
// blocks, each from its definition, on one channel as rows of numbers.

/** As kernels/augment.ts has them in a plan; what is 0 is left out. */
export interface Degradation64 {
  contrast: number;
  /** Of each pass of the blur. */
  b: number;
  cell: number;
  /** Row and column where the first of the coarse pixels begins. */
  start: readonly [number, number];
  smoothness: number;
  /** As parts of full scale. */
  noise: number;
  blocks: number;
  blockStart: readonly [number, number];
  hole: number;
  holes: readonly [number, number, number, number];
}

type Plane = readonly (readonly number[])[];

const transposed = (plane: Plane): number[][] => (plane[0] ?? []).map((_, j) => plane.map((row) => row[j]));
const clamped = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
/** Of half-open intervals. */
const overlap = (from: number, to: number, first: number, last: number): number =>
  Math.max(0, Math.min(to, last) - Math.max(from, first));

/** @param noise of pixel (i, j), from −1 to 1 */
export function degrade64(
  plane: Plane,
  by: Degradation64,
  most: number,
  noise: (i: number, j: number) => number,
): number[][] {
  let p = plane.map((row) => [...row]);
  const both = (along: (plane: Plane, axis: 0 | 1) => number[][]): number[][] =>
    transposed(along(transposed(along(p, 0)), 1));
  if (by.hole > 0) p = punctured(p, by);
  if (by.b > 0) p = both((each) => smoothed(smoothed(each, by.b), by.b));
  if (by.cell > 0) p = both((each, axis) => coarsened(each, by.cell, by.start[axis], by.smoothness));
  if (by.contrast !== 0) p = levelled(p, by.contrast, most);
  if (by.noise > 0) p = p.map((row, i) => row.map((value, j) => clamped(value + by.noise * most * noise(i, j), most)));
  return by.blocks > 0 ? quantized(p, by.blocks * most, by.blockStart, most) : p;
}

function punctured(plane: Plane, { hole, holes: [row, column, otherRow, otherColumn] }: Degradation64): number[][] {
  const through = (i: number, j: number): number => clamped(Math.hypot(i, j) - hole + 0.5, 1);
  return plane.map((values, i) =>
    values.map((value, j) => value * through(i - row, j - column) * through(i - otherRow, j - otherColumn)),
  );
}

/** Along columns: half of a variance of 4·b. */
function smoothed(plane: Plane, b: number): number[][] {
  const at = (i: number, j: number): number => plane[i]?.[j] ?? 0;
  return plane.map((row, i) => row.map((value, j) => value + b * (at(i - 1, j) - 2 * value + at(i + 1, j))));
}

/** Along columns. */
function coarsened(plane: Plane, cell: number, start: number, smoothness: number): number[][] {
  const h = plane.length;
  const edge = (k: number): number => start + k * cell;
  const mean = (k: number, j: number): number =>
    plane.reduce((sum, row, i) => sum + overlap(i, i + 1, edge(k), edge(k + 1)) * row[j], 0) / cell;
  const cells = Array.from({ length: Math.ceil((h - start) / cell) + 3 }, (_, k) => k - 1);
  return plane.map((row, i) =>
    row.map((_, j) => {
      const hard = cells.reduce((sum, k) => sum + overlap(i, i + 1, edge(k), edge(k + 1)) * mean(k, j), 0);
      // The triangle of linear interpolation about each centre.
      const near = (k: number): number => Math.max(0, 1 - Math.abs(i + 0.5 - edge(k + 0.5)) / cell);
      const soft = cells.reduce((sum, k) => sum + near(k) * mean(k, j), 0);
      return (1 - smoothness) * hard + smoothness * soft;
    }),
  );
}

function levelled(plane: Plane, contrast: number, most: number): number[][] {
  if (contrast < 0) return plane.map((row) => row.map((value) => value * (1 + contrast)));
  const peak = Math.max(most / 8, ...plane.flat());
  return plane.map((row) =>
    row.map((value) => clamped(((value * most) / peak - most / 2) / (1 - contrast) + most / 2, most)),
  );
}

/** By the cosine transform of each block, summed as it is defined. */
function quantized(plane: Plane, step: number, [down, across]: readonly [number, number], most: number): number[][] {
  const [h, w] = [plane.length, plane[0]?.length ?? 0];
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const wave = (u: number, i: number): number =>
    (u === 0 ? Math.sqrt(1 / 8) : 1 / 2) * Math.cos(((2 * i + 1) * u * Math.PI) / 16);
  const total = (of: (a: number, b: number) => number): number =>
    eight.reduce((sum, a) => sum + eight.reduce((inner, b) => inner + of(a, b), 0), 0);
  const y = plane.map((row) => [...row]);
  for (let top = -down; top < h; top += 8) {
    for (let left = -across; left < w; left += 8) {
      const pixel = (i: number, j: number): number => plane[top + i]?.[left + j] ?? 0;
      const coefficients = eight.map((u) =>
        eight.map((v) => {
          const q = step * (1 + (u + v) / 2);
          const x = total((i, j) => wave(u, i) * wave(v, j) * pixel(i, j)) / q;
          // No test's numbers lie so near to the middle between two steps that rounding in f32 would decide.
          return Math.round(x) * q;
        }),
      );
      for (const i of eight) {
        for (const j of eight) {
          const [row, column] = [top + i, left + j];
          if (row < 0 || row >= h || column < 0 || column >= w) continue;
          y[row][column] = clamped(
            total((u, v) => wave(u, i) * wave(v, j) * coefficients[u][v]),
            most,
          );
        }
      }
    }
  }
  return y;
}
