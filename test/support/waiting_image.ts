// An image that fills a service's queue for as long as a test needs it there.

import * as assert from "uvu/assert";
import type { ModelName } from "../../models/index.ts";
import type { Service } from "../../serve/service.ts";

/** Longer than the option may say: however slow the machine is, the image still waits for others, which do not come. */
const WAITS_MS = 60_000;

/** @returns has it leave */
export async function waitingImage(service: Service, model: ModelName): Promise<() => Promise<void>> {
  assert.ok("maxDelayMs" in service.queue);
  Object.assign(service.queue, { maxDelayMs: WAITS_MS });
  const leave = new AbortController();
  const waiting = service.queue.submit({
    ...{ runner: await service.models.get(model), images: new Float32Array(784) },
    ...{ signal: leave.signal, deadlineMs: Number.POSITIVE_INFINITY },
  });
  return async () => {
    leave.abort();
    await waiting.catch(() => {});
  };
}
