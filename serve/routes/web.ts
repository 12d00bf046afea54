// The web app, where it is built: its page at /, and its files, each at its own path.

import { join } from "node:path";
import type { Hono } from "hono";
import { packageRoot } from "../../store/package_root.ts";
import type { ServeEnv } from "../http/caller.ts";
import { contentSecurityPolicy } from "../http/content_security_policy.ts";
import { Problem } from "../http/problem.ts";
import { answerPageFile } from "../pages/answer_page_file.ts";
import { type PageFile, readPageFolder } from "../pages/page_folder.ts";

const INDEX = "index.html";
/** Paths of the API begin with these: no file of the app takes one of them. */
const TAKEN = ["docs", "metrics", "model", "models", "openapi.json", "predict", "v2"];
/** What other hosts read to set headers as this one does. */
const FOR_OTHER_HOSTS = ["_headers", "vercel.json"];
/** The page runs its own scripts and workers, compiles WebAssembly, and asks its own server; isolated, so that it may use threads. */
const PAGE_HEADERS = {
  "content-security-policy": contentSecurityPolicy({
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
  }),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * @param folder default: the package's
 * @returns what answers / with the page; undefined where the app is not built
 */
export function webRoutes(app: Hono<ServeEnv>, folder = join(packageRoot(), "dist", "web")): PageAnswer | undefined {
  const files = readPageFolder(folder);
  const index = files.get(INDEX);
  if (!index) return undefined;
  const folders = new Set<string>();
  for (const name of files.keys()) {
    const [first, ...rest] = name.split("/");
    if (name === INDEX || TAKEN.includes(first) || FOR_OTHER_HOSTS.includes(name)) continue;
    if (rest.length === 0) app.get(`/${name}`, (c) => answerPageFile(c, files.get(name) as PageFile, PAGE_HEADERS));
    else folders.add(first);
  }
  // One route a folder: metrics count by routes, and bundlers name files anew at every build.
  for (const each of folders) {
    app.get(`/${each}/*`, (c) => {
      const file = files.get(c.req.path.slice(1));
      if (!file) throw new Problem(404, "the web app has no such file.", { reason: "not_found" });
      return answerPageFile(c, file, PAGE_HEADERS);
    });
  }
  return (c) => answerPageFile(c, index, PAGE_HEADERS);
}

export type PageAnswer = (c: Parameters<typeof answerPageFile>[0]) => Response;
