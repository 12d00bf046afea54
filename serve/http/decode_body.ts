// A body that came compressed.

import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import type { Context } from "hono";
import { printable } from "../../lib/base/printable.ts";
import type { ServeEnv } from "./caller.ts";
import { Problem } from "./problem.ts";

const DECODERS = { gzip: promisify(gunzip), "x-gzip": promisify(gunzip), deflate: promisify(inflate) } as const;

/** A request's body, decompressed where it has to be. @throws {Problem} as Caller.body, and as decodeBody */
export async function bodyOf(c: Context<ServeEnv>, { maxBodyBytes }: { maxBodyBytes: number }): Promise<Uint8Array> {
  return decodeBody(await c.env.caller.body(), c.req.header("content-encoding"), maxBodyBytes);
}

/**
 * Decompressed in a thread of Node's, and no further than the limit: bombs end there.
 *
 * @param encoding of Content-Encoding; undefined: it is not compressed
 * @throws {Problem} 415 another encoding, or several; 400 damaged; 413 more than maxBytes
 */
async function decodeBody(bytes: Uint8Array, encoding: string | undefined, maxBytes: number): Promise<Uint8Array> {
  const name = (encoding ?? "").trim().toLowerCase();
  if (name === "" || name === "identity") return bytes;
  if (!Object.hasOwn(DECODERS, name)) {
    throw new Problem(415, `Content-Encoding must be gzip or deflate, or left out; got ${printable(encoding)}.`, {
      reason: "unsupported_media",
      headers: { "accept-encoding": "gzip, deflate" },
    });
  }
  try {
    return await DECODERS[name as keyof typeof DECODERS](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new Problem(413, `the body decompresses to more than ${maxBytes} bytes; send less, or start the server with a larger --max-body.`, { reason: "body_too_large" }); // biome-ignore format: one line
    }
    throw new Problem(400, `the body is not what its Content-Encoding says: ${name}; it is damaged or ends early.`, {
      reason: "bad_request",
    });
  }
}
