// PictureThread: decodes pictures beside the event loop, one at a time, in a thread that is ended when one takes too long.
//
//   submit → waits, at most maxWaiting → the thread → content | problem
//                │ deadline, client left     │ deadline: ended, and another started for those that wait
//
// It starts with the first picture that needs it, and ends when none came for a while: most servers see small PNGs only, and a
// function of AWS Lambda does not pay for it as it starts. A thread that dies takes along what it held, and nothing else.

import { Worker } from "node:worker_threads";
import { clientLeft, deadlinePassed, Problem, unavailable } from "../http/problem.ts";
import type { WorkLimits } from "../inference/work_limits.ts";
import type { PictureContent } from "./picture_reader.ts";
import type { PictureJob, PictureResult } from "./picture_worker.ts";

type AnyContent = PictureContent[keyof PictureContent];

export const MAX_WAITING = 64;
/** However long the request may wait: what takes longer would keep all who wait behind it. Ten times what any should take. */
const MAX_DECODE_MS = 5000;
/** Without work; a thread takes 20 MB and more. */
const IDLE_MS = 30_000;

interface Task {
  readonly job: PictureJob;
  readonly limits: WorkLimits;
  readonly resolve: (content: AnyContent) => void;
  readonly reject: (error: unknown) => void;
  timer?: NodeJS.Timeout;
  onAbort?: () => void;
}

export interface PictureThreadOptions {
  /** Milliseconds for one picture; default 5000. */
  maxDecodeMs?: number;
  /** Pictures that may wait; default 64. */
  maxWaiting?: number;
  /** Milliseconds without work after which the thread ends; default 30,000. */
  idleMs?: number;
  /** The thread's script; default what the build made. */
  script?: string;
}

export class PictureThread {
  private readonly waiting: Task[] = [];
  private running: Task | null = null;
  private worker: Worker | null = null;
  private idleTimer: NodeJS.Timeout | undefined;
  private isStarting = false;
  private isClosed = false;

  constructor(private readonly options: PictureThreadOptions = {}) {}

  /** Whether a thread is there. */
  get isAlive(): boolean {
    return this.worker !== null;
  }

  /** @throws {Problem} as PictureReader says, and 503 where too many wait */
  decode(job: PictureJob, limits: WorkLimits): Promise<AnyContent> {
    const { maxWaiting = MAX_WAITING } = this.options;
    if (limits.signal.aborted) return Promise.reject(clientLeft());
    if (this.isClosed) return Promise.reject(shuttingDown());
    if (this.waiting.length >= maxWaiting) {
      const what = `${this.waiting.length} pictures wait to be decoded. Try again later.`;
      return Promise.reject(unavailable(what, "queue_full"));
    }
    return new Promise((resolve, reject) => {
      const task: Task = { job, limits, resolve, reject };
      task.onAbort = () => this.drop(task, clientLeft());
      task.timer = setTimeout(
        () => this.drop(task, deadlinePassed()),
        Math.max(0, limits.deadlineMs - performance.now()),
      );
      limits.signal.addEventListener("abort", task.onAbort, { once: true });
      this.waiting.push(task);
      this.next();
    });
  }

  /** Ends the thread; what waits is refused. */
  async close(): Promise<void> {
    this.isClosed = true;
    const problem = shuttingDown();
    for (const task of this.waiting.splice(0)) settle(task, () => task.reject(problem));
    if (this.running) settle(this.running, this.running.reject.bind(null, problem));
    this.running = null;
    await this.end();
  }

  private next(): void {
    if (this.running || this.isStarting || this.waiting.length === 0) return;
    clearTimeout(this.idleTimer);
    if (!this.worker) {
      this.isStarting = true;
      void this.start();
      return;
    }
    const task = this.waiting.shift() as Task;
    const { maxDecodeMs = MAX_DECODE_MS } = this.options;
    this.running = task;
    clearTimeout(task.timer);
    const ms = Math.min(maxDecodeMs, task.limits.deadlineMs - performance.now());
    task.timer = setTimeout(() => this.giveUp(task), Math.max(0, ms));
    const bytes = task.job.bytes.slice(); // A request's body is one buffer, which posting a part of it would copy whole.
    this.worker.ref();
    this.worker.postMessage({ ...task.job, bytes }, [bytes.buffer]);
  }

  private async start(): Promise<void> {
    try {
      const script = this.options.script ?? (await import("../../build/picture_worker.js")).PICTURE_WORKER;
      if (this.isClosed) return;
      const worker = new Worker(script, { eval: true, execArgv: [], env: {}, name: "simdgrad pictures" });
      await online(worker); // Only then a picture's time begins.
      if (this.isClosed) return void worker.terminate();
      this.worker = worker;
      worker.unref();
      worker.on("message", (result: PictureResult) => this.finish(worker, result));
      worker.on("error", (error) => this.fail(worker, error.message));
      worker.on("exit", (code) => this.fail(worker, `it ended with ${code}`));
    } catch (error) {
      for (const task of this.waiting.splice(0)) settle(task, () => task.reject(error));
    } finally {
      this.isStarting = false;
      this.next();
    }
  }

  private finish(worker: Worker, result: PictureResult): void {
    if (worker !== this.worker || !this.running) return;
    const task = this.running;
    this.running = null;
    worker.unref();
    settle(task, () => {
      if ("content" in result) task.resolve(result.content);
      else if ("problem" in result) {
        const { status, error, reason } = result.problem;
        task.reject(new Problem(status, error, { reason }));
      } else task.reject(new Error(`decoding ${task.job.name} failed: ${result.failure}`));
    });
    const { idleMs = IDLE_MS } = this.options;
    this.idleTimer = setTimeout(() => void this.end(), idleMs).unref();
    this.next();
  }

  /** The thread is gone, out of memory for instance. */
  private fail(worker: Worker, what: string): void {
    if (worker !== this.worker) return;
    this.worker = null;
    const task = this.running;
    this.running = null;
    if (task) settle(task, () => task.reject(new Error(`decoding ${task.job.name} ended its thread: ${what}`)));
    this.next();
  }

  /** A picture that takes too long: nothing but its thread's end stops it. */
  private giveUp(task: Task): void {
    this.running = null;
    settle(task, () => task.reject(tooSlow()));
    void this.end();
    this.next();
  }

  /** What was not begun; what runs goes on, and nobody listens. */
  private drop(task: Task, problem: Problem): void {
    const at = this.waiting.indexOf(task);
    if (at >= 0) this.waiting.splice(at, 1);
    if (at >= 0) settle(task, () => task.reject(problem));
    else task.reject(problem);
  }

  private async end(): Promise<void> {
    const worker = this.worker;
    clearTimeout(this.idleTimer);
    this.worker = null;
    await worker?.terminate();
  }
}

function settle(task: Task, how: () => void): void {
  clearTimeout(task.timer);
  if (task.onAbort) task.limits.signal.removeEventListener("abort", task.onAbort);
  how();
}

/** When it runs. @throws it failed or ended before */
function online(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("online", resolve).once("error", reject);
    worker.once("exit", (code) =>
      reject(new Error(`the thread that decodes pictures ended with ${code} as it started`)),
    );
  });
}

function tooSlow(): Problem {
  return unavailable("a picture took too long to decode; make it smaller, or try again.", "deadline");
}

function shuttingDown(): Problem {
  return unavailable("the server is shutting down; ask another, or later.", "not_ready");
}
