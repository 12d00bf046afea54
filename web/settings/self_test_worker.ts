// The self-test: a worker with kernels of its own, which are checked in every operation against plain f64 references.

import { setThreads, useKernels } from "../../lib/index.ts";
import { selfTest } from "../../lib/selftest/index.ts";
import type { FromSelfTest } from "./self_test_messages.ts";

addEventListener("message", async ({ data }: MessageEvent<ArrayBuffer>) => {
  try {
    useKernels(data);
    await setThreads("auto");
    const { passed, results, seconds, runtime } = await selfTest({
      onCheck: (check) => tell({ kind: "check", check }),
    });
    const threads = runtime?.threads ?? 1;
    await setThreads(1); // Ends its threads as they wish to be ended.
    const { variant = "none", singleThreadBecause = null } = runtime ?? {};
    tell({ kind: "end", passed, checks: results.length, seconds, variant, threads, singleThreadBecause });
  } catch (error) {
    tell({ kind: "failed", problem: (error as Error).message });
  }
});

function tell(message: FromSelfTest): void {
  postMessage(message);
}
