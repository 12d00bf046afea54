// GET /openapi.json, /docs, and what the page at /docs loads.

import { join } from "node:path";
import type { Context, Hono } from "hono";
import { packageRoot } from "../../store/package_root.ts";
import type { ServeEnv } from "../http/caller.ts";
import { contentSecurityPolicy } from "../http/content_security_policy.ts";
import { Problem } from "../http/problem.ts";
import { answerPageFile } from "../pages/answer_page_file.ts";
import { type PageFile, readPageFolder } from "../pages/page_folder.ts";

/** The page runs its own scripts, asks its own server, and shows pictures that it holds itself; nothing else. */
const POLICY = contentSecurityPolicy({
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data: blob:",
  "connect-src": "'self'",
});

export function docsRoutes(app: Hono<ServeEnv>): void {
  const files = readPageFolder(join(packageRoot(), "dist", "docs"));
  const send = (c: Context<ServeEnv>, file: PageFile | undefined, headers?: Record<string, string>): Response => {
    if (file) return answerPageFile(c, file, headers);
    const known =
      files.size > 0 ? "there is no such file of the page at /docs" : "this server was built without its docs";
    throw new Problem(404, `${known}.`, { reason: "not_found" });
  };
  app.get("/openapi.json", (c) => send(c, files.get("openapi.json")));
  app.get("/docs", (c) => send(c, files.get("index.html"), { "content-security-policy": POLICY }));
  app.get("/docs/:file", (c) => send(c, files.get(c.req.param("file"))));
}
