// The application: what every request goes through, then its route. Entries (Node, Lambda) bring requests, and a Caller each.

import { Hono } from "hono";
import { routePath } from "hono/route";
import { allowedMethods } from "./http/allowed_methods.ts";
import { apiKey } from "./http/api_key.ts";
import type { ServeEnv } from "./http/caller.ts";
import { cors } from "./http/cors.ts";
import { internalProblem, Problem } from "./http/problem.ts";
import { rateLimit } from "./http/rate_limit.ts";
import { requestId } from "./http/request_id.ts";
import { securityHeaders } from "./http/security_headers.ts";
import { inferenceProtocolRoutes } from "./routes/inference_protocol.ts";
import { modelRoutes } from "./routes/models.ts";
import { predictRoutes } from "./routes/predict.ts";
import { rootRoutes } from "./routes/root.ts";
import type { Service } from "./service.ts";

export type App = Hono<ServeEnv>;

export function makeApp(service: Service): App {
  const app: App = new Hono();
  app.use(requestId());
  app.use(async (c, next) => {
    const started = performance.now();
    await next();
    const { problem } = c.var;
    if (problem) service.observer.refused({ reason: problem.reason });
    const seconds = (performance.now() - started) / 1000;
    const route = routePath(c, -1);
    service.observer.responded({ method: c.req.method, route, status: c.res.status, seconds });
  });
  guard(app, service);
  rootRoutes(app, service);
  modelRoutes(app, service);
  predictRoutes(app, service);
  inferenceProtocolRoutes(app, service);
  app.notFound((c) => {
    const { method, path } = c.req;
    const allow = allowedMethods(app, path).join(", ");
    if (allow !== "" && method === "OPTIONS") return c.body(null, 204, { allow });
    const problem =
      allow === ""
        ? new Problem(404, `nothing is at ${path.slice(0, 100)}; /docs says what there is.`, { reason: "not_found" })
        : new Problem(405, `${path.slice(0, 100)} does not take ${method}; it takes ${allow}.`, {
            reason: "method_not_allowed",
            headers: { allow },
          });
    c.set("problem", problem);
    return problem.response(c.var.requestId);
  });
  app.onError((error, c) => {
    const problem = error instanceof Problem ? error : internalProblem();
    if (problem !== (error as unknown)) {
      service.log.error({ request_id: c.var.requestId, error: error.stack ?? error.message }, "a request failed");
    }
    c.set("problem", problem);
    return problem.response(c.var.requestId);
  });
  return app;
}

/**
 * What is asked of requests before any route, the cheapest first. What stands further up sees the answers of what stands
 * below: so refusals have the headers of security and CORS, too, and pages can read them. The rate limit comes before the key,
 * since it also limits how fast keys are guessed.
 */
function guard(app: App, { settings }: Service): void {
  const { cors: origins, rateLimit: perMinute, apiKey: key } = settings;
  app.use(securityHeaders());
  if (origins.length > 0) app.use(cors(origins));
  if (perMinute !== undefined) app.use(rateLimit(perMinute));
  if (key !== undefined) app.use(apiKey(key));
}
