// References of what slides a window over images [N, H, W, C], in f64: convolution and pooling, and their gradients.

import { type Elements64, mean64, type Operand64 } from "./array64.ts";
import { argmax64, largest64 } from "./ops64.ts";

interface Convolution64 {
  stride?: number;
  padding?: number;
}

interface Geometry {
  n: number;
  h: number;
  width: number;
  cin: number;
  kh: number;
  kw: number;
  cout: number;
  oh: number;
  ow: number;
}

function geometryOf(x: Operand64, w: Operand64, stride: number, padding: number): Geometry {
  const [n, h, width, cin] = x.shape;
  const [kh, kw, , cout] = w.shape;
  const oh = Math.floor((h + 2 * padding - kh) / stride) + 1;
  const ow = Math.floor((width + 2 * padding - kw) / stride) + 1;
  return { n, h, width, cin, kh, kw, cout, oh, ow };
}

/** y[n,i,j,o] = b[o] + Σ_{r,s,c} x[n, i·stride+r−padding, j·stride+s−padding, c]·w[r,s,c,o], b being optional. */
export function conv2d64({ stride = 1, padding = 0 }: Convolution64 = {}) {
  return (x: Operand64, w: Operand64, b?: Operand64): Elements64 => {
    const { n, h, width, cin, kh, kw, cout, oh, ow } = geometryOf(x, w, stride, padding);
    const [xs, ws, bs] = [x.data, w.data, b?.data];
    return {
      shape: [n, oh, ow, cout],
      at(index) {
        const [o, j, i] = [index % cout, Math.floor(index / cout) % ow, Math.floor(index / cout / ow) % oh];
        const image = Math.floor(index / cout / ow / oh);
        let total = bs ? bs[o] : 0;
        for (let r = 0; r < kh; r++) {
          for (let s = 0; s < kw; s++) {
            const [row, col] = [i * stride + r - padding, j * stride + s - padding];
            if (row < 0 || row >= h || col < 0 || col >= width) continue;
            const pixel = ((image * h + row) * width + col) * cin;
            for (let c = 0; c < cin; c++) total += xs[pixel + c] * ws[((r * kw + s) * cin + c) * cout + o];
          }
        }
        return total;
      },
    };
  };
}

/** Of Σ dy·y, with dy in the shape of y. */
export function conv2dGradients64({ stride = 1, padding = 0 }: Convolution64 = {}) {
  return (x: Operand64, w: Operand64, dy: Operand64): Record<"dx" | "dw" | "db", Elements64> => {
    const { n, h, width, cin, kh, kw, cout, oh, ow } = geometryOf(x, w, stride, padding);
    const [xs, ws, dys] = [x.data, w.data, dy.data];
    /** The window whose place r lies on pixel `at` of an axis; −1 if no window covers it. */
    const windowOn = (at: number, r: number, count: number): number => {
      const i = (at + padding - r) / stride;
      return Number.isInteger(i) && i >= 0 && i < count ? i : -1;
    };
    const dx = (index: number): number => {
      const [c, col, row] = [index % cin, Math.floor(index / cin) % width, Math.floor(index / cin / width) % h];
      const image = Math.floor(index / cin / width / h);
      let total = 0;
      for (let r = 0; r < kh; r++) {
        for (let s = 0; s < kw; s++) {
          const [i, j] = [windowOn(row, r, oh), windowOn(col, s, ow)];
          if (i < 0 || j < 0) continue;
          const [to, tap] = [((image * oh + i) * ow + j) * cout, ((r * kw + s) * cin + c) * cout];
          for (let o = 0; o < cout; o++) total += dys[to + o] * ws[tap + o];
        }
      }
      return total;
    };
    const dw = (index: number): number => {
      const [o, c, tap] = [index % cout, Math.floor(index / cout) % cin, Math.floor(index / cout / cin)];
      const [r, s] = [Math.floor(tap / kw), tap % kw];
      let total = 0;
      for (let image = 0; image < n; image++) {
        for (let i = 0; i < oh; i++) {
          for (let j = 0; j < ow; j++) {
            const [row, col] = [i * stride + r - padding, j * stride + s - padding];
            if (row < 0 || row >= h || col < 0 || col >= width) continue;
            total += xs[((image * h + row) * width + col) * cin + c] * dys[((image * oh + i) * ow + j) * cout + o];
          }
        }
      }
      return total;
    };
    const db = (o: number): number => {
      let total = 0;
      for (let at = o; at < dys.length; at += cout) total += dys[at];
      return total;
    };
    return { dx: { shape: x.shape, at: dx }, dw: { shape: w.shape, at: dw }, db: { shape: [cout], at: db } };
  };
}

/** A size for both axes, or one for each. */
type Pair64 = number | readonly [number, number];

interface PoolOptions64 {
  kernelSize: Pair64;
  stride?: Pair64;
  padding?: Pair64;
}

/** For each window of an axis the places that it covers, those outside the image included. */
export type Windows64 = readonly (readonly number[])[];

const range = (start: number, length: number): number[] => Array.from({ length }, (_, i) => start + i);

/** Windows of `k` places, `stride` apart, over an axis of `size` padded on both sides. */
export function strided64(size: number, k: number, stride: number, padding: number): Windows64 {
  return range(0, Math.floor((size + 2 * padding - k) / stride) + 1).map((i) => range(i * stride - padding, k));
}

/** `count` windows that divide an axis of `size` evenly. */
function adaptive64(size: number, count: number): Windows64 {
  return range(0, count).map((i) => {
    const start = Math.floor((i * size) / count);
    return range(start, Math.ceil(((i + 1) * size) / count) - start);
  });
}

export interface Pooling64 {
  /** Those of an image of h rows and w columns. */
  windows(h: number, w: number): readonly [rows: Windows64, cols: Windows64];
  /** What stands for the padding. */
  outside: number;
  /** The result of a window. */
  pick(values: readonly number[]): number;
  /** The derivative of `pick` by the value at `place`. */
  share(values: readonly number[], place: number): number;
}

const pair = (size: Pair64): readonly [number, number] => (typeof size === "number" ? [size, size] : size);

function strided({ kernelSize, stride = kernelSize, padding = 0 }: PoolOptions64): Pooling64["windows"] {
  const [k, s, p] = [pair(kernelSize), pair(stride), pair(padding)];
  return (h, w) => [strided64(h, k[0], s[0], p[0]), strided64(w, k[1], s[1], p[1])];
}

/** The first of equal maxima has the gradient. */
export function maxPooling64(options: PoolOptions64): Pooling64 {
  const share: Pooling64["share"] = (values, place) => (argmax64(values) === place ? 1 : 0);
  return { windows: strided(options), outside: Number.NEGATIVE_INFINITY, pick: largest64, share };
}

const AVERAGE: Omit<Pooling64, "windows"> = { outside: 0, pick: mean64, share: (values) => 1 / values.length };

/** Zeros of the padding count. */
export function avgPooling64(options: PoolOptions64): Pooling64 {
  return { windows: strided(options), ...AVERAGE };
}

export function adaptiveAvgPooling64(size: Pair64): Pooling64 {
  const [oh, ow] = pair(size);
  return { windows: (h, w) => [adaptive64(h, oh), adaptive64(w, ow)], ...AVERAGE };
}

/** y[n,i,j,c] = pick(the values of the window). */
export function pool2d64({ windows, outside, pick }: Pooling64) {
  return (x: Operand64): Elements64 => {
    const [n, h, w, c] = x.shape;
    const [rows, cols] = windows(h, w);
    return {
      shape: [n, rows.length, cols.length, c],
      at(index) {
        const [channel, j] = [index % c, Math.floor(index / c) % cols.length];
        const i = Math.floor(index / c / cols.length) % rows.length;
        const image = Math.floor(index / c / cols.length / rows.length);
        return pick(valuesIn(x, image, rows[i], cols[j], channel, outside));
      },
    };
  };
}

function valuesIn(
  { shape: [, h, w, c], data }: Operand64,
  image: number,
  rows: readonly number[],
  cols: readonly number[],
  channel: number,
  outside: number,
): number[] {
  const values: number[] = [];
  for (const r of rows) {
    for (const s of cols) {
      const isOutside = r < 0 || r >= h || s < 0 || s >= w;
      values.push(isOutside ? outside : data[((image * h + r) * w + s) * c + channel]);
    }
  }
  return values;
}

/** dx: of each window that covers a place, dy times the place's share. */
export function pool2dGradient64({ windows, outside, share }: Pooling64) {
  return (x: Operand64, dy: Operand64): Elements64 => {
    const [, h, w, c] = x.shape;
    const [rows, cols] = windows(h, w);
    const covering = (all: Windows64, size: number): number[][] =>
      range(0, size).map((place) => range(0, all.length).filter((i) => all[i].includes(place)));
    const [overRow, overCol] = [covering(rows, h), covering(cols, w)];
    const dys = dy.data;
    return {
      shape: x.shape,
      at(index) {
        const [channel, s, r] = [index % c, Math.floor(index / c) % w, Math.floor(index / c / w) % h];
        const image = Math.floor(index / c / w / h);
        let total = 0;
        for (const i of overRow[r]) {
          for (const j of overCol[s]) {
            const [down, across] = [rows[i], cols[j]];
            const place = down.indexOf(r) * across.length + across.indexOf(s);
            const values = valuesIn(x, image, down, across, channel, outside);
            total += dys[((image * rows.length + i) * cols.length + j) * c + channel] * share(values, place);
          }
        }
        return total;
      },
    };
  };
}
