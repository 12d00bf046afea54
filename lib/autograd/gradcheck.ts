// gradcheck: a function's gradients against differences of its values.

import { callback, check, checkOptions, positive } from "../base/check.ts";
import { AutogradError, formatShape, OptionError } from "../base/errors.ts";
import { checkTensors } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { backward } from "./backward.ts";
import { defineOp } from "./define_op.ts";
import { noGrad } from "./grad_mode.ts";

export interface GradcheckOptions {
  /** How far an element x is moved, relative to max(1, |x|); default 2⁻⁶. */
  step?: number;
  /** Roundings of f32 in an element of the output, as the tolerance allows for; default 16. */
  roundings?: number;
}

/** Half the distance from 1 to the next f32. */
const UNIT_ROUNDOFF = 2 ** -24;
const GOLDEN_RATIO = 0.6180339887498949;
const MAX_LISTED = 8;

/** Σ r·y in f64, with fixed weights r in ±[0.25, 1] that no symmetry of y cancels. */
const project = defineOp("gradcheck", {
  inputs: { "what fn returns": "f32" },
  forward(_, y: Tensor<"f32">) {
    const result = empty([]);
    result.data[0] = projection(y);
    return result;
  },
  backward({ args: [y] }, dy) {
    const dx = empty(y.shape);
    const scale = dy.item();
    dx.data.forEach((_, i, data) => {
      data[i] = scale * weight(i);
    });
    return [dx];
  },
});

function weight(i: number): number {
  const fraction = ((i + 1) * GOLDEN_RATIO) % 1;
  return fraction < 0.5 ? -0.25 - 1.5 * fraction : 1.75 - 1.5 * fraction;
}

function projection(y: Tensor<"f32">): number {
  return y.values.reduce((total, value, i) => total + weight(i) * value, 0);
}

/**
 * Checks ∂(Σ r·f)/∂x, r fixed weights, of `backward()` against central differences, for every element of
 * every input with `requiresGrad`. Each element x is moved by ±h and ±2h; with D(h) = (f(x+h) − f(x−h))/2h
 * the numeric value is (4·D(h) − D(2h))/3, whose error is O(h⁴). The tolerance is what the differences
 * themselves can be off by: |D(2h) − D(h)|/3 for the truncation, roundings·2⁻²⁴·Σ|r·f|/h for f32.
 *
 * @param fn     a function of the inputs to a tensor of any shape; smooth around them (not relu at 0), and
 *               the same at every call
 * @param inputs f32 tensors, those to check with `requiresGrad`; unchanged afterwards, `grad` too
 * @returns how many elements were checked, and the largest of |analytic − numeric|/tolerance, ≤ 1
 * @throws {AutogradError} a gradient is wrong or missing; the message names input, index, both values and
 *   the tolerance of the first few, and `details.mistakes` holds all
 * @throws {OptionError} no input has `requiresGrad`, an option is not a positive number, or of another name
 * @throws {DTypeError} an input, or what fn returns, is no f32 tensor
 *
 * Cost: four calls of `fn` an element, and one backward.
 * Source: Maclaurin et al., HIPS autograd, test_util.py; Richardson 1911 (the extrapolation).
 * @example gradcheck((x, w) => matmul(x, w), [x, w])
 */
export function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor<"f32">,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): { checked: number; worst: number } {
  check("gradcheck", "fn", fn, callback);
  checkTensors("gradcheck", "inputs", inputs);
  checkOptions("gradcheck", options, { step: positive, roundings: positive });
  const { step = 2 ** -6, roundings = 16 } = options;
  if (!inputs.some((input) => input.requiresGrad)) {
    throw new OptionError("gradcheck: no input has requiresGrad; set it on those to check.");
  }
  const analytic = analyticGradients(fn, inputs);
  const evaluate = () => noGrad(() => scope(() => measure(fn(...inputs))));
  const mistakes: Mistake[] = [];
  let checked = 0;
  let worst = 0;
  inputs.forEach((input, which) => {
    const gradient = analytic[which];
    if (!gradient) return;
    for (let index = 0; index < input.size; index++) {
      const { numeric, tolerance } = differences(evaluate, input, index, step, roundings);
      const error = Math.abs(gradient[index] - numeric);
      checked++;
      if (error <= tolerance) worst = Math.max(worst, error / tolerance);
      else mistakes.push({ input: which, shape: input.shape, index, analytic: gradient[index], numeric, tolerance });
    }
  });
  if (mistakes.length > 0) throw failure(mistakes, checked);
  return { checked, worst };
}

interface Mistake {
  input: number;
  shape: readonly number[];
  /** In row-major order. */
  index: number;
  analytic: number;
  numeric: number;
  tolerance: number;
}

/** One list for each input, null where no gradient is wanted. */
function analyticGradients(
  fn: (...inputs: Tensor[]) => Tensor<"f32">,
  inputs: readonly Tensor[],
): (Float64Array | null)[] {
  const before = inputs.map((input) => input.grad);
  for (const input of inputs) input.grad = null;
  try {
    scope(() => backward(project(fn(...inputs))));
    return inputs.map((input, i) => {
      if (!input.requiresGrad) return null;
      if (input.grad) return Float64Array.from(input.grad.values);
      throw new AutogradError(`gradcheck: input ${i} of shape ${formatShape(input.shape)} received no gradient.`, {
        input: i,
      });
    });
  } finally {
    inputs.forEach((input, i) => {
      input.grad?.dispose();
      input.grad = before[i];
    });
  }
}

function measure(y: Tensor<"f32">): { value: number; magnitude: number } {
  const magnitude = y.values.reduce((total, value, i) => total + Math.abs(weight(i) * value), 0);
  return { value: projection(y), magnitude };
}

function differences(
  evaluate: () => { value: number; magnitude: number },
  input: Tensor,
  index: number,
  step: number,
  roundings: number,
): { numeric: number; tolerance: number } {
  const x = input.values[index];
  const h = step * Math.max(1, Math.abs(x));
  let magnitude = 0;
  const at = (value: number): { x: number; f: number } => {
    input.data[index] = value;
    const rounded = input.values[index];
    const measured = evaluate();
    magnitude = Math.max(magnitude, measured.magnitude);
    return { x: rounded, f: measured.value };
  };
  const quotient = (distance: number): number => {
    const [above, below] = [at(x + distance), at(x - distance)];
    return (above.f - below.f) / (above.x - below.x); // the distance there really is, after rounding
  };
  try {
    const [near, far] = [quotient(h), quotient(2 * h)];
    const numeric = (4 * near - far) / 3;
    return { numeric, tolerance: Math.abs(far - near) / 3 + (roundings * UNIT_ROUNDOFF * magnitude) / h };
  } finally {
    input.data[index] = x;
  }
}

function failure(mistakes: readonly Mistake[], checked: number): AutogradError {
  const lines = mistakes
    .slice(0, MAX_LISTED)
    .map(
      ({ input, shape, index, analytic, numeric, tolerance }) =>
        `input ${input} ${formatShape(shape)}, index ${index}: analytic ${analytic}, numeric ${numeric}, ` +
        `difference ${Math.abs(analytic - numeric)}, tolerance ${tolerance}`,
    );
  const more = mistakes.length > MAX_LISTED ? [`and ${mistakes.length - MAX_LISTED} more`] : [];
  return new AutogradError(
    `gradcheck: ${mistakes.length} of ${checked} elements differ; ${[...lines, ...more].join("; ")}.`,
    { mistakes, checked },
  );
}
