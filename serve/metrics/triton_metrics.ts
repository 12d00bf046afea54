// TritonMetrics: the counters that NVIDIA's Triton exports, by its names, so that dashboards and alerts made for it work here.
// Sums of microseconds, without percentiles: mnist_*_seconds has those. promlint refuses these names.

import { Counter, Gauge, type Registry } from "prom-client";
import type { EventOf } from "./observer.ts";

type Version = Readonly<{ model: string; version: string }>;

const LABELS = ["model", "version"] as const;
const FAILURES = ["REJECTED", "CANCELED", "BACKEND", "OTHER"] as const;

export class TritonMetrics {
  private readonly success: Counter<"model" | "version">;
  private readonly failure: Counter<"model" | "version" | "reason">;
  private readonly images: Counter<"model" | "version">;
  private readonly executions: Counter<"model" | "version">;
  private readonly durations: Record<"request" | "queue" | "computeInput" | "computeInfer" | "computeOutput", Counter>;

  private readonly pending: Gauge<"model" | "version">;

  constructor(private readonly registry: Registry) {
    this.success = this.counter("nv_inference_request_success", "Requests for inference that succeeded.");
    this.failure = new Counter({
      name: "nv_inference_request_failure",
      help: "Requests for inference that failed, by reason.",
      labelNames: [...LABELS, "reason"],
      registers: [registry],
    });
    this.images = this.counter("nv_inference_count", "Images inferred.");
    this.executions = this.counter("nv_inference_exec_count", "Batches that the network ran.");
    this.durations = {
      request: this.duration("request", "whole requests"),
      queue: this.duration("queue", "requests waiting for the network"),
      computeInput: this.duration("compute_input", "making the network's input"),
      computeInfer: this.duration("compute_infer", "requests in the network"),
      computeOutput: this.duration("compute_output", "making answers"),
    };
    this.pending = new Gauge({
      name: "nv_inference_pending_request_count",
      help: "Requests for inference that have no answer yet.",
      labelNames: LABELS,
      registers: [registry],
    });
  }

  asked(labels: Version): void {
    this.pending.inc(labels);
  }

  inferred({ model, version, images, outcome, seconds }: EventOf<"inferred">): void {
    this.pending.dec({ model, version });
    if (outcome !== "success") {
      this.failure.inc({ model, version, reason: outcome });
      return;
    }
    const labels = { model, version };
    this.success.inc(labels);
    this.images.inc(labels, images);
    const { request, queue, computeInput, computeInfer, computeOutput } = this.durations;
    request.inc(labels, seconds.request * 1e6);
    queue.inc(labels, seconds.queue * 1e6);
    computeInput.inc(labels, seconds.computeInput * 1e6);
    computeInfer.inc(labels, seconds.computeInfer * 1e6);
    computeOutput.inc(labels, seconds.computeOutput * 1e6);
  }

  executed({ model, version }: Version): void {
    this.executions.inc({ model, version });
  }

  /** Every series of a version, at 0. */
  begin(labels: Version): void {
    for (const counter of [this.success, this.images, this.executions, ...Object.values(this.durations)]) {
      counter.inc(labels, 0);
    }
    this.pending.inc(labels, 0);
    for (const reason of FAILURES) this.failure.inc({ ...labels, reason }, 0);
  }

  private counter(name: string, help: string): Counter<"model" | "version"> {
    return new Counter({ name, help, labelNames: LABELS, registers: [this.registry] });
  }

  private duration(part: string, of: string): Counter<"model" | "version"> {
    return this.counter(`nv_inference_${part}_duration_us`, `Microseconds of ${of}, summed over successful requests.`);
  }
}
