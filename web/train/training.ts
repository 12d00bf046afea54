// The page's side of the trainer: starts the worker, asks it for what people want, and holds what it says, as signals.

import { computed, effect, signal } from "@preact/signals";
import { settingsBy } from "../app/place.ts";
import { holdUpdates } from "../offline/updates.ts";
import { fetchBytes, kernelsUrl } from "../read/files.ts";
import { reading } from "../read/reader.ts";
import { endGently } from "../workers/end_gently.ts";
import { threadScript } from "../workers/thread_script.ts";
import { type FromTrainer, type GivenDigits, NOTHING_YET, type ToTrainer, type TrainingView } from "./messages.ts";
import { RULES, type TrainSettings } from "./settings.ts";
import { holdScreen } from "./wake_lock.ts";

export const training = signal<TrainingView>(NOTHING_YET);
/** Parts of it, for what is drawn anew when they change, and no more often. */
const part = <Name extends keyof TrainingView>(name: Name) => computed(() => training.value[name]);
export const epochs = part("epochs");
export const live = part("live");
export const losses = part("losses");
export const machine = part("machine");
export const outcome = part("outcome");
export const own = part("own");
export const run = part("run");
/** What the form says, and the address. */
export const { settings: trainSettings, change: changeSettings } = settingsBy(RULES);
/** Whether a run is under way, if only paused. */
export const isBusy = computed(() => ["loading", "running", "paused", "testing"].includes(training.value.phase));
/** Whether there are digits to train on. */
export const canTrain = computed(() => trainSettings.value.data !== "own" || own.value !== null);

let worker: Promise<Worker> | null = null;
/** The one that is listened to: what one says that is ending concerns nobody. */
let current: Worker | null = null;
/** A new version of the page waits until nothing is under way. */
let releaseUpdates: (() => void) | null = null;

/**
 * Starts the trainer, if it does not run yet, and brings back what was kept.
 *
 * @param isAnew brings it back once more, if it runs: after something went wrong
 */
export function startTrainer({ isAnew = false }: { isAnew?: boolean } = {}): void {
  if (worker && isAnew) ask({ kind: "restore" });
  worker ??= start().catch((error: unknown) => {
    worker = null;
    update({ phase: "failed", problem: (error as Error).message });
    throw error;
  });
  worker.catch(() => {});
}

/** Ends it where it has nothing to do: what is kept is brought back at the next start. */
export function endTrainer(): void {
  if (isBusy.value || !worker) return;
  const ending = worker;
  worker = current = null;
  ending.then(endGently, () => {});
}

export const train = (settings: TrainSettings, mode: "run" | "step"): void => ask({ kind: "start", settings, mode });
export const give = (digits: GivenDigits): void => ask({ kind: "give", digits });
export const command = (kind: "pause" | "resume" | "step" | "stop" | "discard" | "take over"): void => ask({ kind });

async function start(): Promise<Worker> {
  const kernels = await fetchBytes(kernelsUrl());
  const started = new Worker(new URL("./trainer_worker.ts", import.meta.url), { type: "module", name: "trainer" });
  current = started;
  let stopListening = (): void => {};
  started.onmessage = ({ data }: MessageEvent<FromTrainer>) => {
    if (data.kind === "ended") stopListening();
    else if (current === started) update(data.changes);
  };
  started.onerror = () => {
    if (current !== started) return;
    worker = current = null;
    stopListening();
    endGently(started);
    update({
      phase: "failed",
      detail: null,
      problem: "The part of the page that trains has stopped. Start again: what was kept comes back.",
    });
  };
  const tell = (message: ToTrainer, transfer: Transferable[] = []): void => started.postMessage(message, transfer);
  tell({ kind: "kernels", kernels, poolUrl: threadScript }, [kernels]);
  tell({ kind: "restore" });
  stopListening = listen(started);
  return started;
}

/** Tells it of the drawing, and of a page that is put away, which may be its end. */
function listen(started: Worker): () => void {
  const abort = new AbortController();
  const stopShowing = effect(() => {
    started.postMessage({ kind: "drawing", pixels: reading.value?.pixels ?? null } satisfies ToTrainer);
  });
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "hidden") started.postMessage({ kind: "keep" } satisfies ToTrainer);
    },
    { signal: abort.signal },
  );
  return () => {
    abort.abort();
    stopShowing();
  };
}

function ask(message: ToTrainer): void {
  startTrainer();
  worker?.then(
    (started) => started.postMessage(message),
    () => {},
  );
}

function update(changes: Partial<TrainingView>): void {
  training.value = { ...training.value, ...changes };
  const isGoing = ["loading", "running", "testing"].includes(training.value.phase);
  holdScreen(isGoing);
  if (isGoing) releaseUpdates ??= holdUpdates();
  else {
    releaseUpdates?.();
    releaseUpdates = null;
  }
}
