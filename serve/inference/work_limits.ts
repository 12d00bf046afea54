// WorkLimits: how long anybody waits for a piece of work.

export interface WorkLimits {
  /** Aborted when the client left: what was not begun is dropped. */
  readonly signal: AbortSignal;
  /** On the clock of performance.now(): what was not begun by then is dropped, and what runs elsewhere is ended. */
  readonly deadlineMs: number;
}
