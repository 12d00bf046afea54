// The network in plain JavaScript: for hosts that have no WebAssembly SIMD, or forbid compiling at run time.

import { biasSize, type Layer, type Network, outputSize, weightSize } from "./layer.ts";

type Step = (x: Float32Array) => Float32Array;

export function plainNetwork(layers: readonly Layer[], parameters: Float32Array): Network {
  let at = 0;
  const take = (count: number): Float32Array => {
    at += count;
    return parameters.subarray(at - count, at);
  };
  const steps = layers.map((layer): Step => {
    const weight = take(weightSize(layer));
    const bias = take(biasSize(layer));
    const y = new Float32Array(outputSize(layer));
    return (x) =>
      layer.op === "conv" ? convolve(y, x, weight, bias, layer) : multiply(y, x, weight, bias, layer.relu);
  });
  return (x) => steps.reduce((h, step) => step(h), x);
}

function convolve(
  y: Float32Array,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  { h, w, cin, cout, pool }: Layer & { op: "conv" },
): Float32Array {
  const sums = new Float64Array(cout);
  y.fill(0); // so that the maximum clips, as ReLU does
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      sums.set(bias);
      for (let tap = 0; tap < 9; tap++) {
        const row = i + Math.floor(tap / 3) - 1;
        const column = j + (tap % 3) - 1;
        if (row < 0 || row >= h || column < 0 || column >= w) continue;
        addProducts(sums, x, (row * w + column) * cin, cin, weight, tap * cin * cout);
      }
      if (pool === "mean") for (let o = 0; o < cout; o++) y[o] += Math.max(0, sums[o]) / (h * w);
      else if ((i | 1) < h && (j | 1) < w) {
        const out = ((i >> 1) * (w >> 1) + (j >> 1)) * cout;
        for (let o = 0; o < cout; o++) y[out + o] = Math.max(y[out + o], sums[o]);
      }
    }
  }
  return y;
}

function multiply(
  y: Float32Array,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  isClipped: boolean,
): Float32Array {
  const sums = Float64Array.from(bias);
  addProducts(sums, x, 0, x.length, weight, 0);
  for (let o = 0; o < y.length; o++) y[o] = isClipped ? Math.max(0, sums[o]) : sums[o];
  return y;
}

/** sums[o] += Σ_c x[xAt + c]·weight[weightAt + c·cout + o]. */
function addProducts(
  sums: Float64Array,
  x: Float32Array,
  xAt: number,
  cin: number,
  weight: Float32Array,
  weightAt: number,
): void {
  const cout = sums.length;
  for (let c = 0; c < cin; c++) {
    const value = x[xAt + c];
    if (value === 0) continue; // half of what ReLU lets through
    const at = weightAt + c * cout;
    for (let o = 0; o < cout; o++) sums[o] += value * weight[at + o];
  }
}
