// Monitoring: what watches a service, and who answers for it.

import { ModelStatistics } from "../inference/statistics.ts";
import type { MetricsReader } from "./metrics_reader.ts";
import type { Observer } from "./observer.ts";
import { type ReadingsSource, readingsOf } from "./readings.ts";
import { type BuildInfo, ServiceMetrics } from "./service_metrics.ts";
import type { ServiceState } from "./service_state.ts";

export interface Monitoring {
  /** For the service. */
  readonly observers: readonly Observer[];
  readonly reader: MetricsReader;
  /** Once the service is there. */
  watch(service: ServiceState): void;
  close(): Promise<void>;
}

/** @param attach localMetrics, or attachWorker where this process is one of several */
export function startMonitoring(build: BuildInfo, attach: (source: ReadingsSource) => MetricsReader): Monitoring {
  const metrics = new ServiceMetrics(build);
  const statistics = new ModelStatistics();
  const reader = attach(readingsOf(metrics, statistics));
  return {
    observers: [metrics, statistics],
    reader,
    watch: (service) => metrics.watch(service),
    async close() {
      metrics.close();
      await reader.close();
    },
  };
}
