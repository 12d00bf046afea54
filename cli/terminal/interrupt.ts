// Ctrl-C: the first asks the work to stop and keep what it has, the second ends the program at once.

import process from "node:process";
import { EXIT, InterruptedError } from "./exit_codes.ts";

/** @returns aborted at the first SIGINT or SIGTERM, its reason an InterruptedError */
export function catchInterrupts(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      controller.abort(new InterruptedError("Interrupted."));
    });
  }
  return controller.signal;
}
