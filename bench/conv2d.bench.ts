// The three convolutions of the CNN: 3×3, stride 1, padding 1, at batch 64.

import { backward, conv2d, mul, sum, tensor } from "../lib/index.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";

const BATCH = 64;
const LAYERS = [
  { size: 28, cin: 1, cout: 32 },
  { size: 14, cin: 32, cout: 64 },
  { size: 7, cin: 64, cout: 128 },
] as const;

type Layer = (typeof LAYERS)[number];

const flops = ({ size, cin, cout }: Layer): number => 2 * BATCH * size * size * 9 * cin * cout;
const title = ({ size, cin, cout }: Layer): string => `conv2d 3×3 ${size}×${size}×${cin}→${cout}`;

export const benchmarks: Benchmark[] = LAYERS.flatMap((layer) => [forward(layer), training(layer)]);

function operands({ size, cin, cout }: Layer) {
  const x = tensor(uniform(BATCH * size * size * cin, 1), [BATCH, size, size, cin]).keep();
  const w = tensor(uniform(9 * cin * cout, 2), [3, 3, cin, cout]).keep();
  const b = tensor(uniform(cout, 3), [cout]).keep();
  return { x, w, b };
}

function forward(layer: Layer): Benchmark {
  return {
    name: title(layer),
    flops: flops(layer),
    images: BATCH,
    tolerance: 1e-5,
    setUp: () => {
      const { x, w, b } = operands(layer);
      const { size, cin, cout } = layer;
      const exact = (at: number): number => {
        const [n, i, j, o] = unravel(at, [size, size, cout]);
        let total = b.data[o];
        for (let r = 0; r < 3; r++) {
          for (let s = 0; s < 3; s++) {
            const [row, column] = [i + r - 1, j + s - 1];
            if (row < 0 || row >= size || column < 0 || column >= size) continue;
            for (let c = 0; c < cin; c++) {
              const input = x.data[((n * size + row) * size + column) * cin + c];
              total += input * w.data[((r * 3 + s) * cin + c) * cout + o];
            }
          }
        }
        return total;
      };
      const run = () => conv2d(x, w, b, { padding: 1 });
      return { run: () => void run(), error: () => sampledError(run().data, exact) };
    },
  };
}

/** Forward, then dx (but for the first layer, whose input is data), dw and db. */
function training(layer: Layer): Benchmark {
  const isFirst = layer.cin === 1;
  return {
    name: `${title(layer)} and its gradients`,
    flops: flops(layer) * (isFirst ? 2 : 3),
    images: BATCH,
    tolerance: 1e-5,
    setUp: () => {
      const { x, w, b } = operands(layer);
      const { size, cin, cout } = layer;
      const dy = tensor(uniform(BATCH * size * size * cout, 4), [BATCH, size, size, cout]).keep();
      x.requiresGrad = !isFirst;
      w.requiresGrad = true;
      b.requiresGrad = true;
      const run = (): void => {
        for (const input of [x, w, b]) {
          input.grad?.dispose();
          input.grad = null;
        }
        backward(sum(mul(conv2d(x, w, b, { padding: 1 }), dy)));
      };
      const exact = (at: number): number => {
        const [r, s, c, o] = unravel(at, [3, cin, cout]);
        let total = 0;
        for (let n = 0; n < BATCH; n++) {
          for (let i = Math.max(0, 1 - r); i < Math.min(size, size + 1 - r); i++) {
            for (let j = Math.max(0, 1 - s); j < Math.min(size, size + 1 - s); j++) {
              const input = x.data[((n * size + i + r - 1) * size + j + s - 1) * cin + c];
              total += input * dy.data[((n * size + i) * size + j) * cout + o];
            }
          }
        }
        return total;
      };
      return {
        run,
        error: () => {
          run();
          return sampledError(w.grad?.data ?? [], exact, 200);
        },
      };
    },
  };
}

/** A flat index as one index an axis; `inner` are the dimensions after the first. */
function unravel(at: number, inner: readonly number[]): number[] {
  const index: number[] = [];
  let rest = at;
  for (const dim of [...inner].reverse()) {
    index.unshift(rest % dim);
    rest = Math.floor(rest / dim);
  }
  return [rest, ...index];
}
