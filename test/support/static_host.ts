// A host of static files as the plainest are: it sends files with their types, and no header but those that it is given.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

export class StaticHost {
  /** What was asked for, in order, until it is emptied. */
  readonly requests: string[] = [];
  private server: Server | null = null;
  private port = 0;

  /**
   * @param folder what is served
   * @param under  the path that it is served under, as GitHub Pages does
   * @param headers of each answer
   * @param made    files that are in no folder, by their paths below `under`
   */
  constructor(
    private readonly folder: string,
    private readonly under = "/",
    private readonly headers: Readonly<Record<string, string>> = {},
    private readonly made: Readonly<Record<string, string>> = {},
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.under}`;
  }

  /** At the same port as before, where it was up before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://host");
      this.requests.push(pathname);
      const content = this.contentAt(pathname);
      const type = pathname.endsWith("/") ? "text/html" : (TYPES[extname(pathname)] ?? "application/octet-stream");
      response.writeHead(content === null ? 404 : 200, { "content-type": type, ...this.headers });
      response.end(content ?? "");
    });
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private contentAt(pathname: string): Buffer | string | null {
    if (!pathname.startsWith(this.under) || pathname.includes("..")) return null;
    const path = pathname.slice(this.under.length);
    if (Object.hasOwn(this.made, path)) return this.made[path];
    try {
      return readFileSync(join(this.folder, path === "" || path.endsWith("/") ? `${path}index.html` : path));
    } catch {
      return null;
    }
  }
}
