// Pace: how fast requests are refused.
//
// To refuse a request takes much of what answering it does: HTTP, the log, metrics. Whoever gets a refusal at once and asks again
// at once, on hundreds of connections, would keep the server busy with nothing else. So refusals are answered at a steady rate,
// and who is refused waits for that answer, for a moment and without costing anything.

/** Refusals a second: a twentieth of a processor. */
const PER_SECOND = 500;
/** Longest that one waits; beyond, the rate is exceeded. */
const MOST_MS = 1000;

export class Pace {
  private nextMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** @returns milliseconds until this refusal may be answered */
  next(): number {
    const now = this.clock();
    const ms = Math.min(MOST_MS, Math.max(0, this.nextMs - now));
    this.nextMs = now + ms + 1000 / PER_SECOND;
    return ms;
  }
}
