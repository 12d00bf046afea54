import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelStatistics } from "../../../serve/inference/statistics.ts";
import { localMetrics } from "../../../serve/metrics/local_metrics.ts";
import { readingsOf } from "../../../serve/metrics/readings.ts";
import { ServiceMetrics } from "../../../serve/metrics/service_metrics.ts";
import { samplesOf } from "../../support/prometheus_text.ts";

const test = suite("metrics of the service");

const BUILD = { version: "1.2.3", node: "v24.0.0", arithmetic: "relaxed-fma" };
const STATE = {
  isReady: true,
  queuedImages: 7,
  queue: { capacity: 512 },
  models: { current: [{ name: "cnn", version: "0" }, { name: "linear", version: "3" }] }, // biome-ignore format: one line
};
const SUCCESS = {
  model: "cnn",
  version: "0",
  images: 3,
  outcome: "success",
  seconds: { request: 0.004, queue: 0.001, computeInput: 0.0005, computeInfer: 0.002, computeOutput: 0.0001 },
} as const;

async function read(use: (metrics: ServiceMetrics) => void): Promise<(series: string) => number | undefined> {
  const metrics = new ServiceMetrics(BUILD);
  metrics.watch(STATE);
  use(metrics);
  const text = await localMetrics(readingsOf(metrics, new ModelStatistics())).text();
  metrics.close();
  const samples = samplesOf(text);
  return (series) => samples.get(series);
}

test("a request is counted in its route's histogram, by class of status, and among the codes", async () => {
  const value = await read((metrics) => {
    metrics.responded({ method: "POST", route: "/predict", status: 200, seconds: 0.00390625 });
    metrics.responded({ method: "POST", route: "/predict", status: 200, seconds: 0.25 });
    metrics.responded({ method: "POST", route: "/predict", status: 503, seconds: 0.001 });
  });
  const labels = 'method="POST",route="/predict",status="2xx"';
  assert.is(value(`mnist_http_request_duration_seconds_bucket{le="0.005",${labels}}`), 1);
  assert.is(value(`mnist_http_request_duration_seconds_bucket{le="+Inf",${labels}}`), 2);
  assert.is(value(`mnist_http_request_duration_seconds_sum{${labels}}`), 0.25390625);
  assert.is(value('mnist_http_request_duration_seconds_count{method="POST",route="/predict",status="5xx"}'), 1);
  assert.is(value('mnist_http_responses_total{code="200"}'), 2);
  assert.is(value('mnist_http_responses_total{code="503"}'), 1);
});

test("what a client makes up makes no series: methods, and values beyond a label's limit, are other", async () => {
  const value = await read((metrics) => {
    metrics.responded({ method: "BREW", route: "unknown", status: 405, seconds: 0 });
    for (let i = 0; i < 200; i++) metrics.responded({ method: "GET", route: `/${i}`, status: 404, seconds: 0 });
    for (let i = 0; i < 200; i++) metrics.predicted({ model: "cnn", version: String(i), digit: 1, confidence: 1 });
  });
  assert.is(value('mnist_http_request_duration_seconds_count{method="other",route="unknown",status="4xx"}'), 1);
  assert.is(value('mnist_http_request_duration_seconds_count{method="GET",route="/62",status="4xx"}'), 1);
  assert.is(value('mnist_http_request_duration_seconds_count{method="GET",route="/63",status="4xx"}'), undefined);
  assert.is(value('mnist_http_request_duration_seconds_count{method="GET",route="other",status="4xx"}'), 200 - 63);
  assert.is(value('mnist_predictions_total{model="cnn",version="99",digit="1"}'), 1);
  assert.is(value('mnist_predictions_total{model="cnn",version="other",digit="1"}'), 100);
});

test("refusals are counted by reason, each reason from 0 on", async () => {
  const value = await read((metrics) => metrics.refused({ reason: "queue_full" }));
  assert.is(value('mnist_refused_requests_total{reason="queue_full"}'), 1);
  assert.is(value('mnist_refused_requests_total{reason="deadline"}'), 0);
});

test("an inference is told in seconds by ours, and in microseconds by Triton's names", async () => {
  const value = await read((metrics) => {
    metrics.asked(SUCCESS);
    metrics.executed({ model: "cnn", version: "0", images: 3, seconds: 0.002 });
    metrics.inferred(SUCCESS);
  });
  const labels = '{model="cnn",version="0"}';
  assert.is(value('mnist_queue_wait_seconds_sum{model="cnn"}'), 0.001);
  assert.is(value('mnist_preprocess_duration_seconds_sum{model="cnn"}'), 0.0005);
  assert.is(value('mnist_inference_duration_seconds_sum{model="cnn"}'), 0.002);
  assert.is(value('mnist_batch_images_bucket{le="2",model="cnn"}'), 0);
  assert.is(value('mnist_batch_images_bucket{le="3",model="cnn"}'), 1);
  assert.is(value('mnist_batch_duration_seconds_sum{model="cnn"}'), 0.002);
  const triton = ["request_success", "count", "exec_count"].map((name) => value(`nv_inference_${name}${labels}`));
  assert.equal(triton, [1, 3, 1]);
  const parts = ["request", "queue", "compute_input", "compute_infer", "compute_output"];
  assert.equal(
    parts.map((part) => value(`nv_inference_${part}_duration_us${labels}`)),
    [4000, 1000, 500, 2000, 100],
  );
  assert.is(value(`nv_inference_pending_request_count${labels}`), 0);
});

test("a request that failed is counted by Triton's reason, and in no duration; one without an answer is pending", async () => {
  const value = await read((metrics) => {
    metrics.asked(SUCCESS);
    metrics.asked(SUCCESS);
    metrics.inferred({ ...SUCCESS, outcome: "REJECTED" });
  });
  assert.is(value('nv_inference_request_failure{model="cnn",version="0",reason="REJECTED"}'), 1);
  assert.is(value('nv_inference_request_failure{model="cnn",version="0",reason="CANCELED"}'), 0);
  assert.is(value('nv_inference_request_success{model="cnn",version="0"}'), 0);
  assert.is(value('nv_inference_request_duration_us{model="cnn",version="0"}'), 0);
  assert.is(value('nv_inference_pending_request_count{model="cnn",version="0"}'), 1);
});

test("blank pictures, which no network is shown, leave no queue or inference time", async () => {
  const value = await read((metrics) =>
    metrics.inferred({ ...SUCCESS, seconds: { ...SUCCESS.seconds, queue: 0, computeInfer: 0 } }),
  );
  assert.is(value('mnist_preprocess_duration_seconds_count{model="cnn"}'), 1);
  assert.is(value('mnist_queue_wait_seconds_count{model="cnn"}'), 0);
  assert.is(value('mnist_inference_duration_seconds_count{model="cnn"}'), 0);
});

test("digits and confidences are counted by model and version, and start at 0 with a promotion", async () => {
  const value = await read((metrics) => {
    metrics.predicted({ model: "linear", version: "3", digit: 7, confidence: 0.93 });
    metrics.promoted({ model: "linear", version: "4" });
  });
  assert.is(value('mnist_predictions_total{model="linear",version="3",digit="7"}'), 1);
  assert.is(value('mnist_predictions_total{model="linear",version="4",digit="7"}'), 0);
  const confidence = (le: string): number | undefined =>
    value(`mnist_prediction_confidence_ratio_bucket{le="${le}",model="linear",version="3"}`);
  assert.equal([confidence("0.9"), confidence("0.95"), confidence("1")], [0, 1, 1]);
});

test("what runs, its state and its queue are gauges; a process that serves alone is one worker", async () => {
  const value = await read(() => {});
  assert.is(value('mnist_build_info{version="1.2.3",node="v24.0.0",arithmetic="relaxed-fma"}'), 1);
  assert.is(value('mnist_model_version_info{model="linear",version="3"}'), 1);
  assert.equal([value("mnist_ready"), value("mnist_queued_images"), value("mnist_queue_limit_images")], [1, 7, 512]);
  assert.equal([value("mnist_workers"), value("mnist_worker_restarts_total")], [1, 0]);
  assert.ok((value("process_resident_memory_bytes") ?? 0) > 1e7);
  assert.ok((value("process_start_time_seconds") ?? 0) > 1.7e9);
});

test("an event loop that was held shows in the delay of its timer", async () => {
  const metrics = new ServiceMetrics(BUILD);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const until = performance.now() + 120;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const samples = samplesOf(await metrics.registry.metrics());
  metrics.close();
  const above = (le: string): number =>
    (samples.get("mnist_event_loop_delay_seconds_count") ?? 0) -
    (samples.get(`mnist_event_loop_delay_seconds_bucket{le="${le}"}`) ?? 0);
  assert.ok(above("0.05") >= 1, "the 120 ms were seen");
  assert.ok((samples.get("mnist_event_loop_delay_seconds_count") ?? 0) >= 2);
});

test.run();
