// A process that serves, whole: the service, its HTTP server, and what watches both; but for who brings it connections.

import process from "node:process";
import { runtimeInfo, VERSION } from "../../lib/index.ts";
import { makeApp } from "../app.ts";
import { type Log, makeLog } from "../log/log.ts";
import type { MetricsReader } from "../metrics/metrics_reader.ts";
import { startMonitoring } from "../metrics/monitoring.ts";
import type { ReadingsSource } from "../metrics/readings.ts";
import type { ServeSettings } from "../options.ts";
import { Service } from "../service.ts";
import { type HttpServer, makeHttpServer } from "./http_server.ts";
import { drain } from "./shut_down.ts";

export interface ClosingOptions {
  /** Whether idle connections are given a moment, in which a request may come that is on its way; default false. */
  isPatient?: boolean;
}

export interface Assembled {
  service: Service;
  http: HttpServer;
  metrics: MetricsReader;
  log: Log;
  /** Takes no more requests, and resolves when those under way are answered and all is told. */
  close(options?: ClosingOptions): Promise<void>;
}

/**
 * @param attach localMetrics, or attachWorker where this process is one of several
 * @param worker which of them it is, from 0
 */
export function assemble(
  settings: ServeSettings,
  attach: (source: ReadingsSource) => MetricsReader,
  worker = 0,
): Assembled {
  const log = makeLog({ level: settings.logLevel, withAddress: settings.logAddresses });
  const build = { version: VERSION, node: process.version, arithmetic: runtimeInfo().arithmetic };
  const monitoring = startMonitoring(build, attach);
  const { observers, reader: metrics } = monitoring;
  const service = new Service({ settings, log, observers, metrics, worker });
  monitoring.watch(service);
  service.models.watch();
  const http = makeHttpServer(makeApp(service), service);
  const close = async ({ isPatient = false }: ClosingOptions = {}): Promise<void> => {
    await drain(http, log, { isPatient });
    await service.close();
    await monitoring.close();
    await log.close();
  };
  return { service, http, metrics, log, close };
}
