// A request's body, read as Node gives it, and no further than its limit.

import type { IncomingMessage } from "node:http";
import { Problem } from "../http/problem.ts";

/** @throws {Problem} 413 more than maxBytes, 400 the connection ended within it */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  if (announced > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        reject(tooLarge(maxBytes));
      } else chunks.push(chunk);
    });
    incoming.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    const ended = (): void =>
      reject(new Problem(400, "the connection ended within the body.", { reason: "bad_request" }));
    incoming.on("error", ended);
    incoming.on("close", ended);
  });
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `the body has more than ${maxBytes} bytes; send less, or start the server with a larger --max-body.`, { reason: "body_too_large", headers: { connection: "close" } }); // biome-ignore format: one line
}
