// Whether operations are recorded.

import { callSync } from "../base/call_sync.ts";

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
  const before = enabled;
  enabled = false;
  try {
    return callSync("noGrad", body);
  } finally {
    enabled = before;
  }
}
