// The naive references of the self-test, in f64 and in the plainest loops: images are [N, H, W, C].

import { type Array64, array64, map64 } from "./array64.ts";

/** The definition, one output element at a time. */
export function conv64(stride: number, padding: number) {
  return (x: Array64, w: Array64, b?: Array64): Array64 => {
    const [n, h, width, cin] = x.shape;
    const [kh, kw, , cout] = w.shape;
    const oh = Math.floor((h + 2 * padding - kh) / stride) + 1;
    const ow = Math.floor((width + 2 * padding - kw) / stride) + 1;
    return array64([n, oh, ow, cout], (at) => {
      const [o, j, i] = [at % cout, Math.floor(at / cout) % ow, Math.floor(at / cout / ow) % oh];
      const image = Math.floor(at / cout / ow / oh);
      let total = b ? b.data[o] : 0;
      for (let r = 0; r < kh; r++) {
        for (let s = 0; s < kw; s++) {
          const [row, col] = [i * stride + r - padding, j * stride + s - padding];
          if (row < 0 || row >= h || col < 0 || col >= width) continue;
          const pixel = ((image * h + row) * width + col) * cin;
          for (let c = 0; c < cin; c++) total += x.data[pixel + c] * w.data[((r * kw + s) * cin + c) * cout + o];
        }
      }
      return total;
    });
  };
}

/** Square windows of k places; those outside the image do not count. */
export function pool64(k: number, stride: number, padding: number, pick: (values: number[]) => number) {
  return (x: Array64): Array64 => {
    const [n, h, width, c] = x.shape;
    const oh = Math.floor((h + 2 * padding - k) / stride) + 1;
    const ow = Math.floor((width + 2 * padding - k) / stride) + 1;
    return array64([n, oh, ow, c], (at) => {
      const [channel, j, i] = [at % c, Math.floor(at / c) % ow, Math.floor(at / c / ow) % oh];
      const image = Math.floor(at / c / ow / oh);
      const values: number[] = [];
      for (let r = 0; r < k; r++) {
        for (let s = 0; s < k; s++) {
          const [row, col] = [i * stride + r - padding, j * stride + s - padding];
          if (row < 0 || row >= h || col < 0 || col >= width) continue;
          values.push(x.data[((image * h + row) * width + col) * c + channel]);
        }
      }
      return pick(values);
    });
  };
}

export function largest(values: number[]): number {
  return Math.max(...values);
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** The mean of each image's map. */
export function globalMean64(x: Array64): Array64 {
  const [n, h, width, c] = x.shape;
  return array64([n, 1, 1, c], (at) => {
    const start = Math.floor(at / c) * h * width * c + (at % c);
    return mean(Array.from({ length: h * width }, (_, p) => x.data[start + p * c]));
  });
}

export const EPS = 1e-5;

/** (x − mean)/√(var + ε)·γ + β by channel: the batch's own statistics, or those that are given. */
export function norm64(
  x: Array64,
  gamma: Array64,
  beta: Array64,
  running?: { mean: Array64; variance: Array64 },
): Array64 {
  const c = gamma.data.length;
  const channels = Array.from({ length: c }, (_, o) => [...x.data.filter((_, at) => at % c === o)]);
  const means = running ? running.mean.data : channels.map(mean);
  const variances = running
    ? running.variance.data
    : channels.map((values, o) => mean(values.map((value) => (value - means[o]) ** 2)));
  return map64(x, (value, at) => {
    const o = at % c;
    return ((value - means[o]) / Math.sqrt(variances[o] + EPS)) * gamma.data[o] + beta.data[o];
  });
}

export function relu64(x: Array64): Array64 {
  return map64(x, (value) => Math.max(value, 0));
}

/** [m, k]·[k, n] + b, b being optional. */
export function matmul64(a: Array64, b: Array64, bias?: Array64): Array64 {
  const [m, k] = a.shape;
  const n = b.shape[1];
  return array64([m, n], (at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let total = bias ? bias.data[j] : 0;
    for (let p = 0; p < k; p++) total += a.data[i * k + p] * b.data[p * n + j];
    return total;
  });
}

/** ln softmax of each row. */
export function logSoftmax64(x: Array64): Array64 {
  const n = x.shape[1];
  return map64(x, (value, at) => {
    const row = x.data.subarray(at - (at % n), at - (at % n) + n);
    return value - Math.log(row.reduce((total, other) => total + Math.exp(other), 0));
  });
}

/** Φ(x), by its series around 0, which converges for all x that the self-test takes. */
export function phi64(x: number): number {
  let term = x;
  let total = x;
  for (let k = 1; k < 100; k++) {
    term *= (x * x) / (2 * k + 1);
    total += term;
  }
  return 0.5 + (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * total;
}
