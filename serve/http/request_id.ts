// What a request is called, in its answer and in the log: its own X-Request-Id where that is sane, else a new one; and the trace
// that it belongs to, as W3C's traceparent says.

import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { ServeEnv } from "./caller.ts";
import { parseTraceparent } from "./traceparent.ts";

/** Nothing that a log, a shell or a header could read as more than a name. */
const SANE = /^[\w.:/+=@-]{1,128}$/;

export function requestId(): MiddlewareHandler<ServeEnv> {
  return async (c, next) => {
    const given = c.req.header("x-request-id");
    const id = given !== undefined && SANE.test(given) ? given : randomUUID();
    c.set("requestId", id);
    const traceparent = c.req.header("traceparent");
    if (traceparent !== undefined) c.set("trace", parseTraceparent(traceparent));
    c.env.caller.setHeader("x-request-id", id);
    await next();
  };
}
