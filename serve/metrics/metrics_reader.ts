// MetricsReader: who answers a scrape, for this process alone or for all of its cluster. Apart from what it is made of, since
// the application knows no more of metrics than this, also where there are none.

import type { VersionStatistics } from "../inference/statistics.ts";

/** Prometheus' text format, of which there is one version. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export interface MetricsReader {
  /** In Prometheus' text format. */
  text(): Promise<string>;
  statistics(): Promise<VersionStatistics[]>;
  /** Tells what nobody has asked for yet, and stops. */
  close(): Promise<void>;
}
