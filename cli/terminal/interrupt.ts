// Ctrl-C, for a command that has something to keep: the first asks its work to stop and keep what it has, a later one ends the
// program at once. Any other command leaves signals to the system, which ends it however busy it is.

import { constants } from "node:os";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { EXIT, InterruptedError } from "./exit_codes.ts";

/** SIGHUP comes when the terminal is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Nobody changes their mind that fast: `timeout`, for one, signals the program and the group that it is in. */
const SAME_MS = 500;
/** What the program has to end by itself before it is killed. */
const GRACE_MS = 500;

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
  watchFromOutside();
  return controller.signal;
}

/**
 * Node hears of a signal only between two events. A loop without end would never let it, and the system no longer ends
 * a program that listens: so a thread listens, too. Node gives threads no signals but by the binding that its own
 * `process.on` is made of; a version that has it no more keeps the first half, as does one that may start no threads.
 */
function watchFromOutside(): void {
  const signals = SIGNALS.map((name) => constants.signals[name]);
  try {
    const worker = new Worker(WATCH, { eval: true, workerData: { signals, sameMs: SAME_MS, graceMs: GRACE_MS } });
    worker.on("error", () => {}); // See above.
    worker.unref();
  } catch {
    // See above.
  }
}

/** What the thread is; as text, so that bundlers need not handle it. */
const WATCH = `
const { workerData: { signals, sameMs, graceMs } } = require("node:worker_threads");
process.noDeprecation = true;
const { Signal } = process.binding("signal_wrap");
let firstMs = null;
const onsignal = () => {
  const now = performance.now();
  firstMs ??= now;
  if (now - firstMs > sameMs) setTimeout(() => process.kill(process.pid, "SIGKILL"), graceMs);
};
for (const number of signals) Object.assign(new Signal(), { onsignal }).start(number);
`;
