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
  MessageChannel: typeof MessageChannel;
  receiveMessageOnPort(port: MessagePort): unknown;
}

/** What V8 reserves for a worker's heap and code is 0.6 GiB of addresses. */
const WORKER_ADDRESSES = 2 ** 30;

const URL_RULE: Rule = {
  says: "a URL, or the text of one",
  holds: (value) => typeof value === "string" || Object.prototype.toString.call(value) === "[object URL]",
};

let pool: Pool | null = null;
let workers: HostWorker[] = [];
let singleBecause: string | null = "setThreads() was not called";
/** Where WORKER_SOURCE is found, once it was needed: a blob is held as long as its address. */
let blobUrl: string | null = null;
/** The latest call of setThreads; the next begins when it is done. */
let lastCall: Promise<unknown> = Promise.resolve();

/** The pool, where there is one. */
export function currentPool(): Pool | null {
  if (pool?.isOver) {
    pool = null;
    singleBecause = "a worker ended by itself";
  }
  return pool;
}

/** Threads that take part, the calling one included. */
export function threadCount(): number {
  return currentPool()?.threads ?? 1;
}

/** Why everything runs on the calling thread; null where it does not. */
export function whySingleThread(): string | null {
  return currentPool() ? null : singleBecause;
}

/**
 * Sets how many threads take part in every operation, the calling one included. The results are the same, to
 * the bit, whatever their number.
 *
 * Needs shared memory: Node has it; a page must be cross-origin isolated and run the library in a worker, since
 * a page's own thread must not wait. Without it everything runs in one thread, and
 * `runtimeInfo().singleThreadBecause` says why. Idle workers sleep, and keep no process alive.
 *
 * Await it before the next operation. Calls that are not awaited take turns, and the last one's number holds.
 *
 * A browser's worker that ends gives its threads back first, by `setThreads(1)`, and closes itself a second later, rather than
 * being terminated: nothing says when a browser's thread has ended, and Chromium never frees a worker that closes before its
 * threads have.
 *
 * @param threads how many, an integer ≥ 1, or "auto" for the machine's processors
 * @param options.workerUrl the worker's script (simdgrad/worker.js), for pages whose CSP forbids blob workers
 * @returns how many take part now
 * @throws {OptionError} not an integer from 1 to 240, or an option of another name
 * @throws {RuntimeError} the host cannot run the kernels
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
  const { workerUrl } = options;
  const call = lastCall.then(() => changePool(wanted, workerUrl));
  lastCall = call.catch(() => {});
  return call;
}

async function changePool(wanted: number, url?: string | URL): Promise<number> {
  await endPool();
  singleBecause = wanted === 1 ? "one thread was asked for" : whyNoThreads(wanted);
  if (singleBecause) return 1;
  try {
    const next = new Pool(wanted);
    // All in one step: where one cannot be started, those before it have begun, and nobody waits for them.
    await Promise.all(Array.from({ length: wanted - 1 }, async (_, i) => startWorker(next, i + 1, url)));
    pool = next;
  } catch (error) {
    await endPool();
    singleBecause = `a worker did not start: ${deniedReason(error) ?? problemOf(error)}`;
  }
  return threadCount();
}

/** Between two operations no worker has anything to write: it can be ended at once. */
async function endPool(): Promise<void> {
  pool?.stop();
  pool = null;
  const ended = workers.map((worker) => worker.terminate());
  workers = [];
  await Promise.all(ended);
}

function processors(): number {
  return (
    (globalThis.navigator as Navigator | undefined)?.hardwareConcurrency ??
    nodeBuiltin("node:os")?.availableParallelism() ??
    1
  );
}

function whyNoThreads(wanted: number): string | null {
  const { unsharedBecause } = loadKernels();
  if (unsharedBecause) return unsharedBecause;
  if (typeof document !== "undefined") return "a page's own thread must not wait; run the library in a worker";
  if (!nodeThreads() && typeof Worker === "undefined") return "the host has no workers";
  if (addressesLeft() < (wanted - 1) * WORKER_ADDRESSES)
    return "too few addresses are left; raise the limit (ulimit -v)";
  return null;
}

/** @returns when it takes jobs */
function startWorker(target: Pool, index: number, url?: string | URL): Promise<unknown> {
  const { module, memory } = loadKernels();
  const data = { module, memory, control: target.control, index };
  const node = nodeThreads();
  if (node) {
    const { port1, port2 } = new node.MessageChannel();
    const hasEnded = isClosed(port1, node);
    if (!hasEnded()) target.hasEnded.push(hasEnded); // it has not begun: a host that says otherwise cannot be asked
    const workerData = { ...data, alive: port2 };
    const options = { eval: true, workerData, transferList: [port2], execArgv: [], name: "simdgrad" };
    const worker = new node.Worker(WORKER_SOURCE, options);
    workers.push(worker);
    return new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("it ended at once")));
    }).finally(() => worker.unref());
  }
  if (!url) blobUrl ??= URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
  const worker = new Worker(url ?? (blobUrl as string));
  workers.push(worker);
  worker.postMessage(data);
  return new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = (event) => reject(new Error(event.message || "the browser refused its script"));
  });
}

/**
 * Whether the thread that holds the other end of a port has ended, asked without the event loop, which does not run while
 * an operation waits for its workers. Node closes a thread's ports once nothing runs in it any more; a port whose other
 * end was closed closes as soon as it is read from, and a closed one cannot be passed on. Pages need not ask: their workers
 * end when they do.
 */
function isClosed(port: MessagePort, { receiveMessageOnPort }: NodeThreads): () => boolean {
  return () => {
    receiveMessageOnPort(port);
    try {
      port = structuredClone(port, { transfer: [port] });
      return false;
    } catch {
      return true;
    }
  };
}

/** Bytes that the process may still reserve, where Linux limits them: V8 aborts where a thread finds none. */
function addressesLeft(): number {
  try {
    const read = (file: string): string => nodeBuiltin("node:fs").readFileSync(`/proc/self/${file}`, "latin1");
    const [, limit] = /space +(\d+)/.exec(read("limits")) as RegExpExecArray;
    return Number(limit) - 4096 * Number.parseInt(read("statm"), 10);
  } catch {
    return Number.POSITIVE_INFINITY; // no limit, another system, or a folder that may not be read
  }
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
