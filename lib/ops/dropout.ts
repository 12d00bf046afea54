import { defineOp } from "../autograd/define_op.ts";
import { OptionError } from "../base/errors.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { keyArguments, type RandomKey } from "../runtime/rng.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";

export interface DropoutOptions extends RandomKey {
  /** The probability that an element becomes 0; 0 ≤ p < 1. */
  p: number;
}

/**
 * Inverted dropout: y = x·m/(1 − p), m being 0 with probability p and 1 otherwise, element by element.
 *
 * @param x any shape, f32
 * @param options.p      0 ≤ p < 1; 0 is the identity
 * @param options.seed, options.stream, options.step the key of the mask: element i's fate is a function of
 *   (seed, stream, step, i), so count `step` up from call to call
 * @returns the shape of x
 * @throws {OptionError} p or a part of the key out of its range
 *
 * Cost: one pass. Backward: dx = dy·m/(1 − p); m is drawn again, not saved. Saves nothing.
 * Source: Srivastava et al. 2014, Dropout.
 * @example dropout(x, { p: 0.5, seed: 1, step: 7 })
 */
export const dropout = defineOp("dropout", {
  forward(_, x: Tensor, options: DropoutOptions) {
    const { p } = options;
    if (!(p >= 0 && p < 1)) throw new OptionError(`dropout: p must be in [0, 1); got ${p}.`, { p });
    return mask(x as Tensor<"f32">, options);
  },
  backward({ args: [, options] }, dy) {
    return [mask(dy, options)];
  },
});

function mask(x: Tensor<"f32">, { p, ...key }: DropoutOptions): Tensor<"f32"> {
  const keyed = keyArguments("dropout", key);
  if (p === 0) return viewOf(x, x.shape);
  const threshold = Math.min(Math.round(p * 2 ** 32), 2 ** 32 - 1);
  const y = empty(x.shape);
  parallelFor("dropout_f32", x.size, y.ptr, x.ptr, threshold, 1 / (1 - p), ...keyed);
  return y;
}
