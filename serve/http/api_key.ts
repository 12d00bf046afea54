// The API key, where the server was given one: in X-API-Key, or as Authorization: Bearer.
//
// Without it: what tells only that the server lives, and how to call it (probes and people bring no key). /metrics needs it,
// since it tells who asks how much; on a port of its own (--metrics-port) it does not.

import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { ServeEnv } from "./caller.ts";
import { Problem } from "./problem.ts";

/**
 * All others need the key, also those that are not there: a new route is closed until it is named here. The last two are files
 * of the web app, which no route of the API looks like.
 */
const OPEN =
  /^\/(?:v2\/health\/(?:live|ready)|docs(?:\/.*)?|openapi\.json|assets\/.*|[\w.-]+\.(?:css|html|ico|m?js|png|svg|txt|wasm|webmanifest|woff2))?$/;
const BEARER = /^Bearer +(\S+) *$/i;

export function apiKey(key: string): MiddlewareHandler<ServeEnv> {
  const expected = digest(key, "utf8");
  return async (c, next) => {
    if (!OPEN.test(c.req.path)) {
      const given = c.req.header("x-api-key") ?? BEARER.exec(c.req.header("authorization") ?? "")?.[1];
      if (given === undefined)
        throw unauthorized("this needs a key, in the header X-API-Key or as Authorization: Bearer.");
      // Digests are of one length, and tell nothing of where two keys differ, however long the comparison takes.
      if (!timingSafeEqual(digest(given, "latin1"), expected))
        throw unauthorized("the key is not the one that this server asks for.");
    }
    await next();
  };
}

/** Headers come as Latin-1, a character a byte that was sent; clients send keys in UTF-8. */
function digest(key: string, encoding: "utf8" | "latin1"): Buffer {
  return createHash("sha256").update(key, encoding).digest();
}

function unauthorized(error: string): Problem {
  return new Problem(401, error, {
    reason: "unauthorized",
    headers: { "www-authenticate": 'Bearer realm="simdgrad"' },
  });
}
