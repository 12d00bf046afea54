// What is counted of requests for inference, and from when their time runs.

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeApp } from "../../serve/app.ts";
import type { Caller } from "../../serve/http/caller.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../serve/index.ts";
import { LightDeparture } from "../../serve/inference/work_limits.ts";
import type { EventOf } from "../../serve/metrics/observer.ts";
import { Service } from "../../serve/service.ts";
import { samplesOf } from "../support/prometheus_text.ts";
import { waitingImage } from "../support/waiting_image.ts";

const test = suite("accounting of inference");
let server: RunningServer;
test.after.each(() => server.close());

const start = async (options: ServeOptions = {}): Promise<void> => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", ...options });
};
const samples = async () => samplesOf(await (await fetch(`${server.url}/metrics`)).text());

const PICTURE = JSON.stringify({ image: readFileSync("docs/digits/7.png").toString("base64"), model_type: "linear" });
const TENSOR = JSON.stringify({
  inputs: [{ name: "images", shape: [1, 1, 28, 28], datatype: "FP32", data: Array(784).fill(0) }],
});
const ROUTES: readonly (readonly [path: string, body: string, counted: string])[] = [
  ["/predict/base64", PICTURE, "cnn"],
  ["/v2/models/linear/infer", TENSOR, "linear"],
];

test("in an overload each refusal is a failure: of the model, or of the default one where the body names it", async () => {
  await start({ maxQueue: 1 });
  const leave = await waitingImage(server.service, "cnn");
  try {
    await refusalsAreFailures();
  } finally {
    await leave();
  }
});

async function refusalsAreFailures(): Promise<void> {
  for (const [path, body] of ROUTES) {
    assert.is((await fetch(`${server.url}${path}`, { method: "POST", body })).status, 503, path);
  }
  const counted = await samples();
  const { model_stats } = (await (await fetch(`${server.url}/v2/models/stats`)).json()) as {
    model_stats: { name: string; inference_stats: { fail: { count: number } } }[];
  };
  for (const [, , model] of ROUTES) {
    assert.is(counted.get(`nv_inference_request_failure{model="${model}",version="0",reason="REJECTED"}`), 1, model);
    assert.is(counted.get(`nv_inference_pending_request_count{model="${model}",version="0"}`), 0, model);
    assert.is(model_stats.find(({ name }) => name === model)?.inference_stats.fail.count, 1, model);
  }
}

test("a request's deadline and duration begin with its headers, its input's only when the body is there", async () => {
  await start();
  const told: EventOf<"inferred">[] = [];
  const settings = { ...server.service.settings, timeoutSeconds: 2 };
  const service = new Service({ settings, observers: [{ inferred: (event) => void told.push(event) }] });
  const app = makeApp(service);
  for (const [path, body] of ROUTES) {
    const statuses = [];
    for (const pauseMs of [2050, 500]) {
      const caller: Caller = {
        ...{ address: "192.0.2.1", signal: new LightDeparture(), setHeader: () => {}, reserve() {} },
        body: () => new Promise((resolve) => setTimeout(resolve, pauseMs, Buffer.from(body))),
      };
      const response = await app.fetch(new Request(`http://localhost${path}`, { method: "POST" }), { caller });
      statuses.push(response.status);
    }
    assert.equal(statuses, [503, 200], path);
    const [late, { seconds }] = told.splice(0);
    assert.is(late.outcome, "REJECTED");
    assert.ok(seconds.request >= 0.495, `${path}: ${seconds.request} s`);
    assert.ok(seconds.computeInput < 0.495, `${path}: ${seconds.computeInput} s`);
  }
  await service.close();
});

test.run();
