// Requests as Function URLs, API Gateway and load balancers describe them, and answers as they want them.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readGatewayEvent } from "../../../serve/lambda/gateway_event.ts";
import { gatewayResult } from "../../../serve/lambda/gateway_result.ts";
import { traceparentOf } from "../../../serve/lambda/trace_context.ts";
import { type Asked, functionUrlEvent, loadBalancerEvent, restEvent } from "./gateway_events.ts";

const test = suite("gateway_event");

const FORMATS: [name: string, make: (asked: Asked) => unknown][] = [
  ["a Function URL", (asked) => functionUrlEvent(asked)],
  ["an HTTP API with a stage", (asked) => functionUrlEvent(asked, "prod")],
  ["a REST API", restEvent],
  ["a load balancer", (asked) => loadBalancerEvent(asked)],
  ["a load balancer with lists", (asked) => loadBalancerEvent(asked, true)],
];

for (const [name, make] of FORMATS) {
  test(`${name} brings method, path, query, headers, cookies, address and bytes`, () => {
    const bytes = Uint8Array.of(0, 255, 13, 10, 128);
    const request = readGatewayEvent(
      make({
        method: "POST",
        path: "/model/cnn/info",
        query: "version=2&note=a%26b%3D%C3%A9",
        headers: { "content-type": "application/octet-stream", "x-request-id": "r1" },
        cookies: ["a=1", "b=2"],
        body: bytes,
      }),
    );
    const url = new URL(request.url);
    assert.is(request.method, "POST");
    assert.is(url.pathname, "/model/cnn/info");
    assert.is(url.searchParams.get("version"), "2");
    assert.is(url.searchParams.get("note"), "a&b=é");
    const headers = Object.fromEntries(request.headers);
    assert.is(headers["x-request-id"], "r1");
    assert.is(headers.cookie, "a=1; b=2");
    assert.is(request.address, "203.0.113.7");
    assert.ok(request.isBase64);
    assert.equal(new Uint8Array(Buffer.from(request.body, "base64")), bytes);
  });

  test(`${name} brings text as text, and no body where there is none`, () => {
    const text = readGatewayEvent(make({ method: "POST", path: "/predict/base64", body: '{"image":"é"}' }));
    assert.equal([text.body, text.isBase64], ['{"image":"é"}', false]);
    const none = readGatewayEvent(make({}));
    assert.equal([none.method, new URL(none.url).pathname, new URL(none.url).search, none.body], ["GET", "/", "", ""]);
  });
}

test("a query that API Gateway decoded is encoded again, name by name and value by value", () => {
  const { url } = readGatewayEvent(restEvent({ query: "a=1&a=2&b%20c=x%2By" }));
  assert.equal([...new URL(url).searchParams], [["a", "1"], ["a", "2"], ["b c", "x+y"]]); // biome-ignore format: one line
});

test("whatever a path or a host holds, the URL is one, and what follows the path stays in it", () => {
  for (const path of ["//evil.example/predict", "/a b?c#d", "/é/\ud800", "predict", "/\\..\\x"]) {
    const { url } = readGatewayEvent(functionUrlEvent({ path, headers: { host: "a b/c@d" } }));
    assert.is(new URL(url).host, "localhost", path);
    assert.is(new URL(url).search, "", path);
    assert.is(new URL(url).hash, "", path);
  }
});

test("a header of a REST API that came twice stands twice", () => {
  const event = { ...restEvent({}), multiValueHeaders: { Accept: ["text/html", "application/json"] } };
  assert.equal(readGatewayEvent(event).headers, [["accept", "text/html"], ["accept", "application/json"]]); // biome-ignore format: one line
});

test("an event of something else is refused, with the fields that it has", () => {
  for (const event of [{ Records: [{}], source: "aws.s3" }, null, [], "text", {}, { httpMethod: "GET /x HTTP/1.1" }]) {
    assert.throws(
      () => readGatewayEvent(event),
      /readGatewayEvent: the event is no HTTP request; its fields are .+\. Invoke/,
    );
  }
  assert.throws(() => readGatewayEvent({ Records: [{}], source: "aws.s3" }), /its fields are Records, source\./);
});

test("members of other types than they should have are taken for absent", () => {
  const { url, headers, body, address } = readGatewayEvent({
    requestContext: { http: { method: "GET", sourceIp: 7 }, stage: 1 },
    ...{ rawPath: 5, rawQueryString: [], headers: { a: 1, b: "2" }, cookies: "x=1", body: 12, isBase64Encoded: "true" },
  });
  assert.equal([url, headers, body, address], ["https://localhost/", [["b", "2"]], "", ""]);
});

const JSON_ANSWER = { headers: { "content-type": "application/problem+json", vary: "origin" } };

test("text goes out as text, everything else as base64", async () => {
  const text = await gatewayResult(new Response('{"é":1}', JSON_ANSWER), "cookies");
  assert.equal(text, {
    ...{ statusCode: 200, body: '{"é":1}', isBase64Encoded: false },
    headers: { "content-type": "application/problem+json", vary: "origin" },
  });
  const bytes = Uint8Array.of(0, 200, 1);
  const binary = await gatewayResult(
    new Response(bytes, { headers: { "content-type": "application/octet-stream" } }),
    "cookies",
  );
  assert.equal([binary.body, binary.isBase64Encoded], [Buffer.from(bytes).toString("base64"), true]);
  const types: Record<string, string>[] = [
    { "content-type": "text/plain" },
    { "content-type": "application/json", "content-encoding": "gzip" },
  ];
  for (const headers of types) {
    const result = await gatewayResult(new Response(bytes, { headers }), "lists");
    assert.is(result.isBase64Encoded, true, "neither text in another encoding nor packed text is changed");
  }
});

test("cookies stand where the gateway looks for them, and nothing of the connection is passed on", async () => {
  const answer = (): Response => {
    const headers = new Headers({ "content-type": "text/plain", "keep-alive": "timeout=5", "content-length": "2" });
    for (const cookie of ["a=1", "b=2"]) headers.append("set-cookie", cookie);
    return new Response("ok", { status: 201, headers });
  };
  const rest = { statusCode: 201, body: "ok", isBase64Encoded: false };
  assert.equal(await gatewayResult(answer(), "cookies"), {
    ...rest,
    headers: { "content-type": "text/plain" },
    cookies: ["a=1", "b=2"],
  });
  assert.equal(await gatewayResult(answer(), "lists"), {
    ...rest,
    multiValueHeaders: { "content-type": ["text/plain"], "set-cookie": ["a=1", "b=2"] },
  });
  assert.equal(await gatewayResult(answer(), "single"), {
    ...rest,
    headers: { "content-type": "text/plain", "set-cookie": "b=2" },
  });
});

test("a load balancer gets lists where it sent lists, and one value a header where it did not", () => {
  assert.is(readGatewayEvent(loadBalancerEvent({}, true)).form, "lists");
  assert.is(readGatewayEvent(loadBalancerEvent({})).form, "single");
  assert.is(readGatewayEvent(restEvent({})).form, "lists");
  assert.is(readGatewayEvent(functionUrlEvent({})).form, "cookies");
});

test("X-Ray's header is told as W3C's, where it names a parent", () => {
  const root = "Root=1-67891233-abcdef012345678912345678";
  assert.is(
    traceparentOf(`${root};Parent=53995c3f42cd8ad8;Sampled=1`),
    "00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01",
  );
  assert.match(traceparentOf(`Self=x; ${root}; Parent=53995c3f42cd8ad8; Sampled=0`) ?? "", /-00$/);
  for (const other of [undefined, "", root, "Root=1-6789-xyz;Parent=53995c3f42cd8ad8", `${root};Parent=5399`]) {
    assert.is(traceparentOf(other), null);
  }
});

test.run();
