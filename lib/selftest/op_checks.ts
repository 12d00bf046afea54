// The self-test of what goes element by element, of sums and of products; sizes with tails behind whole vectors.

import {
  add,
  argmax,
  crossEntropy,
  div,
  exp,
  flatten,
  gather,
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
import { all64, map64, mean64, total64, uniform64 } from "./array64.ts";
import type { Check } from "./check.ts";
import { checkOp, checkValues } from "./check_op.ts";
import {
  argmax64,
  broadcast64,
  flatten64,
  gather64,
  gelu64,
  geluTanh64,
  labelCrossEntropy64,
  largest64,
  logSoftmax64,
  matmul64,
  reduce64,
  relu64,
  sigmoid64,
  softmax64,
  transpose64,
} from "./ops64.ts";

const SIZE = [17];
const ROWS = 3;
const COLS = 7;

function unary(
  name: string,
  op: (x: Tensor) => Tensor,
  f: (x: number) => number,
  range: [number, number],
  maxTerm: number,
) {
  return checkOp({ name, op, reference: (x) => map64(x, f), shapes: [SIZE], range, maxTerm });
}

const matrix = { shapes: [[ROWS, COLS]], terms: COLS };
const pair = { shapes: [[ROWS, COLS], [COLS]], gradTerms: ROWS };
const LABELS = [2, 0, 6];
/** One row twice, one not at all. */
const GATHERED = [2, 0, 2];
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
  unary("relu", relu, relu64, [-1, 1], 1),
  unary("sigmoid", sigmoid, sigmoid64, [-4, 4], 1),
  unary("tanh", tanh, Math.tanh, [-4, 4], 1),
  unary("gelu", (x) => gelu(x), gelu64, [-4, 4], 2),
  unary("gelu by tanh", (x) => gelu(x, { approximate: "tanh" }), geluTanh64, [-4, 4], 2),
  checkOp({ name: "sum", op: (x) => sum(x, 1), reference: reduce64(total64, [1]), ...matrix }),
  checkOp({ name: "mean", op: (x) => mean(x, 1), reference: reduce64(mean64, [1]), ...matrix }),
  checkOp({ name: "max", op: (x) => max(x, 1), reference: reduce64(largest64, [1]), ...matrix }),
  { name: "argmax", compare: compareArgmax },
  checkOp({
    name: "softmax",
    op: (x) => softmax(x, -1),
    reference: softmax64(1),
    ...matrix,
    range: [-4, 4],
  }),
  checkOp({
    name: "logSoftmax",
    op: (x) => logSoftmax(x, -1),
    reference: logSoftmax64(1),
    ...matrix,
    range: [-4, 4],
    maxTerm: 8,
  }),
  checkOp({
    name: "crossEntropy",
    op: (x) => crossEntropy(x, tensor(LABELS, [ROWS], "i32"), { labelSmoothing: SMOOTHING }),
    reference: labelCrossEntropy64(LABELS, { labelSmoothing: SMOOTHING }),
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
    name: "linear, by columns",
    op: linear,
    reference: matmul64,
    shapes: [[33, 3], [3, 130], [130]],
    terms: 4,
    gradTerms: 130,
  }),
  checkOp({
    name: "gather",
    op: (x) => gather(x, tensor(GATHERED, [GATHERED.length], "i32")),
    reference: gather64(GATHERED),
    shapes: [[ROWS, COLS]],
    gradTerms: GATHERED.length,
  }),
  checkValues("gather of bytes", () => {
    const bytes = { shape: [ROWS, COLS], data: Uint8Array.from({ length: ROWS * COLS }, (_, i) => 11 * i) };
    const { values } = gather(tensor(bytes.data, bytes.shape), tensor(GATHERED, [GATHERED.length], "i32"));
    return { actual: Uint8Array.from(values), expected: all64(gather64(GATHERED)(bytes)).data, roundings: 0 };
  }),
  checkOp({
    name: "transpose",
    op: (x) => transpose(x),
    reference: transpose64(),
    shapes: [[ROWS, COLS]],
  }),
  checkOp({
    name: "flatten, channels first",
    op: (x) => flatten(x),
    reference: flatten64,
    shapes: [[2, 2, 3, 5]],
  }),
];

function compareArgmax(): ReturnType<Check["compare"]> {
  const x = uniform64([ROWS, COLS], 17);
  const actual = noGrad(() => scope(() => [...argmax(tensor(x.data, x.shape), 1).data]));
  const expected = all64(reduce64(argmax64, [1])(x)).data;
  return [{ what: "values", actual, expected, tolerance: 0 }];
}
