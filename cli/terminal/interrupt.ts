// Ctrl-C: the first asks the work to stop and keep what it has, the second, later on, ends the program at once.

import process from "node:process";
import { EXIT, InterruptedError } from "./exit_codes.ts";

/** Some programs signal a process and its group, so that the same wish arrives twice. */
const ONE_WISH_MS = 500;

/** @returns aborted at the first SIGINT, SIGTERM or, when the terminal is closed, SIGHUP; its reason an InterruptedError */
export function catchInterrupts(): AbortSignal {
  const controller = new AbortController();
  let first = Number.POSITIVE_INFINITY;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      const now = performance.now();
      if (now - first > ONE_WISH_MS) process.exit(EXIT.interrupted);
      first = Math.min(first, now);
      controller.abort(new InterruptedError("Interrupted."));
    });
  }
  return controller.signal;
}
