// What computes element by element: bound by memory, but for those with an exponential in them.

import { add, div, exp, gelu, log, mul, relu, sigmoid, sub, type Tensor, tanh, tensor } from "../lib/index.ts";
import { broadcast64, gelu64, geluTanh64, relu64, sigmoid64 } from "../lib/selftest/ops64.ts";
import type { Benchmark } from "./benchmark.ts";
import { uniform } from "./benchmark.ts";
import { benchmarksOf } from "./operation.ts";

const SHAPE = [64, 28, 28, 32];
const SIZE = 64 * 28 * 28 * 32;
const CHANNELS = 32;
const TITLE = "64×28×28×32";

type Function64 = (x: number) => number;
type Unary = [name: string, run: (x: Tensor) => Tensor, value: Function64, derivative: Function64];
type Binary = [name: string, run: (a: Tensor, b: Tensor) => Tensor, value: (a: number, b: number) => number];

/** Central difference: good to 1e-10 with functions as tame as these. */
const slopeOf =
  (f: Function64): Function64 =>
  (x) =>
    (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;

const UNARY: Unary[] = [
  ["relu", (x) => relu(x), relu64, (x) => (x > 0 ? 1 : 0)],
  ["sigmoid", (x) => sigmoid(x), sigmoid64, slopeOf(sigmoid64)],
  ["tanh", (x) => tanh(x), Math.tanh, slopeOf(Math.tanh)],
  ["gelu", (x) => gelu(x), gelu64, slopeOf(gelu64)],
  ["gelu, by tanh", (x) => gelu(x, { approximate: "tanh" }), geluTanh64, slopeOf(geluTanh64)],
  ["exp", (x) => exp(x), Math.exp, Math.exp],
  ["log", (x) => log(x), Math.log, (x) => 1 / x],
];

const BINARY: Binary[] = [
  ["add", add, (a, b) => a + b],
  ["sub", sub, (a, b) => a - b],
  ["mul", mul, (a, b) => a * b],
  ["div", div, (a, b) => a / b],
];

/** In [0.5, 2.5): where logarithms and quotients are as harmless as anything. */
const positive = (shape: number[], seed: number) => () => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    uniform(size, seed).map((value) => value + 1.5),
    shape,
  );
};

export const benchmarks: Benchmark[] = [...UNARY.flatMap(unary), ...BINARY.map(binary)];

function unary([name, run, value, derivative]: Unary): Benchmark[] {
  const isExact = name === "relu";
  return benchmarksOf({
    name: `${name} ${TITLE}`,
    inputs: [name === "log" ? positive(SHAPE, 1) : SHAPE],
    run,
    work: { bytes: 8 * SIZE },
    tolerance: isExact ? 0 : 1e-6,
    reference: ({ shape, data }) => ({ shape, at: (i) => value(data[i]) }),
    backward: {
      work: { bytes: 12 * SIZE },
      reference: ([{ shape, data }], dy) => [{ shape, at: (i) => dy.data[i] * derivative(data[i]) }],
    },
  });
}

/** With one number a channel, as a bias has it. */
function binary([name, run, value]: Binary): Benchmark {
  const [forward] = benchmarksOf({
    name: `${name} ${TITLE}, and ${CHANNELS}`,
    inputs: [SHAPE, positive([CHANNELS], 2)],
    run,
    work: { bytes: 8 * SIZE },
    reference: broadcast64(value),
  });
  return forward;
}
