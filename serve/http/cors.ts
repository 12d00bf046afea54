// CORS: which other sites' pages may call, and read the answers. Those named by --cors, without cookies; the API key goes in a
// header, which a page must have been given.

import type { MiddlewareHandler } from "hono";
import type { ServeEnv } from "./caller.ts";
import { Problem } from "./problem.ts";

const METHODS = "GET, HEAD, POST, OPTIONS";
const REQUEST_HEADERS =
  "Content-Type, X-API-Key, Authorization, X-Request-Id, Traceparent, Tracestate, Inference-Header-Content-Length";
const ANSWER_HEADERS = "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Inference-Header-Content-Length";
/** Browsers ask again after two hours at the latest. */
const MAX_AGE_SECONDS = 7200;

/** @param origins as in https://example.com; "*" is every one */
export function cors(origins: readonly string[]): MiddlewareHandler<ServeEnv> {
  const isForAll = origins.includes("*");
  const allowed = new Set(origins);
  return async (c, next) => {
    const origin = c.req.header("origin");
    const isAllowed = origin !== undefined && (isForAll || allowed.has(origin));
    const isPreflight = c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined;
    if (!isPreflight) await next();
    else if (isAllowed) c.res = new Response(null, { status: 204 });
    else {
      throw new Problem(403, `pages of ${origin?.slice(0, 100) ?? "no origin"} may not call this server; its --cors names those that may.`, { reason: "forbidden" }); // biome-ignore format: one line
    }
    const { headers } = c.res;
    // Caches between us and browsers must not give one site's answer to another.
    if (!isForAll) headers.append("vary", "Origin");
    if (!isAllowed) return;
    headers.set("access-control-allow-origin", isForAll ? "*" : origin);
    if (isPreflight) {
      headers.set("access-control-allow-methods", METHODS);
      headers.set("access-control-allow-headers", REQUEST_HEADERS);
      headers.set("access-control-max-age", String(MAX_AGE_SECONDS));
      headers.append("vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
    } else headers.set("access-control-expose-headers", ANSWER_HEADERS);
  };
}
