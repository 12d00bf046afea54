import { callback, check } from "./check.ts";
import { OptionError } from "./errors.ts";

/**
 * Calls what must be done by the time it returns.
 *
 * @param op as the messages say it
 * @throws {OptionError} `body` is no function, or async
 */
export function callSync<T>(op: string, body: () => T): T {
  check(op, "body", body, callback);
  const result = body();
  // Of whichever realm.
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
    throw new OptionError(`${op}: the body must not be async.`);
  }
  return result;
}
