// Which methods a path has, for what has none that was asked for: 405 and OPTIONS tell them in Allow.

import type { Hono } from "hono";
import type { ServeEnv } from "./caller.ts";

/** As Hono calls what takes every method: guards, not routes. */
const EVERY_METHOD = "ALL";

/** @returns none where nothing is at the path */
export function allowedMethods(app: Hono<ServeEnv>, path: string): string[] {
  const methods = new Set(app.routes.map(({ method }) => method));
  methods.delete(EVERY_METHOD);
  const allowed = [...methods].filter((method) => {
    const [handlers] = app.router.match(method, path);
    return handlers.some(([[, route]]) => route.method === method);
  });
  if (allowed.length === 0) return [];
  return [...new Set([...allowed, ...(allowed.includes("GET") ? ["HEAD"] : []), "OPTIONS"])].sort();
}
