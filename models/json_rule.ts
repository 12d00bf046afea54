// What may be written as JSON.

import type { Rule } from "../lib/base/check.ts";
import { MAX_JSON_DEPTH } from "../lib/base/parse_json.ts";

/** Without BigInts, functions, symbols, what contains itself, and what is nested deeper than anybody here would read. */
export const json: Rule = { says: "what JSON can hold", holds: (value) => isJson(value, []) };

function isJson(value: unknown, around: readonly unknown[]): boolean {
  if (typeof value !== "object" || value === null) return !["bigint", "function", "symbol"].includes(typeof value);
  if (around.length === MAX_JSON_DEPTH || around.includes(value)) return false;
  return Object.values(value).every((inner) => isJson(inner, [...around, value]));
}
