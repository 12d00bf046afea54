// The web app's files, and / as browsers and programs ask for it.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { wantsPage } from "../../../serve/pages/wants_page.ts";
import { rawGet } from "../../support/raw_get.ts";

const test = suite("the web app");
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
const folder = mkdtempSync(join(tmpdir(), "simdgrad-web-"));
let server: RunningServer;

test.before(async () => {
  mkdirSync(join(folder, "assets", "deep"), { recursive: true });
  mkdirSync(join(folder, "v2"));
  const files: Record<string, string> = {
    "index.html": "<!doctype html><title>app</title>",
    "favicon.svg": "<svg/>",
    "sw.js": "//",
    "manifest.webmanifest": "{}",
    "vercel.json": "{}",
    _headers: "/*",
    "assets/index-DiwrgTda.js": "export {};",
    "assets/kernels-B1_c-x9Q.wasm": "\0asm",
    "assets/deep/a.css": "a{}",
    models: "not the models",
    "v2/x": "not the protocol",
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "assets", "index-DiwrgTda.js.gz"), gzipSync("export {};"));
  symlinkSync(join(process.cwd(), "package.json"), join(folder, "linked.json"));
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", web: folder, apiKey: "key" });
});
test.after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => rawGet(`${server.url}${path}`, headers);

test("a browser gets the app, isolated so that it may use threads; a program gets the status", async () => {
  const page = await get("/", { accept: BROWSER });
  assert.is(page.headers["content-type"], "text/html; charset=utf-8");
  assert.match(page.body.toString(), /<title>app/);
  assert.is(page.headers["cache-control"], "no-cache");
  assert.is(page.headers["cross-origin-embedder-policy"], "require-corp");
  assert.match(String(page.headers["content-security-policy"]), /script-src 'self' 'wasm-unsafe-eval'/);
  for (const accept of ["*/*", "application/json", "application/json, text/html;q=0.9"]) {
    const { headers, body } = await get("/", { accept });
    assert.is(headers["content-type"], "application/json", accept);
    assert.is(JSON.parse(body.toString()).status, "healthy");
    assert.match(String(headers.vary), /Accept\b(?!-)/);
  }
  assert.match(String(page.headers.vary), /Accept\b(?!-)/);
});

test("its files have their types; those with a digest in their name need never be asked for again", async () => {
  const types: [path: string, type: string, isImmutable: boolean][] = [
    ["/assets/index-DiwrgTda.js", "text/javascript; charset=utf-8", true],
    ["/assets/kernels-B1_c-x9Q.wasm", "application/wasm", true],
    ["/assets/deep/a.css", "text/css; charset=utf-8", false],
    ["/favicon.svg", "image/svg+xml", false],
    ["/sw.js", "text/javascript; charset=utf-8", false],
    ["/manifest.webmanifest", "application/manifest+json", false],
  ];
  for (const [path, type, isImmutable] of types) {
    const { status, headers } = await get(path);
    assert.equal([status, headers["content-type"]], [200, type], path);
    assert.is(headers["cache-control"], isImmutable ? "public, max-age=31536000, immutable" : "no-cache", path);
  }
  const packed = await get("/assets/index-DiwrgTda.js", { "accept-encoding": "gzip" });
  assert.is(packed.headers["content-encoding"], "gzip");
  const again = await get("/", {
    accept: BROWSER,
    "if-none-match": String((await get("/", { accept: BROWSER })).headers.etag),
  });
  assert.is(again.status, 304);
});

test("no file of it takes the place of an endpoint, and nothing but its files is sent", async () => {
  assert.is((await get("/models")).status, 401);
  assert.is((await get("/v2/x")).status, 401);
  for (const path of [
    "/_headers",
    "/vercel.json",
    "/linked.json",
    "/assets",
    "/assets/",
    "/assets/../index.html",
    "/index.html.gz",
  ]) {
    assert.not.equal((await get(path)).status, 200, path);
  }
  assert.is((await get("/assets/other.js")).status, 404);
});

test("which of the two is wanted follows from the weights of both types", () => {
  for (const [accept, wanted] of [
    [BROWSER, true],
    ["text/html", true],
    ["Text/HTML;level=1", true],
    [undefined, false],
    ["", false],
    ["*/*", false],
    ["text/html;q=0", false],
    ["text/html;q=0.5, application/json", false],
    ["text/html;q=x", false],
  ] as const) {
    assert.is(wantsPage(accept), wanted, String(accept));
  }
});

test.run();
