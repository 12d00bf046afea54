// NodeCaller: whoever sent a request over a socket, and its body, read as Node gives it and no further than its limits.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "../http/caller.ts";
import { clientAddress } from "../http/client_address.ts";
import { clientLeft, Problem, unavailable } from "../http/problem.ts";
import { LightDeparture } from "../inference/work_limits.ts";
import type { BodyBudget } from "./body_budget.ts";

export interface CallerLimits {
  /** Of one body. */
  maxBodyBytes: number;
  trustProxy: number;
  /** Of all bodies. */
  budget: BodyBudget;
}

/** A body that comes in smaller pieces on average costs more time than it is worth: a chunk a byte, for one. */
const LEAST_PIECE = 16;
/** Pieces that may be smaller. */
const FREE_PIECES = 4096;

export class NodeCaller implements Caller {
  readonly signal = new LightDeparture();
  /** Rejects the body that is being read. */
  private rejectBody: ((problem: Problem) => void) | null = null;
  private failure: Problem | null = null;
  private held = 0;
  private isReleased = false;
  private mustContinue: boolean;

  /** @param isWaiting it sends its body once it is told to go on (Expect: 100-continue) */
  constructor(
    readonly incoming: IncomingMessage,
    private readonly outgoing: ServerResponse,
    private readonly peer: string,
    private readonly limits: CallerLimits,
    isWaiting = false,
  ) {
    this.mustContinue = isWaiting;
  }

  get address(): string {
    const { trustProxy } = this.limits;
    if (trustProxy === 0) return this.peer;
    return clientAddress(this.peer, this.incoming.headers["x-forwarded-for"] as string | undefined, trustProxy);
  }

  setHeader(name: string, value: string): void {
    if (!this.outgoing.headersSent) this.outgoing.setHeader(name, value);
  }

  /** Whether what follows its answer on the connection can still be told from its body. */
  get leavesConnectionUsable(): boolean {
    if (this.incoming.complete) return true;
    // What is announced, and not too much, Node reads and forgets. Who waits may send its body or not: nobody can tell.
    const announced = this.incoming.headers["content-length"];
    return (
      announced !== undefined && Number(announced) <= this.limits.maxBodyBytes && !this.mustContinue && !this.failure
    );
  }

  body(): Promise<Uint8Array> {
    const { incoming, outgoing } = this;
    const { maxBodyBytes, budget } = this.limits;
    if (this.failure) return Promise.reject(this.failure);
    if (this.signal.aborted) return Promise.reject(clientLeft());
    if (Number(incoming.headers["content-length"] ?? 0) > maxBodyBytes) return Promise.reject(tooLarge(maxBodyBytes));
    if (this.mustContinue) outgoing.writeContinue();
    this.mustContinue = false;
    return new Promise((resolve, reject) => {
      let body: Buffer | null = null;
      let size = 0;
      let pieces = 0;
      const stop = (): void => {
        incoming.off("data", onData).off("end", onEnd);
        this.rejectBody = null;
      };
      const fail = (problem: Problem): void => {
        stop();
        this.failure = problem;
        reject(problem);
      };
      const onData = (piece: Buffer): void => {
        const total = size + piece.length;
        pieces++;
        if (total > maxBodyBytes) fail(tooLarge(maxBodyBytes));
        else if (pieces > FREE_PIECES && pieces * LEAST_PIECE > total) fail(tooSmallPieces(pieces, total));
        else if (!budget.take(piece.length)) fail(noRoom());
        if (this.failure) return;
        this.held += piece.length;
        if (body === null) body = piece;
        else {
          if (total > body.length) body = grown(body, size, Math.min(maxBodyBytes, Math.max(total, 2 * body.length)));
          piece.copy(body, size);
        }
        size = total;
      };
      const onEnd = (): void => {
        stop();
        resolve(body === null ? new Uint8Array() : body.subarray(0, size));
      };
      this.rejectBody = fail;
      incoming.on("data", onData).on("end", onEnd);
    });
  }

  reserve(bytes: number): void {
    if (this.isReleased) throw clientLeft();
    if (!this.limits.budget.take(bytes)) throw noRoom();
    this.held += bytes;
  }

  /** Its body will not come: it is damaged, or too slow. */
  fail(problem: Problem): void {
    this.failure ??= problem;
    this.rejectBody?.(problem);
  }

  /** Its connection is gone. */
  leave(): void {
    if (this.signal.aborted) return;
    this.rejectBody?.(clientLeft());
    this.signal.abort();
    this.release();
  }

  /** It is answered: nobody holds its body any longer. */
  release(): void {
    this.isReleased = true;
    this.limits.budget.giveBack(this.held);
    this.held = 0;
  }
}

function grown(buffer: Buffer, size: number, capacity: number): Buffer {
  const larger = Buffer.allocUnsafe(capacity);
  buffer.copy(larger, 0, 0, size);
  return larger;
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `the body has more than ${maxBytes} bytes; send less, or start the server with a larger --max-body.`, { reason: "body_too_large" }); // biome-ignore format: one line
}

function tooSmallPieces(pieces: number, bytes: number): Problem {
  return new Problem(400, `the body came in ${pieces} pieces of ${Math.ceil(bytes / pieces)} bytes on average; send larger chunks, or its length.`, { reason: "bad_request" }); // biome-ignore format: one line
}

function noRoom(): Problem {
  return unavailable(
    "the bodies of other requests fill the room that there is for them. Try again in 1 s.",
    "queue_full",
  );
}
