// What becomes of the program when nobody reads what it prints any more, or it cannot be written.

import process from "node:process";
import { exitCodeOf } from "./exit_codes.ts";
import { reportError } from "./report_error.ts";

/** Once nobody reads it: for programs that only print, and have nothing left to do. */
export function endWithOutput(): void {
  process.stdout.on("error", end);
}

/** `mnist infer … | head` closes the pipe early, which is no error. */
function end(error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit();
  reportError(error);
  process.exit(exitCodeOf(error));
}

/**
 * For work whose result is kept on disk: it continues without output. A pipe that was closed changes nothing; output that
 * was wanted and is lost in another way, on a full disk for one, is reported once, and the program ends with 1.
 */
export function outliveOutput(): void {
  let isReported = false;
  process.stdout.off("error", end).on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || isReported) return;
    isReported = true;
    process.exitCode = exitCodeOf(error);
    reportError(error);
  });
  // There is nowhere left to say it.
  process.stderr.on("error", () => {});
}
