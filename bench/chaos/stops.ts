// SIGSTOP and SIGCONT at random moments of a training on many threads: no thread is taken for dead, and every bit is right.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { between, type Chaos } from "./chaos.ts";

const [LEAST_MS, MOST_MS] = [1, 150];

/** A process of bench/chaos/main.ts that trains, and what it says. */
export interface TrainingProcess {
  child: ChildProcess;
  /** Digests since the last call; the right one, once it is known. */
  taken(): { right: string | null; digests: string[] };
  /** How it ended, if it has. */
  ended(): string | null;
}

/** @param longMs how long the last stop takes; 0 for none that is longer than the others */
export function stopTraining(training: TrainingProcess, longMs: number): Chaos {
  return async function* (times, random) {
    const { child } = training;
    for (let i = 0; i < times; i++) {
      const isLong = i === times - 1 && longMs > 0;
      const ms = isLong ? longMs : between(random, LEAST_MS, MOST_MS);
      await sleep(between(random, 1, 300));
      child.kill("SIGSTOP");
      await sleep(ms);
      child.kill("SIGCONT");
      const what = `stopped for ${ms} ms`;
      const { right, digests } = await nextDigests(training);
      const wrong = digests.filter((digest) => digest !== right);
      const why = training.ended() ?? (wrong.length > 0 ? `wrong bits: ${wrong[0]}, expected ${right}` : "");
      yield why === "" ? { what, verdict: "right" } : { what, verdict: "fault", why };
      if (training.ended() !== null) return;
    }
    child.kill("SIGKILL");
    if (training.ended() === null) await once(child, "close");
  };
}

/** At least one training that ended after the stop. */
async function nextDigests(training: TrainingProcess): Promise<{ right: string | null; digests: string[] }> {
  const all = training.taken();
  for (let more = 0; more < 2 && training.ended() === null; ) {
    await sleep(5);
    const { right, digests } = training.taken();
    all.right = right;
    all.digests.push(...digests);
    if (digests.length > 0) more++;
  }
  return all;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
