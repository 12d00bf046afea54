// testOp: one line a case; values and every gradient against a naive f64 reference.

import type { Test } from "uvu";
import { backward } from "../../lib/autograd/backward.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sum } from "../../lib/ops/sum.ts";
import { memoryUsage, poisonNewMemory } from "../../lib/runtime/memory.ts";
import { type Array64, maxAbs, sumTolerance, uniform64 } from "../../lib/selftest/array64.ts";
import { centralDifferences } from "../../lib/selftest/check_op.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "./expect_close.ts";

export interface OpCase {
  /** Read as the end of a sentence: "relu: <title>". Default: the shapes. */
  title?: string;
  /** One shape an input, filled with uniform numbers from `range`. */
  shapes: readonly (readonly number[])[];
  /** Where inputs lie; default [-1, 1). */
  range?: readonly [low: number, high: number];
  /** Products summed into one output element; default 1. */
  terms?: number;
  /** Products summed into one element of a gradient; default `terms`. */
  gradTerms?: number;
  /** The largest product among them; default 1. */
  maxTerm?: number;
  /** Roundings beside the sum's: those of exp, log, a division; default 4. */
  roundings?: number;
  /** Which inputs have a gradient; default all. */
  differentiable?: readonly boolean[];
}

/**
 * Registers a test: the op's value, and its gradients through a random projection Σ r·y, against the
 * reference and the reference's own central differences in f64. New memory is NaN, so that an element
 * never written shows; and the arena must be left as it was found.
 */
export function testOp(
  test: Test,
  name: string,
  op: (...inputs: Tensor[]) => Tensor,
  reference: (...inputs: Array64[]) => Array64,
  testCase: OpCase,
): void {
  const { shapes, range = [-1, 1], terms = 1, maxTerm = 1, roundings = 4 } = testCase;
  const title = testCase.title ?? shapes.map((shape) => `[${shape.join(", ")}]`).join(" × ");
  test(`${name}: ${title}: values and gradients agree with the f64 reference`, () => {
    const inputs = shapes.map((shape, i) => uniform64(shape, 17 + i, range[0], range[1]));
    const expected = reference(...inputs);
    const projection = uniform64(expected.shape, 5);
    poisonNewMemory(true);
    const before = memoryUsage().inUseBytes;
    const { y, gradients } = run(op, inputs, projection, testCase);
    poisonNewMemory(false);
    const leaked = memoryUsage().inUseBytes - before;
    if (leaked !== 0) throw new Error(`${name} left ${leaked} bytes in the arena`);

    if (y.shape.join() !== expected.shape.join()) throw new Error(`shape [${y.shape}], expected [${expected.shape}]`);
    const valueScale = Math.max(maxTerm, maxAbs(expected.data) / terms);
    expectClose(y.data, expected.data, sumTolerance(valueScale, terms + roundings), "values");

    const gradTerms = testCase.gradTerms ?? terms;
    inputs.forEach((input, i) => {
      const gradient = gradients[i];
      if (!gradient) return;
      const exact = centralDifferences(reference, inputs, i, projection);
      const scale = Math.max(maxTerm, maxAbs(exact) / gradTerms);
      // The differences themselves are good to about 1e-8 of the projection's size.
      const tolerance =
        sumTolerance(scale, gradTerms + roundings) + 1e-8 * (1 + maxAbs(expected.data) * expected.data.length);
      expectClose(gradient, exact, tolerance, `gradient of input ${i} [${input.shape}]`);
    });
  });
}

function run(op: (...inputs: Tensor[]) => Tensor, inputs: Array64[], projection: Array64, testCase: OpCase) {
  return scope(() => {
    const tensors = inputs.map((input) => tensor(input.data, input.shape));
    tensors.forEach((input, i) => {
      input.requiresGrad = testCase.differentiable?.[i] ?? true;
    });
    const y = op(...tensors);
    const values = { shape: y.shape, data: Float64Array.from(y.data) };
    if (tensors.some((input) => input.requiresGrad)) backward(sum(mul(y, tensor(projection.data, projection.shape))));
    const gradients = tensors.map((input) => {
      const copy = input.grad ? Float64Array.from(input.grad.data) : null;
      input.grad?.dispose();
      return copy;
    });
    tensors.forEach((input, i) => {
      if (input.requiresGrad && !gradients[i]) throw new Error(`input ${i} received no gradient`);
    });
    return { y: values, gradients };
  });
}
