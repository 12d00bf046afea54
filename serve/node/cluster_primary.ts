// The primary of --workers: accepts connections, gives each to the worker with the fewest, and replaces workers that end.
//
// Node's cluster can share a listening socket by itself; but when its workers stop listening, connections that the primary has
// accepted and not yet passed on are lost. Here the primary alone listens: once it does not any more, each worker is told to
// drain behind the last connection that it was given.

import cluster, { type Worker } from "node:cluster";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { CheckpointError, DataError, NotFoundError, RuntimeError } from "../../lib/index.ts";
import type { Log } from "../log/log.ts";
import { isOn } from "./channel.ts";
import {
  CHANNEL,
  type SentError,
  type ToPrimary,
  type ToWorker,
  type Unaddressed,
  WORKER_SLOT,
} from "./cluster_messages.ts";
import { MAX_CONNECTIONS } from "./http_server.ts";
import { listen } from "./listen.ts";
import { FLEET_MS, stopListening } from "./shut_down.ts";

/** A worker that ends within this time of its start has not served. */
const QUICK_MS = 10_000;
/** Such ends, one after the other, after which another start would be no better. */
const MOST_QUICK = 5;
const FIRST_PAUSE_MS = 200;

export interface ModelVersion {
  name: string;
  version: string;
}

interface Member {
  worker: Worker;
  /** From 0; whoever replaces it has the same. */
  slot: number;
  startedMs: number;
  isReady: boolean;
  /** Given, and not there yet. */
  underWay: Map<number, Socket>;
  /** Given, and not closed yet. */
  connections: number;
}

export class Fleet {
  private readonly members = new Set<Member>();
  /** Connections that no worker was there for. */
  private readonly held: Socket[] = [];
  private readonly listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.give(socket));
  private readonly ended: (() => void)[] = [];
  private started: { resolve(models: ModelVersion[]): void; reject(error: unknown): void } | null = null;
  /** Told that it is to stop; serves on. */
  private isUnready = false;
  /** Accepts no more, and replaces nobody. */
  private isStopping = false;
  private turn = 0;
  private given = 0;
  private quickEnds = 0;

  /** @param onFailure workers end as soon as they start: there is no use in going on */
  constructor(
    private readonly count: number,
    private readonly log: Log,
    private readonly onFailure: (error: Error) => void,
    private readonly forkWorker: (environment: Record<string, string>) => Worker = (environment) =>
      cluster.fork(environment),
  ) {}

  /** Starts the workers. @returns the models that they serve, when all are ready @throws what one of them could not do */
  start(): Promise<ModelVersion[]> {
    return new Promise((resolve, reject) => {
      this.started = { resolve, reject };
      for (let i = 0; i < this.count; i++) this.fork();
    });
  }

  /** @throws the address is taken, or not ours */
  listen(host: string, port: number): Promise<AddressInfo> {
    return listen(this.listener, { host, port, log: this.log });
  }

  /** Readiness probes fail from now on; all goes on. */
  unready(): void {
    this.isUnready = true;
    for (const member of this.members) send(member, { kind: "unready" });
  }

  /** Accepts no more, and resolves when all workers have answered what they have, and ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const last = setTimeout(() => {
      for (const { worker } of this.members) worker.process.kill("SIGKILL");
    }, FLEET_MS);
    await stopListening(this.listener);
    for (const socket of this.held.splice(0)) socket.destroy();
    for (const member of this.members) {
      if (member.isReady) send(member, { kind: "drain" });
      // It has nothing to finish, and may not listen to us for a while.
      else member.worker.process.kill("SIGKILL");
    }
    if (this.members.size > 0) await new Promise<void>((resolve) => this.ended.push(resolve));
    clearTimeout(last);
  }

  private fork(): void {
    const taken = new Set([...this.members].map(({ slot }) => slot));
    let slot = 0;
    while (taken.has(slot)) slot++;
    const worker = this.forkWorker({ [WORKER_SLOT]: String(slot) });
    const startedMs = performance.now();
    const member: Member = { worker, slot, startedMs, isReady: false, underWay: new Map(), connections: 0 };
    this.members.add(member);
    worker.on("message", (message: ToPrimary) => {
      if (isOn(CHANNEL, message)) this.onMessage(member, message);
    });
    let end: number | string | null = null;
    // What it said last may come after its exit, and does come before its channel is closed.
    const onEnd = (): void => {
      if (end !== null && !worker.isConnected()) this.onEnd(member, end);
    };
    worker.on("error", ({ message }) => {
      this.log.error({ worker: worker.id, reason: message }, "a worker cannot be reached");
      if (worker.process.pid === undefined) this.onEnd(member, "an error of the system");
    });
    worker.on("exit", (code, signal) => {
      end = signal ?? code;
      onEnd();
    });
    worker.on("disconnect", onEnd);
  }

  private onMessage(member: Member, message: ToPrimary): void {
    const { id, process } = member.worker;
    if (message.kind === "took") this.passed(member, message.id);
    else if (message.kind === "closed") member.connections -= message.count;
    else if (message.kind === "failed") {
      const error = errorOf(message.error);
      if (this.started) this.started.reject(error);
      else this.log.error({ worker: id, pid: process.pid, reason: error.message }, "a worker cannot start");
    } else {
      member.isReady = true;
      if (this.isUnready) send(member, { kind: "unready" });
      for (const socket of this.held.splice(0)) this.give(socket);
      if (this.started && [...this.members].every(({ isReady }) => isReady)) {
        this.started.resolve(message.models);
        this.started = null;
      }
    }
  }

  private onEnd(member: Member, end: number | string): void {
    if (!this.members.delete(member)) return;
    // It never had them.
    const unclaimed = [...member.underWay.values()];
    member.underWay.clear();
    for (const socket of unclaimed) this.give(socket);
    if (this.members.size === 0 && this.isStopping) for (const resolve of this.ended.splice(0)) resolve();
    if (this.isStopping) return;
    const how = typeof end === "number" ? `with code ${end}` : `by ${end}`;
    if (this.started) {
      this.started.reject(new RuntimeError(`serve: a worker ended ${how} while it started.`));
      return;
    }
    const livedMs = performance.now() - member.startedMs;
    this.quickEnds = livedMs < QUICK_MS ? this.quickEnds + 1 : 0;
    this.log.error({ worker: member.worker.id, pid: member.worker.process.pid, ended: how, lived_ms: Math.round(livedMs) }, "a worker ended; another takes its place"); // biome-ignore format: one line
    if (this.quickEnds > MOST_QUICK) {
      const seconds = QUICK_MS / 1000;
      this.onFailure(new RuntimeError(`serve: ${this.quickEnds} workers in a row ended within ${seconds} s of their start, the last ${how}; the log says more. Is there enough memory? Try fewer --workers.`)); // biome-ignore format: one line
      return;
    }
    const pauseMs = this.quickEnds === 0 ? 0 : FIRST_PAUSE_MS * 2 ** (this.quickEnds - 1);
    setTimeout(() => {
      if (!this.isStopping) this.fork();
    }, pauseMs);
  }

  /** To the worker with the fewest connections; of several, to the one whose turn it is. */
  private give(socket: Socket): void {
    const ready = [...this.members].filter(({ isReady, worker }) => isReady && worker.isConnected());
    if (ready.length === 0) {
      if (this.isStopping || this.held.length >= MAX_CONNECTIONS) socket.destroy();
      else this.held.push(socket);
      return;
    }
    const first = this.turn++ % ready.length;
    const inTurn = [...ready.slice(first), ...ready.slice(0, first)];
    const member = inTurn.reduce((least, other) => (other.connections < least.connections ? other : least));
    const id = this.given++;
    member.underWay.set(id, socket);
    member.connections++;
    // Kept open here until it is there: should the worker end before, another gets it.
    const message: ToWorker = { channel: CHANNEL, kind: "connection", id };
    member.worker.process.send(message, socket, { keepOpen: true }, (error) => {
      if (!error || !member.underWay.delete(id)) return;
      member.connections--;
      this.give(socket);
    });
  }

  /** What is left of it here is closed, which closes nothing for those who have it, too. */
  private passed(member: Member, id: number): void {
    const socket = member.underWay.get(id);
    member.underWay.delete(id);
    socket?.destroy();
  }
}

function send({ worker }: Member, message: Unaddressed<ToWorker>): void {
  // Whom it does not reach has ended, and is told of by its exit.
  if (worker.isConnected()) worker.send({ channel: CHANNEL, ...message }, () => {});
}

/** Of a kind that says how the program ends. */
function errorOf({ name, message, stack }: SentError): Error {
  const kinds = { CheckpointError, DataError, NotFoundError, RuntimeError };
  const error = Object.hasOwn(kinds, name) ? new kinds[name as keyof typeof kinds](message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
