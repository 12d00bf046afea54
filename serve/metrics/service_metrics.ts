// ServiceMetrics: what a server tells Prometheus about itself. It listens to the service as an Observer, and asks for
// its state when somebody reads. docs/monitoring.md has every metric in a table, which a test holds against this.
//
// Durations are histograms in seconds, of which any percentile can be computed, also over several servers. No label
// has more values than a list in the sources or LabelLimit allows.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { PROBLEM_REASONS } from "../http/problem.ts";
import { LabelLimit, methodLabel, statusClass } from "./label_limit.ts";
import type { EventOf, Observer } from "./observer.ts";
import type { ServiceState } from "./service_state.ts";
import { TritonMetrics } from "./triton_metrics.ts";

/** From half a millisecond, which a request takes that waits for nothing, to the longest that one may take. */
const REQUEST_SECONDS = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
/** Parts of a request: from the tenth of a millisecond that the linear model takes. */
const PART_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_IMAGES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];
/** Fine near 1, where nearly all are; a shift downwards is what drift looks like. */
const CONFIDENCES = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1];
/** A timer fires up to a millisecond late by itself. */
const LOOP_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const LOOP_INTERVAL_MS = 20;

const EXPECTED_CODES = [200, 204, 400, 401, 404, 408, 413, 415, 429, 431, 499, 500, 503].map(String);

const MAX_ROUTES = 64;
const MAX_VERSIONS = 100;
const MAX_CODES = 40;

/** Of the program: constant labels of mnist_build_info. */
export interface BuildInfo {
  version: string;
  /** process.version */
  node: string;
  /** runtimeInfo().arithmetic */
  arithmetic: string;
}

export class ServiceMetrics implements Observer {
  /** Only what is defined here: those of the process are process_metrics.ts's. */
  readonly registry = new Registry();
  private state: ServiceState | null = null;
  private readonly routes = new LabelLimit(MAX_ROUTES);
  private readonly versions = new LabelLimit(MAX_VERSIONS);
  private readonly codes = new LabelLimit(MAX_CODES);
  private readonly triton = new TritonMetrics(this.registry);
  private readonly loopTimer: NodeJS.Timeout;

  private readonly requestSeconds = this.histogram(
    "mnist_http_request_duration_seconds",
    "From a request's headers until its answer was made.",
    ["method", "route", "status"],
    REQUEST_SECONDS,
  );
  private readonly responses = this.counter(
    "mnist_http_responses_total",
    "Answers of the application, by status code.",
    ["code"],
  );
  private readonly refusals = this.counter(
    "mnist_refused_requests_total",
    "Requests that were answered with a problem, by its reason.",
    ["reason"],
  );
  private readonly queueSeconds = this.histogram(
    "mnist_queue_wait_seconds",
    "What a request's images waited for the network.",
    ["model"],
    PART_SECONDS,
  );
  private readonly preprocessSeconds = this.histogram(
    "mnist_preprocess_duration_seconds",
    "Making a request's input for the network: decoding and preprocessing pictures, reading tensors.",
    ["model"],
    PART_SECONDS,
  );
  private readonly inferenceSeconds = this.histogram(
    "mnist_inference_duration_seconds",
    "A request's images in the network, with what was in the same batches.",
    ["model"],
    PART_SECONDS,
  );
  private readonly batchImages = this.histogram(
    "mnist_batch_images",
    "Images in a batch that the network ran.",
    ["model"],
    BATCH_IMAGES,
  );
  private readonly batchSeconds = this.histogram(
    "mnist_batch_duration_seconds",
    "A batch in the network.",
    ["model"],
    PART_SECONDS,
  );
  private readonly predictions = this.counter("mnist_predictions_total", "Digits that were read, by what they were.", [
    "model",
    "version",
    "digit",
  ]);
  private readonly confidence = this.histogram(
    "mnist_prediction_confidence_ratio",
    "Probability of the digit that was read.",
    ["model", "version"],
    CONFIDENCES,
  );
  private readonly loopDelay = this.histogram(
    "mnist_event_loop_delay_seconds",
    `How late a timer of ${LOOP_INTERVAL_MS} ms fired.`,
    [],
    LOOP_SECONDS,
  );

  constructor({ version, node, arithmetic }: BuildInfo) {
    this.gauge("mnist_build_info", "1, with what runs as labels.", ["version", "node", "arithmetic"], "max").set(
      { version, node, arithmetic },
      1,
    );
    this.gauge("mnist_ready", "1 where every process takes requests, as /v2/health/ready says.", [], "min", (gauge) =>
      gauge.set(this.state?.isReady ? 1 : 0),
    );
    this.gauge("mnist_queued_images", "Images that wait, to be decoded or for the network.", [], "sum", (gauge) =>
      gauge.set(this.state?.queuedImages ?? 0),
    );
    this.gauge("mnist_queue_limit_images", "Images that may wait.", [], "sum", (gauge) =>
      gauge.set(this.state?.queue.capacity ?? 0),
    );
    this.gauge(
      "mnist_model_version_info",
      "1, with the current version of each model as label.",
      ["model", "version"],
      "max",
      (gauge) => {
        gauge.reset();
        for (const { model, version } of this.servedVersions()) {
          gauge.set({ model, version: this.versions.of(version) }, 1);
        }
      },
    );
    // Every reason, code and digit is there from the first scrape on, at 0: rate() does not see a series' first value.
    for (const reason of PROBLEM_REASONS) this.refusals.inc({ reason }, 0);
    for (const code of EXPECTED_CODES) this.responses.inc({ code: this.codes.of(code) }, 0);
    let due = performance.now() + LOOP_INTERVAL_MS;
    this.loopTimer = setInterval(() => {
      const now = performance.now();
      this.loopDelay.observe(Math.max(0, now - due) / 1000);
      due = now + LOOP_INTERVAL_MS;
    }, LOOP_INTERVAL_MS).unref();
  }

  /** From now on what is read tells this service's state too. */
  watch(state: ServiceState): void {
    this.state = state;
    for (const { model, version } of this.servedVersions()) this.begin(model, version);
  }

  servedVersions(): readonly { model: string; version: string }[] {
    return (this.state?.models.current ?? []).map(({ name, version }) => ({ model: name, version }));
  }

  close(): void {
    clearInterval(this.loopTimer);
  }

  responded({ method, route, status, seconds }: EventOf<"responded">): void {
    this.requestSeconds.observe(
      { method: methodLabel(method), route: this.routes.of(route), status: statusClass(status) },
      seconds,
    );
    this.responses.inc({ code: this.codes.of(String(status)) });
  }

  refused({ reason }: EventOf<"refused">): void {
    this.refusals.inc({ reason });
  }

  asked({ model, version }: EventOf<"asked">): void {
    this.triton.asked({ model, version: this.versions.of(version) });
  }

  inferred(event: EventOf<"inferred">): void {
    const version = this.versions.of(event.version);
    this.triton.inferred({ ...event, version });
    if (event.outcome !== "success") return;
    const { model, seconds } = event;
    this.preprocessSeconds.observe({ model }, seconds.computeInput);
    // Blank pictures are shown to no network.
    if (seconds.computeInfer === 0) return;
    this.queueSeconds.observe({ model }, seconds.queue);
    this.inferenceSeconds.observe({ model }, seconds.computeInfer);
  }

  executed(event: EventOf<"executed">): void {
    const { model, images, seconds } = event;
    this.triton.executed({ ...event, version: this.versions.of(event.version) });
    this.batchImages.observe({ model }, images);
    this.batchSeconds.observe({ model }, seconds);
  }

  predicted({ model, version, digit, confidence }: EventOf<"predicted">): void {
    const labels = { model, version: this.versions.of(version) };
    this.predictions.inc({ ...labels, digit: String(digit) });
    this.confidence.observe(labels, confidence);
  }

  promoted({ model, version }: EventOf<"promoted">): void {
    this.begin(model, version);
  }

  /** Series of a version, at 0. */
  private begin(model: string, version: string): void {
    const labels = { model, version: this.versions.of(version) };
    for (let digit = 0; digit < 10; digit++) this.predictions.inc({ ...labels, digit: String(digit) }, 0);
    this.confidence.zero(labels);
    for (const parts of [this.queueSeconds, this.preprocessSeconds, this.inferenceSeconds]) parts.zero({ model });
    for (const batches of [this.batchImages, this.batchSeconds]) batches.zero({ model });
    this.triton.begin(labels);
  }

  private histogram<Label extends string>(name: string, help: string, labelNames: Label[], buckets: number[]) {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }

  private counter<Label extends string>(name: string, help: string, labelNames: Label[]) {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** @param aggregator of several workers' values */
  private gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    aggregator: "sum" | "min" | "max",
    read: (gauge: Gauge<Label>) => void = () => {},
  ) {
    const collect = function (this: Gauge<Label>): void {
      read(this);
    };
    return new Gauge({ name, help, labelNames, aggregator, collect, registers: [this.registry] });
  }
}
