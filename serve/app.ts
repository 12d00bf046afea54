// The application: what every request goes through, then its route. Entries (Node, Lambda) bring requests, and a Caller each.

import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { routePath } from "hono/route";
import type { ServeEnv } from "./http/caller.ts";
import { internalProblem, Problem } from "./http/problem.ts";
import { inferenceProtocolRoutes } from "./routes/inference_protocol.ts";
import { modelRoutes } from "./routes/models.ts";
import { predictRoutes } from "./routes/predict.ts";
import { rootRoutes } from "./routes/root.ts";
import type { Service } from "./service.ts";

export type App = Hono<ServeEnv>;

export function makeApp(service: Service): App {
  const app: App = new Hono();
  app.use(async (c, next) => {
    const started = performance.now();
    c.set("requestId", randomUUID());
    await next();
    const { problem } = c.var;
    if (problem) service.observer.refused({ reason: problem.reason });
    const seconds = (performance.now() - started) / 1000;
    const route = routePath(c, -1);
    service.observer.responded({ method: c.req.method, route, status: c.res.status, seconds });
  });
  rootRoutes(app, service);
  modelRoutes(app, service);
  predictRoutes(app, service);
  inferenceProtocolRoutes(app, service);
  app.notFound((c) => {
    const problem = new Problem(404, `nothing is at ${c.req.path.slice(0, 100)}; /docs says what there is.`, {
      reason: "not_found",
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
