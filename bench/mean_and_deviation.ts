// What several seeds gave, as "99.412 ± 0.034": the sample's standard deviation, where there is more than one.

export function meanAndDeviation(values: readonly number[], decimals: number): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? ` ± ${Math.sqrt(squares / (values.length - 1)).toFixed(decimals)}` : "";
  return `${mean.toFixed(decimals)}${deviation}`;
}
