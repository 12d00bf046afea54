// Storms of setThreads(1..8), some awaited and some not, while steps are computed and memory grows: the last call's number
// holds, and every bit is right.

import { runtimeInfo, setThreads, zeros } from "../../lib/index.ts";
import { between, type Chaos } from "./chaos.ts";
import { digestAfter, startTraining, type TrainingKind } from "./training.ts";

const [LEAST_CALLS, MOST_CALLS] = [2, 6];

export const stormThreads: Chaos = async function* (times, random) {
  await setThreads(1);
  const kind: TrainingKind = "CNN, AdamW";
  const right = Array.from({ length: MOST_CALLS + 1 }, (_, steps) => digestAfter(kind, steps));
  for (let i = 0; i < times; i++) {
    const calls = Array.from({ length: between(random, LEAST_CALLS, MOST_CALLS) }, () => between(random, 1, 8));
    const what = `setThreads of ${calls.join(", ")}`;
    using training = startTraining(kind);
    const pending: Promise<number>[] = [];
    for (const [k, threads] of calls.entries()) {
      pending.push(setThreads(threads));
      if (random() < 0.3) await pending[k];
      else if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, 5 * random()));
      // 1 to 8 MB, which now and then is more than there is.
      using _ = zeros([between(random, 2 ** 18, 2 ** 21)]);
      training.step(k);
    }
    const given = await Promise.all(pending);
    const faults = [
      given.join() === calls.join() ? "" : `they gave ${given.join(", ")}`,
      runtimeInfo().threads === calls.at(-1) ? "" : `${runtimeInfo().threads} threads take part`,
      training.digest() === right[calls.length] ? "" : "wrong bits",
    ].filter(Boolean);
    yield faults.length === 0 ? { what, verdict: "right" } : { what, verdict: "fault", why: faults.join("; ") };
  }
  await setThreads(1);
};
