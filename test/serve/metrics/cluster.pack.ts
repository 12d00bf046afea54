// The metrics, statistics and log of `mnist serve --workers 2`, one of which is killed.

import { readFileSync } from "node:fs";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseJson } from "../../../lib/base/parse_json.ts";
import { samplesOf } from "../../support/prometheus_text.ts";
import { ServeProgram } from "../../support/serve_program.ts";

const test = suite("metrics of real workers");

const REQUESTS = 20;
const PREDICTED = 'mnist_http_request_duration_seconds_count{method="POST",route="/predict",status="2xx"}';

/** Ids of the requests for a prediction. */
const predicted: string[] = [];
let program: ServeProgram;
let url: string;

test.before(async () => {
  program = new ServeProgram(["--workers", "2", "--runs", "no outputs here"]);
  url = await program.url();
});
test.after(async () => {
  program.kill("SIGTERM");
  assert.equal(await program.ended, { code: 0, signal: null });
});

/** By a connection of its own, so that the workers take turns. */
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(`${url}${path}`, { ...init, headers: { connection: "close" } });
  assert.is(response.status, 200, `${path}: ${await response.clone().text()}`);
  return response;
}

async function predict(): Promise<void> {
  const form = new FormData();
  form.append("file", new Blob([readFileSync("docs/digits/7.png")]), "7.png");
  const response = await ask("/predict", { method: "POST", body: form });
  await response.arrayBuffer();
  predicted.push(response.headers.get("x-request-id") ?? "no id");
}

/** A worker gathers its lines for up to 0.2 s, and takes those with it when it is killed. */
const logged = (): Promise<void> =>
  program.until(() => predicted.every((id) => program.stdout.includes(id)), "a line for each request");

const scrape = async (): Promise<Map<string, number>> => samplesOf(await (await ask("/metrics")).text());

test("whichever worker is scraped, it tells what both counted, and still does when one was killed", async () => {
  for (let i = 0; i < REQUESTS; i++) await predict();
  for (let i = 0; i < 4; i++) {
    const samples = await scrape();
    assert.equal([samples.get(PREDICTED), samples.get("mnist_workers")], [REQUESTS, 2]);
    assert.is(samples.get('mnist_predictions_total{model="cnn",version="0",digit="7"}'), REQUESTS);
    assert.is(samples.get("mnist_queue_limit_images"), 2 * 512);
  }
  const before = await scrape();
  await logged();
  process.kill(program.workers[0], "SIGKILL");
  await program.until(() => program.stdout.includes("a worker ended"), "the log tells of it");
  let after = await scrape();
  for (let i = 0; i < 100 && after.get("mnist_workers") !== 2; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    after = await scrape();
  }
  assert.equal([after.get(PREDICTED), after.get("mnist_workers")], [REQUESTS, 2]);
  assert.is(after.get("mnist_worker_restarts_total"), 1);
  assert.ok((after.get("process_cpu_seconds_total") ?? 0) >= (before.get("process_cpu_seconds_total") ?? 1));
  await predict();
  assert.is((await scrape()).get(PREDICTED), REQUESTS + 1);
});

test("so do the statistics of the Open Inference Protocol", async () => {
  const { model_stats } = (await (await ask("/v2/models/cnn/stats")).json()) as {
    model_stats: { inference_count: number }[];
  };
  assert.equal(
    model_stats.map(({ inference_count }) => inference_count),
    [REQUESTS + 1],
  );
});

test("every worker's requests are in the log, a line each, whole", async () => {
  await predict();
  await logged();
  const lines = program.stdout
    .slice(0, program.stdout.lastIndexOf("\n"))
    .split("\n")
    .map((line) => parseJson(line) as { msg: string; route: string; pid: number; request_id: string });
  assert.not(lines.includes(undefined as never), "every line is JSON");
  const requests = lines.filter(({ msg, route }) => msg === "request" && route === "/predict");
  assert.equal(requests.map(({ request_id }) => request_id).sort(), [...predicted].sort());
  assert.ok(new Set(requests.map(({ pid }) => pid)).size >= 2, "lines of two workers or more");
});

test.run();
