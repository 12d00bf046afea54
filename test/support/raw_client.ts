// A client of HTTP that sends whatever bytes it is told, and keeps what comes back.

import { connect, type Socket } from "node:net";

const LIMIT_MS = 15_000;

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export class RawClient {
  readonly socket: Socket;
  /** What came, and was not taken yet. */
  private received = Buffer.alloc(0);
  isEnded = false;
  error: NodeJS.ErrnoException | null = null;
  private wake: () => void = () => {};

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    // A half of it may be closed: what the server still says is read.
    this.socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    this.socket.on("data", (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.wake();
    });
    this.socket.on("error", (error) => {
      this.error = error;
      this.wake();
    });
    for (const event of ["end", "close"]) {
      this.socket.on(event, () => {
        this.isEnded = true;
        this.wake();
      });
    }
  }

  /** Lines are joined by CRLF. */
  send(...lines: string[]): this {
    this.socket.write(lines.join("\r\n"));
    return this;
  }

  /** The next answer; null where the server closed the connection without one. */
  async answer({ hasBody = true } = {}): Promise<RawAnswer | null> {
    for (;;) {
      const answer = this.take(hasBody);
      if (answer) return answer;
      if (this.isEnded || this.error) return null;
      await this.more();
    }
  }

  /** When the server has closed its half. @returns what came until then */
  async end(): Promise<string> {
    while (!this.isEnded && !this.error) await this.more();
    const rest = this.received.toString("latin1");
    this.socket.destroy();
    return rest;
  }

  private more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing came within ${LIMIT_MS} ms`)), LIMIT_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private take(hasBody: boolean): RawAnswer | null {
    const head = this.received.indexOf("\r\n\r\n");
    if (head < 0) return null;
    const [first, ...lines] = this.received.subarray(0, head).toString("latin1").split("\r\n");
    const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()])); // biome-ignore format: one line
    const end = head + 4 + (hasBody ? Number(headers["content-length"] ?? 0) : 0);
    if (this.received.length < end) return null;
    const body = this.received.subarray(head + 4, end).toString();
    this.received = this.received.subarray(end);
    return { status: Number(first.split(" ")[1]), headers, body };
  }
}
