// endWithThreads: within a worker, ends its threads, and then itself.

import { setThreads } from "../../lib/index.ts";

/**
 * Chromium loses a worker that closes while a thread of it is still ending: both stay, with their memory, until the page goes.
 * Nothing says when a thread has ended; it takes a few milliseconds, or more than a second where the machine is busy.
 */
const GRACE_MS = 3000;

export async function endWithThreads(): Promise<void> {
  await setThreads(1);
  await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
  postMessage({ kind: "ended" });
  close();
}
