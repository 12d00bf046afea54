// A body that is JSON, and what it must be.

import type * as z from "zod";
import { parseJson } from "../../lib/base/parse_json.ts";
import { printable } from "../../lib/base/printable.ts";
import { Problem } from "./problem.ts";

/** @throws {Problem} 400 not JSON in UTF-8, or not what the schema says, with the place */
export function readJson<T>(body: Uint8Array, schema: z.ZodType<T>): T {
  const value = parseJson(decode(body));
  if (value === undefined) {
    throw bad(
      body.length === 0 ? "the body is empty; send JSON." : "the body is not JSON, or nests more than 64 deep.",
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue.path.length === 0 ? "the body" : issue.path.map(String).join(".");
  throw bad(`${printable(place)}: ${issue.message}.`, { path: issue.path.map(String) });
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw bad("the body is not text in UTF-8; send JSON.");
  }
}

function bad(what: string, details: Record<string, unknown> = {}): Problem {
  return new Problem(400, what, { reason: "bad_request", details });
}
