// The self-test: a worker with kernels of its own, which are checked in every operation against plain f64 references.

import { setThreads, useKernels } from "../../lib/index.ts";
import { selfTest } from "../../lib/selftest/index.ts";
import { endWithThreads } from "../workers/end_with_threads.ts";
import type { FromSelfTest, ToSelfTest } from "./self_test_messages.ts";

addEventListener("message", async ({ data: { kernels, poolUrl } }: MessageEvent<ToSelfTest>) => {
  try {
    useKernels(kernels);
    await setThreads("auto", { workerUrl: poolUrl });
    const { passed, results, seconds, runtime } = await selfTest({
      onCheck: (check) => tell({ kind: "check", check }),
    });
    const { threads = 1, variant = "none", singleThreadBecause = null } = runtime ?? {};
    tell({ kind: "end", passed, checks: results.length, seconds, variant, threads, singleThreadBecause });
  } catch (error) {
    tell({ kind: "failed", problem: (error as Error).message });
  } finally {
    await endWithThreads();
  }
});

function tell(message: FromSelfTest): void {
  postMessage(message);
}
