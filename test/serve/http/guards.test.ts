// What stands before every route, through real HTTP.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../../lib/index.ts";
import { makeApp } from "../../../serve/app.ts";
import { parseTraceparent } from "../../../serve/http/traceparent.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../../serve/index.ts";
import { serveSettings } from "../../../serve/options.ts";
import { Service } from "../../../serve/service.ts";

const test = suite("guards");
const servers: RunningServer[] = [];
test.after(async () => {
  for (const server of servers) await server.close();
});

async function start(options: ServeOptions = {}) {
  const server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", ...options });
  servers.push(server);
  return (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init);
}
const plain = start();
const PAGE = "https://digits.example";
const guarded = start({ cors: [PAGE], apiKey: "s3cret-ü", trustProxy: 1 });
const KEY = { "x-api-key": Buffer.from("s3cret-ü").toString("latin1") };

test("a sane X-Request-Id is kept; of any other request an id is made", async () => {
  const ask = await plain;
  const idOf = async (id?: string, path = "/models") => {
    const response = await ask(path, id === undefined ? {} : { headers: { "x-request-id": id } });
    await response.arrayBuffer();
    return response.headers.get("x-request-id");
  };
  assert.is(await idOf("Root=1-67891233-abcdef/a.b:c+d@e_f"), "Root=1-67891233-abcdef/a.b:c+d@e_f");
  const made = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
  for (const id of [undefined, "", "two words", '"quoted"', "<b>", "x".repeat(129), "a;b", "\u00e9"]) {
    assert.match((await idOf(id)) ?? "", made);
  }
  assert.is.not(await idOf(), await idOf());
  assert.is(await idOf("of-a-problem", "/nowhere"), "of-a-problem");
});

test("traceparent is read as W3C's recommendation has it, or not at all", () => {
  const [trace, parent] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];
  const read = { traceId: trace, parentId: parent, isSampled: true };
  assert.equal(parseTraceparent(`00-${trace}-${parent}-01`), read);
  assert.equal(parseTraceparent(`00-${trace}-${parent}-02`), { ...read, isSampled: false });
  assert.equal(parseTraceparent(`cc-${trace}-${parent}-01-what-comes-later`), read);
  for (const wrong of [
    `ff-${trace}-${parent}-01`,
    `00-${trace}-${parent}-01-more`,
    `00-${"0".repeat(32)}-${parent}-01`,
    `00-${trace}-${"0".repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    `00-${trace.slice(1)}-${parent}-01`,
    "",
  ]) {
    assert.is(parseTraceparent(wrong), undefined, wrong);
  }
});

test("every answer tells browsers what they must not do with it, problems too", async () => {
  const ask = await plain;
  for (const path of ["/", "/models", "/nowhere", "/model/none/info"]) {
    const { headers } = await ask(path);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none';.*frame-ancestors 'none'/);
    assert.is(headers.get("x-content-type-options"), "nosniff");
    assert.is(headers.get("referrer-policy"), "no-referrer");
    assert.is(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.is(headers.get("cache-control"), "no-store");
    assert.is(headers.get("access-control-allow-origin"), null);
  }
});

test("a method that a path does not have is 405, and Allow names those that it has", async () => {
  const ask = await plain;
  for (const [method, path, allow] of [
    ["POST", "/models", "GET, HEAD, OPTIONS"],
    ["GET", "/predict", "OPTIONS, POST"],
    ["HEAD", "/predict/base64", "OPTIONS, POST"],
    ["DELETE", "/model/cnn/info", "GET, HEAD, OPTIONS"],
  ]) {
    const response = await ask(path, { method });
    assert.is(response.status, 405);
    assert.is(response.headers.get("allow"), allow);
    assert.is(response.headers.get("content-type"), "application/problem+json");
  }
  const options = await ask("/predict", { method: "OPTIONS" });
  assert.equal([options.status, options.headers.get("allow")], [204, "OPTIONS, POST"]);
  assert.is((await ask("/nowhere", { method: "OPTIONS" })).status, 404);
});

test("HEAD is GET without the body", async () => {
  const ask = await plain;
  const head = await ask("/models", { method: "HEAD" });
  assert.equal([head.status, head.headers.get("content-type"), await head.text()], [200, "application/json", ""]);
});

test("a listed page may call, another may not, and caches are told that answers differ", async () => {
  const ask = await guarded;
  const preflight = (origin: string) =>
    ask("/predict", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "x-api-key" },
    });
  const allowed = await preflight(PAGE);
  assert.is(allowed.status, 204);
  assert.is(allowed.headers.get("access-control-allow-origin"), PAGE);
  assert.match(allowed.headers.get("access-control-allow-methods") ?? "", /POST/);
  assert.match(allowed.headers.get("access-control-allow-headers") ?? "", /X-API-Key/);
  assert.match(allowed.headers.get("vary") ?? "", /Origin/);
  const refused = await preflight("https://evil.example");
  assert.is(refused.status, 403);
  assert.is(refused.headers.get("access-control-allow-origin"), null);

  const answer = await ask("/models", { headers: { origin: PAGE, ...KEY } });
  assert.is(answer.status, 200);
  assert.is(answer.headers.get("access-control-allow-origin"), PAGE);
  assert.is(answer.headers.get("access-control-allow-credentials"), null);
  assert.match(answer.headers.get("access-control-expose-headers") ?? "", /X-Request-Id/);
  const other = await ask("/models", { headers: { origin: `${PAGE}.evil.example`, ...KEY } });
  assert.is(other.headers.get("access-control-allow-origin"), null);
  assert.is(other.headers.get("vary"), "Origin");
  // A page can read why it was refused.
  const problem = await ask("/models", { headers: { origin: PAGE } });
  assert.equal([problem.status, problem.headers.get("access-control-allow-origin")], [401, PAGE]);
});

test("what is no origin is refused when the server starts", async () => {
  for (const origin of ["https://example.com/", "example.com", "https://Example.com", "https://example.com/app", ""]) {
    try {
      await start({ cors: [origin] });
      assert.unreachable(origin);
    } catch (error) {
      assert.instance(error, OptionError);
      assert.match((error as Error).message, /no origin; write it as https:\/\/example\.com/);
    }
  }
});

test("with --cors '*' every page may call", async () => {
  const ask = await start({ cors: ["*"] });
  const { headers } = await ask("/models", { headers: { origin: "https://anybody.example" } });
  assert.equal([headers.get("access-control-allow-origin"), headers.get("vary")], ["*", null]);
});

test("with an API key, all but health, the root and the documentation asks for it", async () => {
  const ask = await guarded;
  const statusOf = async (path: string, headers: HeadersInit = {}) => (await ask(path, { headers })).status;
  for (const path of [
    "/models",
    "/model/cnn/info",
    "/metrics",
    "/v2",
    "/nowhere",
    "/docs/../models",
    "//docs",
    "/v2/models/cnn.js",
  ]) {
    assert.is(await statusOf(path), 401, path);
  }
  for (const path of ["/", "/v2/health/live", "/v2/health/ready"]) assert.is(await statusOf(path), 200, path);
  for (const path of ["/docs", "/openapi.json", "/assets/index.js", "/favicon.svg"])
    assert.is.not(await statusOf(path), 401, path);
  const key = KEY["x-api-key"];
  for (const headers of [KEY, { authorization: `Bearer ${key}` }, { authorization: `bearer ${key}` }]) {
    assert.is(await statusOf("/models", headers), 200);
  }
  for (const wrong of ["", "s3cret", `${key}x`, key.toUpperCase()]) {
    assert.is(await statusOf("/models", { "x-api-key": wrong }), 401, wrong);
  }
  assert.is(await statusOf("/models", { authorization: `Basic ${key}` }), 401);
  const { headers } = await ask("/models");
  assert.is(headers.get("www-authenticate"), 'Bearer realm="simdgrad"');
});

test("beyond the rate limit an address gets 429 with Retry-After; health goes on, and so do other clients", async () => {
  const ask = await start({ rateLimit: 3, trustProxy: 1 });
  const of = (address: string, path = "/models") => ask(path, { headers: { "x-forwarded-for": address } });
  const mine = [];
  for (let i = 0; i < 4; i++) mine.push(await of(`${i}.1.1.1, 198.51.100.7`));
  assert.equal(
    mine.map(({ status }) => status),
    [200, 200, 200, 429],
  );
  assert.is(mine[0].headers.get("ratelimit"), '"address";r=2;t=20');
  assert.is(mine[0].headers.get("ratelimit-policy"), '"address";q=3;w=60');
  assert.match(mine[3].headers.get("retry-after") ?? "", /^(1?\d|20)$/);
  assert.is(((await mine[3].json()) as { reason: string }).reason, "rate_limit");
  assert.is((await of("198.51.100.7", "/v2/health/live")).status, 200);
  assert.is((await of("198.51.100.8")).status, 200);
});

test("a worker grants its share, and says the whole limit", async () => {
  const settings = serveSettings({ rateLimit: 5, workers: 2, logLevel: "silent", outputs: "no outputs here" });
  const granted: number[] = [];
  for (const worker of [0, 1]) {
    const service = new Service({ settings, worker });
    const headers = new Map<string, string>();
    const caller = {
      ...{ address: "192.0.2.1", signal: new AbortController().signal, body: async () => new Uint8Array() },
      ...{ reserve() {}, setHeader: (name: string, value: string) => void headers.set(name, value) },
    };
    const ask = async () => app.fetch(new Request("http://x/models"), { caller });
    const app = makeApp(service);
    let count = 0;
    let response = await ask();
    for (; response.status === 200; response = await ask()) count++;
    granted.push(count);
    assert.is(headers.get("ratelimit-policy"), '"address";q=5;w=60');
    const { error } = JSON.parse(await response.text()) as { error: string };
    assert.match(
      error,
      new RegExp(`^the rate limit of 5 a minute from one address, of which this .* grants ${count}, is`),
    );
    await service.close();
  }
  assert.equal(granted, [3, 2]);
  assert.throws(() => serveSettings({ rateLimit: 3, workers: 4 }), /rateLimit is 3 and workers is 4/);
});

test.run();
