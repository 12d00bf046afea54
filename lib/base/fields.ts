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

export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
