// GET /metrics: what Prometheus scrapes.

import type { Hono } from "hono";
import type { ServeEnv } from "../http/caller.ts";
import { METRICS_TYPE, type MetricsReader } from "../metrics/metrics_reader.ts";

export function metricsRoutes(app: Hono<ServeEnv>, reader: MetricsReader): void {
  app.get("/metrics", async (c) =>
    c.body(await reader.text(), 200, { "content-type": METRICS_TYPE, "cache-control": "no-store" }),
  );
}
