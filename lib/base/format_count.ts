/** A number, rounded to a whole one, with its thousands grouped. @example formatCount(102026) // "102,026" */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}
