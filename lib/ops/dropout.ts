import { defineOp } from "../autograd/define_op.ts";
import { checkOptions, required, upTo1 } from "../base/check.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { KEY_RULES, keyArguments, nextSeed, type RandomKey } from "../runtime/rng.ts";
import { empty, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";

export interface DropoutOptions extends RandomKey {
  /** The probability that an element becomes 0; in [0, 1]. */
  p: number;
}

const dropoutByKey = defineOp("dropout", {
  forward: (_, x: Tensor, options: DropoutOptions) => mask(x as Tensor<"f32">, options),
  backward: ({ args: [, options] }, dy) => [mask(dy, options)],
});

/**
 * Inverted dropout: y = x·m/(1 − p), m being 0 with probability p and 1 otherwise, element by element.
 *
 * @param x any shape, f32
 * @param options.p 0 is the identity, 1 gives zeros
 * @param options.seed, options.stream, options.step the key of the mask: element i's fate is a function of
 *   (seed, stream, step, i), so count `step` up from call to call; without a seed each call draws another mask
 * @returns the shape of x
 * @throws {OptionError} p outside [0, 1], a part of the key out of its range, or an option of another name
 *
 * Cost: one pass. Backward: dx = dy·m/(1 − p); m is drawn again, not saved. Saves nothing.
 * Source: Srivastava et al. 2014, Dropout.
 * @example dropout(x, { p: 0.5, seed: 1, step: 7 })
 */
export function dropout(x: Tensor, options: DropoutOptions): Tensor<"f32"> {
  checkOptions("dropout", options, { ...KEY_RULES, p: required(upTo1) });
  return dropoutByKey(x, { ...options, seed: options.seed ?? nextSeed() });
}

function mask(x: Tensor<"f32">, { p, ...key }: DropoutOptions): Tensor<"f32"> {
  const keyed = keyArguments("dropout", key);
  if (p === 0) return viewOf(x, x.shape);
  if (p === 1) return zeros(x.shape);
  const threshold = Math.min(Math.round(p * 2 ** 32), 2 ** 32 - 1);
  const y = empty(x.shape);
  parallelFor("dropout_f32", x.size, y, x, threshold, 1 / (1 - p), ...keyed);
  return y;
}
