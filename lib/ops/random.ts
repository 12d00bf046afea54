// Tensors and orders drawn from a seed.

import { check, checkOptions, finite, integer } from "../base/check.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { KEY_RULES, keyArguments, type RandomKey, STREAMS } from "../runtime/rng.ts";
import { empty } from "../tensor/create.ts";
import { consuming } from "../tensor/scope.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Uniform numbers: low + (high − low)·u with 24-bit u in [0, 1); `high` itself only by rounding.
 *
 * @param shape any; element i is a function of (seed, stream, step, i) alone
 * @param options.seed   integer from 0 to 2⁵³ − 1; default: each call has its own, the same in every run of a program
 * @param options.stream integer from 0 to 2³² − 1; default 0
 * @param options.step   integer from 0 to 2⁵³ − 1; default 0
 * @param options.low    default 0
 * @param options.high   default 1
 * @throws {OptionError} a part of the key out of its range, bounds that are not finite, or an option of another name
 *
 * Source: Salmon et al. 2011 (Philox4x32-10).
 * @example rand([2, 3], { seed: 1, low: -1 })
 */
export function rand(shape: Shape, options: RandomKey & { low?: number; high?: number } = {}): Tensor<"f32"> {
  checkOptions("rand", options, { ...KEY_RULES, low: finite, high: finite });
  const { low = 0, high = 1 } = options;
  const key = keyArguments("rand", options);
  const y = empty(shape);
  parallelFor("random_uniform_f32", y.size, y, low, high, ...key);
  return y;
}

/**
 * Normal numbers, by Box–Muller; none lies more than 5.77 deviations from the mean.
 *
 * @param shape any; element i is a function of (seed, stream, step, i) alone
 * @param options.seed, options.stream, options.step as for `rand`
 * @param options.mean      default 0
 * @param options.deviation the standard deviation; default 1
 * @throws {OptionError} a part of the key out of its range, a mean or deviation that is not finite, or an option of another name
 * @example randn([64, 10], { seed: 1, deviation: 0.02 })
 */
export function randn(shape: Shape, options: RandomKey & { mean?: number; deviation?: number } = {}): Tensor<"f32"> {
  checkOptions("randn", options, { ...KEY_RULES, mean: finite, deviation: finite });
  const { mean = 0, deviation = 1 } = options;
  const key = keyArguments("randn", options);
  const y = empty(shape);
  parallelFor("random_normal_f32", y.size, y, mean, deviation, ...key);
  return y;
}

/** Numbers of a permutation: a gibibyte of them. */
const MOST = 2 ** 28;

/**
 * The integers 0 … n − 1 in a random order (Fisher–Yates, in integer arithmetic).
 *
 * @param options.seed, options.stream, options.step as for `rand`; stream defaults to that of shuffling,
 *   step is the epoch
 * @throws {OptionError} n is not an integer from 0 to 2²⁸, a part of the key is out of its range, or an option of another name
 * @example permutation(60_000, { seed: 1, step: epoch })
 */
export function permutation(n: number, options: RandomKey = {}): Int32Array {
  check("permutation", "n", n, integer(0, MOST));
  checkOptions("permutation", options, KEY_RULES);
  const key = keyArguments("permutation", { ...options, stream: options.stream ?? STREAMS.shuffle });
  const words = empty([n], "i32");
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  parallelFor("random_u32", n, words, ...key);
  const { data } = words;
  for (let i = n - 1; i > 0; i--) {
    // ⌊word·(i + 1) / 2³²⌋: no index is likelier than another by more than (i + 1)/2³² of its share.
    const j = Math.floor(((data[i] >>> 0) * (i + 1)) / 2 ** 32);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return consuming(order, words);
}
