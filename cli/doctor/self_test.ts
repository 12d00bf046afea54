// The self-test of `mnist doctor`: every group of kernels on small odd sizes, against naive references in f64.

import type { Check, Comparison } from "./self_test_check.ts";
import { ELEMENTWISE_CHECKS } from "./self_test_elementwise.ts";
import { LAYER_CHECKS } from "./self_test_layers.ts";
import { TRAINING_CHECKS } from "./self_test_training.ts";

export interface CheckResult {
  name: string;
  isRight: boolean;
  /** The largest differences; null where it has no gradients. */
  values: Deviation;
  gradients: Deviation | null;
  /** What it threw, if it did. */
  error: string | null;
}

export interface Deviation {
  /** The largest |actual − expected|; Infinity where a number is missing or NaN. */
  error: number;
  /** The largest allowed. */
  tolerance: number;
}

export const CHECKS: readonly Check[] = [...ELEMENTWISE_CHECKS, ...LAYER_CHECKS, ...TRAINING_CHECKS];

/** Everything that is wrong is in the result: it throws nothing. */
export function runCheck({ name, compare }: Check): CheckResult {
  try {
    const comparisons = compare();
    const values = worst(comparisons.filter(({ what }) => what === "values"));
    const gradients = worst(comparisons.filter(({ what }) => what === "gradients"));
    const isRight = [values, gradients].every((part) => part === null || part.error <= part.tolerance);
    return {
      name,
      isRight,
      values: values ?? { error: Number.POSITIVE_INFINITY, tolerance: 0 },
      gradients,
      error: null,
    };
  } catch (error) {
    const values = { error: Number.POSITIVE_INFINITY, tolerance: 0 };
    return { name, isRight: false, values, gradients: null, error: (error as Error).message };
  }
}

/** The comparison that came nearest to its tolerance, or went furthest past it. */
function worst(comparisons: readonly Comparison[]): Deviation | null {
  const deviations = comparisons.map(({ actual, expected, tolerance }) => ({
    error: largestDifference(actual, expected),
    tolerance,
  }));
  const share = ({ error, tolerance }: Deviation): number => (error === 0 ? 0 : error / tolerance);
  return deviations.sort((a, b) => share(b) - share(a))[0] ?? null;
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, difference);
  }
  return largest;
}
