// The page's side of the reader: starts the worker, gives it what is to be read, and holds what it says, as signals.

import { batch, computed, signal } from "@preact/signals";
import type { ModelName } from "../../models/index.ts";
import { fetchBytes, kernelsUrl, WEIGHTS } from "./files.ts";
import { Latencies } from "./latencies.ts";
import type { FromReader, NetworkCard, Origin, OwnOrigin, Reading, Subject, ToReader } from "./messages.ts";
import { Newest } from "./newest.ts";
import { keepOwnWeights, ownWeights } from "./own_weights.ts";

/** The networks that are ready. */
export const cards = signal<Readonly<Partial<Record<ModelName, NetworkCard>>>>({});
/** Of the newest drawing; null while there is none, or nothing in it to read. */
export const reading = signal<Reading | null>(null);
/** Milliseconds that each network takes: the median of its last answers. */
export const latencies = signal<Readonly<Partial<Record<ModelName, number>>>>({});
/** Why the newest drawing is not read. */
export const problem = signal<string | null>(null);
/** Why nothing is read: the reader did not start, or ended; null while it works. */
export const failure = signal<string | null>(null);
/** Why weights that were kept are not read with any more; null where all are. */
export const refusal = signal<string | null>(null);
export const isReady = computed(() => Object.keys(cards.value).length > 0);
export const NETWORK_NAMES: readonly ModelName[] = WEIGHTS.map(({ name }) => name);

const measured = new Latencies();
let worker: Worker | null = null;
let requests = new Newest<number>(post);
/** Its number counts up: what is said of an older subject comes too late. */
let newest: { readonly id: number; readonly subject: Subject | null } = { id: 0, subject: null };
let sentId: number | null = null;
/** Who waits for what becomes of weights, in the order in which the worker was given them. */
const given: { resolve(): void; reject(reason: Error): void }[] = [];

/** Loads kernels and networks, anew if they were before; the smallest network answers while the others load. */
export async function startReader(): Promise<void> {
  worker?.terminate();
  batch(() => {
    failure.value = null;
    cards.value = {};
  });
  requests = new Newest(post);
  if (newest.subject) requests.offer(newest.id);
  try {
    const files = [fetchBytes(kernelsUrl("reading")), fetchBytes(WEIGHTS[0].url)];
    worker = new Worker(new URL("./reader_worker.ts", import.meta.url), { type: "module", name: "reader" });
    worker.onmessage = ({ data }: MessageEvent<FromReader>) => batch(() => take(data));
    worker.onerror = () => fail("The part of the page that computes did not start.");
    const [kernels, first] = await Promise.all(files);
    tell({ kind: "kernels", kernels }, [kernels]);
    await Promise.all(
      WEIGHTS.map(async ({ name, url }, i) => {
        const shipped = (): Promise<void> => give(name, "shipped", i === 0 ? first : fetchBytes(url));
        const own = await ownWeights(name);
        if (!own) return shipped();
        return give(name, own.origin, own.weights.buffer).catch((error: Error) => {
          refusal.value = error.message;
          return shipped();
        });
      }),
    );
  } catch (error) {
    fail((error as Error).message);
  }
}

/**
 * Reads with these weights from now on, also after a reload, by the name of the network that they are of.
 *
 * @param weights a safetensors file as `mnist train` and this page write it; null: the shipped ones again
 * @param origin  what its card says of them
 * @throws {Error} one line for people: they cannot be used, and what was read with before still is
 */
export async function readWith(
  name: ModelName,
  weights: Uint8Array | null,
  origin: OwnOrigin = "trained",
): Promise<void> {
  if (failure.value !== null) throw new Error(failure.value);
  if (!isReady.value) throw new Error("The networks are on their way. Try again in a moment.");
  const own = weights && { origin, weights: weights.slice() };
  await give(name, own?.origin ?? "shipped", own ? own.weights.slice().buffer : fetchBytes(shippedUrl(name)));
  refusal.value = null;
  await keepOwnWeights(name, own);
}

export function shippedUrl(name: ModelName): string {
  return (WEIGHTS.find((each) => each.name === name) ?? WEIGHTS[0]).url;
}

/** @returns when the worker reads with them */
async function give(name: ModelName, origin: Origin, file: ArrayBuffer | Promise<ArrayBuffer>): Promise<void> {
  const weights = await file;
  return new Promise((resolve, reject) => {
    given.push({ resolve, reject });
    tell({ kind: "network", name, weights, origin }, [weights]);
  });
}

/** @param subject null: nothing is drawn any more. What is said of an older one is not shown */
export function read(subject: Subject | null): void {
  newest = { id: newest.id + 1, subject };
  if (subject) requests.offer(newest.id);
  else batch(forget);
}

function forget(): void {
  reading.value = null;
  problem.value = null;
}

/** Sends what is the newest by now. */
function post(): void {
  const { id, subject } = newest;
  sentId = id;
  if (subject) tell({ kind: "read", id, subject });
  else requests.done();
}

function tell(message: ToReader, transfer: Transferable[] = []): void {
  worker?.postMessage(message, transfer);
}

function take(message: FromReader): void {
  if (message.kind === "ready") {
    given.shift()?.resolve();
    const wasReady = isReady.value;
    cards.value = { ...cards.value, [message.card.name]: message.card };
    if (!wasReady) requests.done();
    return;
  }
  if (message.kind === "refused") {
    given.shift()?.reject(new Error(message.problem));
    return;
  }
  if (message.kind === "failed" && message.id === null) {
    fail(message.problem);
    return;
  }
  if (message.id === newest.id) {
    forget();
    if (message.kind === "failed") problem.value = message.problem;
    else if (message.reading.isBlank) problem.value = "No digit was found.";
    else {
      latencies.value = measured.add(message.reading.answers);
      reading.value = message.reading;
    }
  }
  // Once more, of what was answered before, when another network is ready: that ends no request.
  if (message.id !== sentId) return;
  sentId = null;
  requests.done();
}

/** The first reason is the one that explains the others. */
function fail(why: string): void {
  failure.value ??= why;
  for (const { reject } of given.splice(0)) reject(new Error(why));
}
