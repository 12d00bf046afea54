// A worker of --workers: serves the connections that its primary gives it, until that says otherwise.

import type { Socket } from "node:net";
import process from "node:process";
import { isOn } from "./channel.ts";
import { CHANNEL, type ToPrimary, type ToWorker, type Unaddressed } from "./cluster_messages.ts";
import { type HttpServer, MAX_CONNECTIONS } from "./http_server.ts";

/** @returns when it is sent */
export function tellPrimary(message: Unaddressed<ToPrimary>): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) resolve();
    else process.send?.({ channel: CHANNEL, ...message }, undefined, undefined, () => resolve());
  });
}

/**
 * Takes connections, and resolves when it is to take no more.
 *
 * @param onUnready new requests are not welcome any more, but served
 */
export function serveConnections({ server, connections }: HttpServer, onUnready: () => void): Promise<void> {
  // Node begins to look for slow requests when a server listens, which this one never does by itself.
  server.emit("listening");
  let closed = 0;
  /** Those of the same turn are told together. */
  const onClosed = (): void => {
    if (closed++ > 0) return;
    setImmediate(() => {
      void tellPrimary({ kind: "closed", count: closed });
      closed = 0;
    });
  };
  return new Promise((resolve) => {
    process.on("message", (message: ToWorker, socket?: Socket) => {
      if (!isOn(CHANNEL, message)) return;
      if (message.kind === "unready") onUnready();
      else if (message.kind === "drain") resolve();
      else {
        void tellPrimary({ kind: "took", id: message.id });
        // Undefined where the client left on the way.
        if (!socket) return onClosed();
        socket.once("close", onClosed);
        if (connections.size >= MAX_CONNECTIONS) {
          server.emit("drop");
          socket.destroy();
          return;
        }
        // As Node's own servers of HTTP have it.
        socket.allowHalfOpen = true;
        socket.setNoDelay(true);
        server.emit("connection", socket);
      }
    });
  });
}
