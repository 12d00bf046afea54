// What every answer tells browsers: take it as the type that it names, put it into no frame, send no referrer, give it to no
// other site's pages, keep no copy. A route that sets one of these itself is left alone: pages have a policy of their own.
//
// Strict-Transport-Security is not among them: whoever ends TLS in front of this server says that.

import type { MiddlewareHandler } from "hono";
import type { ServeEnv } from "./caller.ts";
import { contentSecurityPolicy } from "./content_security_policy.ts";

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  // Data needs nothing: where a browser shows it as a page, that page can load, run and send nothing.
  "content-security-policy": contentSecurityPolicy(),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};
const ENTRIES = Object.entries(SECURITY_HEADERS);

export function securityHeaders(): MiddlewareHandler<ServeEnv> {
  return async (c, next) => {
    const { caller } = c.env;
    for (const [name, value] of ENTRIES) caller.setHeader(name, value);
    await next();
  };
}
