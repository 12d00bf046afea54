// How a server ends: in two steps, so that whoever sends it requests can notice before it takes no more.
//
//   not ready    /v2/health/ready says 503; all goes on, for --drain-delay
//   draining     no new connections; every answer is its connection's last; idle ones are closed
//
// What was accepted is answered, however long its client takes, but for a limit: then what is left is cut off.

import { Server } from "node:net";
import type { Log } from "../log/log.ts";
import type { HttpServer } from "./http_server.ts";

/** In which an idle connection may still bring a request that is on its way. */
const GRACE_MS = 500;
/** All of it, after the drain delay: less than what orchestrators wait before they kill. */
export const END_MS = 10_000;
/** A process's connections, from when it listens no more until those that are left are cut off. Its log may take a second yet. */
export const DRAIN_MS = 8000;
/** A fleet's: letting in, then its workers, which drain as long and close their logs. Its own log may take a second yet. */
export const FLEET_MS = 8800;

/** For letting in those who knocked before; where ever more do, an end has to come. */
const LET_IN_MS = 500;

/** Accepts whom the system has let in already, one a turn of the event loop as Node does, and then no more. */
export async function stopListening(server: Server): Promise<void> {
  let accepted = 0;
  server.on("connection", () => accepted++);
  const untilMs = performance.now() + LET_IN_MS;
  for (let quiet = 0; quiet < 2 && performance.now() < untilMs; ) {
    const before = accepted;
    await new Promise((resolve) => setImmediate(resolve));
    quiet = accepted === before ? quiet + 1 : 0;
  }
  // Not the close() of HTTP's servers, which destroys what it takes for idle, with the requests that were not read yet.
  Server.prototype.close.call(server);
}

export interface DrainOptions {
  /** Whether idle connections get their grace; where no client but our own is left, they need none. */
  isPatient: boolean;
  /** For all of it; default DRAIN_MS. */
  limitMs?: number;
}

export async function drain(
  { server, connections }: HttpServer,
  log: Log,
  { isPatient, limitMs = DRAIN_MS }: DrainOptions,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  await stopListening(server);
  const graceMs = isPatient ? GRACE_MS : 0;
  const cut = await connections.drain({ graceMs, limitMs: endMs - performance.now() });
  if (cut > 0) log.warn({ connections: cut }, "cut off: they were not done in time");
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}
