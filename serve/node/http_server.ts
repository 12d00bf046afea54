// The application on Node's HTTP server: limits on what connects, and an answer also where Node's parser gives up.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { App } from "../app.ts";
import { type LightResponse, useLightWeb } from "../http/light_web.ts";
import { internalProblem, Problem } from "../http/problem.ts";
import { seldom } from "../log/seldom.ts";
import type { Service } from "../service.ts";
import { BodyBudget } from "./body_budget.ts";
import { Connections } from "./connections.ts";
import { NodeCaller } from "./node_caller.ts";
import { nodeRequest } from "./node_request.ts";
import { answerHeaders, parserProblem, rawAnswer } from "./parser_problem.ts";
import { sendResponse } from "./send_response.ts";

/** Longer than the 60 s after which proxies usually drop a connection: who closes first must be them, or a request is lost. */
const KEEP_ALIVE_MS = 65_000;
/** From the first byte to the last header, where a request may take as long. */
const HEADERS_MS = 10_000;
/** How often Node looks for requests that take too long. */
const CHECK_MS = 1000;
/** On a socket in either direction; a client that reads nothing holds its answer for so long. */
const SILENCE_MS = 60_000;
const MAX_HEADER_BYTES = 16_384;
const MAX_HEADERS = 100;
/** Some 20 kB each while idle. */
export const MAX_CONNECTIONS = 1024;
/** Of all requests together, or four whole bodies where that is more. */
const ALL_BODIES_BYTES = 64 * 2 ** 20;

export interface HttpServer {
  server: Server;
  connections: Connections;
}

export function makeHttpServer(app: App, service: Service): HttpServer {
  useLightWeb();
  const { maxBodyBytes, trustProxy, timeoutSeconds } = service.settings;
  const budget = new BodyBudget(Math.max(ALL_BODIES_BYTES, 4 * maxBodyBytes));
  const limits = { maxBodyBytes, trustProxy, budget };
  const connections = new Connections();
  const requestTimeout = Math.ceil(1000 * timeoutSeconds);
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: Math.min(HEADERS_MS, requestTimeout),
    requestTimeout,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // HTTP/1.0 needs none; what lacks it in HTTP/1.1 gets an answer of ours.
    requireHostHeader: false,
  });
  server.timeout = Math.max(SILENCE_MS, 2 * requestTimeout);
  server.maxConnections = MAX_CONNECTIONS;
  // Node would leave out what is beyond, in silence.
  server.maxHeadersCount = 0;

  /** Counts and logs what never reached the application. */
  const logRefusal = (problem: Problem, address: string, code?: string): void => {
    const { status, reason } = problem;
    service.observer.refused({ reason });
    service.log.info({ status, reason, address, code }, "not a request that can be served");
  };

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse, caller: NodeCaller): Promise<void> => {
    try {
      const request = nodeRequest(incoming) as unknown as Request;
      const response = await app.fetch(request, { caller });
      if (connections.isDraining || !caller.leavesConnectionUsable) outgoing.setHeader("connection", "close");
      sendResponse(response as unknown as LightResponse, outgoing);
    } catch (error) {
      const problem = error instanceof Problem ? error : internalProblem();
      if (error instanceof Problem) logRefusal(problem, caller.address);
      else {
        const { stack } = error instanceof Error ? error : new Error(String(error));
        service.observer.refused({ reason: problem.reason });
        service.log.error({ status: problem.status, reason: problem.reason, error: stack }, "no answer by the application"); // biome-ignore format: one line
      }
      refuse(outgoing, problem);
    }
  };

  const handle = (incoming: IncomingMessage, outgoing: ServerResponse, isWaiting = false): void => {
    const connection = connections.of(incoming.socket);
    if (connection.isEnding || connection.lastWords !== null) return;
    const caller = new NodeCaller(incoming, outgoing, connection.address, limits, isWaiting);
    connection.active.add(caller);
    connection.latest = caller;
    outgoing.once("close", () => connections.settle(connection, caller, outgoing.writableFinished));
    const problem = headProblem(incoming);
    if (!problem) return void answer(incoming, outgoing, caller);
    logRefusal(problem, connection.address);
    refuse(outgoing, problem);
  };

  server.on("connection", (socket: Socket) => connections.of(socket));
  server.on("request", handle);
  server.on("checkContinue", (incoming, outgoing) => handle(incoming, outgoing, true));
  server.on("checkExpectation", (incoming, outgoing) => handle(incoming, outgoing));
  server.on("connect", (incoming, socket) => {
    const problem = new Problem(405, "this server is no proxy; it takes no CONNECT.", { reason: "method_not_allowed", headers: { allow: "GET, HEAD, OPTIONS, POST" } }); // biome-ignore format: one line
    const connection = connections.of(incoming.socket);
    logRefusal(problem, connection.address);
    socket.resume();
    connection.end(rawAnswer(problem));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const connection = connections.of(socket);
    const { active, latest, isEnding, lastWords } = connection;
    if (isEnding || lastWords !== null) return;
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const problem = parserProblem(error, timeoutSeconds);
    if (latest && !latest.incoming.complete) {
      // Of a request that the application knows, what is wrong is in the body: it answers, if it has not already.
      if (active.has(latest)) latest.fail(problem);
      else connection.end();
      return;
    }
    // Browsers open connections in advance; there is nobody to answer.
    if (socket.bytesRead === 0) return connection.end();
    logRefusal(problem, connection.address, error.code);
    if (active.size > 0) connection.lastWords = rawAnswer(problem);
    else connection.end(rawAnswer(problem));
  });
  const logDrop = seldom(() =>
    service.log.warn({ connections: MAX_CONNECTIONS }, "too many connections; further ones are closed"),
  );
  server.on("drop", logDrop);
  return { server, connections };
}

/** Of what no route answers; the connection ends with it. */
function refuse(outgoing: ServerResponse, problem: Problem): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const body = problem.body();
  outgoing.writeHead(problem.status, answerHeaders(problem, body));
  outgoing.end(body);
}

/** What is wrong with a request before its path matters. */
function headProblem({ headers, rawHeaders, httpVersionMinor }: IncomingMessage): Problem | null {
  if (rawHeaders.length > 2 * MAX_HEADERS) {
    return new Problem(431, `the request has ${rawHeaders.length / 2} headers; at most ${MAX_HEADERS} are read.`, {
      reason: "headers_too_large",
    });
  }
  if (headers.host === undefined && httpVersionMinor >= 1) {
    return new Problem(400, "the request has no header Host, which HTTP/1.1 asks for.", { reason: "bad_request" });
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== "100-continue" && httpVersionMinor >= 1) {
    return new Problem(
      417,
      "the only value of Expect that this server knows is 100-continue; send that, or leave it out.",
      { reason: "bad_request" },
    );
  }
  return null;
}
