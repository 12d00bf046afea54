// The page's side of the worker behind "See inside": starts it when the section is first opened, asks it, and hands on what it says.

import { batch, type ReadonlySignal, signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { ModelName } from "../../models/index.ts";
import { fetchBytes, kernelsUrl, WEIGHTS } from "../read/files.ts";
import type { NetworkCard } from "../read/messages.ts";
import { Newest } from "../read/newest.ts";
import { ownWeights } from "../read/own_weights.ts";
import { cards, NETWORK_NAMES } from "../read/reader.ts";
import { isOwn } from "./parts/network_name.ts";
import type { Answer, FromInside, Progress, Question, QuestionName, ToInside } from "./questions.ts";

/** Why nothing is answered: the worker did not start, or ended; null while it works. */
export const failure = signal<string | null>(null);

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  tell(progress: unknown): void;
}

/** What it holds is 60 MB or so. */
const IDLE_MS = 60_000;

let worker: Worker | null = null;
let idle: ReturnType<typeof setTimeout> | undefined;
let count = 0;
const waiting = new Map<number, Waiting>();

/** Counts the starts: what was computed by the networks of one may not hold for those of the next. */
export const generation = signal(0);
/** What the networks of the last start are known by. */
let origins = "";

/**
 * Starts it, and starts it again where that went wrong, and where the networks that read are others by now. A view that waits for
 * an answer then has to ask again.
 */
export async function startInside(): Promise<void> {
  clearTimeout(idle);
  const now = originsNow();
  if (worker && failure.peek() === null && now === origins) return;
  worker?.terminate();
  rejectAll("The networks have changed meanwhile.");
  origins = now;
  failure.value = null;
  generation.value = generation.peek() + 1;
  const started = new Worker(new URL("./inside_worker.ts", import.meta.url), { type: "module", name: "inside" });
  worker = started;
  worker.onmessage = ({ data }: MessageEvent<FromInside>) => take(data);
  worker.onerror = () => fail("The part of the page that looks inside did not start.");
  try {
    const [kernels, ...files] = await Promise.all([fetchBytes(kernelsUrl()), ...WEIGHTS.map(weightsOf)]);
    const weights = Object.fromEntries(WEIGHTS.map(({ name }, i) => [name, files[i]])) as Record<
      ModelName,
      ArrayBuffer
    >;
    if (worker === started) send({ kind: "start", kernels, weights }, [kernels, ...files]);
  } catch (error) {
    if (worker === started) fail((error as Error).message);
  }
}

/** Starts it anew where the networks that read are others by now; what went wrong with the same ones is tried again when somebody asks. */
export function followNetworks(): void {
  if (originsNow() !== origins) void startInside();
}

/** When the section was left: ends it, unless somebody comes back within a minute. */
export function leaveInside(): void {
  clearTimeout(idle);
  idle = setTimeout(() => {
    worker?.terminate(); // it has one thread
    worker = null;
  }, IDLE_MS);
}

/** The weights that the reader reads with: one's own where it does, else the shipped ones. */
async function weightsOf({ name, url }: (typeof WEIGHTS)[number]): Promise<ArrayBuffer> {
  const own = isOwn(name) ? await ownWeights(name) : null;
  return own ? own.weights.slice().buffer : fetchBytes(url);
}

/** Each network with weights of one's own has a new card whenever they change. */
function originsNow(): string {
  return NETWORK_NAMES.map((name) => (isOwn(name) ? cardNumber(cards.value[name] as NetworkCard) : 0)).join();
}

function cardNumber(card: NetworkCard): number {
  const known = numbers.get(card) ?? ++cardCount;
  numbers.set(card, known);
  return known;
}

const numbers = new WeakMap<NetworkCard, number>();
let cardCount = 0;

export interface AskOptions<Name extends QuestionName> {
  /** Nobody waits for the answer any more: the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
  onProgress?(progress: Progress<Name>): void;
}

/** @throws {Error} one line for people: what went wrong */
export function ask<Name extends QuestionName>(
  name: Name,
  question: Question<Name>,
  { signal, onProgress }: AskOptions<Name> = {},
): Promise<Answer<Name>> {
  const id = count++;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    waiting.set(id, {
      resolve: (answer) => resolve(answer as Answer<Name>),
      reject,
      tell: (progress) => onProgress?.(progress as Progress<Name>),
    });
    signal?.addEventListener("abort", () => {
      if (!waiting.delete(id)) return;
      send({ kind: "drop", id });
      reject(signal.reason);
    });
    send({ kind: "ask", id, name, question });
  });
}

/**
 * The answer to a question that changes while somebody draws: one is on its way at a time, and of those that come meanwhile the
 * newest follows. Null while there is nothing to ask.
 */
export function useLive<Name extends QuestionName>(
  name: Name,
  question: () => Question<Name> | null,
): ReadonlySignal<Answer<Name> | null> {
  const answer = useSignal<Answer<Name> | null>(null);
  const live = useMemo(() => {
    const state = { isWanted: false };
    const newest = new Newest<Question<Name>>((each) => {
      ask(name, each)
        .then((given) => {
          if (state.isWanted) answer.value = given;
        })
        .catch(() => {}) // `failure` says it, or the next answer makes up for it
        .finally(() => newest.done());
    });
    newest.done();
    return { state, newest };
  }, []);
  useSignalEffect(() => {
    const next = question();
    live.state.isWanted = next !== null;
    if (next === null) answer.value = null;
    else live.newest.offer(next);
  });
  useEffect(
    () => () => {
      live.state.isWanted = false;
    },
    [],
  );
  return answer;
}

export interface Task<Name extends QuestionName> {
  /** Null until it is there. */
  readonly answer: ReadonlySignal<Answer<Name> | null>;
  /** The newest that was told; null before. */
  readonly progress: ReadonlySignal<Progress<Name> | null>;
  readonly isRunning: ReadonlySignal<boolean>;
  /** What went wrong; null where nothing did. */
  readonly problem: ReadonlySignal<string | null>;
  /** Asks; whatever was asked before is dropped. */
  run(question: Question<Name>): void;
  /** Drops the question, and keeps what was told. */
  stop(): void;
  /** Forgets all. */
  clear(): void;
}

/** A question that takes a while, asked when somebody wants it; dropped where its view is left. */
export function useTask<Name extends QuestionName>(name: Name): Task<Name> {
  const task = useMemo(() => taskOf(name), []);
  useEffect(() => task.stop, []);
  return task;
}

function taskOf<Name extends QuestionName>(name: Name): Task<Name> {
  const answer = signal<Answer<Name> | null>(null);
  const progress = signal<Progress<Name> | null>(null);
  const isRunning = signal(false);
  const problem = signal<string | null>(null);
  let abort = new AbortController();
  const stop = (): void => {
    abort.abort();
    isRunning.value = false;
  };
  const clear = (): void => {
    stop();
    batch(() => {
      answer.value = null;
      progress.value = null;
      problem.value = null;
    });
  };
  const run = (question: Question<Name>): void => {
    clear();
    abort = new AbortController();
    const { signal } = abort;
    isRunning.value = true;
    const onProgress = (told: Progress<Name>): void => {
      progress.value = told;
    };
    ask(name, question, { signal, onProgress })
      .then((given) => {
        answer.value = given;
      })
      .catch((error: Error) => {
        if (!signal.aborted) problem.value = error.message;
      })
      .finally(() => {
        if (!signal.aborted) isRunning.value = false;
      });
  };
  return { answer, progress, isRunning, problem, run, stop, clear };
}

function take(message: FromInside): void {
  if (message.kind === "failed" && message.id === null) {
    fail(message.problem);
    return;
  }
  const asked = waiting.get(message.id as number);
  if (message.kind === "progress") {
    asked?.tell(message.progress);
    return;
  }
  waiting.delete(message.id as number);
  if (message.kind === "answer") asked?.resolve(message.answer);
  else asked?.reject(new Error(message.problem));
}

/** The first reason is the one that explains the others. */
function fail(why: string): void {
  failure.value ??= why;
  rejectAll(why);
}

function rejectAll(why: string): void {
  for (const each of waiting.values()) each.reject(new Error(why));
  waiting.clear();
}

function send(message: ToInside, transfer: Transferable[] = []): void {
  worker?.postMessage(message, transfer);
}
