// Labels that would touch, moved apart.

/** Ascending heights, moved as little as a simple rule can so that neighbours are `gap` apart, within [from, to]. */
export function spread(heights: readonly number[], gap: number, from: number, to: number): number[] {
  const result = [...heights];
  for (let i = 1; i < result.length; i++) {
    result[i - 1] -= Math.max(0, gap - (result[i] - result[i - 1])) / 2; // the other half moves the lower one, below
  }
  for (let i = 0; i < result.length; i++) {
    result[i] = Math.max(result[i], i === 0 ? from : result[i - 1] + gap);
  }
  for (let i = result.length - 1; i >= 0; i--) {
    result[i] = Math.min(result[i], i === result.length - 1 ? to : result[i + 1] - gap);
  }
  return result;
}
