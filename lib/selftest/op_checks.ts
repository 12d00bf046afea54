// The self-test of what goes element by element, of sums and of products; sizes with tails behind whole vectors.

import {
  add,
  argmax,
  crossEntropy,
  div,
  exp,
  flatten,
  gelu,
  linear,
  log,
  logSoftmax,
  matmul,
  max,
  mean,
  mul,
  noGrad,
  relu,
  scope,
  sigmoid,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
} from "../index.ts";
import { type Array64, array64, map64, uniform64 } from "./array64.ts";
import type { Check } from "./check.ts";
import { checkOp } from "./check_op.ts";
import { logSoftmax64, matmul64, phi64 } from "./ops64.ts";

const SIZE = [17];
const ROWS = 3;
const COLS = 7;

/** b is a row, repeated. */
function broadcast64(f: (a: number, b: number) => number) {
  return (a: Array64, b: Array64): Array64 => map64(a, (value, i) => f(value, b.data[i % b.data.length]));
}

function unary(
  name: string,
  op: (x: Tensor) => Tensor,
  f: (x: number) => number,
  range: [number, number],
  maxTerm: number,
) {
  return checkOp({ name, op, reference: (x) => map64(x, f), shapes: [SIZE], range, maxTerm });
}

const rows64 = (x: Array64, of: (row: Float64Array) => number): Array64 =>
  array64([ROWS], (i) => of(x.data.subarray(i * COLS, (i + 1) * COLS)));
const total = (values: Float64Array): number => values.reduce((all, value) => all + value, 0);
const matrix = { shapes: [[ROWS, COLS]], terms: COLS };
const pair = { shapes: [[ROWS, COLS], [COLS]], gradTerms: ROWS };
const geluTanh64 = (x: number): number => x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const LABELS = [2, 0, 6];
const SMOOTHING = 0.1;

export const OP_CHECKS: readonly Check[] = [
  checkOp({ name: "add", op: add, reference: broadcast64((a, b) => a + b), ...pair }),
  checkOp({ name: "sub", op: sub, reference: broadcast64((a, b) => a - b), ...pair }),
  checkOp({ name: "mul", op: mul, reference: broadcast64((a, b) => a * b), ...pair }),
  checkOp({
    name: "div",
    op: div,
    reference: broadcast64((a, b) => a / b),
    ...pair,
    range: [0.5, 2],
    maxTerm: 8,
  }),
  checkOp({
    name: "gradients that add up",
    op: (x) => add(mul(x, x), x),
    reference: (x) => map64(x, (v) => v * v + v),
    shapes: [SIZE],
    terms: 2,
    gradTerms: 3,
  }),
  unary("exp", exp, Math.exp, [-3, 3], 20),
  unary("log", log, Math.log, [0.1, 5], 10),
  unary("relu", relu, (v) => Math.max(v, 0), [-1, 1], 1),
  unary("sigmoid", sigmoid, (v) => 1 / (1 + Math.exp(-v)), [-4, 4], 1),
  unary("tanh", tanh, Math.tanh, [-4, 4], 1),
  unary(
    "gelu",
    (x) => gelu(x),
    (v) => v * phi64(v),
    [-4, 4],
    2,
  ),
  unary("gelu by tanh", (x) => gelu(x, { approximate: "tanh" }), geluTanh64, [-4, 4], 2),
  checkOp({ name: "sum", op: (x) => sum(x, 1), reference: (x) => rows64(x, total), ...matrix }),
  checkOp({ name: "mean", op: (x) => mean(x, 1), reference: (x) => rows64(x, (row) => total(row) / COLS), ...matrix }),
  checkOp({ name: "max", op: (x) => max(x, 1), reference: (x) => rows64(x, (row) => Math.max(...row)), ...matrix }),
  { name: "argmax", compare: compareArgmax },
  checkOp({
    name: "softmax",
    op: (x) => softmax(x, -1),
    reference: (x) => map64(logSoftmax64(x), Math.exp),
    ...matrix,
    range: [-4, 4],
  }),
  checkOp({
    name: "logSoftmax",
    op: (x) => logSoftmax(x, -1),
    reference: logSoftmax64,
    ...matrix,
    range: [-4, 4],
    maxTerm: 8,
  }),
  checkOp({
    name: "crossEntropy",
    op: (x) => crossEntropy(x, tensor(LABELS, [ROWS], "i32"), { labelSmoothing: SMOOTHING }),
    reference: crossEntropy64,
    ...matrix,
    range: [-4, 4],
    maxTerm: 8,
  }),
  checkOp({
    name: "matmul",
    op: matmul,
    reference: matmul64,
    shapes: [
      [5, 19],
      [19, 11],
    ],
    terms: 19,
  }),
  checkOp({ name: "linear", op: linear, reference: matmul64, shapes: [[5, 19], [19, 11], [11]], terms: 20 }),
  checkOp({
    name: "transpose",
    op: (x) => transpose(x),
    reference: (x) => array64([COLS, ROWS], (at) => x.data[(at % ROWS) * COLS + Math.floor(at / ROWS)]),
    shapes: [[ROWS, COLS]],
  }),
  checkOp({
    name: "flatten, channels first",
    op: (x) => flatten(x),
    reference: (x) =>
      array64([2, 30], (at) => x.data[Math.floor(at / 30) * 30 + (at % 6) * 5 + (Math.floor(at / 6) % 5)]),
    shapes: [[2, 2, 3, 5]],
  }),
];

function crossEntropy64(x: Array64): Array64 {
  const logs = logSoftmax64(x).data;
  const target = (at: number): number =>
    SMOOTHING / COLS + (at % COLS === LABELS[Math.floor(at / COLS)] ? 1 - SMOOTHING : 0);
  return array64([], () => logs.reduce((loss, value, at) => loss - (target(at) * value) / ROWS, 0));
}

function compareArgmax(): ReturnType<Check["compare"]> {
  const x = uniform64([ROWS, COLS], 17);
  const actual = noGrad(() => scope(() => [...argmax(tensor(x.data, x.shape), 1).data]));
  const expected = rows64(x, (row) => row.indexOf(Math.max(...row))).data;
  return [{ what: "values", actual, expected, tolerance: 0 }];
}
