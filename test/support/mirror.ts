// A small HTTP server on 127.0.0.1 that serves files well or badly, for the tests of downloads.

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Behaviour =
  | "good"
  | "missing" // 404
  | "silent" // accepts the request and never answers
  | "corrupt" // the right length, one byte changed in the middle
  | "endless" // sends without end
  | "drips" // a byte every now and then
  | "drips headers"
  | "redirects" // to itself, for ever
  | "too long" // more than it declares
  | "ignores ranges"
  | { cutAfter: number }; // breaks the connection once it has sent this many bytes

export interface Mirror {
  readonly url: string;
  behaviour: Behaviour;
  /** Each request as "name" or "name from <offset>". */
  readonly requests: string[];
  /** Bytes of content sent in all. */
  sentBytes: number;
  close(): Promise<void>;
}

export async function startMirror(files: Record<string, Uint8Array>, behaviour: Behaviour = "good"): Promise<Mirror> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? "/").split("/").at(-1) ?? "");
    const from = Number(request.headers.range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
    mirror.requests.push(from > 0 ? `${name} from ${from}` : name);
    answer(response, files[name], from);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const mirror: Mirror = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mnist`,
    behaviour,
    requests: [],
    sentBytes: 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };

  function answer(response: ServerResponse, file: Uint8Array | undefined, from: number): void {
    const how = mirror.behaviour;
    if (how === "silent") return;
    if (how === "endless") {
      response.writeHead(200);
      const send = (): void => {
        if (!response.destroyed) response.write(new Uint8Array(16384), () => setTimeout(send, 1));
      };
      send();
      return;
    }
    if (how === "drips" || how === "drips headers") {
      if (how === "drips") response.writeHead(200, { "Content-Length": String(file?.length) });
      else response.socket?.write("HTTP/1.1 200 OK\r\n");
      const send = (): void => {
        if (response.destroyed) return;
        if (how === "drips") response.write("x");
        else response.socket?.write("X-Drop: x\r\n");
        setTimeout(send, 20);
      };
      send();
      return;
    }
    if (how === "redirects") {
      response.writeHead(302, { Location: `${mirror.url}/a.gz` }).end();
      return;
    }
    if (how === "too long" && file) {
      response.socket?.write(`HTTP/1.1 200 OK\r\nContent-Length: ${file.length}\r\n\r\n`);
      response.socket?.write(Buffer.concat([file, file]));
      return;
    }
    if (how === "missing" || !file) {
      response.writeHead(404).end("not here");
      return;
    }
    const start = how === "ignores ranges" ? 0 : from;
    if (start >= file.length) {
      response.writeHead(416).end();
      return;
    }
    const rest = file.slice(start);
    if (how === "corrupt") rest[rest.length >> 1] ^= 1;
    response.writeHead(start > 0 ? 206 : 200, {
      "Content-Length": rest.length,
      ...(start > 0 ? { "Content-Range": `bytes ${start}-${file.length - 1}/${file.length}` } : {}),
    });
    if (typeof how === "object") {
      const part = rest.subarray(0, how.cutAfter);
      mirror.sentBytes += part.length;
      response.write(part, () => setTimeout(() => response.destroy(), 20));
      return;
    }
    mirror.sentBytes += rest.length;
    response.end(rest);
  }
  return mirror;
}
