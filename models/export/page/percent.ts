/** From 99 % on with a decimal, rounded down: 100 % is for what is as good as certain. */
export function percent(part: number): string {
  if (part < 0.99) return `${Math.round(100 * part)} %`;
  return part < 0.9999 ? `${(Math.floor(1000 * part) / 10).toFixed(1)} %` : "100 %";
}
