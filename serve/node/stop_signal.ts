// Asked to stop: by SIGTERM, or by Ctrl-C. The first lets the program finish what it has accepted, a second ends it at once.

import { constants } from "node:os";
import process from "node:process";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** Nobody changes their mind that fast: npm and `timeout` signal the program and the group that it is in. */
const SAME_MS = 500;

/** @returns when the first of them comes; from now on the system leaves ending to us */
export function stopSignal(): Promise<void> {
  let firstMs: number | null = null;
  return new Promise((resolve) => {
    for (const name of SIGNALS) {
      process.on(name, () => {
        const now = performance.now();
        if (firstMs !== null && now - firstMs > SAME_MS) process.exit(128 + constants.signals[name]);
        firstMs ??= now;
        resolve();
      });
    }
  });
}

/** In a worker: its primary tells it when to stop. Signals come to it, too, where they are sent to the whole group. */
export function leaveSignalsToPrimary(): void {
  for (const name of SIGNALS) process.on(name, () => {});
}
