// Teaching, the page's side: which lessons there are, and that the reader reads with what the teacher makes of them.
//
// What the networks are is decided by their weights before any lesson and by the list of lessons, in whichever order they came
// and went: a lesson that is taken back leaves nothing behind.

import { batch, computed, signal } from "@preact/signals";
import type { ModelName } from "../../models/index.ts";
import { fetchBytes, kernelsUrl } from "../read/files.ts";
import { type OwnWeights, ownWeights } from "../read/own_weights.ts";
import { cards, NETWORK_NAMES, readWith, readWithKept, shippedUrl } from "../read/reader.ts";
import { endGently } from "../workers/end_gently.ts";
import { threadScript } from "../workers/thread_script.ts";
import { keepBase, keepLessons, keptBase, keptLessons, MOST_LESSONS } from "./lesson_store.ts";
import type { FromTeacher, ToTeacher } from "./messages.ts";
import type { Lesson, Taught } from "./pupil.ts";

/** Of the last time that something was taught, without the weights. */
export type Outcome = Omit<Taught, "weights">;

export const lessons = signal<readonly Lesson[]>([]);
export const outcomes = signal<readonly Outcome[]>([]);
export const isBusy = signal(false);
/** Why the last thing was not done. */
export const problem = signal<string | null>(null);
/** Whether what is taught outlasts the page. */
export const isKept = signal(true);
/** Lists of lessons before each change of this visit. */
const past = signal<readonly (readonly Lesson[])[]>([]);
export const canUndo = computed(() => past.value.length > 0 && !isBusy.value);
/** Whether there are lessons that a network which reads was not taught: another one took its place. */
export const isForgotten = computed(
  () => lessons.value.length > 0 && NETWORK_NAMES.some((name) => cards.value[name]?.origin !== "taught"),
);

/** Of the lock, and of what tabs tell each other: they share what is kept. */
const NAME = "simdgrad teaching";
/** The teacher ends when it has had nothing to do for so long: until then what it knows of 15,000 digits is held, some 100 MB. */
const IDLE_MS = 60_000;

let worker: Worker | null = null;
let idle: ReturnType<typeof setTimeout> | undefined;
let isOpen = false;
let answer: { resolve(taught: readonly Taught[]): void; reject(reason: Error): void } | null = null;
/** What the teacher knows each network as. */
const known = new Map<ModelName, Uint8Array>();
/** Whether this tab has looked at what is kept. */
let isRestored = false;
/** Another tab has changed what is kept. */
let others: BroadcastChannel | null = null;

/** Brings back the lessons of the last visit, and has the teacher do beforehand what takes a while. */
export async function open(): Promise<void> {
  isOpen = true;
  others ??= new BroadcastChannel(NAME);
  others.onmessage = () => void attempt(synchronize);
  await attempt(async () => {
    await synchronize();
    await giveBases();
    tell({ kind: "prepare" });
  });
}

/** Ends the teacher, once it is done with what was asked for. */
export function leave(): void {
  isOpen = false;
  others?.close();
  others = null;
  rest();
}

export function teach(lesson: Lesson): Promise<void> {
  return change((before) => {
    if (before.length < MOST_LESSONS) return [...before, lesson];
    throw new Error(`At most ${MOST_LESSONS} drawings can be taught. Remove one first.`);
  });
}

export function remove(lesson: Lesson): Promise<void> {
  return change((before) => before.filter((each) => !isSameLesson(each, lesson)));
}

export function forgetAll(): Promise<void> {
  return change(() => []);
}

/** Teaches all there are to the networks that read now. */
export async function teachAgain(): Promise<void> {
  await attempt(async () => {
    await synchronize();
    await apply(lessons.value);
  });
}

export async function undo(): Promise<void> {
  await attempt(async () => {
    await synchronize();
    const before = past.value.at(-1);
    if (!before) throw new Error("Another tab has changed what is taught since: there is nothing to undo here.");
    await apply(before);
    past.value = past.value.slice(0, -1);
  });
}

async function change(edit: (before: readonly Lesson[]) => readonly Lesson[]): Promise<void> {
  await attempt(async () => {
    await synchronize();
    const before = lessons.value;
    await apply(edit(before));
    past.value = [...past.value, before];
  });
}

/** In this tab alone: others that want to change something wait. Where that is not known, over plain HTTP, they are not waited for. */
async function attempt(work: () => Promise<void>): Promise<void> {
  if (isBusy.value) return;
  clearTimeout(idle);
  batch(() => {
    isBusy.value = true;
    problem.value = null;
  });
  try {
    await (navigator.locks ? navigator.locks.request(NAME, work) : work());
  } catch (error) {
    problem.value = (error as Error).message;
  } finally {
    isBusy.value = false;
    rest();
  }
}

function rest(): void {
  clearTimeout(idle);
  if (isBusy.value) return;
  idle = setTimeout(endTeacher, isOpen ? IDLE_MS : 0);
}

/** Has lessons, and the networks that read, be what is kept: another tab may have changed it. */
async function synchronize(): Promise<void> {
  const kept = await keptLessons();
  const isChanged =
    kept.length !== lessons.value.length || kept.some((each, i) => !isSameLesson(each, lessons.value[i]));
  if (isChanged) {
    batch(() => {
      lessons.value = kept;
      past.value = [];
      outcomes.value = [];
    });
  }
  for (const name of NETWORK_NAMES) {
    const origin = (await ownWeights(name))?.origin ?? "shipped";
    if ((isChanged && isRestored) || cards.value[name]?.origin !== origin) await readWithKept(name);
  }
  isRestored = true;
}

function isSameLesson(a: Lesson, b: Lesson): boolean {
  return a.digit === b.digit && isSame(a.pixels, b.pixels);
}

async function apply(next: readonly Lesson[]): Promise<void> {
  if (next.length === 0) {
    for (const name of NETWORK_NAMES) {
      if ((await ownWeights(name))?.origin !== "taught") continue;
      const base = await keptBase(name);
      await (base ? readWith(name, base.weights, base.origin) : readWith(name, null));
    }
    outcomes.value = [];
  } else {
    await giveBases();
    const taught = await new Promise<readonly Taught[]>((resolve, reject) => {
      answer = { resolve, reject };
      tell({ kind: "teach", lessons: next });
    });
    for (const { name, weights } of taught) await readWith(name, weights, "taught");
    outcomes.value = taught.map(({ weights, ...outcome }) => outcome);
  }
  lessons.value = next;
  isKept.value = await keepLessons(next);
  others?.postMessage("changed");
}

/** Tells the teacher what each network is before any lesson, where it does not know. */
async function giveBases(): Promise<void> {
  await startTeacher();
  for (const name of NETWORK_NAMES) {
    const own = await ownWeights(name);
    const isTaught = own?.origin === "taught";
    const base = isTaught ? await keptBase(name) : own;
    if (!isTaught) await keepBase(name, base);
    const weights = await bytesOf(name, base);
    if (isSame(known.get(name), weights)) continue;
    known.set(name, weights);
    tell({ kind: "base", name, weights });
  }
}

async function bytesOf(name: ModelName, own: OwnWeights | null): Promise<Uint8Array> {
  return own?.weights ?? new Uint8Array(await fetchBytes(shippedUrl(name)));
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function startTeacher(): Promise<void> {
  if (worker) return;
  const kernels = await fetchBytes(kernelsUrl());
  const started = new Worker(new URL("./teach_worker.ts", import.meta.url), { type: "module", name: "teacher" });
  worker = started;
  started.onmessage = ({ data }: MessageEvent<FromTeacher>) => {
    // What one says that is ending concerns nobody.
    if (worker !== started) return;
    if (data.kind === "failed") stop(data.problem);
    else if (data.kind === "taught") {
      answer?.resolve(data.taught);
      answer = null;
    }
  };
  started.onerror = () => stop("The part of the page that teaches did not start.");
  tell({ kind: "kernels", kernels, poolUrl: threadScript });
}

/** What failed once may have left anything behind: the next try begins with another worker. */
function stop(why: string): void {
  endTeacher();
  if (answer) answer.reject(new Error(why));
  else problem.value = why;
  answer = null;
}

function endTeacher(): void {
  if (worker) endGently(worker);
  worker = null;
  known.clear();
}

function tell(message: ToTeacher): void {
  worker?.postMessage(message);
}
