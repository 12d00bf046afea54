// Single elements of a convolution and of its gradients in f64: stride 1, and as much padding as keeps the size.

import { type Exact, type Numbers, unravel } from "./operation.ts";

export interface Convolution64 {
  forward(x: Numbers, w: Numbers, b: Numbers): Exact;
  inputGradient(w: Numbers, dy: Numbers): Exact;
  weightGradient(x: Numbers, dy: Numbers): Exact;
  biasGradient(dy: Numbers): Exact;
}

export interface ConvolutionSizes {
  batch: number;
  /** Rows and columns of the images. */
  size: number;
  cin: number;
  cout: number;
  /** Rows and columns of the kernel. */
  k: number;
}

export function convolution64({ batch, size, cin, cout, k }: ConvolutionSizes): Convolution64 {
  const padding = (k - 1) / 2;
  const isInside = (i: number, j: number): boolean => i >= 0 && i < size && j >= 0 && j < size;
  /** Σ over the window of a[n, i + r − padding, j + s − padding, ·]·(what stands at r, s). */
  const window = (
    i: number,
    j: number,
    term: (row: number, column: number, r: number, s: number) => number,
  ): number => {
    let total = 0;
    for (let r = 0; r < k; r++) {
      for (let s = 0; s < k; s++) {
        const [row, column] = [i + r - padding, j + s - padding];
        if (isInside(row, column)) total += term(row, column, r, s);
      }
    }
    return total;
  };
  const channels = (count: number, term: (c: number) => number): number => {
    let total = 0;
    for (let c = 0; c < count; c++) total += term(c);
    return total;
  };
  const pixel = (n: number, i: number, j: number): number => (n * size + i) * size + j;

  const forward = (x: Numbers, w: Numbers, b: Numbers): Exact => {
    return (at) => {
      const [n, i, j, o] = unravel(at, [batch, size, size, cout]);
      return (
        window(i, j, (row, column, r, s) =>
          channels(cin, (c) => x[pixel(n, row, column) * cin + c] * w[((r * k + s) * cin + c) * cout + o]),
        ) + b[o]
      );
    };
  };
  const inputGradient =
    (w: Numbers, dy: Numbers): Exact =>
    (at) => {
      const [n, i, j, c] = unravel(at, [batch, size, size, cin]);
      return window(i, j, (row, column, r, s) =>
        channels(
          cout,
          (o) => dy[pixel(n, row, column) * cout + o] * w[(((k - 1 - r) * k + k - 1 - s) * cin + c) * cout + o],
        ),
      );
    };
  const weightGradient =
    (x: Numbers, dy: Numbers): Exact =>
    (at) => {
      const [r, s, c, o] = unravel(at, [k, k, cin, cout]);
      let total = 0;
      for (let n = 0; n < batch; n++) {
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const [row, column] = [i + r - padding, j + s - padding];
            if (isInside(row, column)) total += x[pixel(n, row, column) * cin + c] * dy[pixel(n, i, j) * cout + o];
          }
        }
      }
      return total;
    };
  const biasGradient =
    (dy: Numbers): Exact =>
    (o) =>
      channels(batch * size * size, (p) => dy[p * cout + o]);

  return { forward, inputGradient, weightGradient, biasGradient };
}
