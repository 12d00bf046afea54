// HttpConnection: one connection that sends requests of ready-made bytes, one after the other, and says of each what became of
// it. Node's own client costs the generator four times as much.

import net from "node:net";

/** What became of a request. */
export type Outcome =
  /** A whole response. */
  | ({ kind: "answered" } & Response)
  /** The connection was never established: the server owes nothing. */
  | { kind: "refused"; reason: string }
  /** Accepted: the connection was there, the request was written; and no whole response came. */
  | { kind: "lost"; reason: string };

export class HttpConnection {
  /** Ours, by which the system's tables name the connection; 0 before it is established. */
  localPort = 0;
  private readonly socket: net.Socket;
  private received: Buffer = Buffer.alloc(0);
  private settle: ((outcome: Outcome) => void) | null = null;
  private isEstablished = false;
  private isWritten = false;
  private problem = "";
  private isClosed = false;

  constructor(port: number, host = "127.0.0.1") {
    this.socket = net.connect({ port, host, noDelay: true });
    this.socket.on("connect", () => {
      this.isEstablished = true;
      this.localPort = this.socket.localPort ?? 0;
    });
    this.socket.on("data", (data) => this.take(data));
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.problem = error.code ?? error.message;
    });
    this.socket.on("end", () => {
      this.problem ||= "closed by the server";
    });
    this.socket.on("close", () => {
      this.isClosed = true;
      this.finish(this.failure());
    });
  }

  /** Whether another request may be sent. */
  get isUsable(): boolean {
    return !this.isClosed && this.problem === "" && this.settle === null;
  }

  /** One at a time. */
  send(request: Uint8Array, settle: (outcome: Outcome) => void): void {
    this.settle = settle;
    this.isWritten = false;
    if (this.isClosed) {
      this.finish(this.failure());
      return;
    }
    this.socket.write(request, (error) => {
      if (!error) this.isWritten = true;
    });
  }

  close(): void {
    this.problem ||= "closed by us";
    this.socket.destroy();
  }

  private failure(): Outcome {
    const reason = this.problem || "closed";
    const isAccepted = this.isEstablished && this.isWritten;
    return isAccepted ? { kind: "lost", reason } : { kind: "refused", reason };
  }

  private finish(outcome: Outcome): void {
    const { settle } = this;
    this.settle = null;
    settle?.(outcome);
  }

  private take(data: Buffer): void {
    this.received = this.received.length === 0 ? data : Buffer.concat([this.received, data]);
    const response = readResponse(this.received);
    if (response === null) return;
    this.received = Buffer.alloc(0);
    if (response.isLast) this.problem ||= "the server said close";
    this.finish({ kind: "answered", ...response });
    if (response.isLast) this.socket.destroy();
  }
}

interface Response {
  status: number;
  /** In lower case. */
  head: string;
  body: Buffer;
  /** Whether the server closes the connection after it. */
  isLast: boolean;
}

/** Null while it is incomplete. Nothing follows it, as one request is sent at a time. */
function readResponse(bytes: Buffer): Response | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = bytes.toString("latin1", 0, end).toLowerCase();
  const body = bytes.subarray(end + 4);
  const status = Number(head.slice(9, 12));
  const isLast = head.includes("\r\nconnection: close");
  const length = /\r\ncontent-length: *(\d+)/.exec(head);
  if (length) return body.length >= Number(length[1]) ? { status, head, body, isLast } : null;
  if (!/\r\ntransfer-encoding: *chunked/.test(head)) return { status, head, body: Buffer.alloc(0), isLast };
  const whole = unchunked(body);
  return whole === null ? null : { status, head, body: whole, isLast };
}

function unchunked(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, end), 16);
    if (bytes.length < end + 4 + size) return null;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}
