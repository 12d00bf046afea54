// One kind of chaos in a process by itself, a line of JSON for each attack: bench/soak_threads.ts starts it, and ends it where
// it hangs.

import process from "node:process";
import { setThreads } from "../../lib/index.ts";
import { enableRelaxedSimd } from "../../lib/runtime/relaxed_simd.node.ts";
import { print } from "../print.ts";
import { type Chaos, randomOf } from "./chaos.ts";
import { failAllocations } from "./failing_allocations.ts";
import { loseWorkers } from "./lost_workers.ts";
import { stormThreads } from "./thread_storms.ts";
import { digestAfter } from "./training.ts";

/** Trains again and again on so many threads, and says each time which weights came of it; until it is ended. */
async function trainForever(threads: number): Promise<never> {
  const STEPS = 3;
  print(JSON.stringify({ right: digestAfter("CNN, AdamW", STEPS) }));
  await setThreads(threads);
  for (;;) {
    print(JSON.stringify({ digest: digestAfter("CNN, AdamW", STEPS) }));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const CHAOS: Readonly<Record<string, Chaos>> = { lost: loseWorkers, storms: stormThreads, memory: failAllocations };

enableRelaxedSimd();
const [kind, times, seed] = process.argv.slice(2);
if (kind === "train") await trainForever(Number(times));
for await (const attack of CHAOS[kind](Number(times), randomOf(Number(seed)))) {
  print(JSON.stringify(attack));
}
