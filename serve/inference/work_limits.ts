// WorkLimits: how long anybody waits for a piece of work.

/** What is used of an AbortSignal. Making and hearing one of Node's takes a tenth of the time that a request does without the network. */
export interface Departure {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options: { once: true }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The few lines of an AbortController that are needed. */
export class LightDeparture implements Departure {
  aborted = false;
  private readonly listeners = new Set<() => void>();

  addEventListener(_: "abort", listener: () => void): void {
    if (!this.aborted) this.listeners.add(listener);
  }

  removeEventListener(_: "abort", listener: () => void): void {
    this.listeners.delete(listener);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of this.listeners) listener();
    this.listeners.clear();
  }
}

export interface WorkLimits {
  /** Aborted when the client left: what was not begun is dropped. */
  readonly signal: Departure;
  /** On the clock of performance.now(): what was not begun by then is dropped, and what runs elsewhere is ended. */
  readonly deadlineMs: number;
}
