// ModelStatistics: the statistics extension of the Open Inference Protocol: what each version has done since the server started,
// as counts and nanoseconds. An Observer; GET /v2/models/stats answers what it read.

import type { EventOf, Observer } from "../metrics/observer.ts";

export interface DurationStatistics {
  count: number;
  ns: number;
}

/** Batches of one size. */
export interface BatchStatistics {
  batch_size: number;
  compute_input: DurationStatistics;
  compute_infer: DurationStatistics;
  compute_output: DurationStatistics;
}

/** A member of `model_stats`, as it goes over the wire. */
export interface VersionStatistics {
  name: string;
  version: string;
  /** Milliseconds since 1970 of the latest request; 0 where there was none. */
  last_inference: number;
  /** Images. */
  inference_count: number;
  /** Batches. */
  execution_count: number;
  inference_stats: Record<(typeof PARTS)[number], DurationStatistics>;
  batch_stats: BatchStatistics[];
}

/** Nothing is cached here; Triton's clients look for these two all the same. */
const PARTS = [
  ...(["success", "fail", "queue", "compute_input", "compute_infer", "compute_output"] as const),
  ...(["cache_hit", "cache_miss"] as const),
] as const;

/** Versions that are told apart; those that come after them are not counted. A server sees one more with each promotion. */
const MAX_VERSIONS = 100;

export class ModelStatistics implements Observer {
  private readonly versions = new Map<string, VersionStatistics>();

  /** @param clock milliseconds since 1970 */
  constructor(private readonly clock: () => number = Date.now) {}

  inferred({ model, version, images, outcome, seconds }: EventOf<"inferred">): void {
    const of = this.version(model, version);
    if (of === undefined) return;
    const { success, fail, queue, compute_input, compute_infer, compute_output } = of.inference_stats;
    if (outcome !== "success") {
      add(fail, seconds.request);
      return;
    }
    of.last_inference = this.clock();
    of.inference_count += images;
    add(success, seconds.request);
    add(queue, seconds.queue);
    add(compute_input, seconds.computeInput);
    add(compute_infer, seconds.computeInfer);
    add(compute_output, seconds.computeOutput);
  }

  executed({ model, version, images, seconds }: EventOf<"executed">): void {
    const of = this.version(model, version);
    if (of === undefined) return;
    of.execution_count++;
    add(batchesOf(of, images).compute_infer, seconds);
  }

  /** @param served versions that are listed even if nobody has asked them anything */
  read(served: readonly { model: string; version: string }[]): VersionStatistics[] {
    for (const { model, version } of served) this.version(model, version);
    return structuredClone([...this.versions.values()]);
  }

  private version(model: string, version: string): VersionStatistics | undefined {
    const key = `${model}/${version}`;
    const known = this.versions.get(key);
    if (known !== undefined || this.versions.size === MAX_VERSIONS) return known;
    const fresh = zeroStatistics(model, version);
    this.versions.set(key, fresh);
    return fresh;
  }
}

/** What several processes have done together, by name and version. */
export function sumStatistics(all: readonly (readonly VersionStatistics[])[]): VersionStatistics[] {
  const sums = new Map<string, VersionStatistics>();
  for (const from of all.flat()) {
    const key = `${from.name}/${from.version}`;
    const into = sums.get(key) ?? zeroStatistics(from.name, from.version);
    sums.set(key, into);
    into.last_inference = Math.max(into.last_inference, from.last_inference);
    into.inference_count += from.inference_count;
    into.execution_count += from.execution_count;
    for (const part of PARTS) addTo(into.inference_stats[part], from.inference_stats[part]);
    for (const batches of from.batch_stats) {
      const sum = batchesOf(into, batches.batch_size);
      addTo(sum.compute_input, batches.compute_input);
      addTo(sum.compute_infer, batches.compute_infer);
      addTo(sum.compute_output, batches.compute_output);
    }
  }
  return [...sums.values()];
}

/** Of a version that was asked nothing. */
export function zeroStatistics(name: string, version: string): VersionStatistics {
  const inference_stats = Object.fromEntries(
    PARTS.map((part) => [part, { count: 0, ns: 0 }]),
  ) as VersionStatistics["inference_stats"];
  return { name, version, last_inference: 0, inference_count: 0, execution_count: 0, inference_stats, batch_stats: [] };
}

/** Those of this size, in their place by size. */
function batchesOf({ batch_stats }: VersionStatistics, size: number): BatchStatistics {
  const next = batch_stats.findIndex(({ batch_size }) => batch_size >= size);
  if (next >= 0 && batch_stats[next].batch_size === size) return batch_stats[next];
  const zero = (): DurationStatistics => ({ count: 0, ns: 0 });
  const fresh = { batch_size: size, compute_input: zero(), compute_infer: zero(), compute_output: zero() };
  batch_stats.splice(next < 0 ? batch_stats.length : next, 0, fresh);
  return fresh;
}

function add(duration: DurationStatistics, seconds: number): void {
  duration.count++;
  duration.ns += Math.round(seconds * 1e9);
}

function addTo(sum: DurationStatistics, { count, ns }: DurationStatistics): void {
  sum.count += count;
  sum.ns += ns;
}
