// setThreads: how many threads take part in an operation.

import { check, checkOptions, integer, type Rule } from "../base/check.ts";
import { problemOf } from "../base/errors.ts";
import { deniedReason } from "../base/permission.ts";
import { loadKernels } from "./kernels.ts";
import { MAX_THREADS, Pool } from "./pool.ts";
import { WORKER_SOURCE } from "./worker_source.ts";

/** What this file needs of Node's or a browser's worker. */
interface HostWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

interface NodeThreads {
  Worker: new (
    source: string,
    options: object,
  ) => HostWorker & {
    once(event: string, listener: (value: unknown) => void): void;
    unref(): void;
  };
  isMainThread: boolean;
}

const URL_RULE: Rule = {
  says: "a URL, or the text of one",
  holds: (value) => typeof value === "string" || Object.prototype.toString.call(value) === "[object URL]",
};

let pool: Pool | null = null;
let workers: HostWorker[] = [];
let singleBecause: string | null = "setThreads() was not called";

/** The pool, where there is one. */
export function currentPool(): Pool | null {
  return pool;
}

/** Threads that take part, the calling one included. */
export function threadCount(): number {
  return pool?.threads ?? 1;
}

/** Why everything runs on the calling thread; null where it does not. */
export function whySingleThread(): string | null {
  return pool ? null : singleBecause;
}

/**
 * Sets how many threads take part in every operation, the calling one included. The results are the same, to
 * the bit, whatever their number.
 *
 * Needs shared memory: Node has it; a page must be cross-origin isolated and run the library in a worker, since
 * a page's own thread must not wait. Without it everything runs in one thread, and
 * `runtimeInfo().singleThreadBecause` says why. Idle workers sleep, and keep no process alive.
 *
 * @param threads how many, an integer ≥ 1, or "auto" for the machine's processors
 * @param options.workerUrl the worker's script (simdgrad/worker.js), for pages whose CSP forbids blob workers
 * @returns how many take part now
 * @throws {OptionError} not an integer from 1 to 240, or an option of another name
 * @example await setThreads("auto");
 */
export async function setThreads(
  threads: number | "auto",
  options: { workerUrl?: string | URL } = {},
): Promise<number> {
  const { says, holds } = integer(1, MAX_THREADS);
  const isValid = (value: unknown): boolean => value === "auto" || holds(value);
  check("setThreads", "threads", threads, { says: `"auto" or ${says}`, holds: isValid });
  checkOptions("setThreads", options, { workerUrl: URL_RULE });
  const wanted = threads === "auto" ? Math.min(processors(), MAX_THREADS) : threads;
  endPool();
  singleBecause = wanted === 1 ? "one thread was asked for" : whyNoThreads();
  if (singleBecause) return 1;
  const next = new Pool(wanted);
  try {
    const started: Promise<unknown>[] = [];
    for (let index = 1; index < wanted; index++) {
      const { worker, ready } = startWorker(next, index, options.workerUrl);
      workers.push(worker);
      ready.catch(() => {}); // where the next cannot be started, nobody waits for this one
      started.push(ready);
    }
    await Promise.all(started);
    pool = next;
  } catch (error) {
    endPool();
    singleBecause = `a worker did not start: ${deniedReason(error) ?? problemOf(error)}`;
  }
  return threadCount();
}

function endPool(): void {
  pool?.stop();
  for (const worker of workers) worker.terminate();
  pool = null;
  workers = [];
}

function processors(): number {
  return (
    (globalThis.navigator as Navigator | undefined)?.hardwareConcurrency ??
    nodeBuiltin("node:os")?.availableParallelism() ??
    1
  );
}

function whyNoThreads(): string | null {
  const { unsharedBecause } = loadKernels();
  if (unsharedBecause) return unsharedBecause;
  if (typeof document !== "undefined") return "a page's own thread must not wait; run the library in a worker";
  if (!nodeThreads() && typeof Worker === "undefined") return "the host has no workers";
  return null;
}

function startWorker(target: Pool, index: number, url?: string | URL): { worker: HostWorker; ready: Promise<unknown> } {
  const { module, memory } = loadKernels();
  const data = { module, memory, control: target.control, index };
  const node = nodeThreads();
  if (node) {
    const worker = new node.Worker(WORKER_SOURCE, { eval: true, workerData: data, execArgv: [], name: "simdgrad" });
    worker.unref();
    const ready = new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", (error) => reject(error));
      worker.once("exit", () => reject(new Error("it ended at once")));
    });
    return { worker, ready };
  }
  const script = url ?? URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
  const worker = new Worker(script);
  const ready = new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = (event) => reject(new Error(event.message || "the browser refused its script"));
  });
  worker.postMessage(data);
  return { worker, ready };
}

function nodeThreads(): NodeThreads | null {
  return nodeBuiltin("node:worker_threads");
}

/** A module of Node's own, without an import that browsers and bundlers would stumble on. Node ≥ 20.16. */
// biome-ignore lint/suspicious/noExplicitAny: the modules' types belong to Node, which the library does not import
function nodeBuiltin(name: string): any {
  const host = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  return host?.getBuiltinModule?.(name) ?? null;
}
