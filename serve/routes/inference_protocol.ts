// The Open Inference Protocol, version 2.

import type { Hono } from "hono";
import type { ServeEnv } from "../http/caller.ts";
import type { Service } from "../service.ts";

export function inferenceProtocolRoutes(app: Hono<ServeEnv>, service: Service): void {
  // The specification, KServe and Triton expect three different bodies; this one serves them all.
  app.get("/v2/health/live", (c) => c.json({ live: true, ready: service.isReady }));
  app.get("/v2/health/ready", (c) => {
    const { isReady } = service;
    return c.json({ live: true, ready: isReady }, isReady ? 200 : 503);
  });
}
