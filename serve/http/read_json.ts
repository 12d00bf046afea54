// A body that is JSON, and what it must be.

import type * as z from "zod";
import { parseJson } from "../../lib/base/parse_json.ts";
import { badRequest } from "./problem.ts";

/**
 * @param what the bytes are, for messages
 * @throws {Problem} 400 not JSON in UTF-8, or not what the schema says, with the place
 */
export function readJson<T>(body: Uint8Array, schema: z.ZodType<T>, what = "the body"): T {
  const value = parseJson(decode(body, what));
  if (value === undefined) {
    throw badRequest(
      body.length === 0 ? `${what} is empty; send JSON` : `${what} is not JSON, or nests more than 64 deep`,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue.path.length === 0 ? what : placeOf(issue.path);
  throw badRequest(`${place}: ${issue.message}`, { path: issue.path.map(String) });
}

/** @example placeOf(["inputs", 0, "name"]) // "inputs[0].name" */
function placeOf(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}

function decode(body: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw badRequest(`${what} is not text in UTF-8; send JSON`);
  }
}
