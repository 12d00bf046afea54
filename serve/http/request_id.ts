// What a request is called, in its answer and in the log: its own X-Request-Id where that is sane, else a new one; and the trace
// that it belongs to, as W3C's traceparent says.

import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { ServeEnv } from "./caller.ts";

/** A span of whoever called, in the words of W3C Trace Context. */
export interface Trace {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** The caller's span: 16 hexadecimal digits. */
  parentId: string;
  isSampled: boolean;
}

/** Nothing that a log, a shell or a header could read as more than a name. */
const SANE = /^[\w.:/+=@-]{1,128}$/;
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

export function requestId(): MiddlewareHandler<ServeEnv> {
  return async (c, next) => {
    const given = c.req.header("x-request-id");
    const id = given !== undefined && SANE.test(given) ? given : randomUUID();
    c.set("requestId", id);
    const traceparent = c.req.header("traceparent");
    if (traceparent !== undefined) c.set("trace", parseTraceparent(traceparent));
    await next();
    c.res.headers.set("x-request-id", id);
  };
}

/** @returns undefined where it is not what the recommendation says: such a header counts as none */
export function parseTraceparent(header: string): Trace | undefined {
  const [, version, traceId, parentId, flags, more] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
