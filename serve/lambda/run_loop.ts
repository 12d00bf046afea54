// runLoop: takes one invocation after the other and runs the function on it, as Lambda's own runtimes do.

import process from "node:process";
import { RuntimeError } from "../../lib/base/errors.ts";
import type { RuntimeApi } from "./runtime_api.ts";

/** What a function is told of its invocation, by this loop and by Lambda's own runtime for Node. */
export interface InvocationContext {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type Handler = (event: unknown, context: InvocationContext) => Promise<unknown>;

/**
 * Runs until the signal comes: an invocation that has begun is answered first.
 *
 * What the function throws is that invocation's error, and the next one is taken.
 *
 * @throws {RuntimeError} Lambda refuses what it is told
 */
export async function runLoop(api: RuntimeApi, handler: Handler, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const invocation = await api.next(signal);
    if (!invocation) return;
    const { id, deadlineMs, traceId, event } = invocation;
    // Where X-Ray's libraries look for it, and Lambda's own runtime puts it.
    if (traceId === null) delete process.env._X_AMZN_TRACE_ID;
    else process.env._X_AMZN_TRACE_ID = traceId;
    let result: unknown;
    try {
      if (event === undefined) throw new RuntimeError("runLoop: the event is no JSON, or nested too deep.");
      result = await handler(event, { awsRequestId: id, getRemainingTimeInMillis: () => deadlineMs - Date.now() });
    } catch (error) {
      await api.fail(id, error);
      continue;
    }
    try {
      await api.respond(id, result);
    } catch (error) {
      // Too late: nobody waits for it any more, and the next invocation is as good as any.
      if (Date.now() < deadlineMs) throw error;
      process.emitWarning(`invocation ${id} was answered after its deadline`);
    }
  }
}
