// RuntimeEmulator: Lambda's Runtime API on loopback, as a function sees it: it hands out events, and keeps what comes back.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReportedError {
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
}

/** How an invocation ended. */
export type Ended = { result: unknown } | { error: ReportedError } | { timedOut: true };

interface Waiting {
  id: string;
  event: string;
  deadlineMs: number;
  traceId: string | undefined;
  settle(ended: Ended): void;
}

export interface InvokeOptions {
  timeoutMs?: number;
  /** What the function is told of it; default: the same. */
  toldMs?: number;
  traceId?: string;
}

export class RuntimeEmulator {
  /** Of init/error, in their order. */
  readonly initErrors: ReportedError[] = [];
  /** Requests that were answered, as "POST /invocation/ID/response 202". */
  readonly log: string[] = [];
  /** How many were made to it. */
  connections = 0;
  /** Characters of an answer; Lambda takes 6 MB. */
  maxAnswer = 6 * 2 ** 20;
  /** A status for whatever is asked. */
  refuseWith: number | undefined;
  private readonly queue: Waiting[] = [];
  private readonly running = new Map<string, Waiting>();
  private readonly waiters: ((waiting: Waiting) => void)[] = [];
  private count = 0;

  private constructor(private readonly server: Server) {
    server.on("connection", () => this.connections++);
    server.on("request", (asked: IncomingMessage, answer: ServerResponse) => void this.serve(asked, answer));
  }

  static async start(): Promise<RuntimeEmulator> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RuntimeEmulator(server);
  }

  /** For AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Whether the function waits for an event. */
  get isIdle(): boolean {
    return this.waiters.length > 0;
  }

  /** An invocation's end. @param event a value, or a String object: that text as it stands. Lambda would end the process at the deadline; here it is only told that it came too late. */
  invoke(event: unknown, { timeoutMs = 30_000, toldMs = timeoutMs, traceId }: InvokeOptions = {}): Promise<Ended> {
    const text = event instanceof String ? String(event) : JSON.stringify(event);
    return new Promise((resolve) => {
      const id = `00000000-0000-4000-8000-${String(++this.count).padStart(12, "0")}`;
      const timer = setTimeout(() => settle({ timedOut: true }), timeoutMs);
      const settle = (ended: Ended): void => {
        clearTimeout(timer);
        this.running.delete(id);
        resolve(ended);
      };
      const waiting = { id, event: text, deadlineMs: Date.now() + toldMs, traceId, settle };
      this.running.set(id, waiting);
      const waiter = this.waiters.shift();
      if (waiter) waiter(waiting);
      else this.queue.push(waiting);
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = asked.url?.replace(/^\/2018-06-01\/runtime/, "") ?? "";
    const respond = (status: number, body = ""): void => {
      this.log.push(`${asked.method} ${path} ${status}`);
      answer.writeHead(status, { "Content-Type": "application/json" }).end(body);
    };
    if (this.refuseWith !== undefined) return respond(this.refuseWith);
    if (asked.method === "GET" && path === "/invocation/next") {
      const { id, event, deadlineMs, traceId } = await this.nextFor(answer);
      answer.setHeader("Lambda-Runtime-Aws-Request-Id", id);
      answer.setHeader("Lambda-Runtime-Deadline-Ms", String(deadlineMs));
      answer.setHeader("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:digits");
      if (traceId !== undefined) answer.setHeader("Lambda-Runtime-Trace-Id", traceId);
      return respond(200, event);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (asked.method === "POST" && path === "/init/error") {
      this.initErrors.push(JSON.parse(body));
      return respond(202);
    }
    const [, id, kind] = /^\/invocation\/([\w-]+)\/(response|error)$/.exec(path) ?? [];
    const waiting = this.running.get(id ?? "");
    if (asked.method !== "POST" || waiting === undefined) return respond(id === undefined ? 404 : 400);
    if (kind === "response" && body.length > this.maxAnswer) return respond(413);
    respond(202);
    waiting.settle(kind === "response" ? { result: JSON.parse(body) } : { error: JSON.parse(body) });
  }

  /** The next event; a function that leaves while it waits takes none with it. */
  private nextFor(answer: ServerResponse): Promise<Waiting> {
    const waiting = this.queue.shift();
    if (waiting) return Promise.resolve(waiting);
    return new Promise((resolve) => {
      this.waiters.push(resolve);
      answer.once("close", () => {
        const at = this.waiters.indexOf(resolve);
        if (at >= 0) this.waiters.splice(at, 1);
      });
    });
  }
}
