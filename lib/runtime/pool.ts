// The pool: one job at a time, cut into pieces that the calling thread and the workers claim as they get to them.
//
// Everything goes through a control block of shared memory; no message is posted after the start. The caller
// writes the job, opens it by the ticket (its number and how many pieces are left, in one word), claims pieces like
// everybody else, and waits for those that others have begun. So a worker that is late, busy elsewhere or dead costs
// nothing but its help. None can claim a piece of a job that is over, or run one with the next job's arguments: a
// claim succeeds only while that job's ticket is there and not at zero, arguments are read after it, and until the
// piece is done the job is not rewritten.
//
// A worker that has begun a piece is waited for as long as it lives: it may be late, or the whole process stopped for a
// minute, and no clock can tell that from death. Whether it lives the host says; see threads.ts. Once one has ended
// in the middle of a piece, the others are sent home and waited for, so that nobody writes to memory any more when the
// caller gets the error.

import { RuntimeError } from "../base/errors.ts";
import { loadKernels } from "./kernels.ts";

/** Words of the control block; worker_source.ts has the same numbers. Each word that many threads write has its own cache line. */
const CONTROL = {
  /** The job's number in the upper 24 bits, the pieces that nobody has claimed in the lower 8. */
  ticket: 0,
  /** Pieces that are not finished. */
  pending: 16,
  /** Workers that sleep. */
  sleepers: 32,
  kernel: 48,
  count: 49,
  pieces: 50,
  argc: 51,
  scratchBytes: 52,
  failed: 53,
  /** Not 0: the workers are to end. */
  stopped: 54,
} as const;
const ARGS_BYTES = 256;
const MAX_ARGS = 64;
export const MAX_THREADS = 240;
const PIECE_BITS = 8;
const PIECE_MASK = 255;
/** Enough that a thread held up for a while holds up nobody else. */
const PIECES_PER_THREAD = 4;
const SPINS = 20_000;
const PATIENCE_MS = 50;

export class Pool {
  readonly control = new SharedArrayBuffer(ARGS_BYTES + MAX_ARGS * 8);
  private readonly words = new Int32Array(this.control, 0, ARGS_BYTES / 4);
  private readonly args = new Float64Array(this.control, ARGS_BYTES);
  private readonly kernels = Object.values(loadKernels().kernels) as ((...args: number[]) => void)[];
  private readonly indices = new Map(Object.keys(loadKernels().kernels).map((name, index) => [name, index]));
  /** For each worker, whether its thread has ended: then it writes to nothing any more. Where the host cannot say, never. */
  readonly hasEnded: (() => boolean)[] = [];
  /** Nobody is left to help. */
  isOver = false;
  private job = 0;

  /** @param threads with the calling one, at least 2 */
  constructor(readonly threads: number) {}

  /**
   * Runs a kernel over [0, count).
   *
   * @param scratchBytes where above 0, the last argument is an address, and thread t gets t·scratchBytes more
   * @throws {RuntimeError} a thread trapped, or ended within the kernel; what the kernel writes is incomplete then
   */
  run(kernel: string, count: number, args: readonly number[], scratchBytes: number): void {
    const { words } = this;
    const index = this.indices.get(kernel) as number;
    const pieces = Math.min(count, this.threads * PIECES_PER_THREAD, PIECE_MASK);
    words[CONTROL.kernel] = index;
    words[CONTROL.count] = count;
    words[CONTROL.pieces] = pieces;
    words[CONTROL.argc] = args.length;
    words[CONTROL.scratchBytes] = scratchBytes;
    words[CONTROL.failed] = 0;
    this.args.set(args);
    Atomics.store(words, CONTROL.pending, pieces);
    this.open(pieces);
    try {
      this.work(index, count, pieces, args);
    } catch (error) {
      this.abandon();
      throw error;
    } finally {
      // Even then: the others still write to memory that the caller is about to give back.
      this.waitForOthers();
    }
    const isLost = words[CONTROL.pending] > 0;
    if (!isLost && !words[CONTROL.failed]) return;
    const remedy = "what it writes is incomplete. Compute that again, or load the weights and the optimizer's state.";
    throw new RuntimeError(`parallelFor: ${kernel} ${isLost ? "lost" : "failed in"} a worker thread; ${remedy}`, {
      kernel,
    });
  }

  /** Lets the workers end. */
  stop(): void {
    this.words[CONTROL.stopped] = 1;
    this.open(0);
  }

  private open(pieces: number): void {
    const { words } = this;
    this.job++;
    Atomics.store(words, CONTROL.ticket, (this.job << PIECE_BITS) | pieces);
    if (Atomics.load(words, CONTROL.sleepers) > 0) Atomics.notify(words, CONTROL.ticket);
  }

  /** Claims pieces, one after another, until none is left. */
  private work(index: number, count: number, pieces: number, args: readonly number[]): void {
    const { words } = this;
    const kernel = this.kernels[index];
    const list = [...args, 0, 0];
    for (;;) {
      const ticket = Atomics.load(words, CONTROL.ticket);
      const left = ticket & PIECE_MASK;
      if (left === 0) return;
      if (Atomics.compareExchange(words, CONTROL.ticket, ticket, ticket - 1) !== ticket) continue;
      const piece = pieces - left;
      list[args.length] = Math.floor((count * piece) / pieces);
      list[args.length + 1] = Math.floor((count * (piece + 1)) / pieces);
      kernel.apply(null, list);
      Atomics.sub(words, CONTROL.pending, 1);
    }
  }

  /** After a piece failed on the caller's thread: nobody need do the rest. */
  private abandon(): void {
    const { words } = this;
    const left = Atomics.exchange(words, CONTROL.ticket, this.job << PIECE_BITS) & PIECE_MASK;
    Atomics.sub(words, CONTROL.pending, left + 1);
  }

  private waitForOthers(): void {
    const { words, hasEnded } = this;
    for (let spins = 0; ; spins++) {
      const pending = Atomics.load(words, CONTROL.pending);
      if (pending <= 0) return;
      if (spins < SPINS || Atomics.wait(words, CONTROL.pending, pending, PATIENCE_MS) !== "timed-out") continue;
      if (hasEnded.some((ended) => ended())) break;
    }
    this.stop();
    this.isOver = true;
    while (!hasEnded.every((ended) => ended())) Atomics.wait(words, CONTROL.stopped, 1, 1);
  }
}
