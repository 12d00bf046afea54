// How many threads a run takes, and why.

import { runtimeInfo, setThreads } from "../../lib/index.ts";
import { type ModelName, networkOf } from "../../models/index.ts";
import type { Machine } from "./messages.ts";

/**
 * All processors but one, which is left to the page; of two both, since a page that only shows what happens needs little.
 *
 * @param processors as `navigator.hardwareConcurrency` says
 */
export function threadsFor(model: ModelName, asked: number | null, processors: number): { count: number; why: string } {
  if (asked !== null) return { count: asked, why: "as chosen" };
  if (!networkOf(model).isWorthThreads) return { count: 1, why: "its steps are too short to share" };
  if (processors < 3)
    return { count: processors, why: processors === 1 ? "there is only one processor" : "one per processor" };
  return { count: processors - 1, why: `one of ${processors} processors is left to the page` };
}

/** Starts them. Where the page may have only one, the library says why. */
export async function useThreads(model: ModelName, asked: number | null, poolUrl: string): Promise<Machine> {
  const { count, why } = threadsFor(model, asked, globalThis.navigator?.hardwareConcurrency ?? 1);
  if (runtimeInfo().threads !== count) await setThreads(count, { workerUrl: poolUrl });
  const { threads, singleThreadBecause, arithmetic } = runtimeInfo();
  return { threads, why: threads === count ? why : (singleThreadBecause ?? "no more could be started"), arithmetic };
}
