// Connections: the sockets of a server, what each is busy with, and how they end.
//
// A socket is closed by halves: first we say that no more comes from us, and for a while still read and forget what the client
// sends. Closed at once, a socket with bytes that nobody read makes the system tell the client "reset", upon which it may never
// see the answer that was on its way.

import type { Socket } from "node:net";
import { plainAddress } from "../http/client_address.ts";
import type { NodeCaller } from "./node_caller.ts";

/** For a client to finish what it is sending, and to read our answer. */
const LINGER_MS = 3000;
/** The same for one that has nothing to send, as far as we know. */
const SHORT_LINGER_MS = 300;

export class Connection {
  /** Requests that are not answered yet, in their order. */
  readonly active = new Set<NodeCaller>();
  /** The request whose bytes come now, or came last. */
  latest: NodeCaller | null = null;
  /** Nothing that comes from it is answered any more. */
  isEnding = false;
  /** What is written when all requests before it are answered. */
  lastWords: string | null = null;
  /** Of the socket: kept, since a closed one has none. */
  readonly address: string;

  constructor(readonly socket: Socket) {
    this.address = plainAddress(socket.remoteAddress ?? "") ?? "unknown";
  }

  /** Says this, and that nothing follows. */
  end(words = ""): void {
    if (this.isEnding) return;
    this.isEnding = true;
    if (words === "") this.socket.end();
    else this.socket.end(words);
    const isSending = words !== "" || this.latest?.incoming.complete === false;
    const timer = setTimeout(() => this.socket.destroy(), isSending ? LINGER_MS : SHORT_LINGER_MS);
    this.socket.once("close", () => clearTimeout(timer));
  }
}

export class Connections {
  /** Every answer is its connection's last. */
  isDraining = false;
  private readonly all = new Map<Socket, Connection>();
  private readonly idle: (() => void)[] = [];

  get size(): number {
    return this.all.size;
  }

  /** Those with a request that is not answered yet. */
  get busy(): number {
    let count = 0;
    for (const { active } of this.all.values()) if (active.size > 0) count++;
    return count;
  }

  of(socket: Socket): Connection {
    return this.all.get(socket) ?? this.add(socket);
  }

  private add(socket: Socket): Connection {
    const connection = new Connection(socket);
    this.all.set(socket, connection);
    // Node's server calls this after a connection's last answer.
    socket.destroySoon = () => connection.end();
    socket.once("close", () => {
      this.all.delete(socket);
      for (const caller of connection.active) caller.leave();
      connection.active.clear();
      if (this.all.size === 0) for (const resolve of this.idle.splice(0)) resolve();
    });
    return connection;
  }

  /** When a request is answered, or nobody waits for its answer any more. */
  settle(connection: Connection, caller: NodeCaller, isAnswered: boolean): void {
    connection.active.delete(caller);
    if (isAnswered) caller.release();
    else caller.leave();
    if (connection.active.size === 0 && connection.lastWords !== null) connection.end(connection.lastWords);
  }

  /**
   * Lets those that wait for an answer have it, and closes all.
   *
   * @param graceMs in which idle ones may still bring a request: it may be on its way
   * @param limitMs after which those that are left are cut off
   * @returns how many those were
   */
  async drain({ graceMs, limitMs }: { graceMs: number; limitMs: number }): Promise<number> {
    this.isDraining = true;
    const closeIdle = (): void => {
      for (const connection of this.all.values()) if (connection.active.size === 0) connection.end();
    };
    // After the loop has read what had come by then.
    const grace = setTimeout(() => setImmediate(closeIdle), graceMs);
    let cut = 0;
    const limit = setTimeout(() => {
      cut = this.busy;
      for (const { socket } of this.all.values()) socket.destroy();
    }, limitMs);
    if (this.all.size > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
    clearTimeout(grace);
    clearTimeout(limit);
    return cut;
  }
}
