// What the Open Inference Protocol says of the server and its models, and promotions while it runs, through real HTTP.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { VERSION } from "../../../lib/index.ts";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { STATISTICS } from "../../../serve/schemas/inference_protocol.ts";
import { loadModel } from "../../../store/checkpoints/load_model.ts";
import { versionFile } from "../../../store/versions/registry.ts";
import { IDS, outputsWithRuns, promote, rollback } from "../../support/versions.ts";
import { bits, forward, normalisedDigits } from "../support/normalised_digits.ts";
import { post, send, type TritonError, tritonInfer } from "../support/triton_client.ts";

const test = suite("versions");
const folder = mkdtempSync(join(tmpdir(), "simdgrad-oip-"));
const FOURTH = "20260101-000004";
const images = normalisedDigits([3, 8]);
const input = { name: "images", shape: [2, 1, 28, 28], datatype: "FP32", values: images };
let outputs: string;
let server: RunningServer;

test.before(async () => {
  outputs = outputsWithRuns(folder, [...IDS, FOURTH]);
  await promote(outputs, IDS[0]);
  server = await startServer({ port: 0, logLevel: "silent", outputs });
});
test.after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function get(path: string, method = "GET"): Promise<{ status: number; body: unknown; type: unknown }> {
  const { status, body, headers } = await send(method, server.url + path);
  return { status, body: body.length === 0 ? null : JSON.parse(String(body)), type: headers["content-type"] };
}

async function index(request: object | ""): Promise<unknown> {
  const { status, body } = await post(`${server.url}/v2/repository/index`, request && JSON.stringify(request));
  assert.is(status, 200);
  return JSON.parse(String(body));
}

/** The logits of a version of the linear model, by the library; "shipped" or a number. */
function logitsOf(version: number): number[] {
  const selector = version === 0 ? ({ kind: "shipped" } as const) : ({ kind: "version", version } as const);
  return bits(forward(loadModel(outputs, selector, "linear").network, images).logits);
}

async function ask(version?: string): Promise<{ version: string; logits: number[] }> {
  const { result, values } = await tritonInfer(server.url, "linear", [input], { version });
  return { version: result.model_version, logits: bits(values("logits")) };
}

test("health says live and ready, in the words of all three clients, and to HEAD without a body", async () => {
  for (const which of ["live", "ready"]) {
    assert.equal(await get(`/v2/health/${which}`), {
      ...{ status: 200, body: { live: true, ready: true }, type: "application/json" },
    });
    assert.equal((await get(`/v2/health/${which}`, "HEAD")).status, 200);
    assert.is((await get(`/v2/health/${which}`, "HEAD")).body, null);
  }
});

test("a server that is about to stop is live, and it and its models are not ready", async () => {
  server.service.isReady = false;
  try {
    assert.equal((await get("/v2/health/live")).status, 200);
    assert.equal(await get("/v2/health/ready"), {
      ...{ status: 503, body: { live: true, ready: false }, type: "application/json" },
    });
    assert.is((await get("/v2/health/ready", "HEAD")).status, 503);
    assert.is((await get("/v2/models/cnn/ready")).status, 503);
    assert.is((await ask()).version, "1");
  } finally {
    server.service.isReady = true;
  }
});

test("the server names the extensions that it has, and no others", async () => {
  assert.equal((await get("/v2")).body, {
    ...{ name: "simdgrad", version: VERSION },
    extensions: ["binary_tensor_data", "model_repository", "schedule_policy", "statistics"],
  });
});

test("a model says what it reads and answers, and which versions of it can be named", async () => {
  const tensors = {
    platform: "simdgrad_safetensors",
    inputs: [{ name: "images", datatype: "FP32", shape: [-1, 1, 28, 28] }],
    outputs: ["logits", "probabilities"].map((name) => ({ name, datatype: "FP32", shape: [-1, 10] })),
  };
  assert.equal((await get("/v2/models/cnn")).body, { name: "cnn", versions: ["0"], ...tensors });
  for (const path of ["/v2/models/linear", "/v2/models/linear/versions/0", "/v2/models/linear/versions/1"]) {
    assert.equal((await get(path)).body, { name: "linear", versions: ["0", "1"], ...tensors }, path);
    assert.equal((await get(`${path}/ready`)).body, { name: "linear", ready: true }, path);
  }
});

interface Stats {
  name: string;
  version: string;
  inference_count: number;
  execution_count: number;
  inference_stats: { success: { count: number; ns: number }; fail: { count: number; ns: number } };
}

async function stats(path: string): Promise<Stats[]> {
  const { model_stats } = STATISTICS.parse((await get(path)).body);
  return model_stats;
}

test("statistics count requests, images and failures of each version since the start", async () => {
  const [before] = await stats("/v2/models/linear/versions/1/stats");
  const [unused] = await stats("/v2/models/linear/versions/0/stats");
  assert.equal([unused.version, unused.inference_count, unused.inference_stats.success.count], ["0", 0, 0]);
  for (let n = 0; n < 3; n++) await ask();
  await ask("1");
  assert.is((await post(`${server.url}/v2/models/linear/infer`, "{}")).status, 400);
  const [after] = await stats("/v2/models/linear/versions/1/stats");
  assert.is(after.inference_count - before.inference_count, 8);
  assert.is(after.execution_count - before.execution_count, 4);
  const { success, fail } = after.inference_stats;
  assert.equal([success.count - before.inference_stats.success.count, fail.count - before.inference_stats.fail.count], [4, 1]); // biome-ignore format: one line
  assert.ok(success.ns > before.inference_stats.success.ns);
  assert.equal(await stats("/v2/models/linear/stats"), [after]);
  const all = await stats("/v2/models/stats");
  assert.equal(all.find(({ name }) => name === "linear"), after); // biome-ignore format: one line
  assert.ok(all.some(({ name, version }) => name === "cnn" && version === "0"));
});

test("a model or a version that there is not is a problem of status 404", async () => {
  const paths = ["mlp", "..%2fcnn", "__proto__", "linear/versions/9", "linear/versions/01", "linear/versions/-1", "linear/versions/current"]; // biome-ignore format: one line
  for (const path of paths) {
    for (const end of ["", "/ready", "/stats"]) {
      const { status, body, type } = await get(`/v2/models/${path}${end}`);
      assert.equal([status, type], [404, "application/problem+json"], `${path}${end}`);
      assert.match((body as { error: string }).error, /^(no model is called|linear has no version)/);
    }
    assert.is((await post(`${server.url}/v2/models/${path}/infer`, "{}")).status, 404);
  }
});

test("extensions that there are not are problems of status 501", async () => {
  for (const path of [
    "repository/models/cnn/load",
    "repository/models/cnn/unload",
    "systemsharedmemory/region/x/register",
  ]) {
    assert.is((await post(`${server.url}/v2/${path}`, "")).status, 501, path);
  }
  assert.is((await get("/v2/models/cnn/config")).status, 501);
});

test("promoting and rolling back take effect in a running server, and no request is dropped", async () => {
  const answers: { version: string; logits: number[] }[] = [];
  let isOver = false;
  const client = async (): Promise<void> => {
    while (!isOver) answers.push(await ask());
  };
  const clients = Array.from({ length: 4 }, client);
  const change = async (by: () => Promise<unknown>, expected: string): Promise<void> => {
    await by();
    await server.service.models.refresh();
    assert.is((await ask()).version, expected);
    const before = answers.length;
    while (answers.length < before + 8) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await change(() => promote(outputs, IDS[1]), "2");
  await change(() => promote(outputs, IDS[2]), "3");
  await change(() => rollback(outputs), "2");
  await change(() => rollback(outputs, 1), "1");
  isOver = true;
  await Promise.all(clients);
  const logits = Object.fromEntries([1, 2, 3].map((version) => [String(version), logitsOf(version)]));
  assert.equal(Object.keys(logits).filter((version) => !answers.some((each) => each.version === version)), []); // biome-ignore format: one line
  for (const answer of answers) assert.equal(answer.logits, logits[answer.version], answer.version);
});

test("each version answers under its number, whichever is current", async () => {
  for (const version of [3, 0, 2, 1, 0]) {
    assert.equal(await ask(String(version)), { version: String(version), logits: logitsOf(version) });
  }
  assert.is((await ask()).version, "1");
});

test("the repository's index lists every version that can be named", async () => {
  const ready = (name: string, version: string) => ({ name, version, state: "READY", reason: "" });
  const all = [...["0", "1", "2", "3"].map((version) => ready("linear", version)), ready("cnn", "0")];
  for (const request of ["", {}, { ready: false }, { ready: true }, { ready: null }] as const) {
    assert.equal(await index(request), all);
  }
  const { status, body } = await post(`${server.url}/v2/repository/index`, '{"ready":"yes"}');
  assert.equal([status, /^ready: /.test((JSON.parse(String(body)) as { error: string }).error)], [400, true]);
});

test("a version whose checkpoint is damaged is a problem of status 503, and no longer ready in the index", async () => {
  await promote(outputs, FOURTH);
  writeFileSync(versionFile({ outputs, model: "linear" }, 4), "damaged");
  await server.service.models.refresh();
  assert.is((await ask()).version, "1", "the one before goes on answering");
  const error = (await ask("4").catch((each: unknown) => each)) as TritonError;
  assert.equal([error.status, /cannot be loaded/.test(error.message)], [503, true]);
  const states = (await index("")) as { name: string; version: string; state: string; reason: string }[];
  const four = states.find(({ name, version }) => name === "linear" && version === "4");
  assert.equal([four?.state, /cannot be loaded/.test(four?.reason ?? "")], ["UNAVAILABLE", true]);
  assert.equal(
    await index({ ready: true }),
    states.filter(({ version }) => version !== "4"),
  );
});

test.run();
