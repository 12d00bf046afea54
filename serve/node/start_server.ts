// startServer: the service, listening, in this process.

import { localMetrics } from "../metrics/local_metrics.ts";
import { type ServeOptions, serveSettings } from "../options.ts";
import type { Service } from "../service.ts";
import { assemble, type ClosingOptions } from "./assemble.ts";
import { listen } from "./listen.ts";
import { type MetricsServer, startMetricsServer } from "./metrics_server.ts";
import { urlOf } from "./url_of.ts";

/** What is said once the server listens. */
export interface Listening {
  /** As in http://127.0.0.1:8000. */
  url: string;
  models: readonly { name: string; version: string }[];
}

export interface RunningServer {
  /** As in http://127.0.0.1:8000. */
  url: string;
  /** Where /metrics is; null: among the rest. */
  metricsUrl: string | null;
  service: Service;
  /** Takes no more requests, and resolves when those under way are answered. */
  close(options?: ClosingOptions): Promise<void>;
}

/**
 * In this process, whatever `workers` says.
 *
 * @throws {OptionError} an unknown option, or a value that it cannot have
 * @throws {CheckpointError} a network's current version cannot be loaded
 * @throws {Error} the address is taken or not this machine's: Node's own error, with its code
 */
export async function startServer(options: ServeOptions = {}): Promise<RunningServer> {
  const settings = { ...serveSettings(options), workers: 1 };
  const { host, port, metricsPort } = settings;
  const { service, http, metrics, log, close } = assemble(settings, localMetrics);
  let metricsServer: MetricsServer | null = null;
  let url: string;
  try {
    url = urlOf(await listen(http.server, { host, port, log }), host);
    if (metricsPort !== undefined) metricsServer = await startMetricsServer(metrics, { host, port: metricsPort, log });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    metricsUrl: metricsServer && `${urlOf(metricsServer, host)}/metrics`,
    service,
    close: async (how) => {
      await metricsServer?.close();
      await close(how);
    },
  };
}
