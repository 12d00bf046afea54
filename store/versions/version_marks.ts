// Which runs are versions, and which one is current.

import { reasonOf } from "../../lib/base/system_error.ts";
import type { ModelName } from "../../models/index.ts";
import type { StoredRun } from "../runs/stored_run.ts";
import { readRegistry } from "./registry.ts";

export interface VersionMark {
  versions: readonly number[];
  isCurrent: boolean;
}

/** A damaged registry costs its marks, and is a problem; the runs can be listed all the same. */
export function versionMarks(
  outputs: string,
  models: readonly ModelName[],
): { of(run: StoredRun): VersionMark; problems: string[] } {
  // A run that was resumed after it was promoted has other weights than its version.
  const keyOf = (...parts: [model: string, run: string, weights: string | null]): string => JSON.stringify(parts);
  const promoted = new Map<string, number[]>();
  const current = new Set<string>();
  const problems: string[] = [];
  for (const model of models) {
    try {
      const registry = readRegistry(outputs, model);
      for (const { kind, run, weightsSha256, version } of registry.records) {
        const key = keyOf(model, run, weightsSha256);
        if (kind !== "promote") continue;
        const versions = promoted.get(key);
        if (versions) versions.push(version);
        else promoted.set(key, [version]);
      }
      if (registry.current) current.add(keyOf(model, registry.current.run, registry.current.weightsSha256));
    } catch (error) {
      problems.push(reasonOf(error));
    }
  }
  const of = ({ id, model, record: { result } }: StoredRun): VersionMark => {
    const key = keyOf(model, id, result.weightsSha256);
    return { versions: promoted.get(key) ?? [], isCurrent: current.has(key) };
  };
  return { of, problems };
}
