// The naive reference of grayBlock: convolution, batch normalisation, ReLU and pooling one after another in f64,
// and the gradients by the chain rule through all four.

import { type Array64, array64 } from "../../lib/selftest/array64.ts";

type Inputs = Record<"x" | "w" | "b" | "gamma" | "beta", Array64>;
type Gradients = Record<"dx" | "dw" | "db" | "dgamma" | "dbeta", Float64Array>;

export interface GrayBlock64 {
  z: Array64;
  mean: Float64Array;
  /** Biased. */
  variance: Float64Array;
  /** For each element of z: by how much its maximum is above the next one, and it away from 0. */
  margin: Float64Array;
  backward(dz: Array64): Gradients;
}

export function grayBlock64({ x, w, b, gamma, beta }: Inputs, eps: number): GrayBlock64 {
  const [n, h, width] = x.shape;
  const c = b.shape[0];
  const pixels = n * h * width;
  /** Calls `visit` with the pixel that each tap of the window around pixel p sees, but for those outside. */
  const eachTap = (p: number, visit: (tap: number, pixel: number) => void): void => {
    const [i, j] = [Math.floor(p / width) % h, p % width];
    for (let tap = 0; tap < 9; tap++) {
      const [row, col] = [i + Math.floor(tap / 3) - 1, j + (tap % 3) - 1];
      if (row >= 0 && row < h && col >= 0 && col < width) visit(tap, p + (row - i) * width + col - j);
    }
  };

  const y = new Float64Array(pixels * c);
  for (let p = 0; p < pixels; p++) {
    for (let o = 0; o < c; o++) y[p * c + o] = b.data[o];
    eachTap(p, (tap, pixel) => {
      for (let o = 0; o < c; o++) y[p * c + o] += x.data[pixel] * w.data[tap * c + o];
    });
  }

  const mean = new Float64Array(c);
  const variance = new Float64Array(c);
  y.forEach((value, at) => {
    mean[at % c] += value / pixels;
  });
  y.forEach((value, at) => {
    variance[at % c] += (value - mean[at % c]) ** 2 / pixels;
  });
  const inverse = variance.map((value) => 1 / Math.sqrt(value + eps));
  const hat = y.map((value, at) => (value - mean[at % c]) * inverse[at % c]);
  const normal = hat.map((value, at) => value * gamma.data[at % c] + beta.data[at % c]);

  const z = array64([n, h / 2, width / 2, c]);
  const margin = new Float64Array(z.data.length);
  const winners = Array.from(z.data, (_, at) => {
    const [o, j] = [at % c, Math.floor(at / c) % (width / 2)];
    const row = Math.floor(at / c / (width / 2));
    const places = [0, 1, width, width + 1].map((step) => (2 * row * width + 2 * j + step) * c + o);
    const sorted = places.map((place) => normal[place]).sort((p, q) => q - p);
    z.data[at] = Math.max(0, sorted[0]);
    // Far enough below 0, it does not matter which is the largest.
    margin[at] = sorted[0] < 0 ? -sorted[0] : Math.min(sorted[0], sorted[0] - sorted[1]);
    return sorted[0] > 0 ? places.find((place) => normal[place] === sorted[0]) : undefined;
  });

  const backward = (dz: Array64): Gradients => {
    const dnormal = new Float64Array(y.length);
    winners.forEach((place, at) => {
      if (place !== undefined) dnormal[place] += dz.data[at];
    });
    const [dgamma, dbeta] = [new Float64Array(c), new Float64Array(c)];
    dnormal.forEach((value, at) => {
      dgamma[at % c] += value * hat[at];
      dbeta[at % c] += value;
    });
    const dy = dnormal.map((value, at) => {
      const o = at % c;
      return gamma.data[o] * inverse[o] * (value - dbeta[o] / pixels - (hat[at] * dgamma[o]) / pixels);
    });
    const [dx, dw] = [new Float64Array(pixels), new Float64Array(9 * c)];
    for (let p = 0; p < pixels; p++) {
      eachTap(p, (tap, pixel) => {
        for (let o = 0; o < c; o++) {
          dx[pixel] += dy[p * c + o] * w.data[tap * c + o];
          dw[tap * c + o] += dy[p * c + o] * x.data[pixel];
        }
      });
    }
    // Exactly: dy sums to 0 in each channel.
    return { dx, dw, db: new Float64Array(c), dgamma, dbeta };
  };
  return { z, mean, variance, margin, backward };
}
