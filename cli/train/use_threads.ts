// How many threads train a network.

import { availableParallelism } from "node:os";
import { setThreads } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import type { Progress } from "../terminal/progress.ts";

/** Starts as many as were asked for; where these are more than can run, says so. */
export async function useThreads(model: ModelName, threads: number | "auto", progress: Progress): Promise<void> {
  // A step of the linear model takes less than it takes to share it.
  const wanted = model === "linear" ? 1 : threads;
  const note = noteOnThreads(wanted, availableParallelism());
  if (note !== null) progress.note(note);
  await setThreads(wanted);
}

/** @returns null where there is nothing to say */
export function noteOnThreads(threads: number | "auto", processors: number): string | null {
  if (threads === "auto" || threads <= processors) return null;
  return `${threads} threads on ${processors} ${processors === 1 ? "processor" : "processors"}; more than that only wait for each other`;
}
