// Caller: who sent a request, and its body: what an entry gives the application beside the Request itself.
//
// Hono's own Request reads bodies through web streams, which costs more than the whole network does, and its limits can be
// passed by chunked bodies; each entry reads bodies as its host gives them, and stops at the limit.

import type { Departure } from "../inference/work_limits.ts";

export interface Caller {
  /** The client's address, behind as many proxies as are trusted. */
  readonly address: string;
  /** Aborted when the client leaves. */
  readonly signal: Departure;
  /**
   * Adds a header to whatever is answered, unless the answer itself has one of this name: also where no route made the answer,
   * and without an object of headers for it.
   */
  setHeader(name: string, value: string): void;
  /**
   * The whole body; empty where there is none. May be asked for once.
   *
   * @throws {Problem} more bytes than are allowed, fewer than were announced, or too slow
   */
  body(): Promise<Uint8Array>;
  /**
   * Takes room for further bytes that are held until the request is answered: what its body decompresses to.
   *
   * @throws {Problem} 503 the bodies of all requests leave none; 499 the client left
   */
  reserve(bytes: number): void;
}

/** Hono's generic argument. */
export interface ServeEnv {
  Bindings: { caller: Caller };
  Variables: {
    requestId: string;
    /** Of the request's traceparent. */
    trace?: import("./traceparent.ts").Trace | undefined;
    /** The problem that was answered, for the log and the metrics. */
    problem?: import("./problem.ts").Problem;
  };
}
