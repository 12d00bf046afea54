// Turns: short pieces of work, done in slices of a few milliseconds, between which the event loop comes round.
//
// In one round Node reads what has come on every connection, but takes at most one new connection. Were each picture decoded as
// soon as its request was read, then under load timers, the network and new connections would wait for all of them: fifty clients
// that connect at once would be let in one by one, every fifty pictures.

import { clientLeft, deadlinePassed } from "../http/problem.ts";
import type { WorkLimits } from "../inference/work_limits.ts";

/** A piece that was begun is finished, so that a turn may take this and one piece more. */
const SLICE_MS = 4;

interface Piece {
  readonly limits: WorkLimits;
  do(): void;
  reject(error: unknown): void;
}

export class Turns {
  private readonly waiting: Piece[] = [];
  private isTurnDue = false;

  /** Pieces that wait. */
  get length(): number {
    return this.waiting.length;
  }

  /**
   * Does the work when its turn comes, first in, first out.
   *
   * @throws {Problem} 503 its deadline passed before, 499 the client left; and what the work throws
   */
  take<T>(limits: WorkLimits, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const piece: Piece = {
        ...{ limits, reject },
        do() {
          try {
            resolve(work());
          } catch (error) {
            reject(error);
          }
        },
      };
      this.waiting.push(piece);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.isTurnDue || this.waiting.length === 0) return;
    this.isTurnDue = true;
    setImmediate(() => this.turn());
  }

  private turn(): void {
    this.isTurnDue = false;
    let nowMs = performance.now();
    for (const endMs = nowMs + SLICE_MS; nowMs < endMs; nowMs = performance.now()) {
      const piece = this.waiting.shift();
      if (piece === undefined) break;
      const { signal, deadlineMs } = piece.limits;
      if (signal.aborted) piece.reject(clientLeft());
      else if (deadlineMs <= nowMs) piece.reject(deadlinePassed());
      else piece.do();
    }
    this.schedule();
  }
}
