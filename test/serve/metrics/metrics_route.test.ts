// GET /metrics of a running server, through real HTTP.

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { samplesOf } from "../../support/prometheus_text.ts";
import { read } from "../../support/sources.ts";

const test = suite("GET /metrics");

const OPTIONS = { port: 0, logLevel: "silent", outputs: "no outputs here" } as const;

let server: RunningServer;
test.after.each(() => server.close());

async function predict(url: string, model: string): Promise<Response> {
  const form = new FormData();
  form.append("file", new Blob([readFileSync("docs/digits/7.png")]), "7.png");
  form.append("model_type", model);
  return fetch(`${url}/predict`, { method: "POST", body: form });
}

test("a scrape tells in Prometheus' format what was asked, answered and refused", async () => {
  server = await startServer(OPTIONS);
  for (let i = 0; i < 3; i++) assert.is((await predict(server.url, "cnn")).status, 200);
  assert.is((await predict(server.url, "transformer")).status, 404);
  assert.is((await fetch(`${server.url}/no/such/place`)).status, 404);
  const response = await fetch(`${server.url}/metrics`);
  assert.is(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const samples = samplesOf(await response.text());
  const predicted = 'method="POST",route="/predict"';
  assert.is(samples.get(`mnist_http_request_duration_seconds_count{${predicted},status="2xx"}`), 3);
  assert.is(samples.get(`mnist_http_request_duration_seconds_count{${predicted},status="4xx"}`), 1);
  assert.is(samples.get('mnist_refused_requests_total{reason="not_found"}'), 2);
  assert.is(samples.get('mnist_http_request_duration_seconds_count{method="GET",route="unknown",status="4xx"}'), 1);
  assert.is(samples.get('mnist_predictions_total{model="cnn",version="0",digit="7"}'), 3);
  assert.is(samples.get('mnist_prediction_confidence_ratio_count{model="cnn",version="0"}'), 3);
  assert.is(samples.get('nv_inference_request_success{model="cnn",version="0"}'), 3);
  assert.is(samples.get('nv_inference_pending_request_count{model="cnn",version="0"}'), 0);
  assert.is(samples.get("mnist_queue_limit_images"), 512);
  assert.is(samples.get("mnist_ready"), 1);
  assert.ok((samples.get('mnist_inference_duration_seconds_sum{model="cnn"}') ?? 0) > 0);
});

test("with a port of its own, that has /metrics and nothing else, and the server's has it no more", async () => {
  server = await startServer({ ...OPTIONS, metricsPort: 0 });
  const { metricsUrl } = server;
  assert.ok(metricsUrl);
  assert.is((await fetch(`${server.url}/metrics`)).status, 404);
  const response = await fetch(metricsUrl);
  assert.is(response.status, 200);
  assert.ok(samplesOf(await response.text()).has("mnist_ready"));
  assert.equal([response.headers.get("x-content-type-options"), response.headers.get("cache-control")], ["nosniff", "no-store"]); // biome-ignore format: one line
  assert.is((await fetch(metricsUrl, { method: "HEAD" })).headers.get("content-type"), response.headers.get("content-type")); // biome-ignore format: one line
  const elsewhere = await fetch(new URL("/predict", metricsUrl), { method: "POST" });
  assert.is(elsewhere.status, 404);
  assert.is(((await elsewhere.json()) as { error: string }).error, "this port has /metrics alone.");
  const posted = await fetch(metricsUrl, { method: "POST", body: "x" });
  assert.equal([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
});

test("the page on monitoring has every metric of ours, with its type and labels, and no other", async () => {
  server = await startServer(OPTIONS);
  await predict(server.url, "cnn");
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const types = [...text.matchAll(/^# TYPE ((?:mnist|nv)_\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
  const labelsOf = (name: string): string => {
    const [, labels] = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, "m").exec(text) ?? [];
    return [...(labels ?? "").matchAll(/(\w+)="/g)].map(([, label]) => label).sort().join(" "); // biome-ignore format: one line
  };
  const documented = [...read("docs/monitoring.md").matchAll(/^\| `((?:mnist|nv)_\w+)` \| (\w+) \|([^|]*)\|/gm)];
  assert.equal(
    documented.map(([, name, type, labels]) => [name, type, labels.replaceAll(/[`,]/g, "").split(/\s+/).filter(Boolean).sort().join(" ")].join(": ")).sort(), // biome-ignore format: one line
    types.map(([name, type]) => `${name}: ${type}: ${labelsOf(name)}`).sort(),
  );
  assert.ok(types.length > 25);
});

test.run();
