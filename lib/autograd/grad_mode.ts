// Whether operations are recorded.

import { callback, check } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { isPromise } from "../base/is_promise.ts";

let enabled = true;

export function isGradEnabled(): boolean {
  return enabled;
}

/**
 * Runs `body` without recording: for inference, and for changing parameters by hand.
 *
 * @throws {OptionError} `body` is no function, or async: what it awaits would run with recording on
 * @example const logits = noGrad(() => model.forward(x));
 */
export function noGrad<T>(body: () => T): T {
  check("noGrad", "body", body, callback);
  const before = enabled;
  enabled = false;
  try {
    const result = body();
    if (isPromise(result)) throw new OptionError("noGrad: the body must not be async.");
    return result;
  } finally {
    enabled = before;
  }
}
