// What Node's parser of HTTP gave up on, as the problem that the client is told, byte by byte: there is no response to write to.

import { STATUS_CODES } from "node:http";
import { PROBLEM_TYPE, Problem } from "../http/problem.ts";
import { SECURITY_HEADERS } from "../http/security_headers.ts";

export function parserProblem({ code }: NodeJS.ErrnoException, timeoutSeconds: number): Problem {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new Problem(431, "the request's headers are too large; send less than 16 kB.", {
        reason: "headers_too_large",
      });
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new Problem(413, "the body's chunks have too long extensions; send none.", { reason: "body_too_large" });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Problem(408, `the request was not there within ${timeoutSeconds} s; send it faster, or less.`, {
        reason: "request_timeout",
      });
    case "HPE_INVALID_EOF_STATE":
      return new Problem(400, "the connection ended within the request.", { reason: "bad_request" });
    default:
      return new Problem(400, "this is not HTTP/1.1, or damaged.", { reason: "bad_request" });
  }
}

/** Of an answer that no route makes, and that is its connection's last. */
export function answerHeaders({ headers }: Problem, body: string): Record<string, string> {
  return {
    ...SECURITY_HEADERS,
    "content-type": PROBLEM_TYPE,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
    ...headers,
  };
}

export function rawAnswer(problem: Problem): string {
  const body = problem.body();
  const headers = { date: new Date().toUTCString(), ...answerHeaders(problem, body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}
