// The work of `mnist rollback`.

import { join } from "node:path";
import process from "node:process";
import { CheckpointError } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName } from "../../models/index.ts";
import { appendEvent } from "../registry/append_event.ts";
import { promotionOf, type Registry, readRegistry, type VersionEvent } from "../registry/registry.ts";
import { withRegistryLock } from "../registry/registry_lock.ts";
import { readVersion, unknownVersion } from "../registry/version_file.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { describeChange } from "./version_output.ts";

export interface RollbackRequest {
  model: ModelName | undefined;
  to: number | undefined;
  note: string | undefined;
  outputs: string;
  isJson: boolean;
}

export async function rollBack({ model, to, note, outputs, isJson }: RollbackRequest): Promise<void> {
  const name = model ?? onlyModel(outputs);
  if (readRegistry(outputs, name).events.length === 0) throw noVersions(outputs, name);
  const { event, before, isNew } = await withRegistryLock(join(outputs, name), () => {
    const registry = readRegistry(outputs, name);
    const before = registry.current;
    if (!before) throw noVersions(outputs, name);
    const target = targetOf(registry, before, to);
    if (target.version === before.version) return { event: before, before: null, isNew: false };
    readVersion(registry, target); // Nobody is led to a file that is damaged or gone.
    const event: VersionEvent = {
      ...target,
      kind: "rollback",
      from: before.version,
      note,
      date: new Date().toISOString(),
    };
    appendEvent(registry, event);
    return { event, before, isNew: true };
  });
  process.stdout.write(`${isJson ? JSON.stringify(event) : describeChange(name, event, before, isNew, outputs)}\n`);
}

function targetOf(registry: Registry, current: VersionEvent, to: number | undefined): VersionEvent {
  const version = to ?? current.lineage.previous;
  if (version === null) {
    throw new CheckpointError(
      `rollback: version ${current.version} of ${registry.model} was the first; there is none before it. mnist versions lists all.`,
      { version: current.version },
    );
  }
  const target = promotionOf(registry, version);
  if (!target) throw unknownVersion(registry, version);
  return target;
}

function onlyModel(outputs: string): ModelName {
  const [first, ...more] = MODEL_NAMES.filter((name) => readRegistry(outputs, name).events.length > 0);
  if (more.length > 0) throw new UsageError("rollback: both networks have versions; say which with --model.");
  if (first === undefined) throw noVersions(outputs, "any network");
  return first;
}

function noVersions(outputs: string, model: string): CheckpointError {
  return new CheckpointError(
    `rollback: there is no version of ${model} in ${outputs}. mnist promote makes one of a run.`,
    {
      model,
    },
  );
}
