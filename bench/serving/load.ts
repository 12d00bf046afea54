// The load of the measurements that account for every request. Two kinds:
//
// openLoop    requests fall due at a constant rate, whatever the server does. Latency counts from the moment a request was due,
//             also where no connection was free: a server that stalls is charged for all that piled up meanwhile, which a
//             generator that waits for its answers leaves out ("coordinated omission").
// closedLoop  every connection sends its next request as it gets an answer: saturation, with every request followed.

import { setTimeout as sleep } from "node:timers/promises";
import { HttpConnection, type Outcome } from "./connection.ts";

/** What became of one request. Times are in ms since the load began. */
export interface Sent {
  /** Due, in an open loop; sent, in a closed one. */
  readonly dueMs: number;
  readonly sentMs: number;
  readonly endMs: number;
  readonly outcome: "answered" | "refused" | "lost";
  /** 0 where none came. */
  readonly status: number;
  /** Why it was refused or lost. */
  readonly reason: string;
  /** Our port of the connection. */
  readonly localPort: number;
}

export interface Load {
  readonly port: number;
  /** In rotation. */
  readonly requests: readonly Uint8Array[];
  /** At most so many. */
  readonly connections: number;
  /** Sees every answer as it comes. @param head its headers, in lower case */
  onAnswer?(status: number, body: Buffer, head: string): void;
}

export interface Phase {
  readonly ratePerSecond: number;
  readonly seconds: number;
}

/** After the last request was due, answers are awaited for so long. */
const PATIENCE_MS = 15_000;

/** A caller that finds no connection free for so long gives up: its request is never sent. */
const GIVES_UP_MS = 500;

/** Constant rates, one phase after the other; what never got a connection is among the refused. */
export async function openLoop(load: Load, phases: readonly Phase[]): Promise<Sent[]> {
  const all: Sent[] = [];
  const waiting: number[] = [];
  const lines = Array.from({ length: load.connections }, () => new Line(load, all));
  let idle = [...lines];
  let next = 0;
  let from = 0;
  const started = performance.now();
  const now = (): number => performance.now() - started;
  const unsent = { outcome: "refused", status: 0, reason: "no free connection", localPort: 0 } as const;
  const pump = (): void => {
    for (; from < waiting.length && waiting[from] + GIVES_UP_MS < now(); from++) {
      all.push({ dueMs: waiting[from], sentMs: waiting[from], endMs: now(), ...unsent });
    }
    while (from < waiting.length && idle.length > 0) {
      const line = idle.shift() as Line;
      line.send(next++, waiting[from++], now, () => {
        idle.push(line);
        pump();
      });
    }
  };
  let phaseStart = 0;
  for (const { ratePerSecond, seconds } of phases) {
    const wanted = Math.round(ratePerSecond * seconds);
    for (let due = 0; due < wanted; ) {
      // A tick is a millisecond, or what the host makes of it: the delay counts as latency.
      await sleep(1);
      for (; due < wanted && phaseStart + (1000 * due) / ratePerSecond <= now(); due++) {
        waiting.push(phaseStart + (1000 * due) / ratePerSecond);
      }
      pump();
    }
    phaseStart += 1000 * seconds;
  }
  const deadline = performance.now() + PATIENCE_MS;
  while ((from < waiting.length || idle.length < lines.length) && performance.now() < deadline) await sleep(5);
  idle = [];
  for (const line of lines) line.close();
  await sleep(10);
  for (const dueMs of waiting.slice(from)) all.push({ dueMs, sentMs: dueMs, endMs: now(), ...unsent });
  return all;
}

export interface ClosedLoop {
  /** What became of the requests so far. */
  readonly sent: readonly Sent[];
  /** How many are under way. */
  readonly underWay: number;
  /** No further requests; resolves when the last has its answer. */
  stop(): Promise<Sent[]>;
}

/** Runs until it is stopped. Who is refused tries again after `retryMs`. */
export function closedLoop(load: Load, retryMs = 20): ClosedLoop {
  const all: Sent[] = [];
  const started = performance.now();
  const now = (): number => performance.now() - started;
  let isStopped = false;
  let next = 0;
  let underWay = 0;
  const lines = Array.from({ length: load.connections }, () => new Line(load, all));
  const ends = lines.map(async (line) => {
    while (!isStopped) {
      underWay++;
      const outcome = await new Promise<Outcome>((resolve) => line.send(next++, now(), now, resolve));
      underWay--;
      if (outcome.kind === "refused") await sleep(retryMs);
    }
    line.close();
  });
  return {
    sent: all,
    get underWay() {
      return underWay;
    },
    async stop() {
      isStopped = true;
      await Promise.race([Promise.all(ends), sleep(PATIENCE_MS)]);
      for (const line of lines) line.close();
      await sleep(10);
      return all;
    },
  };
}

/** One connection, made again where the server closed it. */
class Line {
  private connection: HttpConnection;

  constructor(
    private readonly load: Load,
    private readonly all: Sent[],
  ) {
    this.connection = new HttpConnection(load.port);
  }

  send(request: number, dueMs: number, now: () => number, settle: (outcome: Outcome) => void): void {
    if (!this.connection.isUsable) this.connection = new HttpConnection(this.load.port);
    const { connection } = this;
    const index = request % this.load.requests.length;
    const sentMs = now();
    connection.send(this.load.requests[index], (outcome) => {
      const isAnswered = outcome.kind === "answered";
      this.all.push({
        dueMs,
        sentMs,
        endMs: now(),
        outcome: outcome.kind,
        status: isAnswered ? outcome.status : 0,
        reason: isAnswered ? "" : outcome.reason,
        localPort: connection.localPort,
      });
      if (isAnswered) this.load.onAnswer?.(outcome.status, outcome.body, outcome.head);
      settle(outcome);
    });
  }

  close(): void {
    this.connection.close();
  }
}
