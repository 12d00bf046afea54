// Workers that do what none should: they end in the middle of a kernel, or take long over a piece of it.

import workerThreads, { Worker } from "node:worker_threads";
import { KERNEL } from "../../lib/runtime/worker_source.ts";

const HONEST = `kernels[words[${KERNEL}]].apply(null, list);`;

/** What a worker does instead of its n-th piece: half of that, and then… */
export const SABOTAGE = {
  /** process.exit(). */
  exit: "process.exit(1);",
  /** Fills its heap. */
  memory: "for (const all = []; ; ) all.push(new Array(1000).fill(0.5));",
  /** The end of its script. */
  return: "return;",
  /** A quarter of a second, and the other half. */
  late: `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250); list[argc] = half; list[argc + 1] = to; ${HONEST}`,
  /** An exception, as a trap would be. */
  trap: 'throw new Error("trap");',
} as const;

export type Sabotage = keyof typeof SABOTAGE;

/**
 * From now on workers that start do this in their n-th piece.
 *
 * @param kinds that of the first worker to start, of the second … ; null for an honest one, as all are after them
 * @returns the workers that have started since, and what puts honest ones back
 */
export function sabotageWorkers(
  kinds: readonly (Sabotage | null)[],
  piece = 1,
): { started: Worker[]; [Symbol.dispose](): void } {
  const started: Worker[] = [];
  workerThreads.Worker = class extends Worker {
    constructor(source: string, options: object) {
      const kind = kinds[started.length] ?? null;
      const limits = kind === "memory" ? { resourceLimits: { maxOldGenerationSizeMb: 16 } } : {};
      super(kind === null ? source : sabotaged(source, SABOTAGE[kind], piece), { ...options, ...limits });
      started.push(this);
    }
  } as typeof Worker;
  return {
    started,
    [Symbol.dispose]() {
      workerThreads.Worker = Worker;
    },
  };
}

function sabotaged(source: string, deed: string, piece: number): string {
  if (!source.includes(HONEST)) throw new Error("the worker's script has changed; change sabotageWorkers() too");
  return source.replace(
    HONEST,
    () => `
    globalThis.piece = (globalThis.piece ?? 0) + 1;
    
    if (globalThis.piece === ${piece}) {
      const to = list[argc + 1], half = (list[argc] + to) >> 1;
      list[argc + 1] = half;
      ${HONEST}
      ${deed}
    } else {
      ${HONEST}
    }`,
  );
}
