// The primary's side of --workers, with workers that are played here. cluster.pack.ts has real ones.

import type { Worker } from "node:cluster";
import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeLog } from "../../../serve/log/log.ts";
import { CHANNEL, type ToPrimary, type Unaddressed, WORKER_SLOT } from "../../../serve/node/cluster_messages.ts";
import { Fleet } from "../../../serve/node/cluster_primary.ts";
import { until } from "../../support/until.ts";

const test = suite("primary of a cluster");

class PlayedWorker extends EventEmitter {
  private static next = 1;
  readonly id = PlayedWorker.next++;
  readonly told: string[] = [];
  readonly given: { id: number; socket: Socket; fail: () => void }[] = [];
  private connected = true;
  killed: string | null = null;

  constructor(readonly slot: number) {
    super();
  }

  readonly process = {
    pid: 1,
    send: ({ id }: { id: number }, socket: Socket, _: object, onSent: (error: Error | null) => void): boolean => {
      this.given.push({ id, socket, fail: () => onSent(new Error("channel closed")) });
      return true;
    },
    kill: (signal: string): void => {
      this.killed = signal;
      this.end(null, signal);
    },
  };

  isConnected(): boolean {
    return this.connected;
  }

  send({ kind }: { kind: string }): void {
    this.told.push(kind);
    if (kind === "drain") this.end(0, null);
  }

  tells(message: Unaddressed<ToPrimary>): void {
    this.emit("message", { channel: CHANNEL, ...message });
  }

  ready(): void {
    this.tells({ kind: "ready", models: [{ name: "cnn", version: "0" }] });
  }

  end(code: number | null, signal: string | null): void {
    this.connected = false;
    setImmediate(() => {
      this.emit("exit", code, signal);
      this.emit("disconnect");
    });
  }
}

/** A fleet that listens, and its workers in the order of their starts. */
async function fleetOf(count: number) {
  const workers: PlayedWorker[] = [];
  const fork = (environment: Record<string, string>): Worker => {
    const worker = new PlayedWorker(Number(environment[WORKER_SLOT]));
    workers.push(worker);
    return worker as unknown as Worker;
  };
  const fleet = new Fleet(count, makeLog({ level: "silent" }), () => {}, fork);
  const started = fleet.start();
  const { port } = await fleet.listen("127.0.0.1", 0);
  const clients: Socket[] = [];
  /** @param isGiven whether to wait until a worker has it; false where none is ready */
  const open = async ({ isGiven = true } = {}): Promise<void> => {
    const before = sum(workers);
    const client = connect(port, "127.0.0.1").on("error", () => {});
    clients.push(client);
    await once(client, "connect");
    if (isGiven) await soon(() => sum(workers) > before);
  };
  const stop = async (): Promise<void> => {
    for (const client of clients) client.destroy();
    for (const { given } of workers) for (const { socket } of given) socket.destroy();
    await fleet.stop();
  };
  return { fleet, workers, started, open, stop, clients };
}

function sum(workers: readonly PlayedWorker[]): number {
  return workers.reduce((all, { given }) => all + given.length, 0);
}

const soon = (isSo: () => boolean): Promise<void> =>
  until(isSo, () => `it has not come to ${isSo}`, { tries: 1000, everyMs: 5 });

test("a connection goes to the ready worker with the fewest, among equals in turn", async () => {
  const { workers, open, stop } = await fleetOf(2);
  const [one, other] = workers;
  one.ready();
  for (let i = 0; i < 3; i++) await open();
  assert.equal([one.given.length, other.given.length], [3, 0]);
  other.ready();
  for (let i = 0; i < 3; i++) await open();
  assert.equal([one.given.length, other.given.length], [3, 3]);
  for (let i = 0; i < 2; i++) await open();
  assert.equal([one.given.length, other.given.length], [4, 4]);
  one.tells({ kind: "closed", count: 2 });
  for (let i = 0; i < 2; i++) await open();
  assert.equal([one.given.length, other.given.length], [6, 4]);
  await stop();
});

test("a connection that was under way to a worker that ended is given to another once", async () => {
  const { workers, open, stop } = await fleetOf(2);
  const [one, other] = workers;
  one.ready();
  await open();
  other.ready();
  one.end(9, null);
  await soon(() => other.given.length === 1);
  // That it was not sent may be told after the end.
  one.given[0].fail();
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(other.given.length, 1);
  await stop();
});

test("while it is not ready, and serves on, a worker that dies is replaced, and connections wait for the next", async () => {
  const { fleet, workers, started, open, stop, clients } = await fleetOf(1);
  workers[0].ready();
  await started;
  fleet.unready();
  workers[0].end(null, "SIGKILL");
  await soon(() => workers.length === 2);
  await open({ isGiven: false });
  workers[1].ready();
  await soon(() => workers[1].given.length === 1);
  assert.is(clients[0].destroyed, false);
  assert.equal(workers[1].told, ["unready"]);
  await stop();
});

test("a worker has the slot of the one that it replaces", async () => {
  const { workers, started, stop } = await fleetOf(3);
  for (const worker of workers) worker.ready();
  await started;
  assert.equal(workers.map(({ slot }) => slot), [0, 1, 2]); // biome-ignore format: one line
  workers[1].end(9, null);
  await soon(() => workers.length === 4);
  assert.is(workers[3].slot, 1);
  await stop();
});

test("workers that have not started yet when it stops are not waited for", async () => {
  const { fleet, workers, stop } = await fleetOf(2);
  workers[0].ready();
  await fleet.stop();
  assert.equal([workers[0].told, workers[0].killed], [["drain"], null]);
  assert.equal([workers[1].told, workers[1].killed], [[], "SIGKILL"]);
  await stop();
});

test.run();
