// The page's side of the reader: gives it what is to be read, and holds what it says, as signals.

import { batch, computed, signal } from "@preact/signals";
import type { ModelName } from "../../models/index.ts";
import { WEIGHTS } from "./files.ts";
import { Latencies } from "./latencies.ts";
import type {
  AllDigits,
  FromReader,
  NetworkCard,
  Origin,
  OwnOrigin,
  Reading,
  SentPicture,
  Subject,
} from "./messages.ts";
import { Newest } from "./newest.ts";
import { keepOwnWeights, type OwnWeights, ownWeights } from "./own_weights.ts";
import { addressOf, listen, startThread, tell } from "./thread.ts";

/** The networks that are ready. */
export const cards = signal<Readonly<Partial<Record<ModelName, NetworkCard>>>>({});
/** Of the newest drawing; null while there is none, or nothing in it to read. */
export const reading = signal<Reading | null>(null);
/** All digits of the newest drawing, where it seems to hold several; null otherwise. */
export const allDigits = signal<AllDigits | null>(null);
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

/** Answers in the networks' place. */
export interface Elsewhere {
  /** @throws {Error} one line for people */
  read(reading: Reading): Promise<Reading["answers"]>;
  /** @throws {Error} it cannot, or does not know how */
  readAll(picture: SentPicture): Promise<AllDigits["digits"]>;
}

let measured = new Latencies();
let requests = new Newest<number>(post);
/** Its number counts up: what is said of an older subject comes too late. */
let newest: { readonly id: number; readonly subject: Subject | null } = { id: 0, subject: null };
let sentId: number | null = null;
/** Of what somebody else answered for all digits last. */
let allDigitsId: number | null = null;
let elsewhere: Elsewhere | null = null;
/** Who waits for what becomes of weights, by the numbers that the worker was given with them. */
const given = new Map<number, { resolve(): void; reject(reason: Error): void }>();
let givenIds = 0;

/** Has these signals follow the reader. @param done called when all networks are ready */
export function followReader(done: () => void): void {
  listen((message) => {
    if (message.kind === "started") done();
    else batch(() => take(message));
  });
}

/** Starts it anew: kernels and networks are loaded once more. */
export function restartReader(): void {
  batch(() => {
    failure.value = null;
    cards.value = {};
  });
  requests = new Newest(post);
  if (newest.subject) requests.offer(newest.id);
  startThread();
}

/**
 * Reads with these weights from now on, also after a reload, by the name of the network that they are of.
 *
 * @param weights a safetensors file as `mnist train` and this page write it; null: the shipped ones again
 * @param origin  what its card says of them
 * @returns whether they are kept, and so read after a reload, too
 * @throws {Error} one line for people: they cannot be used, and what was read with before still is
 */
export async function readWith(
  name: ModelName,
  weights: Uint8Array | null,
  origin: OwnOrigin = "trained",
): Promise<boolean> {
  const own = weights && { origin, weights: weights.slice() };
  await readWithOwn(name, own);
  refusal.value = null;
  return keepOwnWeights(name, own);
}

/** Reads with what is kept by now, which another tab may have changed. */
export async function readWithKept(name: ModelName): Promise<void> {
  await readWithOwn(name, await ownWeights(name));
}

async function readWithOwn(name: ModelName, own: OwnWeights | null): Promise<void> {
  if (failure.value !== null) throw new Error(failure.value);
  // Networks that are on their way it takes first.
  await give(name, own?.origin ?? "shipped", own ? own.weights.slice().buffer : addressOf(shippedUrl(name)));
}

export function shippedUrl(name: ModelName): string {
  return (WEIGHTS.find((each) => each.name === name) ?? WEIGHTS[0]).url;
}

/** @returns when the worker reads with them */
function give(name: ModelName, origin: Origin, weights: ArrayBuffer | string): Promise<void> {
  const id = ++givenIds;
  return new Promise((resolve, reject) => {
    given.set(id, { resolve, reject });
    tell({ kind: "network", id, name, weights, origin }, typeof weights === "string" ? [] : [weights]);
  });
}

/** Takes those out who wait for that. */
function givers(id: number | null): { resolve(): void; reject(reason: Error): void }[] {
  const found = [...given].filter(([each]) => id === null || each === id);
  for (const [each] of found) given.delete(each);
  return found.map(([, giver]) => giver);
}

/** @param subject null: nothing is drawn any more. What is said of an older one is not shown */
export function read(subject: Subject | null): void {
  newest = { id: newest.id + 1, subject };
  if (subject) requests.offer(newest.id);
  else batch(forget);
}

function forget(): void {
  reading.value = null;
  allDigits.value = null;
  problem.value = null;
}

/** Has somebody else answer from now on, what is drawn included; the reader goes on preparing it. @param answers null: the networks */
export function answerElsewhere(answers: Elsewhere | null): void {
  elsewhere = answers;
  measured = new Latencies();
  latencies.value = {};
  if (newest.subject) read(newest.subject);
}

/** Sends what is the newest by now. */
function post(): void {
  const { id, subject } = newest;
  sentId = id;
  if (subject) tell({ kind: "read", id, subject, isElsewhere: elsewhere !== null });
  else requests.done();
}

function take(message: Exclude<FromReader, { kind: "started" }>): void {
  if (message.kind === "ready") {
    const wasReady = isReady.value;
    cards.value = { ...cards.value, [message.card.name]: message.card };
    if (!wasReady) requests.done();
    return;
  }
  if (message.kind === "taken") {
    for (const { resolve } of givers(message.id)) resolve();
    return;
  }
  if (message.kind === "refused") {
    if (message.id === null) refusal.value = message.problem;
    else for (const { reject } of givers(message.id)) reject(new Error(message.problem));
    return;
  }
  if (message.kind === "failed" && message.id === null) {
    fail(message.problem);
    return;
  }
  if (message.kind === "digits" || message.kind === "several") {
    takeAll(message);
    return;
  }
  if (message.kind === "reading" && elsewhere && !message.reading.isBlank) {
    if (message.id !== sentId) return;
    const { id, reading } = message;
    elsewhere.read(reading).then(
      (answers) => batch(() => show({ kind: "reading", id, reading: { ...reading, answers } })),
      (error: Error) => batch(() => show({ kind: "failed", id, problem: error.message })),
    );
    return;
  }
  show(message);
}

/** What comes late, of an older drawing or of who no longer answers, concerns nobody. */
function takeAll(message: Extract<FromReader, { kind: "digits" | "several" }>): void {
  const { id } = message;
  if (id !== newest.id) return;
  if (message.kind === "digits") {
    if (!elsewhere) allDigits.value = message.digits;
    return;
  }
  const asked = elsewhere;
  const { picture } = message;
  asked?.readAll(picture).then(
    (digits) => {
      if (id !== newest.id || asked !== elsewhere) return;
      allDigitsId = id;
      allDigits.value = { ...picture, digits };
    },
    () => {}, // Its one digit is read all the same, and the warning stands.
  );
}

function show(message: Extract<FromReader, { kind: "reading" | "failed" }>): void {
  if (message.id === newest.id) {
    // A server may have answered for all digits before it did for the one.
    const all = elsewhere && allDigitsId === message.id ? allDigits.value : null;
    forget();
    if (message.kind === "failed") problem.value = message.problem;
    else if (message.reading.isBlank) problem.value = "No digit was found.";
    else {
      latencies.value = measured.add(message.reading.answers);
      reading.value = message.reading;
      allDigits.value = all;
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
  for (const { reject } of givers(null)) reject(new Error(why));
}
