// GET /: that the server lives.

import type { Hono } from "hono";
import { VERSION } from "../../lib/index.ts";
import type { ServeEnv } from "../http/caller.ts";
import type { Service } from "../service.ts";

export function rootRoutes(app: Hono<ServeEnv>, service: Service): void {
  app.get("/", (c) =>
    c.json({ status: "healthy", service: "simdgrad", version: VERSION, models: service.models.names, docs: "/docs" }),
  );
}
