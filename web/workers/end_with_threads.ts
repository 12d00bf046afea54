// endWithThreads: within a worker, ends its threads, and then itself.

import { setThreads } from "../../lib/index.ts";

export async function endWithThreads(): Promise<void> {
  await setThreads(1);
  postMessage({ kind: "ended" });
  close();
}
