// Ctrl-C: the first asks the work to stop and keep what it has, a later one ends the program at once.

import process from "node:process";
import { EXIT, InterruptedError } from "./exit_codes.ts";

/** SIGHUP comes when the terminal is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Nobody changes their mind that fast: `timeout`, for one, signals the program and the group that it is in. */
const SAME_MS = 500;

/** @returns aborted at the first SIGINT, SIGTERM or SIGHUP, its reason an InterruptedError */
export function catchInterrupts(): AbortSignal {
  const controller = new AbortController();
  let firstMs = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      firstMs = performance.now();
      controller.abort(new InterruptedError("Interrupted."));
    } else if (performance.now() - firstMs > SAME_MS) process.exit(EXIT.interrupted);
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return controller.signal;
}
