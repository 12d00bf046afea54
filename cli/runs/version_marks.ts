// Which runs are versions, and which one is current: what `mnist runs` shows beside them.

import { type Registry, readRegistry, type VersionEvent } from "../registry/registry.ts";
import { messageOf } from "../terminal/report_error.ts";
import type { RunRecord } from "./run_record.ts";

export interface Mark {
  versions: readonly number[];
  isCurrent: boolean;
}

/** A damaged registry costs its marks, and a line; the runs are listed all the same. */
export function marksOf(outputs: string, models: readonly string[]): { of(run: RunRecord): Mark; problems: string[] } {
  const registries = new Map<string, Registry>();
  const problems: string[] = [];
  for (const model of models) {
    try {
      registries.set(model, readRegistry(outputs, model));
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  const of = ({ id, model, weights }: RunRecord): Mark => {
    const { events = [], current = null } = registries.get(model) ?? {};
    // A run that went on after it was promoted has other weights than its version.
    const isOfRun = (event: VersionEvent): boolean => event.run === id && event.weights_sha256 === weights;
    const versions = events.filter((event) => event.kind === "promote" && isOfRun(event));
    return { versions: versions.map(({ version }) => version), isCurrent: current !== null && isOfRun(current) };
  };
  return { of, problems };
}
