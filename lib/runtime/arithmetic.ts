// How the kernels round here: found by trying, since no specification says it.

/**
 * What the bits of every result depend on, beside the inputs:
 *
 * - `simd` the plain kernels: a product is rounded, then the sum;
 * - `relaxed-fma` the relaxed kernels where the host's multiply-add is fused: one rounding;
 * - `relaxed-unfused` the relaxed kernels where it is not: two, as some engines and processors have it.
 */
export type Arithmetic = "simd" | "relaxed-fma" | "relaxed-unfused";

const EPSILON = 2 ** -12;

/**
 * @param kernels of which one computes a·b + c
 * @param isRelaxed whether they are the relaxed ones, wide or not
 */
export function arithmeticOf(
  kernels: { multiply_add_f32(a: number, b: number, c: number): number },
  isRelaxed: boolean,
): Arithmetic {
  if (!isRelaxed) return "simd";
  // (1 + ε)² − (1 + 2ε) = ε². Rounded to f32 by itself, the square is 1 + 2ε, and nothing is left.
  const rest = kernels.multiply_add_f32(1 + EPSILON, 1 + EPSILON, -(1 + 2 * EPSILON));
  return rest === 0 ? "relaxed-unfused" : "relaxed-fma";
}

/** What the kernels of an earlier version's record were: it named the variant alone, and fused is what all tried hosts were. */
export function recordedArithmetic(kernels: unknown): unknown {
  return kernels === "relaxed" ? ("relaxed-fma" satisfies Arithmetic) : kernels;
}
