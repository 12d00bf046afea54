// What may be written as JSON, and a table of counts.

import { numbers, type Rule } from "../lib/base/check.ts";

/** Without BigInts, functions, symbols, and what contains itself. */
export const json: Rule = { says: "what JSON can hold", holds: (value) => isJson(value, []) };

export const matrix: Rule = {
  says: "an array of arrays of numbers",
  holds: (value) => Array.isArray(value) && value.every(numbers.holds),
};

function isJson(value: unknown, around: readonly unknown[]): boolean {
  if (typeof value !== "object" || value === null) return !["bigint", "function", "symbol"].includes(typeof value);
  if (around.includes(value)) return false;
  return Object.values(value).every((inner) => isJson(inner, [...around, value]));
}
