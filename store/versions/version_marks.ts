// Which runs are versions, and which one is current.

import { reasonOf } from "../../lib/base/system_error.ts";
import type { ModelName } from "../../models/index.ts";
import type { StoredRun } from "../runs/stored_run.ts";
import { type Registry, readRegistry } from "./registry.ts";
import type { VersionRecord } from "./version_record.ts";

export interface VersionMark {
  versions: readonly number[];
  isCurrent: boolean;
}

/** A damaged registry costs its marks, and is a problem; the runs can be listed all the same. */
export function versionMarks(
  outputs: string,
  models: readonly ModelName[],
): { of(run: StoredRun): VersionMark; problems: string[] } {
  const registries = new Map<string, Registry>();
  const problems: string[] = [];
  for (const model of models) {
    try {
      registries.set(model, readRegistry(outputs, model));
    } catch (error) {
      problems.push(reasonOf(error));
    }
  }
  const of = ({ id, model, record: { result } }: StoredRun): VersionMark => {
    const { records = [], current = null } = registries.get(model) ?? {};
    // A run that was resumed after it was promoted has other weights than its version.
    const isOfRun = (record: VersionRecord): boolean =>
      record.run === id && record.weightsSha256 === result.weightsSha256;
    const versions = records.filter((record) => record.kind === "promote" && isOfRun(record));
    return { versions: versions.map(({ version }) => version), isCurrent: current !== null && isOfRun(current) };
  };
  return { of, problems };
}
