// The application on Node's HTTP server.

import { createServer, type IncomingMessage, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { App } from "../app.ts";
import type { Caller } from "../http/caller.ts";
import type { ServeSettings } from "../options.ts";
import { readBody } from "./read_body.ts";

export function makeHttpServer(app: App, settings: ServeSettings): Server {
  const listener = getRequestListener((request, { incoming }) => {
    const caller = callerOf(incoming as IncomingMessage, settings);
    return app.fetch(request, { caller });
  });
  return createServer(listener);
}

function callerOf(incoming: IncomingMessage, { maxBodyBytes }: ServeSettings): Caller {
  const controller = new AbortController();
  incoming.socket.once("close", () => controller.abort());
  return {
    address: incoming.socket.remoteAddress ?? "unknown",
    signal: controller.signal,
    body: () => readBody(incoming, maxBodyBytes),
  };
}
