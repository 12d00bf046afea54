// makeHandler: the application as a function of Lambda: an event in, a result out.

import process from "node:process";
import type { Caller } from "../http/caller.ts";
import { LightHeaders, type LightRequest } from "../http/light_web.ts";
import { badRequest, Problem } from "../http/problem.ts";
import { type GatewayRequest, readGatewayEvent } from "./gateway_event.ts";
import { type GatewayResult, gatewayResult } from "./gateway_result.ts";
import type { InvocationContext } from "./run_loop.ts";
import { traceparentOf } from "./trace_context.ts";

export interface HandlerParts {
  /** The application's. */
  fetch(request: Request, env: { caller: Caller }): Response | Promise<Response>;
  maxBodyBytes: number;
}

/** Kept for an answer that says so, before Lambda ends the invocation and answers 502 or 504 without a word. */
const LAST_MS = 250;
/** What a timer can wait; Lambda never gives more than 15 minutes. */
const LONGEST_MS = 2 ** 31 - 1;

/** @returns a function that throws DataError for events that are no HTTP requests */
export function makeHandler({
  fetch,
  maxBodyBytes,
}: HandlerParts): (event: unknown, context: InvocationContext) => Promise<GatewayResult> {
  return async (event, context) => {
    const asked = readGatewayEvent(event);
    const leave = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<Response>((resolve) => {
      const ms = context.getRemainingTimeInMillis() - LAST_MS;
      const answerLate = (): void => {
        leave.abort();
        resolve(late().response(context.awsRequestId));
      };
      if (Number.isFinite(ms)) timer = setTimeout(answerLate, Math.max(0, Math.min(ms, LONGEST_MS)));
    });
    try {
      const answered = Promise.resolve(answer(asked, context, leave.signal));
      return await gatewayResult(await Promise.race([answered, deadline]), asked.form);
    } finally {
      clearTimeout(timer);
    }
  };

  async function answer(
    { method, url, headers: entries, address, body, isBase64 }: GatewayRequest,
    { awsRequestId }: InvocationContext,
    signal: AbortSignal,
  ): Promise<Response> {
    let headers: LightHeaders;
    try {
      headers = new LightHeaders(entries);
    } catch {
      return badRequest("a header's name or value holds characters that none may").response(awsRequestId);
    }
    if (!headers.has("x-request-id")) headers.set("x-request-id", awsRequestId);
    const traceparent = traceparentOf(process.env._X_AMZN_TRACE_ID);
    if (traceparent !== null && !headers.has("traceparent")) headers.set("traceparent", traceparent);
    const request: LightRequest = { method, url, headers };
    const added: [string, string][] = [];
    const caller: Caller = {
      ...{ address, signal, body: async () => bytesOf(body, isBase64, maxBodyBytes) },
      // One request at a time: its own limit is enough.
      reserve: () => {},
      setHeader: (name, value) => void added.push([name, value]),
    };
    const response = await fetch(request as unknown as Request, { caller });
    for (const [name, value] of added) if (!response.headers.has(name)) response.headers.set(name, value);
    return response;
  }
}

function bytesOf(body: string, isBase64: boolean, most: number): Uint8Array {
  const size = isBase64 ? Math.floor((body.length * 3) / 4) : Buffer.byteLength(body);
  // Two characters of padding may stand for no byte.
  const bytes = size > most + 2 ? null : Buffer.from(body, isBase64 ? "base64" : "utf8");
  if (bytes !== null && bytes.length <= most) return bytes;
  throw new Problem(413, `the body has more than ${most} bytes; send less.`, { reason: "body_too_large" });
}

function late(): Problem {
  return new Problem(
    503,
    "the answer was not ready before the function's time was up; ask for less, or give it more time.",
    {
      reason: "deadline",
      headers: { "retry-after": "1" },
    },
  );
}
