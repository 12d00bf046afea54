// What is shipped for static hosts says what our own server says.

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../serve/index.ts";
import { rawGet } from "../support/raw_get.ts";

const test = suite("static hosting");
/** Those that make a difference to the page. */
const NAMES = [
  "content-security-policy",
  "cross-origin-embedder-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "referrer-policy",
  "x-content-type-options",
];

let server: RunningServer;
test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", web: "web" });
});
test.after(() => server.close());

async function ours(): Promise<Record<string, unknown>> {
  const { headers } = await rawGet(`${server.url}/`, { accept: "text/html" });
  return Object.fromEntries(NAMES.map((name) => [name, headers[name]]));
}

/** The headers below each path, as Netlify and Cloudflare read the file. */
function inHeadersFile(): Record<string, Record<string, string>> {
  const rules: Record<string, Record<string, string>> = {};
  let path = "";
  for (const line of readFileSync("web/public/_headers", "utf8").split("\n")) {
    const [, name, value] = line.match(/^ {2}([\w-]+): (.+)$/) ?? [];
    if (name) rules[path][name.toLowerCase()] = value;
    else if (line.startsWith("/")) {
      path = line;
      rules[path] = {};
    } else assert.match(line, /^(#.*)?$/);
  }
  return rules;
}

interface Vercel {
  headers: { source: string; headers: { key: string; value: string }[] }[];
}

test("_headers gives pages what the server gives them, and lets files with a digest be kept", async () => {
  const rules = inHeadersFile();
  assert.equal(rules["/*"], await ours());
  assert.equal(rules["/assets/*"], { "cache-control": "public, max-age=31536000, immutable" });
});

test("vercel.json says the same", async () => {
  const { headers } = JSON.parse(readFileSync("web/public/vercel.json", "utf8")) as Vercel;
  const [all, assets] = headers.map(({ source, headers }) => ({
    source,
    headers: Object.fromEntries(headers.map(({ key, value }) => [key.toLowerCase(), value])),
  }));
  assert.equal(all, { source: "/(.*)", headers: await ours() });
  assert.equal(assets, { source: "/assets/(.*)", headers: inHeadersFile()["/assets/*"] });
});

test.run();
