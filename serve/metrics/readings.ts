// Readings: everything that can be read in a process at one moment, as plain values that can be sent to another, and summed.

import { AggregatorRegistry, type Registry } from "prom-client";
import { type ModelStatistics, sumStatistics, type VersionStatistics } from "../inference/statistics.ts";
import { processMetrics } from "./process_metrics.ts";
import type { ServiceMetrics } from "./service_metrics.ts";

/** A metric with its series, as prom-client reads it. */
export interface MetricReading {
  name: string;
  help: string;
  type: string;
  /** How the values of several processes become one. */
  aggregator: string;
  values: { value: number; metricName?: string; labels: Record<string, string | number> }[];
}

export interface Readings {
  service: MetricReading[];
  process: MetricReading[];
  statistics: VersionStatistics[];
}

/** What a process has to tell. */
export interface ReadingsSource {
  /** Both together, or without the process, whose gauges cover the time since they were last read. */
  read(withProcess: boolean): Promise<Readings>;
}

export function readingsOf(metrics: ServiceMetrics, statistics: ModelStatistics): ReadingsSource {
  return {
    async read(withProcess) {
      return {
        service: await readRegistry(metrics.registry),
        process: withProcess ? await readRegistry(processMetrics()) : [],
        statistics: statistics.read(metrics.servedVersions()),
      };
    },
  };
}

export async function readRegistry(registry: Registry): Promise<MetricReading[]> {
  const metrics = (await registry.getMetricsAsJSON()) as unknown as MetricReading[];
  return metrics.map(({ name, help, type, aggregator, values }) => ({
    ...{ name, help, type },
    // The oldest process has been there since the service began.
    aggregator: name === "process_start_time_seconds" ? "min" : aggregator,
    // Some gauges are NaN until they were measured.
    values: values.filter(({ value }) => Number.isFinite(value)),
  }));
}

/** One series each of what several processes have, in Prometheus' text format. */
export function formatMetrics(all: readonly (readonly MetricReading[])[]): Promise<string> {
  return AggregatorRegistry.aggregate([...all] as object[]).metrics();
}

/** What a process leaves behind: its counters and histograms, since a sum must not fall when it ends; no gauges. */
export async function lastingReadings(all: readonly Readings[]): Promise<Readings> {
  const lasting = async (of: "service" | "process"): Promise<MetricReading[]> => {
    const counted = all.map((readings) =>
      readings[of].filter(({ type }) => type === "counter" || type === "histogram"),
    );
    return (await AggregatorRegistry.aggregate(counted as object[]).getMetricsAsJSON()) as unknown as MetricReading[];
  };
  return {
    service: await lasting("service"),
    process: await lasting("process"),
    statistics: sumStatistics(all.map(({ statistics }) => statistics)),
  };
}
