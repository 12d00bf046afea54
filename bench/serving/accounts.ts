// What a load came to: counts and quantiles.

import { quantile } from "../figure.ts";
import type { Sent } from "./load.ts";

export interface Accounts {
  sent: number;
  /** By status. */
  answered: Record<string, number>;
  /** Accepted by the server (the connection was there, the request was written), and never answered whole; by reason. */
  lost: Record<string, number>;
  /** Never reached a connection; by reason. */
  refused: Record<string, number>;
}

export function accountsOf(sent: readonly Sent[]): Accounts {
  const count = (outcome: Sent["outcome"], keyOf: (one: Sent) => string): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const one of sent) if (one.outcome === outcome) counts[keyOf(one)] = (counts[keyOf(one)] ?? 0) + 1;
    return counts;
  };
  return {
    sent: sent.length,
    answered: count("answered", ({ status }) => String(status)),
    lost: count("lost", ({ reason }) => reason),
    refused: count("refused", ({ reason }) => reason),
  };
}

export interface Latency {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Of the answers with 200, from the moment they were due. NaN where there are none. */
export function latencyOf(sent: readonly Sent[]): Latency {
  const times = sent.filter(isSuccess).map(({ endMs, dueMs }) => endMs - dueMs);
  return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), maxMs: quantile(times, 1) };
}

/** How late the generator itself was where a connection was free: part of every latency. */
export function latenessOf(sent: readonly Sent[]): number {
  return quantile(
    sent.filter(({ outcome }) => outcome === "answered").map(({ sentMs, dueMs }) => sentMs - dueMs),
    0.5,
  );
}

export function isSuccess({ outcome, status }: Sent): boolean {
  return outcome === "answered" && status === 200;
}

export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** "1200 × 200, 3 × 503". */
export function shownCounts(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).map(([key, count]) => `${count} × ${key}`);
  return entries.length === 0 ? "none" : entries.join(", ");
}
