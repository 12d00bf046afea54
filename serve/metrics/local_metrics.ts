// The readings of a server that is one process.

import { FleetMetrics } from "./fleet_metrics.ts";
import type { MetricsReader } from "./metrics_reader.ts";
import { formatMetrics, type ReadingsSource, readRegistry } from "./readings.ts";

export function localMetrics(source: ReadingsSource): MetricsReader {
  const fleet = new FleetMetrics(() => 1);
  return {
    async text() {
      const { service, process } = await source.read(true);
      return formatMetrics([service, await readRegistry(fleet.registry), process]);
    },
    statistics: async () => (await source.read(false)).statistics,
    close: async () => {},
  };
}
