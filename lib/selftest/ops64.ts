// References of operations in f64: element by element, along axes, products, and another order. Those over windows of
// images are in windows64.ts.

import { array64, type Elements64, type Operand64, sizeOf, total64, unravel } from "./array64.ts";

export function relu64(x: number): number {
  return Math.max(x, 0);
}

/** Without overflow: e^−|x| at most. */
export function sigmoid64(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}

/** x·Φ(x) */
export function gelu64(x: number): number {
  return x * phi64(x);
}

/** The approximation x·σ(2·√(2/π)·(x + 0.044715·x³)). */
export function geluTanh64(x: number): number {
  return x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Φ(x): a series of positive terms near 0, a continued fraction far out; neither cancels. */
function phi64(x: number): number {
  const t = Math.abs(x);
  const density = Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  if (x < -2) {
    let tail = t;
    for (let k = 200; k > 0; k--) tail = t + k / tail;
    return density / tail;
  }
  let term = x;
  let total = x;
  for (let k = 1; k < 100; k++) {
    term *= (x * x) / (2 * k + 1);
    total += term;
  }
  return x > 7 ? 1 : 0.5 + density * total;
}

/** f of the elements that broadcasting brings together: every index of the result worked out on its own. */
export function broadcast64(f: (a: number, b: number) => number): (a: Operand64, b: Operand64) => Elements64 {
  return (a, b) => {
    const rank = Math.max(a.shape.length, b.shape.length);
    const dim = (x: Operand64, axis: number): number => x.shape[axis - rank + x.shape.length] ?? 1;
    const shape = Array.from({ length: rank }, (_, i) => (dim(a, i) === 1 ? dim(b, i) : dim(a, i)));
    const pick = (x: Operand64, index: readonly number[]): number =>
      x.data[index.reduce((at, i, axis) => at * dim(x, axis) + (dim(x, axis) === 1 ? 0 : i), 0)];
    return {
      shape,
      at(flat) {
        const index = unravel(flat, shape);
        return f(pick(a, index), pick(b, index));
      },
    };
  };
}

/**
 * f of each slice, gathered in row-major order.
 *
 * @param axes ascending; undefined: all
 */
export function reduce64(
  f: (slice: readonly number[]) => number,
  axes?: readonly number[],
  keepDims = false,
): (x: Operand64) => Elements64 {
  return ({ shape, data }) => {
    const isReduced = shape.map((_, axis) => axes === undefined || axes.includes(axis));
    const kept = shape.map((dim, axis) => (isReduced[axis] ? 1 : dim));
    const within = shape.map((dim, axis) => (isReduced[axis] ? dim : 1));
    const placeOf = (index: readonly number[]): number => index.reduce((at, i, axis) => at * shape[axis] + i, 0);
    const steps = Array.from({ length: sizeOf(within) }, (_, i) => placeOf(unravel(i, within)));
    return {
      shape: keepDims ? kept : shape.filter((_, axis) => !isReduced[axis]),
      at(index) {
        const first = placeOf(unravel(index, kept));
        return f(steps.map((step) => data[first + step]));
      },
    };
  };
}

export function largest64(values: readonly number[]): number {
  return Math.max(...values);
}

/** The place of the first of the largest. */
export function argmax64(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** The elements along `axis` through the one at `index`, and which of them that is. */
function lineThrough(
  { shape, data }: Operand64,
  axis: number,
  index: number,
): { values: number[]; which: number; placeOf(i: number): number } {
  const size = shape[axis];
  const stride = sizeOf(shape.slice(axis + 1));
  const which = Math.floor(index / stride) % size;
  const placeOf = (i: number): number => index + (i - which) * stride;
  return { values: Array.from({ length: size }, (_, i) => data[placeOf(i)]), which, placeOf };
}

/** ln Σ eˣ, shifted by the largest so that nothing overflows. */
function logSumExp64(values: readonly number[]): number {
  const shift = Math.max(...values);
  return shift + Math.log(total64(values.map((value) => Math.exp(value - shift))));
}

export function softmax64(axis: number): (x: Operand64) => Elements64 {
  return (x) => ({
    shape: x.shape,
    at(index) {
      const { values, which } = lineThrough(x, axis, index);
      return Math.exp(values[which] - logSumExp64(values));
    },
  });
}

/** dx = p·(dy − Σ p·dy), the sum along the axis. */
export function softmaxGradient64(axis: number): (x: Operand64, dy: Operand64) => Elements64 {
  return (x, dy) => {
    const p = softmax64(axis)(x);
    return {
      shape: x.shape,
      at(index) {
        const { values, placeOf } = lineThrough(dy, axis, index);
        return p.at(index) * (dy.data[index] - total64(values.map((value, i) => value * p.at(placeOf(i)))));
      },
    };
  };
}

export function logSoftmax64(axis: number): (x: Operand64) => Elements64 {
  return (x) => ({
    shape: x.shape,
    at(index) {
      const { values, which } = lineThrough(x, axis, index);
      return values[which] - logSumExp64(values);
    },
  });
}

/** dx = dy − p·Σ dy, the sum along the axis. */
export function logSoftmaxGradient64(axis: number): (x: Operand64, dy: Operand64) => Elements64 {
  return (x, dy) => {
    const p = softmax64(axis)(x);
    return {
      shape: x.shape,
      at: (index) => dy.data[index] - p.at(index) * total64(lineThrough(dy, axis, index).values),
    };
  };
}

interface CrossEntropy64 {
  labelSmoothing?: number;
  reduction?: "mean" | "sum" | "none";
}

/** −Σ_c t_c·ln softmax(x)_c of each row of logits [N, classes], t = (1 − ε)·p + ε/C the smoothed target. */
export function crossEntropy64({ labelSmoothing = 0, reduction = "mean" }: CrossEntropy64 = {}) {
  return (x: Operand64, p: Operand64): Elements64 => {
    const [n, classes] = x.shape;
    const lossOf = (row: number): number => {
      const { values } = lineThrough(x, 1, row * classes);
      const logSum = logSumExp64(values);
      const target = (c: number): number => (1 - labelSmoothing) * p.data[row * classes + c] + labelSmoothing / classes;
      return total64(values.map((value, c) => target(c) * (logSum - value)));
    };
    if (reduction === "none") return { shape: [n], at: lossOf };
    const total = total64(Array.from({ length: n }, (_, row) => lossOf(row)));
    return { shape: [], at: () => (reduction === "sum" ? total : total / n) };
  };
}

/** The same for labels: all of p is in one class. */
export function labelCrossEntropy64(labels: ArrayLike<number>, options?: CrossEntropy64): (x: Operand64) => Elements64 {
  return (x) => crossEntropy64(options)(x, oneHot64(labels, x.shape[1]));
}

function oneHot64(labels: ArrayLike<number>, classes: number): Operand64 {
  return array64([labels.length, classes], (at) => (labels[Math.floor(at / classes)] === at % classes ? 1 : 0));
}

/** dx = dy·(softmax(x) − p), for a separate loss for each row. */
export function labelCrossEntropyGradient64(labels: ArrayLike<number>): (x: Operand64, dy: Operand64) => Elements64 {
  return (x, dy) => {
    const classes = x.shape[1];
    const [softmax, p] = [softmax64(1)(x), oneHot64(labels, classes)];
    return {
      shape: x.shape,
      at: (index) => dy.data[Math.floor(index / classes)] * (softmax.at(index) - p.data[index]),
    };
  };
}

/** [m, k]·[k, n] + bias [n], which may be left out. */
export function matmul64(a: Operand64, b: Operand64, bias?: Operand64): Elements64 {
  const [m, k] = a.shape;
  const n = b.shape[1];
  return {
    shape: [m, n],
    at(index) {
      const [i, j] = [Math.floor(index / n), index % n];
      let total = bias ? bias.data[j] : 0;
      for (let p = 0; p < k; p++) total += a.data[i * k + p] * b.data[p * n + j];
      return total;
    },
  };
}

/** da = dc·bᵀ and db = aᵀ·dc. */
export function matmulGradients64(a: Operand64, b: Operand64, dc: Operand64): { da: Elements64; db: Elements64 } {
  const [m, k] = a.shape;
  const n = b.shape[1];
  return {
    da: {
      shape: a.shape,
      at(index) {
        const [i, p] = [Math.floor(index / k), index % k];
        let total = 0;
        for (let j = 0; j < n; j++) total += dc.data[i * n + j] * b.data[p * n + j];
        return total;
      },
    },
    db: {
      shape: b.shape,
      at(index) {
        const [p, j] = [Math.floor(index / n), index % n];
        let total = 0;
        for (let i = 0; i < m; i++) total += a.data[i * k + p] * dc.data[i * n + j];
        return total;
      },
    },
  };
}

/** y[b] = x[rows[b]], of the first axis. */
export function gather64(rows: readonly number[]): (x: Operand64) => Elements64 {
  return ({ shape: [, ...rest], data }) => {
    const rowSize = sizeOf(rest);
    return {
      shape: [rows.length, ...rest],
      at: (index) => data[rows[Math.floor(index / rowSize)] * rowSize + (index % rowSize)],
    };
  };
}

/** dx[r] = Σ dy[b] over the b with rows[b] = r. */
export function gatherGradient64(rows: readonly number[]): (x: Operand64, dy: Operand64) => Elements64 {
  return ({ shape }, { data }) => {
    const rowSize = sizeOf(shape.slice(1));
    return {
      shape,
      at(index) {
        const taken = rows.flatMap((row, b) => (row === Math.floor(index / rowSize) ? [b] : []));
        return total64(taken.map((b) => data[b * rowSize + (index % rowSize)]));
      },
    };
  };
}

/** Axis i of the result is axis order[i] of x; by default in the other order. */
export function transpose64(order?: readonly number[]): (x: Operand64) => Elements64 {
  return (x) => {
    const axes = order ?? x.shape.map((_, i) => x.shape.length - 1 - i);
    const shape = axes.map((axis) => x.shape[axis]);
    return {
      shape,
      at(index) {
        const from = new Array<number>(shape.length);
        unravel(index, shape).forEach((i, axis) => {
          from[axes[axis]] = i;
        });
        return x.data[from.reduce((at, i, axis) => at * x.shape[axis] + i, 0)];
      },
    };
  };
}

/** Rows start to end. */
export function slice64(start: number, end: number): (x: Operand64) => Elements64 {
  return ({ shape, data }) => {
    const row = data.length / shape[0];
    return { shape: [end - start, ...shape.slice(1)], at: (index) => data[start * row + index] };
  };
}

/** y[n, c·H·W + h·W + w] = x[n,h,w,c]; other ranks keep their order. */
export function flatten64(x: Operand64): Elements64 {
  const [n, ...rest] = x.shape;
  const shape = [n, sizeOf(rest)];
  if (rest.length !== 3) return { shape, at: (index) => x.data[index] };
  return { shape, at: transpose64([0, 3, 1, 2])(x).at };
}
