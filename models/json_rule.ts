// What may be written as JSON.

import type { Rule } from "../lib/base/check.ts";

/** Without BigInts, functions, symbols, and what contains itself. */
export const json: Rule = { says: "what JSON can hold", holds: (value) => isJson(value, []) };

function isJson(value: unknown, around: readonly unknown[]): boolean {
  if (typeof value !== "object" || value === null) return !["bigint", "function", "symbol"].includes(typeof value);
  if (around.includes(value)) return false;
  return Object.values(value).every((inner) => isJson(inner, [...around, value]));
}
