// runServer: what `mnist serve` runs, from its start until a signal has ended it; one process, or a primary with workers.

import cluster from "node:cluster";
import process from "node:process";
import { enableRelaxedSimd, enableWideSimd } from "../../data/index.node.ts";
import { makeLog } from "../log/log.ts";
import { attachPrimary, attachWorker } from "../metrics/cluster_metrics.ts";
import { type ServeOptions, type ServeSettings, serveSettings } from "../options.ts";
import { assemble } from "./assemble.ts";
import { WORKER_SLOT } from "./cluster_messages.ts";
import { Fleet } from "./cluster_primary.ts";
import { serveConnections, tellPrimary } from "./cluster_worker.ts";
import { boundHeap } from "./heap_bounds.ts";
import { startMetricsServer } from "./metrics_server.ts";
import { sleep } from "./shut_down.ts";
import { type Listening, startServer } from "./start_server.ts";
import { leaveSignalsToPrimary, stopSignal } from "./stop_signal.ts";
import { urlOf } from "./url_of.ts";

export interface RunEvents {
  onListening(listening: Listening): void;
  /** A signal came; accepted requests are finished. */
  onStopping(): void;
}

/**
 * Serves until SIGTERM or SIGINT, and resolves when what was accepted is answered.
 *
 * @throws as startServer
 */
export async function runServer(options: ServeOptions, events: RunEvents): Promise<void> {
  const settings = serveSettings(options);
  if (cluster.isWorker) await runWorker(settings);
  else if (settings.workers > 1) await runFleet(settings, events);
  else await runAlone(options, settings, events);
}

/** Before the networks are loaded. */
async function useFastKernels({ isWide }: ServeSettings): Promise<void> {
  enableRelaxedSimd();
  if (isWide) await enableWideSimd();
}

async function runAlone(options: ServeOptions, settings: ServeSettings, events: RunEvents): Promise<void> {
  const stop = stopSignal();
  await useFastKernels(settings);
  boundHeap();
  const { url, service, close } = await startServer(options);
  events.onListening({ url, models: service.models.current });
  await stop;
  events.onStopping();
  service.isReady = false;
  await sleep(settings.drainDelaySeconds);
  await close({ isPatient: true });
}

async function runFleet(settings: ServeSettings, { onListening, onStopping }: RunEvents): Promise<void> {
  const { workers, host, port, metricsPort, logLevel, drainDelaySeconds } = settings;
  const stop = stopSignal();
  const log = makeLog({ level: logLevel });
  const metrics = attachPrimary(cluster);
  let fail: (error: Error) => void = () => {};
  const failure = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const fleet = new Fleet(workers, log, fail);
  let metricsServer: Awaited<ReturnType<typeof startMetricsServer>> | null = null;
  let error: Error | null = null;
  try {
    // Before the workers start, since it may fail at once. Who calls already waits for the first that is ready.
    const address = await fleet.listen(host, port);
    const models = await Promise.race([fleet.start(), stop]);
    if (models) {
      if (metricsPort !== undefined) {
        metricsServer = await startMetricsServer(metrics, { host, port: metricsPort, log });
      }
      onListening({ url: urlOf(address, host), models });
      error = await Promise.race([failure, stop.then(() => null)]);
    }
    if (error === null) {
      onStopping();
      fleet.unready();
      // Nobody was told of a server that has not started yet.
      if (models) await sleep(drainDelaySeconds);
    }
  } finally {
    await fleet.stop();
    await metricsServer?.close();
    await metrics.close();
    await log.close();
  }
  if (error !== null) throw error;
}

/** Its errors are the primary's to tell. */
async function runWorker(settings: ServeSettings): Promise<void> {
  leaveSignalsToPrimary();
  try {
    await useFastKernels(settings);
    boundHeap();
    const { service, http, close } = assemble(settings, attachWorker, Number(process.env[WORKER_SLOT]));
    const served = serveConnections(http, () => {
      service.isReady = false;
    });
    const models = service.models.current.map(({ name, version }) => ({ name, version }));
    await tellPrimary({ kind: "ready", models });
    await served;
    await close({ isPatient: true });
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    await tellPrimary({ kind: "failed", error: { name, message, stack } });
    process.exitCode = 1;
  }
  process.disconnect();
}
