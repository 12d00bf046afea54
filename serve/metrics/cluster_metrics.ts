// The readings of a server that is several processes: whoever is asked answers for all of them.
//
//   scrape → worker ──read──▶ primary ──collect──▶ every worker
//                 ◀─answer──          ◀─readings──
//
// The primary keeps the latest readings of every worker, and computes answers from those alone. A worker sends its
// own when asked, and every two seconds by itself, so that one that is killed has told nearly all. When it is gone, its counters and
// histograms are added to those of the departed: no sum ever falls. Gauges are of who is there.

import type { VersionStatistics } from "../inference/statistics.ts";
import { isOn } from "../node/channel.ts";
import { FleetMetrics } from "./fleet_metrics.ts";
import type { MetricsReader } from "./metrics_reader.ts";
import { formatMetrics, lastingReadings, type Readings, type ReadingsSource, readRegistry } from "./readings.ts";

/** How long the primary waits for its workers: one that is busy is counted by its latest readings. */
const COLLECT_MS = 1000;
/** How long a worker waits for the primary. */
const ANSWER_MS = 2 * COLLECT_MS;
const PUSH_MS = 2000;
/** Among the other messages between the same processes. */
const CHANNEL = "simdgrad.metrics";

type Asked = "text" | "statistics";
type ToPrimary =
  | { channel: typeof CHANNEL; kind: "readings"; readings: Readings; request: number | null }
  | { channel: typeof CHANNEL; kind: "read"; what: Asked; request: number };
type ToWorker =
  | { channel: typeof CHANNEL; kind: "collect"; request: number }
  | { channel: typeof CHANNEL; kind: "answer"; answer: string | VersionStatistics[]; request: number };

/** What is used of a worker of node:cluster. */
export interface WorkerPort {
  readonly id: number;
  isConnected(): boolean;
  send(message: object, onSent: (error: Error | null) => void): boolean;
}

/** What is used of node:cluster in the primary. */
export interface ClusterPort {
  readonly workers?: Readonly<Record<string, WorkerPort | undefined>>;
  on(event: "message", listener: (worker: WorkerPort, message: unknown) => void): unknown;
  on(event: "disconnect", listener: (worker: WorkerPort) => void): unknown;
  on(event: "exit", listener: (worker: WorkerPort, code: number | null, signal: string | null) => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: as Node has it
  off(event: string, listener: (...args: any[]) => void): unknown;
}

/** What is used of process in a worker. */
export interface PrimaryPort {
  readonly connected: boolean;
  send?(message: object, handle: undefined, options: undefined, onSent: (error: Error | null) => void): boolean;
  on(event: "message", listener: (message: unknown) => void): unknown;
  off(event: "message", listener: (message: unknown) => void): unknown;
}

/** Whom a message does not reach has ended, and is told of by its events. */
const ignore = (): void => {};

/**
 * In the primary, before it forks: takes what workers tell, and answers for them.
 *
 * @param collectMs see COLLECT_MS
 */
export function attachPrimary(cluster: ClusterPort, { collectMs = COLLECT_MS } = {}): MetricsReader {
  const latest = new Map<number, Readings>();
  const ended = new Map<number, Set<"disconnect" | "exit">>();
  let departed: Promise<Readings> = Promise.resolve({ service: [], process: [], statistics: [] });
  let requests = 0;
  /** Workers whose readings the collection under way is waiting for. */
  let awaited: { request: number; from: Set<number>; done: () => void } | null = null;
  let collection: Promise<void> | null = null;
  const fleet = new FleetMetrics(() => connected().length);

  const connected = (): WorkerPort[] =>
    Object.values(cluster.workers ?? {}).filter((worker): worker is WorkerPort => worker?.isConnected() ?? false);

  const arrived = (id: number): void => {
    awaited?.from.delete(id);
    if (awaited?.from.size === 0) awaited.done();
  };

  const onMessage = (worker: WorkerPort, message: unknown): void => {
    if (!isOn(CHANNEL, message)) return;
    const told = message as ToPrimary;
    if (told.kind === "readings") {
      // Without the process where nobody asked: what was read before still stands.
      const process = told.readings.process.length > 0 ? told.readings.process : (latest.get(worker.id)?.process ?? []);
      latest.set(worker.id, { ...told.readings, process });
      if (told.request === awaited?.request) arrived(worker.id);
    } else {
      void reader[told.what]().then((answer) => {
        const reply: ToWorker = { channel: CHANNEL, kind: "answer", answer, request: told.request };
        if (worker.isConnected()) worker.send(reply, ignore);
      });
    }
  };

  /** Its last message may come between the two events, whichever is first. */
  const onEnd = (worker: WorkerPort, event: "disconnect" | "exit"): void => {
    arrived(worker.id);
    const events = ended.get(worker.id) ?? new Set();
    ended.set(worker.id, events.add(event));
    if (events.size < 2) return;
    ended.delete(worker.id);
    const last = latest.get(worker.id);
    latest.delete(worker.id);
    if (last !== undefined) departed = departed.then((before) => lastingReadings([before, last]));
  };
  const onDisconnect = (worker: WorkerPort): void => onEnd(worker, "disconnect");
  const onExit = (worker: WorkerPort, code: number | null, signal: string | null): void => {
    if (signal !== null || code !== 0) fleet.restarted();
    onEnd(worker, "exit");
  };

  /** Until every worker has told, or had the time to. Who asks meanwhile gets the same. */
  const collect = (): Promise<void> => {
    collection ??= new Promise<void>((resolve) => {
      const request = ++requests;
      const workers = connected();
      const timer = setTimeout(() => awaited?.done(), collectMs);
      awaited = {
        request,
        from: new Set(workers.map(({ id }) => id)),
        done: () => {
          clearTimeout(timer);
          awaited = null;
          collection = null;
          resolve();
        },
      };
      if (workers.length === 0) awaited.done();
      const message: ToWorker = { channel: CHANNEL, kind: "collect", request };
      for (const worker of workers) worker.send(message, (error) => error && arrived(worker.id));
    });
    return collection;
  };

  /** Those who are there, and what the others left. One that is ending has no gauges any more. */
  const readings = async (): Promise<Readings[]> => {
    await collect();
    const before = departed;
    const there = [...latest].filter(([id]) => !ended.has(id)).map(([, of]) => of);
    const ending = [...latest].filter(([id]) => ended.has(id)).map(([, of]) => of);
    return [await lastingReadings([await before, ...ending]), ...there];
  };

  const reader: MetricsReader = {
    async text() {
      const all = await readings();
      const service = all.map(({ service }) => service);
      const process = all.map(({ process }) => process);
      return formatMetrics([...service, await readRegistry(fleet.registry), ...process]);
    },
    async statistics() {
      return (await lastingReadings(await readings())).statistics;
    },
    async close() {
      cluster.off("message", onMessage);
      cluster.off("disconnect", onDisconnect);
      cluster.off("exit", onExit);
    },
  };
  cluster.on("message", onMessage);
  cluster.on("disconnect", onDisconnect);
  cluster.on("exit", onExit);
  return reader;
}

/** In a worker: tells the primary what is read here, and asks it for what all have together. */
export function attachWorker(
  source: ReadingsSource,
  { port = process as PrimaryPort, pushMs = PUSH_MS, answerMs = ANSWER_MS } = {},
): MetricsReader {
  const waiting = new Map<number, (answer: string | VersionStatistics[]) => void>();
  let requests = 0;

  const send = (message: ToPrimary): Promise<void> =>
    new Promise((resolve) => {
      if (port.connected && port.send) port.send(message, undefined, undefined, () => resolve());
      else resolve();
    });
  let told = Promise.resolve();
  /** One after the other: older readings must not arrive after newer ones. */
  const tell = (request: number | null): Promise<void> => {
    told = told.then(async () => {
      const readings = await source.read(request !== null);
      await send({ channel: CHANNEL, kind: "readings", readings, request });
    });
    return told;
  };
  const onMessage = (message: unknown): void => {
    if (!isOn(CHANNEL, message)) return;
    const asked = message as ToWorker;
    if (asked.kind === "collect") void tell(asked.request);
    else {
      waiting.get(asked.request)?.(asked.answer);
      waiting.delete(asked.request);
    }
  };
  const ask = (what: Asked): Promise<string | VersionStatistics[]> =>
    new Promise((resolve, reject) => {
      const request = ++requests;
      const timer = setTimeout(() => {
        waiting.delete(request);
        reject(new Error(`the primary process gave no ${what} within ${answerMs} ms.`));
      }, answerMs);
      waiting.set(request, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      void send({ channel: CHANNEL, kind: "read", what, request });
    });

  port.on("message", onMessage);
  const timer = setInterval(() => void tell(null), pushMs).unref();
  return {
    text: async () => (await ask("text")) as string,
    statistics: async () => (await ask("statistics")) as VersionStatistics[],
    async close() {
      clearInterval(timer);
      await tell(null);
      port.off("message", onMessage);
    },
  };
}
