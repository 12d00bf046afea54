// Checks of what the library computes beside what a naive f64 reference does.

import { backward, mul, noGrad, scope, sum, type Tensor, tensor } from "../index.ts";
import { type Array64, maxAbs, sumTolerance, uniform64 } from "./array64.ts";
import type { Check, Comparison } from "./check.ts";

export interface OpCase {
  name: string;
  op(...inputs: Tensor[]): Tensor;
  reference(...inputs: Array64[]): Array64;
  shapes: readonly (readonly number[])[];
  /** Of the inputs; default −1 to 1. */
  range?: readonly [number, number];
  /** Products summed into one element of the output; default 1. */
  terms?: number;
  /** Into one element of a gradient; default `terms`. */
  gradTerms?: number;
  /** The largest product among them; default 1. */
  maxTerm?: number;
  /** Whether it has gradients; default true. Without, it runs under noGrad. */
  isDifferentiable?: boolean;
}

/** Roundings beside the sum's: those of exp, log, a division. */
const ROUNDINGS = 4;
const STEP = 1e-6;
/** What the reference's own central differences are good to, relative to the projection's size. */
const DIFFERENCE_ERROR = 1e-8;

/** Values, and gradients of Σ r·y with random r, the reference's by central differences in f64. */
export function checkOp(testCase: OpCase): Check {
  return { name: testCase.name, compare: () => compareOp(testCase) };
}

export interface Values {
  actual: ArrayLike<number>;
  expected: ArrayLike<number>;
  /** As near as so many roundings of numbers of this size are; with 0 they must be equal. */
  roundings: number;
}

/** Numbers without gradients. */
export function checkValues(name: string, compute: () => Values): Check {
  return {
    name,
    compare: () => {
      const { actual, expected, roundings } = scope(compute);
      return [{ what: "values", actual, expected, tolerance: sumTolerance(maxAbs(expected), roundings) }];
    },
  };
}

function compareOp(testCase: OpCase): Comparison[] {
  const { op, reference, shapes, range = [-1, 1], terms = 1, maxTerm = 1, isDifferentiable = true } = testCase;
  const inputs = shapes.map((shape, i) => uniform64(shape, 17 + i, range[0], range[1]));
  const expected = reference(...inputs);
  const r = uniform64(expected.shape, 5);
  const { y, gradients } = isDifferentiable ? run(op, inputs, r) : runWithoutTape(op, inputs);
  const scale = Math.max(maxTerm, maxAbs(expected.data) / terms);
  const values: Comparison = {
    ...{ what: "values", actual: y, expected: expected.data },
    tolerance: sumTolerance(scale, terms + ROUNDINGS),
  };
  const gradTerms = testCase.gradTerms ?? terms;
  return [
    values,
    ...gradients.map((actual, i): Comparison => {
      const exact = centralDifferences(reference, inputs, i, r);
      const gradScale = Math.max(maxTerm, maxAbs(exact) / gradTerms);
      const byDifferences = DIFFERENCE_ERROR * (1 + maxAbs(expected.data) * expected.data.length);
      const tolerance = sumTolerance(gradScale, gradTerms + ROUNDINGS) + byDifferences;
      return { what: "gradients", actual, expected: exact, tolerance };
    }),
  ];
}

interface Outcome {
  y: Float32Array;
  gradients: Float32Array[];
}

function run(op: OpCase["op"], inputs: readonly Array64[], r: Array64): Outcome {
  return scope(() => {
    const tensors = inputs.map(({ data, shape }) => tensor(data, shape));
    for (const input of tensors) input.requiresGrad = true;
    const y = op(...tensors);
    const values = Float32Array.from(y.data);
    backward(sum(mul(y, tensor(r.data, r.shape))));
    const gradients = tensors.map(({ grad }) => {
      const copy = Float32Array.from(grad?.data ?? []);
      grad?.dispose();
      return copy;
    });
    return { y: values, gradients };
  });
}

function runWithoutTape(op: OpCase["op"], inputs: readonly Array64[]): Outcome {
  const y = noGrad(() =>
    scope(() => Float32Array.from(op(...inputs.map(({ data, shape }) => tensor(data, shape))).data)),
  );
  return { y, gradients: [] };
}

export function centralDifferences(
  reference: OpCase["reference"],
  inputs: readonly Array64[],
  which: number,
  r: Array64,
): Float64Array {
  const { data } = inputs[which];
  const project = (): number => reference(...inputs).data.reduce((total, value, i) => total + value * r.data[i], 0);
  return data.map((value, i) => {
    data[i] = value + STEP;
    const above = project();
    data[i] = value - STEP;
    const below = project();
    data[i] = value;
    return (above - below) / (2 * STEP);
  });
}
