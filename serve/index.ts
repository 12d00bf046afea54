// startServer: the service, listening. What `mnist serve` and the tests call.

import type { AddressInfo } from "node:net";
import process from "node:process";
import { enableRelaxedSimd } from "../data/index.node.ts";
import { runtimeInfo, VERSION } from "../lib/index.ts";
import { makeApp } from "./app.ts";
import { makeLog } from "./log/log.ts";
import { localMetrics } from "./metrics/local_metrics.ts";
import { startMonitoring } from "./metrics/monitoring.ts";
import { makeHttpServer } from "./node/http_server.ts";
import { startMetricsServer } from "./node/metrics_server.ts";
import { type ServeOptions, serveSettings } from "./options.ts";
import { Service } from "./service.ts";

export type { LogLevel, ServeOptions } from "./options.ts";

/** For answers that are under way when the server ends. */
const DRAIN_MS = 9000;

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
  close(): Promise<void>;
}

/**
 * @throws {OptionError} an unknown option, or a value that it cannot have
 * @throws {CheckpointError} a network's current version cannot be loaded
 * @throws {Error} the address is taken or not this machine's: Node's own error, with its code
 */
export async function startServer(options: ServeOptions = {}): Promise<RunningServer> {
  const settings = serveSettings(options);
  const log = makeLog({ level: settings.logLevel });
  const build = { version: VERSION, node: process.version, arithmetic: runtimeInfo().arithmetic };
  const monitoring = startMonitoring(build, localMetrics);
  const service = new Service({ settings, log, observers: monitoring.observers, metrics: monitoring.reader });
  monitoring.watch(service);
  const { server, connections } = makeHttpServer(makeApp(service), service);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: settings.port, host: settings.host }, resolve);
  });
  const metricsServer =
    settings.metricsPort === undefined
      ? null
      : await startMetricsServer(monitoring.reader, { host: settings.host, port: settings.metricsPort, log });
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${port}`,
    metricsUrl: metricsServer && `http://${host}:${metricsServer.port}/metrics`,
    service,
    close: async () => {
      server.close();
      await connections.drain({ graceMs: 0, limitMs: DRAIN_MS });
      await service.close();
      await metricsServer?.close();
      await monitoring.close();
      await log.close();
    },
  };
}

/**
 * Serves until SIGTERM or SIGINT, and resolves when what was accepted is answered.
 *
 * @throws as startServer
 */
export async function runServer(options: ServeOptions, onListening: (listening: Listening) => void): Promise<void> {
  enableRelaxedSimd();
  const server = await startServer(options);
  onListening({ url: server.url, models: server.service.models.current });
  await new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => resolve());
  });
  await server.close();
}
