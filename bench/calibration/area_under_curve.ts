// AUROC: how often one of the positives scores higher than one of the negatives, ties counting half.

export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  const sorted = [...negatives].sort((a, b) => a - b);
  /** How many of them are below, `orEqual`: or the same. */
  const below = (score: number, orEqual: boolean): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < score || (orEqual && sorted[middle] === score)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wins = positives.reduce((sum, score) => sum + (below(score, false) + below(score, true)) / 2, 0);
  return wins / (positives.length * negatives.length);
}
