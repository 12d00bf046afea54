// ImageQueue: images that wait for a network, and go through it in batches of what is there when it is free.
//
// A turn of the event loop runs one batch, of at most 32 images of one model: 3 ms of the CNN on a core of 2020. Between two
// batches the loop reads requests and writes answers. First in, first out; a batch takes what belongs to the model of
// the first in the queue. An image's answer does not depend on the batch around it.
//
// With a delay, a batch that is not full waits for more images: until its oldest image has waited so long, or until the earliest
// deadline in it is as near as the run is long. So a deadline can pass while the network is busy, but not for the delay.

import { clientLeft, deadlinePassed, Problem, unavailable } from "../http/problem.ts";
import { CLASSES, type NetworkOutput, PIXELS } from "./served_model.ts";
import type { WorkLimits } from "./work_limits.ts";

/** What runs images; ServedModel does. */
export interface BatchRunner {
  run(images: Float32Array): NetworkOutput;
}

export interface ImageJob<Runner extends BatchRunner> extends WorkLimits {
  runner: Runner;
  /** [n, 28, 28], normalised; n ≥ 1. */
  images: Float32Array;
}

export interface JobOutput extends NetworkOutput {
  /** Until the first of its images was in a batch. */
  queuedMs: number;
  /** In the network, with whatever was in the same batches. */
  computedMs: number;
}

export interface ImageQueueOptions<Runner extends BatchRunner> {
  /** Images that may wait. */
  maxImages: number;
  /** Images in a batch. */
  maxBatch?: number;
  /** Milliseconds to wait for more images once the network is free. */
  maxDelayMs?: number;
  clock?: () => number;
  /** Told of each batch that was run. */
  onBatch?: (batch: { runner: Runner; images: number; seconds: number }) => void;
}

interface Waiting<Runner extends BatchRunner> extends ImageJob<Runner> {
  count: number;
  /** Images that were run. */
  done: number;
  submittedMs: number;
  output: JobOutput;
  resolve(output: JobOutput): void;
  reject(error: unknown): void;
  onAbort(): void;
}

export const MAX_BATCH = 32;
/** Images a second that are assumed until a batch was measured. */
const FIRST_RATE = 5000;
/** How late timers are: they count whole milliseconds, and fire when the loop comes round. */
const TIMER_MS = 2;

export class ImageQueue<Runner extends BatchRunner> {
  private readonly waiting: Waiting<Runner>[] = [];
  private queued = 0;
  /** In the event loop's next round. */
  private isTurnDue = false;
  /** Runs out when a batch that is not full has waited long enough. */
  private delay: NodeJS.Timeout | undefined;
  private rate = FIRST_RATE;
  private readonly maxImages: number;
  private readonly maxBatch: number;
  private readonly maxDelayMs: number;
  private readonly clock: () => number;
  private readonly onBatch: NonNullable<ImageQueueOptions<Runner>["onBatch"]>;
  private readonly idle: (() => void)[] = [];

  constructor({
    maxImages,
    maxBatch = MAX_BATCH,
    maxDelayMs = 0,
    clock = () => performance.now(),
    onBatch = () => {},
  }: ImageQueueOptions<Runner>) {
    this.maxImages = maxImages;
    this.maxBatch = maxBatch;
    this.maxDelayMs = maxDelayMs;
    this.clock = clock;
    this.onBatch = onBatch;
  }

  /** Images that wait. */
  get length(): number {
    return this.queued;
  }

  get capacity(): number {
    return this.maxImages;
  }

  /** @param elsewhere images that wait to be decoded, and will come @throws {Problem} 503 where no room is left, 413 where none can ever be */
  checkRoom(count: number, elsewhere = 0): void {
    const waiting = this.queued + elsewhere;
    if (waiting + count <= this.maxImages) return;
    if (count > this.maxImages) {
      throw new Problem(413, `${count} images in one request; at most ${this.maxImages} can wait here. Send several requests.`, { reason: "body_too_large" }); // biome-ignore format: one line
    }
    const seconds = Math.max(1, Math.ceil(waiting / this.rate));
    throw unavailable(`the queue is full: ${waiting} images wait. Try again in ${seconds} s.`, "queue_full", seconds);
  }

  /**
   * @returns when all of its images were run
   * @throws {Problem} 503 the queue is full, or the deadline passed before the work was done; 499 the client left
   */
  submit(job: ImageJob<Runner>): Promise<JobOutput> {
    const count = job.images.length / PIXELS;
    this.checkRoom(count);
    return new Promise((resolve, reject) => {
      if (job.signal.aborted) return reject(clientLeft());
      const output = {
        logits: new Float32Array(count * CLASSES),
        probabilities: new Float32Array(count * CLASSES),
        queuedMs: 0,
        computedMs: 0,
      };
      const onAbort = (): void => {
        this.remove(waiting, clientLeft());
        this.schedule();
      };
      const waiting: Waiting<Runner> = {
        ...job,
        ...{ count, done: 0, submittedMs: this.clock(), output, resolve, reject, onAbort },
      };
      job.signal.addEventListener("abort", onAbort, { once: true });
      this.waiting.push(waiting);
      this.queued += count;
      this.schedule();
    });
  }

  /** When nothing waits any more. */
  whenIdle(): Promise<void> {
    return this.waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }

  private schedule(): void {
    clearTimeout(this.delay);
    if (this.isTurnDue || this.waiting.length === 0) return;
    const restMs = this.restMs();
    if (restMs > 0) {
      this.delay = setTimeout(() => this.turn(), restMs);
      return;
    }
    this.isTurnDue = true;
    setImmediate(() => this.turn());
  }

  /** How long the next batch may wait for more images; not above 0 where it is full. */
  private restMs(): number {
    const { maxBatch, maxDelayMs, queued, rate, waiting } = this;
    if (queued >= maxBatch || maxDelayMs === 0) return 0;
    const runMs = (1000 * queued) / rate + TIMER_MS;
    let dueMs = Number.POSITIVE_INFINITY;
    for (const { submittedMs, deadlineMs } of waiting) {
      dueMs = Math.min(dueMs, submittedMs + maxDelayMs, deadlineMs - runMs);
    }
    return dueMs - this.clock();
  }

  private turn(): void {
    this.isTurnDue = false;
    const now = this.clock();
    for (const job of this.waiting.filter(({ deadlineMs }) => deadlineMs <= now)) this.remove(job, deadlinePassed());
    if (this.waiting.length > 0) this.runBatch(now);
    this.schedule();
  }

  private runBatch(startedMs: number): void {
    const { runner } = this.waiting[0];
    const parts: { job: Waiting<Runner>; from: number; to: number }[] = [];
    let size = 0;
    for (const job of this.waiting) {
      if (job.runner !== runner) continue;
      const to = Math.min(job.count, job.done + this.maxBatch - size);
      parts.push({ job, from: job.done, to });
      size += to - job.done;
      if (size === this.maxBatch) break;
    }
    let output: NetworkOutput;
    try {
      output = runner.run(gather(parts, size));
    } catch (error) {
      for (const { job } of parts) this.remove(job, error);
      return;
    }
    const computedMs = this.clock() - startedMs;
    this.rate = 0.9 * this.rate + 0.1 * ((1000 * size) / Math.max(computedMs, 0.01));
    this.onBatch({ runner, images: size, seconds: computedMs / 1000 });
    let row = 0;
    for (const { job, from, to } of parts) {
      const next = row + to - from;
      job.output.logits.set(output.logits.subarray(row * CLASSES, next * CLASSES), from * CLASSES);
      job.output.probabilities.set(output.probabilities.subarray(row * CLASSES, next * CLASSES), from * CLASSES);
      row = next;
      if (from === 0) job.output.queuedMs = startedMs - job.submittedMs;
      job.output.computedMs += computedMs;
      job.done = to;
      this.queued -= to - from;
      if (to === job.count) this.remove(job, null);
    }
  }

  /** @param error null where it is done */
  private remove(job: Waiting<Runner>, error: unknown): void {
    const index = this.waiting.indexOf(job);
    if (index < 0) return;
    this.waiting.splice(index, 1);
    this.queued -= job.count - job.done;
    job.signal.removeEventListener("abort", job.onAbort);
    if (error === null) job.resolve(job.output);
    else job.reject(error);
    if (this.waiting.length === 0) for (const resolve of this.idle.splice(0)) resolve();
  }
}

function gather(
  parts: readonly { job: { images: Float32Array }; from: number; to: number }[],
  size: number,
): Float32Array {
  const [{ job, from, to }] = parts;
  if (parts.length === 1) return job.images.subarray(from * PIXELS, to * PIXELS);
  const images = new Float32Array(size * PIXELS);
  let row = 0;
  for (const part of parts) {
    images.set(part.job.images.subarray(part.from * PIXELS, part.to * PIXELS), row * PIXELS);
    row += part.to - part.from;
  }
  return images;
}
