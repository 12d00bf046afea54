// What the primary process and its workers tell each other.

/** Among the other messages between the same processes. */
export const CHANNEL = "simdgrad.serve";
/** Variable of a worker's environment: which of them it is, from 0. */
export const WORKER_SLOT = "SIMDGRAD_WORKER";

export type ToWorker = { channel: typeof CHANNEL } & (
  | { kind: "connection"; id: number }
  /** /v2/health/ready says 503 from now on. */
  | { kind: "unready" }
  | { kind: "drain" }
);

export type ToPrimary = { channel: typeof CHANNEL } & (
  | { kind: "ready"; models: { name: string; version: string }[] }
  | { kind: "failed"; error: SentError }
  /** The connection has arrived. */
  | { kind: "took"; id: number }
  /** So many of those that were given are closed. */
  | { kind: "closed"; count: number }
);

/** Of either, without what is the same in each. */
export type Unaddressed<Message> = Message extends unknown ? Omit<Message, "channel"> : never;

/** Enough of an error to throw it once more in another process. */
export interface SentError {
  name: string;
  message: string;
  stack: string | undefined;
}
