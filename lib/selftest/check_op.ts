// Checks of what the library computes beside what a naive f64 reference does.

import { backward, mul, noGrad, scope, sum, type Tensor, tensor } from "../index.ts";
import { type Array64, all64, type Elements64, maxAbs, sumTolerance, uniform64 } from "./array64.ts";
import type { Check, Comparison } from "./check.ts";

export interface OpCase {
  op(...inputs: Tensor[]): Tensor;
  reference(...inputs: Array64[]): Elements64;
  /** One shape an input. */
  shapes: readonly (readonly number[])[];
  /** Where inputs lie; default [−1, 1). */
  range?: readonly [low: number, high: number];
  /** Products summed into one element of the output; default 1. */
  terms?: number;
  /** Into one element of a gradient; default `terms`. */
  gradTerms?: number;
  /** The largest product among them; default 1. */
  maxTerm?: number;
  /** Roundings beside the sum's: those of exp, log, a division; default 4. */
  roundings?: number;
  /** Which inputs have a gradient; default all. Without any it runs under noGrad. */
  differentiable?: readonly boolean[];
}

const STEP = 1e-6;
/** What the reference's own central differences are good to, relative to the projection's size. */
const DIFFERENCE_ERROR = 1e-8;

/** Values, and gradients of Σ r·y with random r, the reference's by central differences in f64. */
export function checkOp({ name, ...opCase }: OpCase & { name: string }): Check {
  return { name, compare: () => compareOp(opCase) };
}

export interface Values {
  actual: ArrayLike<number>;
  expected: ArrayLike<number>;
  /** Tolerance: this many roundings of numbers of this size; with 0 they must be equal. */
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

/** @throws {Error} the result has another shape than the reference's, or an input received no gradient */
export function compareOp(opCase: OpCase): Comparison[] {
  const { op, reference, shapes, range = [-1, 1], terms = 1, maxTerm = 1, roundings = 4 } = opCase;
  const inputs = shapes.map((shape, i) => uniform64(shape, 17 + i, range[0], range[1]));
  const expected = all64(reference(...inputs));
  const r = uniform64(expected.shape, 5);
  const wanted = shapes.map((_, i) => opCase.differentiable?.[i] ?? true);
  const { y, shape, gradients } = run(op, inputs, r, wanted);
  if (shape.join() !== expected.shape.join()) throw new Error(`shape [${shape}], expected [${expected.shape}]`);
  const scale = Math.max(maxTerm, maxAbs(expected.data) / terms);
  const values: Comparison = {
    ...{ what: "values", actual: y, expected: expected.data },
    tolerance: sumTolerance(scale, terms + roundings),
  };
  const gradTerms = opCase.gradTerms ?? terms;
  const byDifferences = DIFFERENCE_ERROR * (1 + maxAbs(expected.data) * expected.data.length);
  return [
    values,
    ...gradients.flatMap((actual, i): Comparison[] => {
      if (!actual) return [];
      const exact = centralDifferences(reference, inputs, i, r);
      const gradScale = Math.max(maxTerm, maxAbs(exact) / gradTerms);
      const tolerance = sumTolerance(gradScale, gradTerms + roundings) + byDifferences;
      return [{ what: "gradients", of: i, actual, expected: exact, tolerance }];
    }),
  ];
}

interface Outcome {
  y: Float32Array;
  shape: readonly number[];
  /** null where none is wanted. */
  gradients: (Float32Array | null)[];
}

function run(op: OpCase["op"], inputs: readonly Array64[], r: Array64, wanted: readonly boolean[]): Outcome {
  const compute = (): Outcome => {
    const tensors = inputs.map(({ data, shape }) => tensor(data, shape));
    tensors.forEach((input, i) => {
      input.requiresGrad = wanted[i];
    });
    const y = op(...tensors);
    const values = Float32Array.from(y.data);
    if (wanted.some(Boolean)) backward(sum(mul(y, tensor(r.data, r.shape))));
    const gradients = tensors.map(({ grad }, i) => {
      if (!wanted[i]) return null;
      if (!grad) throw new Error(`input ${i} received no gradient`);
      const copy = Float32Array.from(grad.data);
      grad.dispose();
      return copy;
    });
    return { y: values, shape: y.shape, gradients };
  };
  return scope(() => (wanted.some(Boolean) ? compute() : noGrad(compute)));
}

/** The gradient of Σ r·reference by input `which`. */
export function centralDifferences(
  reference: OpCase["reference"],
  inputs: readonly Array64[],
  which: number,
  r: Array64,
): Float64Array {
  const { data } = inputs[which];
  const project = (): number => {
    const { at } = reference(...inputs);
    return r.data.reduce((total, weight, i) => total + weight * at(i), 0);
  };
  return data.map((value, i) => {
    data[i] = value + STEP;
    const above = project();
    data[i] = value - STEP;
    const below = project();
    data[i] = value;
    return (above - below) / (2 * STEP);
  });
}
