// refuses: a call that fails with a certain error and message.

import * as assert from "uvu/assert";
import type { SimdgradError } from "../../lib/base/errors.ts";

/** @param message the whole of it, or what it matches */
export function refuses(body: () => unknown, type: typeof SimdgradError, message: string | RegExp): void {
  let thrown: unknown = "nothing";
  try {
    body();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof type, `expected a ${type.name}, got ${thrown instanceof Error ? thrown.stack : thrown}`);
  if (typeof message === "string") assert.is(thrown.message, message);
  else assert.match(thrown.message, message);
}
