// A server for GET /metrics alone, on a port of its own (--metrics-port): so that it can be kept from those who ask for digits.

import { createServer } from "node:http";
import { reasonOf } from "../../lib/base/system_error.ts";
import { PROBLEM_TYPE, Problem } from "../http/problem.ts";
import { SECURITY_HEADERS } from "../http/security_headers.ts";
import type { Log } from "../log/log.ts";
import { METRICS_TYPE, type MetricsReader } from "../metrics/metrics_reader.ts";
import { listen } from "./listen.ts";

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Prometheus gives up after ten by default. */
const TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;

/** @throws the port is taken, or is not ours to take */
export async function startMetricsServer(
  reader: MetricsReader,
  { host, port, log }: { host: string; port: number; log: Log },
): Promise<MetricsServer> {
  const server = createServer(
    { requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS, maxHeaderSize: 8192, keepAliveTimeout: 65_000 },
    async (request, response) => {
      const answer = (
        status: number,
        type: string,
        body: string,
        headers: Readonly<Record<string, string>> = {},
      ): void => {
        response.writeHead(status, {
          ...SECURITY_HEADERS,
          "content-type": type,
          "content-length": Buffer.byteLength(body),
          ...headers,
        });
        response.end(request.method === "HEAD" ? undefined : body);
      };
      const refuse = (problem: Problem): void => answer(problem.status, PROBLEM_TYPE, problem.body(), problem.headers);
      request.resume();
      if (request.url?.split("?", 1)[0] !== "/metrics") {
        return refuse(new Problem(404, "this port has /metrics alone.", { reason: "not_found" }));
      }
      if (request.method !== "GET" && request.method !== "HEAD") {
        const headers = { allow: "GET, HEAD" };
        return refuse(new Problem(405, "/metrics is read by GET.", { reason: "method_not_allowed", headers }));
      }
      try {
        answer(200, METRICS_TYPE, await reader.text());
      } catch (error) {
        log.error({ reason: reasonOf(error) }, "metrics could not be read");
        refuse(new Problem(503, "the metrics could not be read; the log says why.", { reason: "internal" }));
      }
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const address = await listen(server, { host, port, log });
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
