// Problem: what is answered where a request cannot be served, as RFC 9457 has it, with the member `error` that clients of the Open
// Inference Protocol read.

import { escapeControls } from "../../lib/base/printable.ts";

/** Why, in one of a few words: what the metrics count by. */
export const PROBLEM_REASONS = [
  "bad_request",
  "unauthorized",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "not_acceptable",
  "request_timeout",
  "body_too_large",
  "unsupported_media",
  "headers_too_large",
  "rate_limit",
  "internal",
  "not_implemented",
  "queue_full",
  "deadline",
  "not_ready",
  "cancelled",
] as const;
export type ProblemReason = (typeof PROBLEM_REASONS)[number];

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  417: "Expectation Failed",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  499: "Client Closed Request",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

export const PROBLEM_TYPE = "application/problem+json";

export interface ProblemOptions {
  reason: ProblemReason;
  /** Sent beside the problem: Retry-After, Allow. */
  headers?: Readonly<Record<string, string>>;
  /** Further members of the body: which part, how much is allowed. */
  details?: Readonly<Record<string, unknown>>;
}

/** @example throw new Problem(413, "the body has more than 1,048,576 bytes; send less.", { reason: "body_too_large" }) */
export class Problem extends Error {
  override readonly name: string = "Problem";
  readonly reason: ProblemReason;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, unknown>>;

  /** @param error what is wrong, the values, and what to do, in one line */
  constructor(
    readonly status: number,
    error: string,
    { reason, headers = {}, details = {} }: ProblemOptions,
  ) {
    // Nobody looks where one was made, and to write it down takes as long as the rest of it: much where refusals are many.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(escapeControls(error));
    Error.stackTraceLimit = stackTraceLimit;
    this.reason = reason;
    this.headers = headers;
    this.details = details;
  }

  /** The body, as JSON. */
  body(requestId?: string): string {
    const { status, message } = this;
    return JSON.stringify({
      type: "about:blank",
      title: TITLES[status] ?? "Error",
      status,
      detail: message,
      error: message,
      reason: this.reason,
      request_id: requestId,
      ...this.details,
    });
  }

  response(requestId?: string): Response {
    const { status, headers } = this;
    return new Response(this.body(requestId), { status, headers: { "content-type": PROBLEM_TYPE, ...headers } });
  }
}

/** @param what is wrong, the values, and what to do; without a full stop */
export function badRequest(what: string, details: Readonly<Record<string, unknown>> = {}): Problem {
  return new Problem(400, `${what}.`, { reason: "bad_request", details });
}

/** Nobody reads it; the log and the metrics tell it. */
export function clientLeft(): Problem {
  return new Problem(499, "the client left before its answer was ready.", { reason: "cancelled" });
}

/**
 * @param error what is wrong, and what to do
 * @param seconds after which to try again
 */
export function unavailable(
  error: string,
  reason: "queue_full" | "deadline" | "not_ready",
  seconds: number = 1,
): Problem {
  return new Problem(503, error, { reason, headers: { "retry-after": String(seconds) } });
}

/** For work that was not begun in time. */
export function deadlinePassed(): Problem {
  return unavailable("the deadline passed before its turn came; try again, or with a longer timeout.", "deadline");
}

/** Of our own making, or of somebody who must not see it: what was thrown stays in the log. */
export function internalProblem(): Problem {
  return new Problem(500, "the server failed on this request; its log says why, under the request's id.", {
    reason: "internal",
  });
}
