// How far Winograd's convolution may be off, from its points alone: not from what our kernels do.

import { UNIT_ROUNDOFF } from "../../lib/selftest/array64.ts";

const POINTS = [0, 2 / 3, -2 / 3, 3 / 2, -3 / 2];
const SLOTS = [0, 1, 2, 3, 4, 5];
const [OUTPUTS, TAPS] = [4, 3];

/** The coefficients of Π (x − root), from x⁰ up. */
function polynomial(roots: readonly number[]): number[] {
  let result = [1];
  for (const root of roots) result = [0, ...result].map((value, i) => value - root * (result[i] ?? 0));
  return result;
}

/** Of F(4, 3), by the theorem: Aᵀ and G are Vandermonde's, Bᵀ's rows the polynomials that vanish at all other points. */
function matrices(): { a: number[][]; g: number[][]; b: number[][] } {
  const others = (point: number): number[] => POINTS.filter((each) => each !== point);
  const norm = (point: number): number => others(point).reduce((product, other) => product * (point - other), 1);
  const powers = (count: number, scale: (point: number) => number): number[][] =>
    [...POINTS, null].map((point) =>
      Array.from({ length: count }, (_, i) => (point === null ? Number(i === count - 1) : point ** i / scale(point))),
    );
  const b = [...POINTS.map((point) => [...polynomial(others(point)), 0]), polynomial(POINTS)];
  return { a: powers(OUTPUTS, () => 1), g: powers(TAPS, norm), b };
}

const { a, g, b } = matrices();

/** max over output i of Σ over taps r and inputs j of (Σ_ξ |A_iξ·G_ξr·B_ξj|)²: the squares of what a term of one axis grows to. */
const GROWTH = Math.max(
  ...a[0].map((_, i) =>
    g[0].reduce(
      (sum, _, r) =>
        sum +
        b[0].reduce((inner, _, j) => {
          const grown = SLOTS.reduce((all, slot) => all + Math.abs(a[slot][i] * g[slot][r] * b[slot][j]), 0);
          return inner + grown ** 2;
        }, 0),
      0,
    ),
  ),
);

/** A deviation this many times the typical one has a probability below 1e-3 a sum, as in sumTolerance. */
const CONFIDENCE = 4;

/**
 * What a Winograd tile may leave in any of its outputs, whether their windows see something or not: λ·√roundings·u·√Σ grown²,
 * over all pixels, taps and channels of the tile, none of whose products is larger than `maxTerm`. A term is rounded four times
 * an axis in Bᵀ, four in G, six in Aᵀ, constants included, and CIN times in between.
 */
export function winogradTolerance(maxTerm: number, cin: number): number {
  const roundings = 2 * (4 + 4 + 6) + cin;
  return CONFIDENCE * Math.sqrt(roundings) * UNIT_ROUNDOFF * GROWTH * Math.sqrt(cin) * maxTerm;
}

const rowSum = (rows: readonly number[][]): number =>
  Math.max(...rows.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0)));
const transposed = (rows: readonly number[][]): number[][] => rows[0].map((_, i) => rows.map((row) => row[i]));

/** By what |x|·|w|·CIN grows at most on the way, in any intermediate result: ‖Aᵀ‖²·‖G‖²·‖Bᵀ‖², F(3, 3)'s scale in its Bᵀ included. */
export const WINOGRAD_REACH = (rowSum(transposed(a)) * rowSum(g) * Math.max(rowSum(b), rowSum(scaledRows()))) ** 2;

/** The rows of B₃ᵀ. */
function scaledRows(): number[][] {
  const [kept, dropped] = [POINTS.slice(0, 4), POINTS[4]];
  return kept.map((point) =>
    polynomial(kept.filter((each) => each !== point)).map((value) => value * (point - dropped)),
  );
}
