// /docs, /openapi.json and what the page loads, as browsers and proxies ask for them.

import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { type RawAnswer, rawGet } from "../../support/raw_get.ts";

const test = suite("/docs");
let server: RunningServer;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
});
test.after(() => server.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  rawGet(`${server.url}${path}`, headers);

test("the page and all that it names come from this server, and its policy allows nothing else", async () => {
  const { status, headers, body } = await get("/docs");
  assert.is(status, 200);
  assert.is(headers["content-type"], "text/html; charset=utf-8");
  const policy = String(headers["content-security-policy"]);
  assert.match(policy, /default-src 'none'/);
  assert.not.match(policy, /unsafe|https?:|\*/);
  const html = body.toString();
  const named = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path]) => path);
  assert.ok(named.length >= 5);
  for (const path of named) {
    assert.not.match(path, /^\/|:/);
    assert.is((await get(`/${path}`)).status, 200, path);
  }
  assert.not.match(html, /<script>|<style>|\son\w+=/);
});

test("every form of a file unpacks to the same bytes", async () => {
  for (const path of ["/openapi.json", "/docs/swagger-ui.js", "/docs/swagger-ui.css"]) {
    const plain = await get(path);
    const gzip = await get(path, { "accept-encoding": "gzip" });
    const br = await get(path, { "accept-encoding": "gzip, deflate, br;q=0.9" });
    assert.equal(
      [plain, gzip, br].map(({ headers }) => headers["content-encoding"]),
      [undefined, "gzip", "br"],
    );
    for (const { headers } of [plain, gzip, br]) assert.is(headers.vary, "Accept-Encoding");
    assert.ok(gunzipSync(gzip.body).equals(plain.body), path);
    assert.ok(brotliDecompressSync(br.body).equals(plain.body), path);
    assert.ok(br.body.length < gzip.body.length && gzip.body.length < plain.body.length);
    assert.is(new Set([plain, gzip, br].map(({ headers }) => headers.etag)).size, 3);
  }
  const refused = await get("/openapi.json", { "accept-encoding": "br;q=0, gzip;q=0.0" });
  assert.is(refused.headers["content-encoding"], undefined);
});

test("who has a copy is told that it is current", async () => {
  const { headers } = await get("/docs/page.css", { "accept-encoding": "gzip" });
  assert.is(headers["cache-control"], "no-cache");
  const etag = String(headers.etag);
  for (const named of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await get("/docs/page.css", { "accept-encoding": "gzip", "if-none-match": named });
    assert.equal([again.status, again.body.length, again.headers.etag], [304, 0, etag]);
  }
  assert.is((await get("/docs/page.css", { "if-none-match": '"other"' })).status, 200);
});

test("no path leads out of the folder, or into it by another name", async () => {
  for (const path of [
    "/docs/..%2f..%2fpackage.json",
    "/docs/%2e%2e/cli.js",
    "/docs/../../package.json",
    "/docs//etc/passwd",
    "/docs/page.css%00",
    "/docs/page.css/",
    "/docs/openapi.json.gz",
    "/docs/constructor",
    "/docs/__proto__",
  ]) {
    const { status, headers } = await get(path);
    assert.equal([status, headers["content-type"]], [404, "application/problem+json"], path);
  }
});

test("HEAD tells the same without the body", async () => {
  const response = await fetch(`${server.url}/openapi.json`, { method: "HEAD" });
  assert.is(response.status, 200);
  assert.is(await response.text(), "");
});

test.run();
