// Requests as inputs of targets: what a client sends, in one file, thrown at the application without a socket.
//
//   {"path":"/predict","headers":{"content-type":"…"}}\n
//   the body's bytes

import { makeApp } from "../../serve/app.ts";
import type { Caller } from "../../serve/http/caller.ts";
import { Problem } from "../../serve/http/problem.ts";
import { LightDeparture } from "../../serve/inference/work_limits.ts";
import { serveSettings } from "../../serve/options.ts";
import { Service } from "../../serve/service.ts";
import { concat, utf8 } from "./mutate_bytes.ts";

export interface SentRequest {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

export interface Answer {
  request: SentRequest;
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/** An answer that is a problem, with a status that a request can deserve. */
export class Refusal extends Error {
  override readonly name: string;

  constructor(status: number, error: string) {
    super(error);
    this.name = String(status);
  }
}

const DESERVED = [400, 404, 406, 413, 415, 499, 501, 503];
const NEWLINE = 10;
let app: { fetch: ReturnType<typeof makeApp>["fetch"]; maxBodyBytes: number } | undefined;

export function encodeRequest({ path, headers, body }: SentRequest): Uint8Array {
  return concat(utf8(`${JSON.stringify({ path, headers })}\n`), body);
}

/** @returns null where the first line is none: no client can have sent it */
export function decodeRequest(input: Uint8Array): SentRequest | null {
  const end = input.indexOf(NEWLINE);
  try {
    const { path, headers } = JSON.parse(new TextDecoder().decode(input.subarray(0, end))) as SentRequest;
    // As an HTTP parser would refuse them, and URL rewrite them.
    new Request(`http://localhost${path}`, { headers });
    return { path, headers, body: input.subarray(end + 1) };
  } catch {
    return null;
  }
}

/**
 * @throws {Refusal} a problem
 * @throws {Error} what no client may be answered: 500, or what is no problem in form
 */
export async function askApp(input: Uint8Array): Promise<Answer> {
  const request = decodeRequest(input);
  if (!request) throw new Refusal(400, "no request");
  app ??= startApp();
  const { fetch, maxBodyBytes } = app;
  const { path, headers, body: sent } = request;
  const body = async (): Promise<Uint8Array> => {
    if (sent.length > maxBodyBytes) throw new Problem(413, "too large.", { reason: "body_too_large" });
    return sent;
  };
  const nothing = (): void => {};
  const caller: Caller = {
    ...{ address: "127.0.0.1", signal: new LightDeparture() },
    ...{ body, setHeader: nothing, reserve: nothing },
  };
  const response = await fetch(new Request(`http://localhost${path}`, { method: "POST", headers }), { caller });
  const { status } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (status === 200) return { request, status, headers: response.headers, body: bytes };
  const type = response.headers.get("content-type");
  const problem = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  if (type !== "application/problem+json" || problem.status !== status || typeof problem.error !== "string") {
    throw new Error(`status ${status} as ${type}: ${JSON.stringify(problem)}`);
  }
  if (!DESERVED.includes(status)) throw new Error(`status ${status}: ${problem.error}`);
  throw new Refusal(status, problem.error);
}

function startApp(): NonNullable<typeof app> {
  // A call that takes longer than this is a finding anyway.
  const settings = serveSettings({ logLevel: "silent", outputs: "no outputs here", maxQueue: 4096 });
  return { fetch: makeApp(new Service({ settings })).fetch, maxBodyBytes: settings.maxBodyBytes };
}
