// The application as a function: every format of event, through the loop, beside the answers of the Node server.

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeApp } from "../../../serve/app.ts";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import type { GatewayResult } from "../../../serve/lambda/gateway_result.ts";
import { makeHandler } from "../../../serve/lambda/handler.ts";
import type { InvocationContext } from "../../../serve/lambda/run_loop.ts";
import { type Asked, functionUrlEvent, loadBalancerEvent, restEvent } from "./gateway_events.ts";
import { pictureForm } from "./picture_form.ts";

const test = suite("handler");
let server: RunningServer;
let handler: ReturnType<typeof makeHandler>;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
  const { maxBodyBytes } = server.service.settings;
  handler = makeHandler({ fetch: makeApp(server.service).fetch, maxBodyBytes });
});
test.after(() => server.close());

const REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
const context = (ms = 10_000): InvocationContext => ({
  awsRequestId: REQUEST_ID,
  getRemainingTimeInMillis: () => ms,
});

const digit = (n: number): Buffer => readFileSync(`docs/digits/${n}.png`);
const bodyOf = ({ body, isBase64Encoded }: GatewayResult): unknown =>
  JSON.parse(isBase64Encoded ? Buffer.from(body, "base64").toString() : body);

/** What is the same in every answer to a request. */
function steady(body: unknown): unknown {
  const { latency_ms, request_id, ...rest } = body as Record<string, unknown>;
  return rest;
}

async function fromNode({
  method = "GET",
  path,
  query,
  headers,
  body,
}: Asked): Promise<{ status: number; body: unknown }> {
  const url = `${server.url}${path}${query ? `?${query}` : ""}`;
  const response = await fetch(url, { method, headers, body: body as string | undefined });
  return { status: response.status, body: steady(await response.json()) };
}

const FORMATS: [name: string, make: (asked: Asked) => unknown][] = [
  ["payload 2.0", functionUrlEvent],
  ["payload 1.0", restEvent],
  ["a load balancer", loadBalancerEvent],
];

const json = (body: object): Asked => ({
  ...{ method: "POST", path: "/predict/base64", headers: { "content-type": "application/json" } },
  body: JSON.stringify(body),
});

const REQUESTS: [title: string, asked: Asked, status: number][] = [
  ["a picture by multipart", pictureForm({ model_type: "cnn" }, digit(7)), 200],
  ["a picture for the linear network", pictureForm({ model_type: "linear" }, digit(3)), 200],
  ["a picture in base64", json({ image: digit(5).toString("base64") }), 200],
  ["the list of networks", { path: "/models" }, 200],
  ["what a network is, of a version by query", { path: "/model/cnn/info", query: "version=0" }, 200],
  ["a version that is not there", { path: "/model/cnn/info", query: "version=77" }, 404],
  ["a damaged picture", pictureForm({}, digit(7).subarray(0, 80)), 400],
  ["no form", { method: "POST", path: "/predict", headers: { "content-type": "text/plain" }, body: "x" }, 415],
  ["JSON that is none", { ...json({}), body: "{" }, 400],
  ["a place where nothing is", { path: "/nothing" }, 404],
];

for (const [format, make] of FORMATS) {
  for (const [title, asked, status] of REQUESTS) {
    test(`${title} by ${format} gets the answer of the Node server`, async () => {
      const result = await handler(make(asked), context());
      const expected = await fromNode(asked);
      assert.is(result.statusCode, status, JSON.stringify(result));
      assert.is(expected.status, status);
      assert.equal(steady(bodyOf(result)), expected.body);
      const type = result.headers?.["content-type"] ?? result.multiValueHeaders?.["content-type"]?.[0] ?? "";
      assert.match(type, status === 200 ? /^application\/json/ : /^application\/problem\+json/);
      assert.not(result.isBase64Encoded, "JSON goes out as text");
    });
  }
}

test("a body beyond the limit is refused, in base64 and as text, and one of just the limit is read", async () => {
  const most = server.service.settings.maxBodyBytes;
  for (const body of [new Uint8Array(most + 1), "x".repeat(most + 1), "é".repeat(most / 2 + 1)]) {
    const result = await handler(functionUrlEvent({ ...json({}), body }), context());
    assert.is(result.statusCode, 413);
    assert.match(result.body, /"error":"the body has more than 1048576 bytes; send less\."/);
  }
  for (const body of [new Uint8Array(most), "x".repeat(most)]) {
    assert.is((await handler(functionUrlEvent({ ...json({}), body }), context())).statusCode, 400);
  }
});

test("headers that none may be are a bad request", async () => {
  const event = functionUrlEvent({ path: "/models", headers: { "a b": "1" } });
  const { statusCode, body } = await handler(event, context());
  assert.is(statusCode, 400);
  assert.match(body, /"error":"a header's name or value/);
});

test("an application that is too slow is answered for, in time, and told that nobody waits", async () => {
  let isAborted = false;
  const slow = makeHandler({
    maxBodyBytes: 1,
    fetch: (_, { caller }) =>
      new Promise((resolve) => {
        const leave = (): void => {
          isAborted = true;
          resolve(new Response("too late"));
        };
        caller.signal.addEventListener("abort", leave, { once: true });
      }),
  });
  for (const ms of [280, 10, -5]) {
    isAborted = false;
    const result = await slow(functionUrlEvent({}), context(ms));
    assert.is(result.statusCode, 503);
    assert.is(result.headers?.["retry-after"], "1");
    assert.match(result.body, /"reason":"deadline"/);
    assert.match(result.body, new RegExp(`"request_id":"${REQUEST_ID}"`));
    assert.ok(isAborted);
  }
});

test("an event of something else is the invocation's error", async () => {
  await handler({ Records: [] }, context()).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /the event is no HTTP request; its fields are Records\./),
  );
});

test("the request's id is Lambda's, unless the client gave one", async () => {
  const ids: (string | null)[] = [];
  const tell = makeHandler({
    maxBodyBytes: 1,
    fetch: ({ headers }) => {
      ids.push(headers.get("x-request-id"));
      return new Response(null, { status: 204 });
    },
  });
  for (const headers of [{}, { "x-request-id": "mine" }]) {
    const result = await tell(functionUrlEvent({ headers: headers as Record<string, string> }), context());
    assert.equal([result.statusCode, result.body, result.isBase64Encoded], [204, "", false]);
  }
  assert.equal(ids, [REQUEST_ID, "mine"]);
});

test.run();
