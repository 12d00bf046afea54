// The pool: one job at a time, cut evenly among the calling thread and the workers.
//
// Everything goes through a control block of shared memory; no message is posted after the start. The caller
// writes the job, raises the epoch, does its own share, and waits until nobody remains.

import { RuntimeError } from "../tensor/errors.ts";
import { loadKernels } from "./kernels.ts";

/** Words of the control block; worker_source.ts has the same numbers. */
const CONTROL = {
  epoch: 0,
  remaining: 1,
  kernel: 2,
  count: 3,
  threads: 4,
  argc: 5,
  scratchBytes: 6,
  failed: 7,
  /** One a thread: the epoch of the last job that somebody took up in its place. */
  claims: 16,
} as const;
const ARGS_BYTES = 1024;
const MAX_ARGS = 64;
/** As many claims as fit before the arguments. */
export const MAX_THREADS = ARGS_BYTES / 4 - CONTROL.claims;
const SPINS = 20_000;
const PATIENCE_MS = 50;
/** A worker that misses this many jobs running is taken for dead. */
const MISSES_ALLOWED = 20;
/** A share that somebody took up and has not finished after this long never will be. */
const LOST_MS = 60_000;

export class Pool {
  readonly control = new SharedArrayBuffer(ARGS_BYTES + MAX_ARGS * 8);
  private readonly words = new Int32Array(this.control, 0, ARGS_BYTES / 4);
  private readonly args = new Float64Array(this.control, ARGS_BYTES);
  private readonly kernels = Object.values(loadKernels().kernels) as ((...args: number[]) => void)[];
  private readonly indices = new Map(Object.keys(loadKernels().kernels).map((name, index) => [name, index]));
  private misses = 0;

  /** @param threads with the calling one, at least 2 */
  constructor(readonly threads: number) {}

  /** Whether workers keep missing their jobs: they are gone, and the pool is of no more use. */
  get isDead(): boolean {
    return this.misses > MISSES_ALLOWED;
  }

  /**
   * Runs a kernel over [0, count).
   *
   * @param scratchBytes where above 0, the last argument is an address, and thread t gets t·scratchBytes more
   * @throws {RuntimeError} a thread trapped, or died within the kernel
   */
  run(kernel: string, count: number, args: readonly number[], scratchBytes: number): void {
    const { words } = this;
    const index = this.indices.get(kernel) as number;
    words[CONTROL.kernel] = index;
    words[CONTROL.count] = count;
    words[CONTROL.threads] = this.threads;
    words[CONTROL.argc] = args.length;
    words[CONTROL.scratchBytes] = scratchBytes;
    words[CONTROL.failed] = 0;
    this.args.set(args);
    Atomics.store(words, CONTROL.remaining, this.threads - 1);
    const epoch = Atomics.add(words, CONTROL.epoch, 1) + 1;
    Atomics.notify(words, CONTROL.epoch);
    try {
      this.runShare(0);
    } finally {
      // Even then: the others still write to memory that the caller is about to give back.
      this.waitForOthers(epoch | 0);
    }
    if (words[CONTROL.failed]) {
      throw new RuntimeError(`parallelFor: ${kernel} failed in a worker thread; the result is incomplete.`, { kernel });
    }
  }

  /** Lets the workers end. */
  stop(): void {
    this.words[CONTROL.kernel] = -1;
    Atomics.add(this.words, CONTROL.epoch, 1);
    Atomics.notify(this.words, CONTROL.epoch);
  }

  /** The share of thread t, run by whoever calls this. */
  private runShare(t: number): void {
    const { words } = this;
    const args = Array.from(this.args.subarray(0, words[CONTROL.argc]));
    if (words[CONTROL.scratchBytes] > 0) args[args.length - 1] += t * words[CONTROL.scratchBytes];
    const share = (i: number): number => Math.floor((words[CONTROL.count] * i) / this.threads);
    if (share(t) < share(t + 1)) this.kernels[words[CONTROL.kernel]](...args, share(t), share(t + 1));
  }

  private waitForOthers(epoch: number): void {
    const { words } = this;
    const started = performance.now();
    for (let spins = 0; Atomics.load(words, CONTROL.remaining) > 0; spins++) {
      if (spins < SPINS) continue;
      const waited = Atomics.wait(words, CONTROL.remaining, Atomics.load(words, CONTROL.remaining), PATIENCE_MS);
      if (waited !== "timed-out") continue;
      if (this.takeOver(epoch)) continue;
      if (performance.now() - started > LOST_MS) {
        throw new RuntimeError("parallelFor: a worker thread died within a kernel; the result is incomplete.");
      }
    }
    if (performance.now() - started < PATIENCE_MS) this.misses = 0;
  }

  /** Does the shares that nobody has begun: a worker may be dead, or late by a time slice. */
  private takeOver(epoch: number): boolean {
    const { words } = this;
    let found = false;
    for (let t = 1; t < this.threads; t++) {
      const previous = Atomics.load(words, CONTROL.claims + t);
      if (previous === epoch) continue;
      if (Atomics.compareExchange(words, CONTROL.claims + t, previous, epoch) !== previous) continue;
      this.runShare(t);
      Atomics.sub(words, CONTROL.remaining, 1);
      this.misses++;
      found = true;
    }
    return found;
  }
}
