// A body that came compressed.

import { createGunzip, createInflate } from "node:zlib";
import type { Context } from "hono";
import { printable } from "../../lib/base/printable.ts";
import type { Caller, ServeEnv } from "./caller.ts";
import { Problem } from "./problem.ts";

const DECODERS = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate } as const;

/** A request's body, decompressed where it has to be. @throws {Problem} as Caller.body, and as decodeBody */
export async function bodyOf(c: Context<ServeEnv>, { maxBodyBytes }: { maxBodyBytes: number }): Promise<Uint8Array> {
  const { caller } = c.env;
  return decodeBody(await caller.body(), c.req.header("content-encoding"), caller, maxBodyBytes);
}

/**
 * Decompressed in threads of Node's, and no further than the limit, nor than there is room for: bombs end there.
 *
 * @param encoding of Content-Encoding; undefined: it is not compressed
 * @throws {Problem} 415 another encoding, or several; 400 damaged; 413 more than maxBytes; as Caller.reserve
 */
async function decodeBody(
  bytes: Uint8Array,
  encoding: string | undefined,
  caller: Caller,
  maxBytes: number,
): Promise<Uint8Array> {
  const name = (encoding ?? "").trim().toLowerCase();
  if (name === "" || name === "identity") return bytes;
  if (!Object.hasOwn(DECODERS, name)) {
    throw new Problem(415, `Content-Encoding must be gzip or deflate, or left out; got ${printable(encoding)}.`, {
      reason: "unsupported_media",
      headers: { "accept-encoding": "gzip, deflate" },
    });
  }
  const stream = DECODERS[name as keyof typeof DECODERS]();
  const pieces: Buffer[] = [];
  let size = 0;
  stream.end(bytes);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      caller.reserve(piece.length);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, `the body is not what its Content-Encoding says: ${name}; it is damaged or ends early.`, {
      reason: "bad_request",
    });
  }
  return Buffer.concat(pieces, size);
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `the body decompresses to more than ${maxBytes} bytes; send less, or start the server with a larger --max-body.`, { reason: "body_too_large" }); // biome-ignore format: one line
}
