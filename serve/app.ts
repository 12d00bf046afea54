// The application: what every request goes through, then its route. Entries (Node, Lambda) bring requests, and a Caller each.

import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { routePath } from "hono/route";
import { allowedMethods } from "./http/allowed_methods.ts";
import { apiKey } from "./http/api_key.ts";
import type { ServeEnv } from "./http/caller.ts";
import { cors } from "./http/cors.ts";
import { Pace } from "./http/pace.ts";
import { internalProblem, Problem } from "./http/problem.ts";
import { rateLimit, shareOf } from "./http/rate_limit.ts";
import { requestId } from "./http/request_id.ts";
import { securityHeaders } from "./http/security_headers.ts";
import { docsRoutes } from "./routes/docs.ts";
import { inferenceProtocolRoutes } from "./routes/inference_protocol.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { modelRoutes } from "./routes/models.ts";
import { predictRoutes } from "./routes/predict.ts";
import { rootRoutes } from "./routes/root.ts";
import { webRoutes } from "./routes/web.ts";
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
    const path = routePath(c, -1);
    // Of the middleware: no route was found.
    const route = path === "/*" ? "unknown" : path;
    const { method } = c.req;
    const { status } = c.res;
    service.observer.responded({ method, route, status, seconds });
    service.log.request({
      request_id: c.var.requestId,
      trace_id: c.var.trace?.traceId,
      parent_span_id: c.var.trace?.parentId,
      method,
      route,
      status,
      ms: Math.round(seconds * 1e6) / 1000,
      bytes_in: lengthOf(c.req.header("content-length")),
      address: c.env.caller.address,
      reason: problem?.reason,
      problem: problem?.message,
    });
  });
  guard(app, service);
  // Before the key is asked for: a browser that opens the app has none to show.
  const page = webRoutes(app, service.settings.web);
  const { apiKey: key } = service.settings;
  if (key !== undefined) app.use(apiKey(key));
  rootRoutes(app, service, page);
  modelRoutes(app, service);
  predictRoutes(app, service);
  inferenceProtocolRoutes(app, service);
  if (service.metrics && service.settings.metricsPort === undefined) metricsRoutes(app, service.metrics);
  docsRoutes(app);
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
  const pace = new Pace();
  app.onError(async (error, c) => {
    let problem: Problem;
    if (error instanceof Problem) problem = error;
    else {
      problem = internalProblem();
      service.log.error({ request_id: c.var.requestId, error: error.stack ?? error.message }, "a request failed");
    }
    c.set("problem", problem);
    if (problem.reason === "queue_full" || problem.reason === "rate_limit") {
      const ms = pace.next();
      if (ms >= 1) await sleep(ms);
    }
    // Nothing of an answer that was there already may describe this one: its length, its encoding.
    c.res = undefined;
    return problem.response(c.var.requestId);
  });
  return app;
}

/** Of a body, as its header says; undefined where none does. */
function lengthOf(header: string | undefined): number | undefined {
  return header ? Number(header) : undefined;
}

/**
 * What is asked of requests before any route, the cheapest first. What stands further up sees the answers of what stands
 * below: so refusals have the headers of security and CORS, too, and pages can read them. The rate limit comes before the key,
 * since it also limits how fast keys are guessed.
 */
function guard(app: App, { settings, worker }: Service): void {
  const { cors: origins, rateLimit: perMinute, workers } = settings;
  app.use(securityHeaders());
  if (origins.length > 0) app.use(cors(origins));
  if (perMinute !== undefined) app.use(rateLimit(perMinute, shareOf(perMinute, { worker, workers })));
}
