// RuntimeApi: how AWS Lambda hands invocations to a process, over HTTP on loopback, and takes its answers.
//
//   GET  /invocation/next            waits, for hours if need be: the process is frozen meanwhile
//   POST /invocation/ID/response     what the function returned
//   POST /invocation/ID/error        what it threw
//   POST /init/error                 why it could not start
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, version 2018-06-01.

import type { IncomingMessage } from "node:http";
import process from "node:process";
import { RuntimeError } from "../../lib/base/errors.ts";
import { parseJson } from "../../lib/base/parse_json.ts";

/** Event of an invocation, and what its headers say. */
export interface Invocation {
  id: string;
  /** When the function is stopped, in milliseconds since 1970. */
  deadlineMs: number;
  /** Of X-Ray; null where none was sent. */
  traceId: string | null;
  event: unknown;
}

// An import would read every property of it, and one of them loads the whole of Node's fetch, which takes about as long as Node's own start.
const { Agent, request } = process.getBuiltinModule("node:http");

const VERSION = "/2018-06-01/runtime";
/** Answers larger than Lambda takes. */
const TOO_LARGE = 413;

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

export class RuntimeApi {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly host: string;
  private readonly port: number;

  /** @param address as AWS_LAMBDA_RUNTIME_API says it: host:port */
  constructor(private readonly address: string) {
    const { hostname, port } = new URL(`http://${address}`);
    this.host = hostname.replace(/^\[(.*)\]$/, "$1");
    this.port = Number(port || 80);
  }

  /**
   * The next invocation, whenever it comes.
   *
   * @param signal gives up waiting
   * @returns null where the signal came first
   * @throws {RuntimeError} Lambda refuses, or its answer is none
   */
  async next(signal?: AbortSignal): Promise<Invocation | null> {
    let answer: Answer;
    try {
      answer = await this.call("GET", "/invocation/next", { signal });
    } catch (error) {
      if (signal?.aborted) return null;
      throw error;
    }
    const { status, headers, body } = answer;
    const id = headers["lambda-runtime-aws-request-id"];
    const deadlineMs = Number(headers["lambda-runtime-deadline-ms"]);
    if (status !== 200 || typeof id !== "string") throw this.refused("/invocation/next", status);
    const traceId = headers["lambda-runtime-trace-id"];
    return {
      id,
      deadlineMs: Number.isFinite(deadlineMs) && deadlineMs > 0 ? deadlineMs : Number.POSITIVE_INFINITY,
      traceId: typeof traceId === "string" ? traceId : null,
      event: parseJson(body.toString()),
    };
  }

  /**
   * @throws {RuntimeError} Lambda refuses it, as it does after the deadline. What is too large for it is reported as the
   *   invocation's error instead
   */
  async respond(id: string, result: unknown): Promise<void> {
    const path = `/invocation/${id}/response`;
    const body = JSON.stringify(result ?? null);
    const { status } = await this.call("POST", path, { body });
    if (status === TOO_LARGE) {
      const error = new RuntimeError(`respond: the answer has ${body.length} characters, more than Lambda takes.`);
      await this.fail(id, error);
    } else if (status >= 300) throw this.refused(path, status);
  }

  /** @throws {RuntimeError} Lambda refuses the report */
  async fail(id: string, error: unknown): Promise<void> {
    await this.report(`/invocation/${id}/error`, error);
  }

  /** @throws {RuntimeError} Lambda refuses the report */
  async failInit(error: unknown): Promise<void> {
    await this.report("/init/error", error);
  }

  /** Frees the connection, so that the process can end. */
  close(): void {
    this.agent.destroy();
  }

  private async report(path: string, thrown: unknown): Promise<void> {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const body = JSON.stringify({
      errorType: error.name,
      errorMessage: error.message,
      stackTrace: (error.stack ?? "").split("\n").slice(1).map((line) => line.trim()), // biome-ignore format: one line
    });
    const headers = { "Lambda-Runtime-Function-Error-Type": `Function.${error.name.replace(/\W/g, "")}` };
    const { status } = await this.call("POST", path, { body, headers });
    if (status >= 300) throw this.refused(path, status);
  }

  private call(
    method: string,
    path: string,
    { body, headers, signal }: { body?: string; headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { host, port, agent } = this;
      const content =
        body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
      const sent = request(
        { host, port, agent, method, path: VERSION + path, headers: { ...content, ...headers }, signal },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  private refused(path: string, status: number): RuntimeError {
    const { address } = this;
    return new RuntimeError(
      `RuntimeApi: ${address} answered ${status} to ${VERSION}${path}; is it Lambda's Runtime API?`,
      {
        status,
        path,
      },
    );
  }
}
