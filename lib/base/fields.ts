// What came from JSON, and may be anything: an object's fields, and what is of the type it should be.

import { parseJson } from "./parse_json.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object's fields; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** Of a text; null where it is no JSON, or none of an object, or nested too deep. */
export function parseFields(text: string): Fields | null {
  const value = parseJson(text);
  return isFields(value) ? value : null;
}

export function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A number of things: an integer from `low` to 2⁵³ − 1. */
export function countOf(value: unknown, low = 0): number | null {
  return Number.isSafeInteger(value) && (value as number) >= low ? (value as number) : null;
}

/** A finite number ≥ 0: seconds, a rate, a cross-entropy. */
export function amountOf(value: unknown): number | null {
  return Number.isFinite(value) && (value as number) >= 0 ? (value as number) : null;
}

/** A part of a whole, in [0, 1]: an accuracy. */
export function partOf(value: unknown): number | null {
  const part = amountOf(value);
  return part !== null && part <= 1 ? part : null;
}

/** A time as ISO 8601 has it, a date at least, that is one of the calendar. */
export function timeOf(value: unknown): string | null {
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\d(T\d\d:\d\d[\d:.]*(Z|[+-]\d\d:\d\d))?$/.test(value);
  return isTime && Number.isFinite(Date.parse(value)) ? value : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
