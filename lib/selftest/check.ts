// A check of the self-test: numbers of the library's beside those they should be, and what came of comparing them.

export interface Comparison {
  what: "values" | "gradients";
  /** Of gradients: of which input. */
  of?: number;
  actual: ArrayLike<number>;
  expected: ArrayLike<number>;
  /** Largest difference allowed, computed from the number of roundings; 0 where the bits must be equal. */
  tolerance: number;
}

export interface Check {
  name: string;
  compare(): Comparison[];
}

/** As the self-test runs it. */
export interface GroupedCheck extends Check {
  /** The part of the library that it belongs to, as "layers". */
  group: string;
}

export interface Deviation {
  /** The largest |actual − expected|; Infinity where a number is missing or NaN. */
  error: number;
  /** The largest allowed. */
  tolerance: number;
}

export interface CheckResult {
  /** What was checked, as "conv2d 3×3, Winograd". */
  name: string;
  /** The part of the library that it belongs to, as "layers". */
  group: string;
  passed: boolean;
  /** The comparison of values that came nearest to its tolerance, or went furthest past it. */
  values: Deviation;
  /** The same of gradients; null where the check has none. */
  gradients: Deviation | null;
  /** The message of what it threw; null where it threw nothing. */
  problem: string | null;
  seconds: number;
}

/** Everything that is wrong is in the result: it throws nothing. */
export function runCheck({ name, group, compare }: GroupedCheck): CheckResult {
  const started = performance.now();
  const result = (outcome: Pick<CheckResult, "passed" | "values" | "gradients" | "problem">): CheckResult => ({
    name,
    group,
    ...outcome,
    seconds: (performance.now() - started) / 1000,
  });
  const nothing = { error: Number.POSITIVE_INFINITY, tolerance: 0 };
  try {
    const comparisons = compare();
    const values = worst(comparisons.filter(({ what }) => what === "values")) ?? nothing;
    const gradients = worst(comparisons.filter(({ what }) => what === "gradients"));
    const passed = [values, gradients].every((part) => part === null || part.error <= part.tolerance);
    return result({ passed, values, gradients, problem: null });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return result({ passed: false, values: nothing, gradients: null, problem });
  }
}

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
