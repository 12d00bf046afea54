// GET /: that the server lives; to a browser, the web app where it is built.

import type { Hono } from "hono";
import { VERSION } from "../../lib/index.ts";
import type { ServeEnv } from "../http/caller.ts";
import { wantsPage } from "../pages/wants_page.ts";
import type { Status } from "../schemas/status.ts";
import type { Service } from "../service.ts";
import type { PageAnswer } from "./web.ts";

export function rootRoutes(app: Hono<ServeEnv>, service: Service, page: PageAnswer | undefined): void {
  app.get("/", (c) => {
    if (page) {
      const isPage = wantsPage(c.req.header("accept"));
      if (isPage) {
        const response = page(c);
        response.headers.append("vary", "Accept");
        return response;
      }
      c.header("vary", "Accept");
    }
    const { names: models } = service.models;
    return c.json({ status: "healthy", service: "simdgrad", version: VERSION, models, docs: "/docs" } satisfies Status);
  });
}
