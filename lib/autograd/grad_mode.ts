// Whether operations are recorded.

let enabled = true;

export function isGradEnabled(): boolean {
  return enabled;
}

/**
 * Runs `body` without recording: for inference, and for changing parameters by hand.
 *
 * @throws {TypeError} `body` is async: what it awaits would run with recording on
 * @example const logits = noGrad(() => model.forward(x));
 */
export function noGrad<T>(body: () => T): T {
  const before = enabled;
  enabled = false;
  try {
    const result = body();
    if (result instanceof Promise) throw new TypeError("noGrad: the body must not be async.");
    return result;
  } finally {
    enabled = before;
  }
}
