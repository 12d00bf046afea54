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
import { BackOff, LATE_MS } from "./back_off.ts";
import { loadKernels } from "./kernels.ts";
import {
  ARGC,
  ARGS_BYTES,
  COUNT,
  FAILED,
  HELPERS,
  KERNEL,
  PENDING,
  PIECE_BITS,
  PIECE_MASK,
  PIECES,
  SCRATCH_BYTES,
  SLEEPERS,
  STOPPED,
  TICKET,
} from "./worker_source.ts";

const MAX_ARGS = 64;
export const MAX_THREADS = 240;
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
  private readonly backOff: BackOff;

  /** @param threads with the calling one, at least 2 */
  constructor(readonly threads: number) {
    this.backOff = new BackOff(threads - 1);
    this.words[HELPERS] = threads - 1;
  }

  /**
   * Runs a kernel over [0, count), shared with the workers unless all of them pause.
   *
   * @param scratchBytes where above 0, the last argument is an address, and thread t gets t·scratchBytes more
   * @throws {RuntimeError} a thread trapped, or ended within the kernel; what the kernel writes is incomplete then
   */
  run(kernel: string, count: number, args: readonly number[], scratchBytes: number): void {
    const { backOff } = this;
    const index = this.indices.get(kernel) as number;
    backOff.begin(performance.now());
    this.admit(backOff.helpers);
    if (backOff.helpers > 0) this.share(kernel, index, count, args, scratchBytes);
    else this.kernels[index](...args, 0, count);
  }

  private share(kernel: string, index: number, count: number, args: readonly number[], scratchBytes: number): void {
    const { words } = this;
    const pieces = Math.min(count, this.threads * PIECES_PER_THREAD, PIECE_MASK);
    words[KERNEL] = index;
    words[COUNT] = count;
    words[PIECES] = pieces;
    words[ARGC] = args.length;
    words[SCRATCH_BYTES] = scratchBytes;
    words[FAILED] = 0;
    this.args.set(args);
    Atomics.store(words, PENDING, pieces);
    const start = performance.now();
    this.open(pieces);
    let own: number;
    try {
      own = this.work(index, count, pieces, args);
    } catch (error) {
      this.abandon();
      this.waitForOthers(); // who still write to memory that the caller is about to give back
      throw error;
    }
    const end = performance.now();
    this.waitForOthers();
    this.judge(own, pieces, end - start, performance.now() - end);
    const isLost = words[PENDING] > 0;
    if (!isLost && !words[FAILED]) return;
    throw new RuntimeError(
      `parallelFor: ${kernel} ${isLost ? "lost" : "failed in"} a worker thread; the result is incomplete. Compute it again, or load what it changes.`,
      { kernel },
    );
  }

  /** A launch was late where it was long and nobody helped, or the caller was put aside, or waited for longer than two pieces take. */
  private judge(own: number, pieces: number, workedMs: number, waitedMs: number): void {
    const timeMs = workedMs + waitedMs;
    const isWhole = own % pieces === 0;
    if (timeMs > LATE_MS && (isWhole || waitedMs > LATE_MS + (2 * workedMs) / own)) {
      this.backOff.late(performance.now(), waitedMs);
    } else if (!isWhole) {
      this.backOff.onTime(timeMs);
    }
  }

  private admit(helpers: number): void {
    const { words } = this;
    const before = words[HELPERS];
    if (before === helpers) return;
    Atomics.store(words, HELPERS, helpers);
    if (helpers > before) Atomics.notify(words, HELPERS);
  }

  /** Lets the workers end. */
  stop(): void {
    this.words[STOPPED] = 1;
    this.admit(MAX_THREADS);
    this.open(0);
  }

  private open(pieces: number): void {
    const { words } = this;
    this.job++;
    Atomics.store(words, TICKET, (this.job << PIECE_BITS) | pieces);
    if (Atomics.load(words, SLEEPERS) > 0) Atomics.notify(words, TICKET);
  }

  /** Claims pieces, one after another, until none is left. @returns how many */
  private work(index: number, count: number, pieces: number, args: readonly number[]): number {
    const { words } = this;
    const kernel = this.kernels[index];
    const list = [...args, 0, 0];
    for (let own = 0; ; ) {
      const ticket = Atomics.load(words, TICKET);
      const left = ticket & PIECE_MASK;
      if (left === 0) return own;
      if (Atomics.compareExchange(words, TICKET, ticket, ticket - 1) !== ticket) continue;
      const piece = pieces - left;
      list[args.length] = Math.floor((count * piece) / pieces);
      list[args.length + 1] = Math.floor((count * (piece + 1)) / pieces);
      kernel.apply(null, list);
      Atomics.sub(words, PENDING, 1);
      own++;
    }
  }

  /** After a piece failed on the caller's thread: nobody need do the rest. */
  private abandon(): void {
    const { words } = this;
    const left = Atomics.exchange(words, TICKET, this.job << PIECE_BITS) & PIECE_MASK;
    Atomics.sub(words, PENDING, left + 1);
  }

  private waitForOthers(): void {
    const { words, hasEnded } = this;
    let patience = PATIENCE_MS;
    for (let spins = 0; ; spins++) {
      const pending = Atomics.load(words, PENDING);
      if (pending <= 0) return;
      if (spins < SPINS || Atomics.wait(words, PENDING, pending, patience) !== "timed-out") continue;
      if (hasEnded.some((ended) => ended())) break;
      patience *= 2; // each question leaves a closed port to the event loop
    }
    this.stop();
    this.isOver = true;
    while (!hasEnded.every((ended) => ended())) Atomics.wait(words, STOPPED, 1, 5);
  }
}
