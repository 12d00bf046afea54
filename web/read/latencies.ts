// Latencies: how long each network takes, as the median of its last answers: a number that one can read while it draws.

import type { Answer, ModelName } from "../../models/index.ts";

const KEPT = 15;

export class Latencies {
  private readonly kept = new Map<ModelName, number[]>();

  /** @returns the median of each network's last answers, in milliseconds */
  add(answers: Readonly<Partial<Record<ModelName, Answer>>>): Partial<Record<ModelName, number>> {
    for (const [name, { latencyMs }] of Object.entries(answers) as [ModelName, Answer][]) {
      if (latencyMs !== null) this.kept.set(name, [...(this.kept.get(name) ?? []), latencyMs].slice(-KEPT));
    }
    return Object.fromEntries(
      [...this.kept].map(([name, times]) => [name, [...times].sort((a, b) => a - b)[times.length >> 1]]),
    );
  }
}
