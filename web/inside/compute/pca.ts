// Principal components: the directions in which a cloud of points spreads most, from the eigenvectors of its covariance.

export interface Components {
  /** Of each coordinate. */
  readonly mean: Float64Array;
  /** Unit vectors, the one of the greatest variance first. */
  readonly axes: readonly Float64Array[];
  /** The share of the variance along each, in [0, 1]. */
  readonly shares: readonly number[];
}

/** Sweeps over all pairs; symmetric matrices of this size are diagonal to f64's precision after seven or eight. */
const MOST_SWEEPS = 30;

/**
 * @param rows  n × width, row by row
 * @param count of components, at most width
 */
export function principalComponents(rows: Float32Array, width: number, count: number): Components {
  const n = rows.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width] += rows[i] / n;
  const covariance = Array.from({ length: width }, () => new Float64Array(width));
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < width; i++) {
      const di = rows[row * width + i] - mean[i];
      for (let j = 0; j <= i; j++) covariance[i][j] += (di * (rows[row * width + j] - mean[j])) / n;
    }
  }
  for (let i = 0; i < width; i++) for (let j = i + 1; j < width; j++) covariance[i][j] = covariance[j][i];
  const { values, vectors } = eigen(covariance);
  const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
  const total = values.reduce((sum, value) => sum + value, 0);
  const chosen = order.slice(0, count);
  return { mean, axes: chosen.map((i) => upright(vectors[i])), shares: chosen.map((i) => values[i] / total) };
}

/** A point's coordinates along the components. */
export function project({ mean, axes }: Components, point: ArrayLike<number>): number[] {
  return axes.map((axis) => axis.reduce((sum, weight, i) => sum + weight * (point[i] - mean[i]), 0));
}

/** An eigenvector's sign is free: the largest entry is made positive, so that a map is not mirrored from one time to the next. */
function upright(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}

/** Jacobi's method: rotates away one entry beside the diagonal after the other until none is left. */
function eigen(symmetric: readonly Float64Array[]): { values: number[]; vectors: Float64Array[] } {
  const n = symmetric.length;
  const a = symmetric.map((row) => row.slice());
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    let on = 0;
    for (let i = 0; i < n; i++) {
      on += a[i][i] ** 2;
      for (let j = 0; j < i; j++) off += a[i][j] ** 2;
    }
    if (off <= 1e-24 * on) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q);
  }
  return { values: a.map((row, i) => row[i]), vectors };
}

/** Makes a[p][q] zero. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < a.length; k++) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
  for (let k = 0; k < a.length; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
  for (let k = 0; k < a.length; k++) {
    [vectors[p][k], vectors[q][k]] = [c * vectors[p][k] - s * vectors[q][k], s * vectors[p][k] + c * vectors[q][k]];
  }
}
